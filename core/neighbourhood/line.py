"""The neighbours of one home by the line rule: the straight line to each, and the first road it meets."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from core.neighbourhood.answers import Blocker, Candidate, Home, NeighbourAnswer
from core.neighbourhood.book import Book
from core.neighbourhood.layers import PreparedLayer
from core.neighbourhood.qualification import NO_LAYER, judges_of, straight_lines
from core.neighbourhood.rules import UNNAMED_ROAD, Reason, RuleParameters, Verdict


def line_answer(book: Book, home: Home, parameters: RuleParameters) -> NeighbourAnswer:
    """Judge every other home within the radius: pure."""
    others = others_within(book, home, parameters.radius_m)
    layer, covered = judge_of(book, home, parameters.radius_m)
    return NeighbourAnswer(
        home=home,
        candidates=line_candidates(layer, covered, home, others, parameters),
        rule="line",
        parameters=parameters,
        layer=layer.source if layer else None,
        covered=covered,
        address_points=len(book.homes),
    )


def others_within(book: Book, home: Home, radius_m: float) -> list[tuple[Home, float]]:
    """Every other home within the radius with its distance in metres, nearest first."""
    near, distances = book.within(home.longitude, home.latitude, radius_m)
    return [(book.homes[n], float(d)) for n, d in zip(near, distances, strict=True) if book.homes[n] != home]


def judge_of(book: Book, home: Home, radius_m: float) -> tuple[PreparedLayer | None, bool]:
    """The layer that judges a home, and whether it covers the home's circle."""
    judges = judges_of(np.array([home.longitude]), np.array([home.latitude]), book.layers, radius_m)
    position = int(judges.layer[0])
    return (None if position == NO_LAYER else book.layers[position]), bool(judges.covered[0])


def line_candidates(
    layer: PreparedLayer | None,
    covered: bool,
    home: Home,
    others: Sequence[tuple[Home, float]],
    parameters: RuleParameters,
) -> tuple[Candidate, ...]:
    """Each of the others with its distance in metres, judged by the straight line to it."""
    blockers = {} if layer is None else blockers_of(layer, home, [other for other, _ in others], parameters)
    usual = _unblocked(layer, covered, parameters)
    return tuple(
        Candidate(other, distance, *blockers.get(number, usual)) for number, (other, distance) in enumerate(others)
    )


type Finding = tuple[Verdict, Reason, dict[str, Any], Blocker | None]


def _unblocked(layer: PreparedLayer | None, covered: bool, parameters: RuleParameters) -> Finding:
    if layer is None:
        return Verdict.NEEDS_REVIEW, Reason.NO_ROADS_KNOWN, {}, None
    if not covered:
        values = {"layer": layer.source.name, "radius_m": parameters.radius_m}
        return Verdict.NEEDS_REVIEW, Reason.OUTSIDE_COVERAGE, values, None
    return Verdict.QUALIFIED, Reason.NO_ROAD_BETWEEN, {}, None


def blockers_of(layer: PreparedLayer, home: Home, others: list[Home], parameters: RuleParameters) -> dict[int, Finding]:
    """For each of ``others`` (by position) whose straight line touches roads: the first road seen from the home."""
    count = len(others)
    longitude = np.array([home.longitude, *(other.longitude for other in others)])
    latitude = np.array([home.latitude, *(other.latitude for other in others)])
    lines = straight_lines(longitude, latitude, np.zeros(count, dtype=np.intp), np.arange(1, count + 1))
    first: dict[int, tuple[float, int, bool, shapely.Point]] = {}
    start = shapely.Point(home.longitude, home.latitude)
    for number, road in zip(*layer.touching(lines, parameters), strict=True):
        crosses, point = _meeting(lines[number], layer.lines[road], start)
        found = (point.distance(start), int(road), crosses, point)
        if number not in first or found[:2] < first[number][:2]:
            first[int(number)] = found
    return {number: _blocked(layer, road, crosses, point) for number, (_, road, crosses, point) in first.items()}


def _meeting(line: shapely.LineString, road: shapely.LineString, start: shapely.Point) -> tuple[bool, shapely.Point]:
    """Whether the line crosses the centre line, and the point of the road where it first does or comes nearest."""
    shared = line.intersection(road)
    if shared.is_empty:
        return False, shapely.get_point(shapely.shortest_line(road, line), 0)
    return True, shapely.get_point(shapely.shortest_line(shared, start), 0)


def _blocked(layer: PreparedLayer, road: int, crosses: bool, point: shapely.Point) -> Finding:
    info = layer.roads[road]
    line = tuple((float(x), float(y)) for x, y in shapely.get_coordinates(layer.lines[road]))
    blocker = Blocker(info.name, info.way_id, info.road_class, point.x, point.y, line)
    reason = Reason.CROSSES_ROAD if crosses else Reason.TOUCHES_ROAD
    return Verdict.BLOCKED, reason, {"road": info.name or UNNAMED_ROAD}, blocker
