"""The path rule, vectorised: for pairs of homes on one land, who is reached by a corridor and how long it is.

The straight line comes first, and settles most pairs. Round barriers the way is searched among their corners only. A
corridor must lie where the layer's roads are complete; where it does not, a person must look. A pair without any
corridor is blocked whatever the roads beyond the coverage are: more roads can only block more.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from core.geo import METRES_PER_DEGREE, Floats
from core.neighbourhood.layers import Flags, Indices
from core.neighbourhood.path.land import Land
from core.neighbourhood.path.search import Way, Ways
from core.neighbourhood.qualification import BLOCKED, QUALIFIED, REVIEW


@dataclass(frozen=True, slots=True)
class Judged:
    """Entry i belongs to pair i of those asked about."""

    verdict: NDArray[np.uint8]
    """Codes of `core.neighbourhood.qualification`."""
    length_m: Floats
    """Of the corridor found, whether or not it may be used; NaN where there is none."""
    on_barrier: Flags
    """One of the homes stands on a road's strip, so that no corridor can begin there."""
    bent: Mapping[int, Way]
    """The corridors that are no straight line."""


def judge_pairs(
    land: Land, longitude: Floats, latitude: Floats, first: Indices, second: Indices, *, longest_m: float | None = None
) -> Judged:
    """Judge pairs of homes given by their positions in the lists of degrees.

    ``longest_m``: search for corridors up to this length instead of the rule's own; they are no more allowed for that.
    """
    xy = land.plane.metres(longitude, latitude)
    standing = land.on_barrier(xy)
    on_barrier = standing[first] | standing[second]
    straight = ~land.blocked(xy[first], xy[second])
    length = np.where(straight, np.hypot(*(xy[first] - xy[second]).T), np.nan)
    pending = np.flatnonzero(~straight & ~on_barrier)
    bent = _bent(land, xy, first, second, pending, longest_m or land.parameters.longest_m)
    if bent:
        length[list(bent)] = [way.length_m for way in bent.values()]
    verdict = np.full(len(first), BLOCKED, dtype=np.uint8)
    verdict[length <= land.parameters.longest_m] = QUALIFIED
    verdict[~_known(land, longitude, latitude, xy, first, second, verdict == QUALIFIED, bent)] = REVIEW
    verdict[on_barrier] = REVIEW
    return Judged(verdict, length, on_barrier, bent)


def _bent(
    land: Land, xy: Floats, first: Indices, second: Indices, pending: Indices, longest_m: float
) -> dict[int, Way]:
    if not pending.size:
        return {}
    ways = Ways(land, xy, longest_m)
    reach = (longest_m + land.parameters.radius_m) / 2
    homes = np.unique(np.concatenate([first[pending], second[pending]]))
    doors = ways.doors(homes, reach)
    web = ways.web(np.unique(land.corners_within(xy[homes], reach)[1]))
    goals: dict[int, dict[int, int]] = defaultdict(dict)
    for pair in pending.tolist():
        goals[int(first[pair])][int(second[pair])] = pair
    return {
        mine[goal]: way
        for start, mine in goals.items()
        for goal, way in ways.from_place(start, mine, doors, web).items()
    }


def _known(
    land: Land,
    longitude: Floats,
    latitude: Floats,
    xy: Floats,
    first: Indices,
    second: Indices,
    wanted: Flags,
    bent: Mapping[int, Way],
) -> Flags:
    """Whether the roads are complete all along each wanted corridor; true for the others."""
    known = np.ones(len(first), dtype=np.bool_)
    margin_m = land.widest_m
    safe = land.layer.covers(longitude, latitude, land.parameters.reach_m + margin_m)
    doubtful = np.flatnonzero(wanted & ~(safe[first] & safe[second]))
    if doubtful.size:
        lines = [bent[pair].points if pair in bent else xy[[first[pair], second[pair]]] for pair in doubtful.tolist()]
        corridors = np.array([land.plane.round(shapely.LineString(line)) for line in lines], dtype=object)
        known[doubtful] = land.layer.holds(corridors, margin_m / METRES_PER_DEGREE)
    return known
