"""The device's own plane <-> WGS84: metres from the RTK base, turned by the base's yaw. The one place that knows how.

The vendor's plane touches the WGS84 *ellipsoid* at the base, and PyMammotion (``CoordinateConverter``) computes on it.
`core.geo.LocalFrame` touches a sphere: at 100 m from the base the two differ by up to 0.3 m, far more than an RTK fix.
So a position is carried over with the ellipsoid here, once, and is plain WGS84 from then on.

The formula (east-north-up to earth-centred by rotation, then Bowring's latitude) stands once, for numbers and arrays.
"""

import math
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Self

import numpy as np

from core.geo import Floats, Point

_A = 6_378_137.0
_F = 0.0033528106647474805
_B = _A * (1 - _F)
_E2 = _F * (2 - _F)
_EP2 = (_A**2 - _B**2) / _B**2


@dataclass(frozen=True, slots=True)
class DeviceFrame:
    """Metres from the RTK base, x east, y north, turned counter-clockwise by ``yaw``. Angles in RADIANS."""

    longitude: float
    latitude: float
    yaw: float = 0.0
    _east: tuple[float, float] = field(init=False, repr=False, compare=False)
    _north: tuple[float, float, float] = field(init=False, repr=False, compare=False)
    _origin: tuple[float, float, float] = field(init=False, repr=False, compare=False)
    _turn: tuple[float, float] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not (abs(self.longitude) <= math.pi and abs(self.latitude) <= math.pi / 2):
            raise ValueError(f"not a position in radians: longitude {self.longitude}, latitude {self.latitude}")
        sin_lat, cos_lat = math.sin(self.latitude), math.cos(self.latitude)
        sin_lon, cos_lon = math.sin(self.longitude), math.cos(self.longitude)
        normal = _A / math.sqrt(1 - _E2 * sin_lat**2)
        set_field = object.__setattr__  # the dataclass is frozen
        set_field(self, "_east", (-sin_lon, cos_lon))
        set_field(self, "_north", (-cos_lon * sin_lat, -sin_lon * sin_lat, cos_lat))
        set_field(
            self, "_origin", (normal * cos_lat * cos_lon, normal * cos_lat * sin_lon, (1 - _E2) * normal * sin_lat)
        )
        set_field(self, "_turn", (math.cos(self.yaw), math.sin(self.yaw)))

    @classmethod
    def of_base(cls, longitude: float, latitude: float, yaw: float = 0.0) -> Self | None:
        """The frame of a base as the device tells it (radians); ``None`` while it says 0, 0: not known yet."""
        if longitude == 0.0 and latitude == 0.0:
            return None
        if not (abs(longitude) <= math.pi and abs(latitude) <= math.pi / 2):
            return None
        return cls(longitude, latitude, yaw)

    @property
    def base(self) -> Point:
        return Point(math.degrees(self.longitude), math.degrees(self.latitude))

    @property
    def yaw_deg(self) -> float:
        return math.degrees(self.yaw)

    def point(self, x_m: float, y_m: float) -> Point:
        """One position."""
        longitude, latitude = self._lonlat(x_m, y_m, math)
        return Point(longitude, latitude)

    def to_lonlat(self, x_m: Floats, y_m: Floats) -> tuple[Floats, Floats]:
        """Arrays of positions: (longitude, latitude) in degrees."""
        longitude, latitude = self._lonlat(x_m, y_m, np)
        return np.asarray(longitude, dtype=np.float64), np.asarray(latitude, dtype=np.float64)

    def heading_deg(self, toward_deg: float) -> float:
        """Compass direction (clockwise from true north, 0 to below 360) of the frame's angle (ccw from x)."""
        return (90.0 - toward_deg - self.yaw_deg) % 360.0

    def _lonlat(self, x: Any, y: Any, maths: ModuleType) -> tuple[Any, Any]:
        cos_yaw, sin_yaw = self._turn
        east, north = cos_yaw * x - sin_yaw * y, sin_yaw * x + cos_yaw * y
        e, n, o = self._east, self._north, self._origin
        ecef_x = e[0] * east + n[0] * north + o[0]
        ecef_y = e[1] * east + n[1] * north + o[1]
        ecef_z = n[2] * north + o[2]
        across = maths.hypot(ecef_x, ecef_y)
        theta = maths.atan2(_A * ecef_z, _B * across)
        latitude = maths.atan2(
            ecef_z + _EP2 * _B * maths.sin(theta) ** 3,
            across - _E2 * _A * maths.cos(theta) ** 3,
        )
        return maths.degrees(maths.atan2(ecef_y, ecef_x)), maths.degrees(latitude)
