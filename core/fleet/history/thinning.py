"""What of a long series is worth sending: extremes of lines, stretches of state, corners of a track. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from tsdownsample import MinMaxLTTBDownsampler

from core.geo import METRES_PER_DEGREE, Floats

BANDS = 1_200
"""State bands at most; shorter ones between are left out."""
PLACES = 6_000
"""Points of a track at most."""
TRACK_M = 0.04
"""How far a drawn track may lie beside the stored one: the width of its line."""
STAND_MS = 60_000
CORNERS_OF = 30_000
"""Longer paths are thinned evenly before their corners are looked for."""

type Times = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch in one state (`core.fleet.live.STATE_CODES`)."""

    since_ms: int
    until_ms: int
    state: int


def thinned(time_ms: Times, value: Floats, points: int) -> tuple[Times, Floats]:
    """What is known of a series, at most ``points`` of it, extremes kept."""
    known = np.isfinite(value)
    time_ms, value = np.ascontiguousarray(time_ms[known]), np.ascontiguousarray(value[known])
    if len(value) <= points:
        return time_ms, value
    chosen = MinMaxLTTBDownsampler().downsample(time_ms, value, n_out=points)  # type: ignore[no-untyped-call]
    return time_ms[chosen], value[chosen]


def bands_of(time_ms: Times, state: NDArray[np.int64], gap_ms: int, most: int = BANDS) -> tuple[Band, ...]:
    """Stretches of one state; a gap longer than ``gap_ms`` ends one. More than ``most``: the shortest are left out."""
    if not len(time_ms):
        return ()
    turns = np.flatnonzero((np.diff(state) != 0) | (np.diff(time_ms) > gap_ms)) + 1
    starts, ends = np.concatenate(([0], turns)), np.concatenate((turns, [len(time_ms)]))
    since = time_ms[starts]
    after = np.append(time_ms, time_ms[-1])[ends]
    until = np.where(after - time_ms[ends - 1] > gap_ms, time_ms[ends - 1], after)
    lengths = until - since
    if len(since) > most:
        kept = np.sort(np.argsort(-lengths, kind="stable")[:most])
        since, until, starts = since[kept], until[kept], starts[kept]
    return tuple(Band(int(a), int(b), int(code)) for a, b, code in zip(since, until, state[starts], strict=True))


def worth_drawing(time_ms: Times, longitude: Floats, latitude: Floats, state: NDArray[np.int64]) -> NDArray[np.intp]:
    """Places of the track to draw: its corners, changes of state, where a stand ends, and the ends of gaps.

    Corners are found by Douglas-Peucker, coarser until at most ``PLACES`` are left.
    """
    count = len(time_ms)
    if count < 3:
        return np.arange(count)
    if count > CORNERS_OF:
        even = np.unique(np.linspace(0, count - 1, CORNERS_OF).round().astype(np.intp))
        inner = worth_drawing(time_ms[even], longitude[even], latitude[even], state[even])
        return np.asarray(even[inner])
    metres = METRES_PER_DEGREE * np.cos(np.radians(latitude[0]))
    path = np.column_stack((longitude * metres, latitude * METRES_PER_DEGREE, np.arange(count)))
    stands = (np.diff(longitude) == 0) & (np.diff(latitude) == 0)
    turns = (np.diff(state) != 0) | (np.diff(stands, prepend=False) != 0) | (np.diff(time_ms) > STAND_MS)
    turns |= (np.diff(time_ms // STAND_MS) != 0) & ~stands  # a long lane: its points must not look like a gap
    forced = np.flatnonzero(turns)
    forced = np.unique(np.concatenate(([0, count - 1], forced, np.minimum(forced + 1, count - 1))))
    line, tolerance_m = shapely.linestrings(path), TRACK_M
    while True:
        corners = shapely.get_coordinates(shapely.simplify(line, tolerance_m, preserve_topology=False), include_z=True)
        chosen = np.unique(np.concatenate((corners[:, 2].astype(np.intp), forced)))
        if len(chosen) <= PLACES:
            return chosen
        tolerance_m *= 4
        if tolerance_m > 10:
            return chosen[np.unique(np.linspace(0, len(chosen) - 1, PLACES).round().astype(np.intp))]


def interleaved(time_ms: Times, columns: Sequence[Floats]) -> tuple[Times, Floats]:
    """Low and high of each minute, one after the other, so that thinning sees both; equal ones once."""
    if len(columns) == 1:
        return time_ms, columns[0]
    low, high = columns
    both = np.column_stack((low, np.where(high == low, np.nan, high))).ravel()
    return np.column_stack((time_ms, time_ms + 30_000)).ravel(), both
