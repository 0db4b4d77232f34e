"""The way a mower made, out of positions that tremble: only displacement larger than their noise counts. Pure."""

from math import cos, hypot, radians

from core.fleet.limits import DEFAULT_LIMITS
from core.fleet.sessions.sample import Sample
from core.fleet.telemetry_codec import POSITION_TYPES
from core.geo import METRES_PER_DEGREE

_NOISE_M = {code: DEFAULT_LIMITS.noise_m(quality) or 2.0 for quality, code in POSITION_TYPES.items()}
_UNKNOWN_NOISE_M = DEFAULT_LIMITS.noise_gnss_m
_METRES = METRES_PER_DEGREE / 1e7
JUMP_M = 100.0
"""A longer step is a position that corrected itself, or a mower that was carried: no way of its own."""


class Path:
    """Metres so far; the anchor is the place up to which they are counted."""

    __slots__ = ("_latitude", "_longitude", "_noise", "_scale", "metres")

    def __init__(self) -> None:
        self.metres = 0.0
        self._longitude: int | None = None
        self._latitude = 0
        self._noise = 0.0
        self._scale = 1.0

    def go(self, sample: Sample, *, again: bool = False) -> None:
        """``again``: begin anew here; what lies between was no work."""
        longitude, latitude = sample.longitude_e7, sample.latitude_e7
        if longitude is None or latitude is None:
            return
        noise = _NOISE_M.get(sample.position_type, _UNKNOWN_NOISE_M) if sample.position_type is not None else 8.0
        if self._longitude is None or again:
            self._anchor(longitude, latitude, noise)
            return
        east = (longitude - self._longitude) * self._scale
        north = (latitude - self._latitude) * _METRES
        step = hypot(east, north)
        if step >= max(noise, self._noise):
            if step <= JUMP_M:
                self.metres += step
            self._anchor(longitude, latitude, noise)

    def _anchor(self, longitude: int, latitude: int, noise: float) -> None:
        self._longitude, self._latitude, self._noise = longitude, latitude, noise
        self._scale = _METRES * cos(radians(latitude / 1e7))
