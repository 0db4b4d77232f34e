"""WGS84 lon/lat at the edges, local metres inside. Lengths in metres, areas in square metres, angles in degrees."""

from dataclasses import dataclass
from math import cos, radians

import numpy as np
from numpy.typing import NDArray

EARTH_RADIUS_M = 6_371_000.0
"""Mean radius of the sphere on which business distances (80 m) are measured."""

METRES_PER_DEGREE = EARTH_RADIUS_M * np.pi / 180

type Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Point:
    """A WGS84 position in degrees."""

    longitude: float
    latitude: float

    def __post_init__(self) -> None:
        if not (-180 <= self.longitude <= 180 and -90 <= self.latitude <= 90):
            raise ValueError(f"not a WGS84 position: longitude {self.longitude}, latitude {self.latitude}")


def distance_m(lon_a: Floats, lat_a: Floats, lon_b: Floats, lat_b: Floats) -> Floats:
    """Great-circle distances by the haversine formula on the sphere above; arrays broadcast."""
    phi_a, phi_b = np.radians(lat_a), np.radians(lat_b)
    half_chord = (
        np.sin((phi_b - phi_a) / 2) ** 2
        + np.cos(phi_a) * np.cos(phi_b) * np.sin(np.radians(np.subtract(lon_b, lon_a)) / 2) ** 2
    )
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(half_chord, 0, 1))), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class LocalFrame:
    """An east/north plane in metres that touches the sphere at ``origin``, turned by ``yaw_deg``.

    ``yaw_deg`` is the counter-clockwise angle from true east to the frame's x axis. Good to a few millimetres within
    a kilometre of the origin, which is all a lawn needs; not for distances between towns.
    """

    origin: Point
    yaw_deg: float = 0.0

    def to_lonlat(self, x_m: Floats, y_m: Floats) -> tuple[Floats, Floats]:
        """Frame metres to (longitude, latitude) in degrees, vectorised."""
        yaw = radians(self.yaw_deg)
        east = np.multiply(x_m, np.cos(yaw)) - np.multiply(y_m, np.sin(yaw))
        north = np.multiply(x_m, np.sin(yaw)) + np.multiply(y_m, np.cos(yaw))
        return (
            self.origin.longitude + east / (METRES_PER_DEGREE * cos(radians(self.origin.latitude))),
            self.origin.latitude + north / METRES_PER_DEGREE,
        )

    def to_metres(self, longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]:
        """(longitude, latitude) in degrees to frame metres, vectorised: the inverse of :meth:`to_lonlat`."""
        yaw = radians(self.yaw_deg)
        scale = METRES_PER_DEGREE * cos(radians(self.origin.latitude))
        east = np.subtract(longitude, self.origin.longitude) * scale
        north = np.subtract(latitude, self.origin.latitude) * METRES_PER_DEGREE
        return (
            np.asarray(east * np.cos(yaw) + north * np.sin(yaw), dtype=np.float64),
            np.asarray(-east * np.sin(yaw) + north * np.cos(yaw), dtype=np.float64),
        )
