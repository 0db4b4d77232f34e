"""Device frame <-> WGS84 on the ellipsoid, as the real devices and PyMammotion compute it.

`core.geo.LocalFrame` works on a sphere; at 100 m from the base the two differ by up to 0.3 m, so the stand-in for the
vendor uses the ellipsoid's radii of curvature, like the vendor.
"""

from dataclasses import dataclass
from math import cos, degrees, radians, sin, sqrt

_SEMI_MAJOR_M = 6_378_137.0
_ECCENTRICITY_SQUARED = 6.69437999014e-3


@dataclass(frozen=True, slots=True)
class BaseFrame:
    """Metres from the RTK base, x east and y north when ``yaw_deg`` is 0; turned counter-clockwise by it.

    Good to a millimetre within 500 m of the base.
    """

    longitude: float
    latitude: float
    yaw_deg: float = 0.0

    def to_lonlat(self, x_m: float, y_m: float) -> tuple[float, float]:
        """Frame metres to (longitude, latitude) in degrees."""
        yaw = radians(self.yaw_deg)
        east = cos(yaw) * x_m - sin(yaw) * y_m
        north = sin(yaw) * x_m + cos(yaw) * y_m
        per_degree_east, per_degree_north = self._metres_per_degree()
        return self.longitude + east / per_degree_east, self.latitude + north / per_degree_north

    def to_metres(self, longitude: float, latitude: float) -> tuple[float, float]:
        """(longitude, latitude) in degrees to frame metres."""
        yaw = radians(self.yaw_deg)
        per_degree_east, per_degree_north = self._metres_per_degree()
        east = (longitude - self.longitude) * per_degree_east
        north = (latitude - self.latitude) * per_degree_north
        return cos(yaw) * east + sin(yaw) * north, -sin(yaw) * east + cos(yaw) * north

    def toward(self, compass_deg: float) -> float:
        """A compass direction (clockwise from true north) as the frame's angle (counter-clockwise from x)."""
        return normalise(90.0 - compass_deg - self.yaw_deg)

    def compass(self, toward_deg: float) -> float:
        """The inverse of :meth:`toward`, 0 <= result < 360."""
        return (90.0 - toward_deg - self.yaw_deg) % 360.0

    def _metres_per_degree(self) -> tuple[float, float]:
        latitude = radians(self.latitude)
        root = 1.0 - _ECCENTRICITY_SQUARED * sin(latitude) ** 2
        prime_vertical = _SEMI_MAJOR_M / sqrt(root)
        meridian = _SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_SQUARED) / root**1.5
        return prime_vertical * cos(latitude) / degrees(1.0), meridian / degrees(1.0)


def normalise(angle_deg: float) -> float:
    """The same direction within -180 < result <= 180."""
    turned = angle_deg % 360.0
    return turned - 360.0 if turned > 180.0 else turned
