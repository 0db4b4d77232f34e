"""The line rule, pure and vectorised: who is within reach of whom, and what stands between.

Candidates of a home are all other homes within the radius. A straight line in longitude and latitude degrees as they
stand is drawn to each; it is blocked when it touches a road's strip. One layer judges a home: of those whose coverage
holds the home's whole circle, the highest ranked. Where none does, the highest ranked that reaches the circle may
still find a crossing, and everything else needs review. Homes that share a point (units of one building) are
candidates of each other at distance 0. Not for homes on both sides of the 180th meridian.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from core.geo import METRES_PER_DEGREE, Floats, distance_m
from core.neighbourhood.layers import Flags, Indices, PreparedLayer, straight
from core.neighbourhood.rules import RuleParameters, Verdict

VERDICTS = (Verdict.NEEDS_REVIEW, Verdict.BLOCKED, Verdict.QUALIFIED)
"""A verdict's code in arrays is its position here."""

REVIEW, BLOCKED, QUALIFIED = range(3)
NO_LAYER = -1
CHUNK_HOMES = 50_000
ANGLE_SLACK = 1.002


@dataclass(frozen=True, slots=True)
class Pairs:
    """Unordered pairs of homes within the radius: ``first[i] < second[i]``."""

    first: Indices
    second: Indices
    distance_m: Floats


@dataclass(frozen=True, slots=True)
class Judges:
    """Which layer judges each home, by its position in the list given, and whether it covers the home's circle."""

    layer: Indices
    covered: Flags


@dataclass(frozen=True, slots=True)
class Qualification:
    """Verdicts of all homes at once: entry i says what ``home[i]`` may expect of ``candidate[i]``.

    Both directions of a pair are there, as each home is judged by its own layer. Sorted by nothing in particular.
    """

    home: Indices
    candidate: Indices
    distance_m: Floats
    verdict: NDArray[np.uint8]
    judges: Judges

    def count(self, verdict: Verdict) -> int:
        return int(np.count_nonzero(self.verdict == VERDICTS.index(verdict)))

    def qualified_of(self, homes: int) -> Indices:
        """How many qualified candidates each of ``homes`` has."""
        return np.bincount(self.home[self.verdict == QUALIFIED], minlength=homes)


def qualify_all(
    longitude: Floats,
    latitude: Floats,
    layers: Sequence[PreparedLayer],
    parameters: RuleParameters = RuleParameters(),  # noqa: B008 - frozen
) -> Qualification:
    """Judge every pair of homes within the radius, whole counties at a time."""
    longitude = np.asarray(longitude, dtype=np.float64)
    latitude = np.asarray(latitude, dtype=np.float64)
    pairs = pairs_within(longitude, latitude, parameters.radius_m)
    judges = judges_of(longitude, latitude, layers, parameters.radius_m)
    verdicts = [np.full(len(pairs.first), REVIEW, dtype=np.uint8) for _ in range(2)]
    ends = (pairs.first, pairs.second)
    for position, layer in enumerate(layers):
        asked = [judges.layer[end] == position for end in ends]
        chosen = np.flatnonzero(asked[0] | asked[1])
        touched = np.zeros(len(pairs.first), dtype=np.bool_)
        lines = straight_lines(longitude, latitude, pairs.first[chosen], pairs.second[chosen])
        touched[chosen[layer.touching(lines, parameters)[0]]] = True
        for verdict, end, mine in zip(verdicts, ends, asked, strict=True):
            verdict[mine & ~touched & judges.covered[end]] = QUALIFIED
            verdict[mine & touched] = BLOCKED
    return Qualification(
        home=np.concatenate([pairs.first, pairs.second]),
        candidate=np.concatenate([pairs.second, pairs.first]),
        distance_m=np.concatenate([pairs.distance_m, pairs.distance_m]),
        verdict=np.concatenate(verdicts),
        judges=judges,
    )


def judges_of(longitude: Floats, latitude: Floats, layers: Sequence[PreparedLayer], radius_m: float) -> Judges:
    """The layer that judges each home. Equal ranks: the fresher data date, then the fresher import, then the name."""
    layer = np.full(len(longitude), NO_LAYER, dtype=np.intp)
    covered = np.zeros(len(longitude), dtype=np.bool_)
    order = by_precedence(layers)
    for test, is_cover in ((PreparedLayer.covers, True), (PreparedLayer.reaches, False)):
        for position in order:
            open_homes = np.flatnonzero(layer == NO_LAYER)
            if not open_homes.size:
                return Judges(layer, covered)
            taken = open_homes[test(layers[position], longitude[open_homes], latitude[open_homes], radius_m)]
            layer[taken] = position
            covered[taken] = is_cover
    return Judges(layer, covered)


def by_precedence(layers: Sequence[PreparedLayer]) -> list[int]:
    """Positions of the layers, the one to believe first."""

    def precedence(position: int) -> tuple[float, float, float, str]:
        source = layers[position].source
        dates = (-(moment.timestamp() if moment else 0.0) for moment in (source.data_date, source.imported_at))
        return (-source.rank, *dates, source.name)  # type: ignore[return-value]

    return sorted(range(len(layers)), key=precedence)


def pairs_within(longitude: Floats, latitude: Floats, radius_m: float) -> Pairs:
    """All pairs of homes at most ``radius_m`` apart on the sphere."""
    if not len(longitude):
        nothing = np.array([], dtype=np.intp)
        return Pairs(nothing, nothing, np.array([], dtype=np.float64))
    narrowest = float(np.min(np.cos(np.radians(latitude))))
    points = shapely.points(longitude * narrowest, latitude)
    index = shapely.STRtree(points)
    reach = radius_m / METRES_PER_DEGREE * ANGLE_SLACK
    found: list[tuple[Indices, Indices, Floats]] = []
    for start in range(0, len(points), CHUNK_HOMES):
        first, second = index.query(points[start : start + CHUNK_HOMES], predicate="dwithin", distance=reach)
        first = first + start
        once = first < second
        first, second = first[once], second[once]
        distance = distance_m(longitude[first], latitude[first], longitude[second], latitude[second])
        near = distance <= radius_m
        found.append((first[near], second[near], distance[near]))
    firsts, seconds, distances = (np.concatenate(part) for part in zip(*found, strict=True))
    return Pairs(firsts, seconds, distances)


def straight_lines(longitude: Floats, latitude: Floats, first: Indices, second: Indices) -> NDArray[np.object_]:
    """The straight lines between pairs of homes, in degrees as they stand; points where both are at one place."""
    ends = np.empty((len(first), 2, 2), dtype=np.float64)
    ends[:, 0, 0], ends[:, 0, 1] = longitude[first], latitude[first]
    ends[:, 1, 0], ends[:, 1, 1] = longitude[second], latitude[second]
    return straight(ends)
