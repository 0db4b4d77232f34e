"""The neighbours of one home by the path rule."""

import numpy as np

from core.geo import Floats
from core.neighbourhood.answers import Candidate, Home, NeighbourAnswer
from core.neighbourhood.book import Book
from core.neighbourhood.path.explain import Explained, Pair
from core.neighbourhood.path.judge import Judged, judge_pairs
from core.neighbourhood.path.land import Land
from core.neighbourhood.path.parameters import PathParameters
from core.neighbourhood.qualification import NO_LAYER, QUALIFIED, REVIEW, VERDICTS, judges_of
from core.neighbourhood.rules import Reason, Verdict

LOOK_ROUND = 1.75
"""How many times the longest corridor is searched for one that is too long, so that it can be told and drawn."""


def path_answer(book: Book, home: Home, parameters: PathParameters) -> NeighbourAnswer:
    """Judge every other home within the radius: pure."""
    near, distances = book.within(home.longitude, home.latitude, parameters.radius_m)
    others = [(book.homes[n], float(d)) for n, d in zip(near, distances, strict=True) if book.homes[n] != home]
    judges = judges_of(np.array([home.longitude]), np.array([home.latitude]), book.layers, parameters.radius_m)
    position = int(judges.layer[0])
    if position == NO_LAYER:
        candidates = [Candidate(other, far, Verdict.NEEDS_REVIEW, Reason.NO_ROADS_KNOWN, {}) for other, far in others]
    else:
        candidates = judged_candidates(book.land(position, parameters), home, others)
    return NeighbourAnswer(
        home=home,
        candidates=tuple(candidates),
        rule="path",
        parameters=parameters,
        layer=None if position == NO_LAYER else book.layers[position].source,
        covered=bool(judges.covered[0]),
        address_points=len(book.homes),
    )


def judged_candidates(land: Land, home: Home, others: list[tuple[Home, float]]) -> list[Candidate]:
    """Each of the others with its distance in metres, as seen from the home."""
    longitude = np.array([home.longitude, *(other.longitude for other, _ in others)])
    latitude = np.array([home.latitude, *(other.latitude for other, _ in others)])
    seconds = np.arange(1, len(others) + 1)
    longest = LOOK_ROUND * land.parameters.longest_m
    judged = judge_pairs(land, longitude, latitude, np.zeros(len(others), np.intp), seconds, longest_m=longest)
    xy = land.plane.metres(longitude, latitude)
    return [
        candidate(other, far, judged, number, explained(land, xy[0], xy[number + 1], judged, number))
        for number, (other, far) in enumerate(others)
    ]


def explained(land: Land, start: Floats, end: Floats, judged: Judged, number: int) -> Explained:
    """Why pair ``number`` is judged as it is; its places in metres."""
    pair = Pair(land, start, end, judged.bent.get(number))
    length = float(judged.length_m[number])
    if judged.on_barrier[number]:
        return pair.on_barrier()
    if judged.verdict[number] == QUALIFIED:
        return pair.qualified(length)
    return pair.uncovered() if judged.verdict[number] == REVIEW else pair.blocked(length)


def candidate(other: Home, far: float, judged: Judged, number: int, why: Explained) -> Candidate:
    return Candidate(
        home=other,
        distance_m=far,
        verdict=VERDICTS[judged.verdict[number]],
        reason=why.reason,
        reason_values=why.values,
        blocked_by=why.blocked_by,
        length_m=None if why.route is None else float(judged.length_m[number]),
        route=why.route,
        barrier=why.barrier,
    )
