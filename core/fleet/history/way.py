"""The way a mower made in a span: metres, moving and standing time, and where it stopped. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot

import numpy as np
from numpy.typing import NDArray

from core.fleet.limits import DEFAULT_LIMITS
from core.fleet.telemetry_codec import POSITION_TYPES
from core.geo import Floats, LocalFrame, Point

STOP_S = 60.0
"""Standing at least this long is a stop."""
SLOW_M_S = 0.05
"""Slower than this over a stretch is standing: a working mower drives 0.2 m/s or more."""
SILENT_S = 180.0
"""Nothing heard for longer is unknown time: neither moving nor standing."""
JUMP_M_S = 3.0
"""Faster than a mower drives: its position corrected itself, so the step is no way."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a mower stood, milliseconds since 1970."""

    since_ms: int
    until_ms: int
    place: Point

    @property
    def seconds(self) -> float:
        return (self.until_ms - self.since_ms) / 1000


@dataclass(frozen=True, slots=True)
class Way:
    """Totals of a span; moving + idle + unknown = from its first to its last position."""

    distance_m: float = 0.0
    moving_s: float = 0.0
    idle_s: float = 0.0
    unknown_s: float = 0.0
    stops: tuple[Stop, ...] = ()


def way(time_ms: NDArray[np.int64], longitude: Floats, latitude: Floats, quality: NDArray[np.int64]) -> Way:
    """Totals of positions in time order. ``quality``: codes of `POSITION_TYPES`, negative where unknown."""
    if len(time_ms) < 2:
        return Way()
    frame = LocalFrame(Point(float(longitude[0]), float(latitude[0])))
    east, north = (side.tolist() for side in frame.to_metres(longitude, latitude))  # lists: one by one they are faster
    seconds, noise = (time_ms / 1000).tolist(), _noise(quality)
    distance = moving = idle = unknown = 0.0
    stops: list[Stop] = []
    anchor = 0
    for place in range(1, len(seconds)):
        gap_s = seconds[place] - seconds[place - 1]
        if gap_s > SILENT_S:
            idle += _stand(time_ms, longitude, latitude, anchor, place - 1, stops)
            unknown += gap_s
            anchor = place
            continue
        leap = hypot(east[place] - east[place - 1], north[place] - north[place - 1])
        if leap > JUMP_M_S * gap_s + noise[place]:
            idle += _stand(time_ms, longitude, latitude, anchor, place, stops)
            anchor = place
            continue
        step = hypot(east[place] - east[anchor], north[place] - north[anchor])
        if step < noise[anchor] or step < noise[place]:
            continue
        spent_s = seconds[place] - seconds[anchor]
        distance += step
        if spent_s > STOP_S / 3 and step / spent_s < SLOW_M_S:
            idle += _stand(time_ms, longitude, latitude, anchor, place, stops)
        else:
            moving += spent_s
        anchor = place
    idle += _stand(time_ms, longitude, latitude, anchor, len(seconds) - 1, stops)
    return Way(distance, moving, idle, unknown, tuple(stops))


def _stand(
    time_ms: NDArray[np.int64], longitude: Floats, latitude: Floats, since: int, until: int, stops: list[Stop]
) -> float:
    """Seconds stood between two positions; a long stand is a stop, joined to the stop before it if they touch."""
    seconds = (int(time_ms[until]) - int(time_ms[since])) / 1000
    if seconds >= STOP_S:
        before = stops[-1] if stops else None
        place = Point(float(longitude[since]), float(latitude[since]))
        if before is not None and before.until_ms == time_ms[since]:
            stops[-1] = Stop(before.since_ms, int(time_ms[until]), before.place)
        else:
            stops.append(Stop(int(time_ms[since]), int(time_ms[until]), place))
    return seconds


def _noise(quality: NDArray[np.int64]) -> Sequence[float]:
    table = np.full(
        max(POSITION_TYPES.values()) + 2, float(DEFAULT_LIMITS.noise_gnss_m)
    )  # the last one: quality unknown
    for kind, code in POSITION_TYPES.items():
        table[code] = DEFAULT_LIMITS.noise_m(kind) or DEFAULT_LIMITS.noise_float_m
    found: list[float] = table[quality].tolist()
    return found
