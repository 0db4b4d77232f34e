"""What a lawn must keep, each breach with its place and in words. Pure: no database, no clock."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import shapely
from shapely import MultiPoint, Polygon
from shapely.geometry.base import BaseGeometry

from core.neighbourhood.lawns.measure import area_of, total
from core.neighbourhood.lawns.model import (
    SQUARE_FEET_PER_M2,
    Drawing,
    LawnArea,
    LawnCheck,
    LawnProblem,
    LawnRule,
    LawnRules,
    Level,
    Surroundings,
)
from core.neighbourhood.lawns.shapes import Plane, crossings
from core.neighbourhood.lot_shapes import LARGEST_LOT_M2
from core.neighbourhood.lots.polygons import NotAPolygon, read_polygon
from core.texts import N_, Text, sentence

NOISE_M2 = 0.01

type Found = Iterator[LawnProblem]


def check_drawing(drawing: Drawing, around: Surroundings, rules: LawnRules | None = None) -> LawnCheck:
    """Judge every lawn, the boundary and the dock of a drawing. Never raises for what was drawn, however broken."""
    return _Judge(drawing, around, rules or LawnRules()).check()


@dataclass(frozen=True)
class _Judge:
    drawing: Drawing
    around: Surroundings
    rules: LawnRules

    def check(self) -> LawnCheck:
        problems = list(self._count()) + list(self._boundary())
        areas: list[LawnArea | None] = []
        valid: list[tuple[int, Polygon]] = []
        for number, lawn in enumerate(self.drawing.lawns[: self.rules.most_lawns]):
            found, area, polygon = self._shape(number, lawn)
            problems += found
            areas.append(area)
            if polygon is not None:
                problems += self._place(number, polygon)
                valid.append((number, polygon))
        problems += self._own_overlaps(valid)
        problems += self._dock()
        square_metres = total(areas)
        return LawnCheck(
            problems=tuple(problems),
            lawns=tuple(areas),
            area_m2=square_metres,
            area_ft2=None if square_metres is None else square_metres * SQUARE_FEET_PER_M2,
        )

    # --- the shape by itself ---
    def _shape(self, number: int, lawn: Mapping[str, Any]) -> tuple[list[LawnProblem], LawnArea | None, Polygon | None]:
        """Problems, area where known, and the polygon in metres where it is sound enough to be placed."""
        try:
            degrees = read_polygon(lawn)
        except NotAPolygon as error:
            words = Text("the lawn {problem}", problem=sentence(error.args[0]))
            return [self._said(LawnRule.SHAPE, words, number, None)], None, None
        polygon = self.plane.metres(degrees)
        problems = [*self._corners(number, polygon)]
        if problems:
            return problems, None, None
        problems = [*self._crossings(number, polygon), *self._holes(number, polygon)]
        if not problems and not polygon.is_valid:
            words = Text("the lawn is not a sound polygon ({problem})", problem=shapely.is_valid_reason(polygon))
            problems.append(self._said(LawnRule.SHAPE, words, number, polygon.boundary))
        if problems:
            return problems, None, None
        area = area_of(degrees)
        return [*self._size(number, polygon, area)], area, polygon

    def _count(self) -> Found:
        if len(self.drawing.lawns) > self.rules.most_lawns:
            words = Text("{n} lawns; expected at most {most}", n=len(self.drawing.lawns), most=self.rules.most_lawns)
            yield self._said(LawnRule.CORNERS, words, None, None)

    def _corners(self, number: int, polygon: Polygon) -> Found:
        corners = shapely.get_num_coordinates(polygon) - 1 - len(polygon.interiors)
        if corners > self.rules.most_corners:
            words = Text("the lawn has {n} corners; expected at most {most}", n=corners, most=self.rules.most_corners)
            yield self._said(LawnRule.CORNERS, words, number, polygon.exterior)
        elif len(polygon.interiors) > self.rules.most_holes:
            n, most = len(polygon.interiors), self.rules.most_holes
            words = Text("the lawn has {n} holes; expected at most {most}", n=n, most=most)
            yield self._said(LawnRule.HOLE, words, number, polygon.exterior)

    def _crossings(self, number: int, polygon: Polygon) -> Found:
        where = [point for ring in (polygon.exterior, *polygon.interiors) for point in crossings(ring).geoms]
        if where:
            yield self._said(LawnRule.CROSSING, N_("the lawn's edge crosses or touches itself"), number, _points(where))

    def _holes(self, number: int, polygon: Polygon) -> Found:
        shell = _sound(Polygon(polygon.exterior))
        holes = [_sound(Polygon(hole)) for hole in polygon.interiors]
        outside = [hole.difference(shell) for hole in holes if not shell.covers(hole)]
        if outside:
            yield self._said(LawnRule.HOLE, N_("a hole lies outside the lawn"), number, shapely.union_all(outside))
        shared = [
            first.intersection(second)
            for n, first in enumerate(holes)
            for second in holes[:n]
            if first.intersects(second)
        ]
        over = [part for part in shared if part.area > 0 or part.length > 0]
        if over:
            yield self._said(LawnRule.HOLE, N_("two holes overlap"), number, shapely.union_all(over))

    def _size(self, number: int, polygon: Polygon, area: LawnArea) -> Found:
        if area.area_m2 < self.rules.smallest_m2:
            values = {"area": area.area_m2, "least": self.rules.smallest_m2}
            words = Text("the lawn has {area:.1f} m²; expected at least {least:g} m²", **values)
            yield self._said(LawnRule.SMALL, words, number, polygon)
        if area.area_m2 > self.rules.largest_m2:
            values = {"area": area.area_m2, "most": self.rules.largest_m2}
            words = Text("the lawn has {area:,.0f} m²; expected at most {most:,.0f} m²", **values)
            yield self._said(LawnRule.LARGE, words, number, polygon)

    # --- where it lies ---
    def _place(self, number: int, polygon: Polygon) -> Found:
        yield from self._outside(number, polygon)
        for name, strip, trusted in self.roads:
            over = polygon.intersection(strip)
            if over.area > self.rules.road_m2:
                words = Text("the lawn lies over {road}", road=name or sentence(N_("a road without a name")))
                yield self._said(LawnRule.ROAD, words, number, over, Level.BROKEN if trusted else Level.WARN)
        if self.house is not None and (over := polygon.intersection(self.house)).area > self.rules.neighbour_m2:
            yield self._said(LawnRule.HOUSE, N_("the lawn lies over the house"), number, over, Level.WARN)
        yield from self._neighbours(number, polygon)

    def _outside(self, number: int, polygon: Polygon) -> Found:
        if self.lot is None:
            words = N_("the lot's boundary is not known: whether the lawn stays on it cannot be judged")
            yield self._said(LawnRule.OUTSIDE, words, number, None, Level.WARN)
            return
        over = polygon.difference(self.lot.buffer(self.rules.edge_m))
        if over.area > NOISE_M2:
            words = Text("{area:.1f} m² of the lawn lie outside the lot", area=polygon.difference(self.lot).area)
            yield self._said(LawnRule.OUTSIDE, words, number, over)

    def _neighbours(self, number: int, polygon: Polygon) -> Found:
        for neighbour, ground, lawns in self.neighbours:
            over = polygon.intersection(lawns)
            if over.area > self.rules.neighbour_m2:
                words = Text("the lawn overlaps a lawn of {address}", address=neighbour)
                yield self._said(LawnRule.NEIGHBOUR, words, number, over)
                continue
            over = polygon.intersection(ground)
            if over.area > self.rules.neighbour_m2:
                words = Text("the lawn reaches onto the lot of {address}", address=neighbour)
                yield self._said(LawnRule.NEIGHBOUR, words, number, over)

    def _own_overlaps(self, lawns: list[tuple[int, Polygon]]) -> Found:
        for position, (number, polygon) in enumerate(lawns):
            for other, earlier in lawns[:position]:
                over = polygon.intersection(earlier)
                if over.area > self.rules.road_m2:
                    words = Text("lawn {a} overlaps lawn {b}", a=number + 1, b=other + 1)
                    yield self._said(LawnRule.OWN, words, number, over)

    # --- the lot and its dock ---
    def _boundary(self) -> Found:
        if self.drawing.boundary is None:
            return
        try:
            polygon = self.plane.read(self.drawing.boundary)
        except NotAPolygon as error:
            words = Text("the lot's boundary {problem}", problem=sentence(error.args[0]))
            yield self._said(LawnRule.BOUNDARY, words, None, None)
            return
        if not polygon.is_valid:
            where = [point for ring in (polygon.exterior, *polygon.interiors) for point in crossings(ring).geoms]
            crossed = N_("the lot's boundary crosses or touches itself")
            yield self._said(LawnRule.BOUNDARY, crossed, None, _points(where) or polygon.boundary)
            return
        area = area_of(self.plane.degrees(polygon)).area_m2
        if area > LARGEST_LOT_M2:
            words = Text("the lot has {area:,.0f} m²; expected at most {most:,.0f} m²", area=area, most=LARGEST_LOT_M2)
            yield self._said(LawnRule.BOUNDARY, words, None, polygon)
        for neighbour, ground, _lawns in self.neighbours:
            over = polygon.intersection(ground)
            if over.area > self.rules.neighbour_m2:
                words = Text("the lot overlaps the lot of {address}", address=neighbour)
                yield self._said(LawnRule.BOUNDARY, words, None, over)
        home = self.plane.metres(shapely.Point(*self.around.address_point))
        if not polygon.buffer(self.rules.edge_m).covers(home):
            yield self._said(
                LawnRule.BOUNDARY, N_("the home's address point lies outside the lot"), None, home, Level.WARN
            )

    def _dock(self) -> Found:
        if self.drawing.dock is None or self.lot is None:
            return
        dock = self.plane.metres(shapely.Point(*self.drawing.dock))
        if not self.lot.buffer(self.rules.edge_m).covers(dock):
            away = shapely.distance(self.lot, dock)
            yield self._said(LawnRule.DOCK, Text("the dock stands {n:.1f} m outside the lot", n=away), None, dock)

    # --- what is asked many times ---
    @cached_property
    def plane(self) -> Plane:
        return Plane.around(self.around.address_point)

    @cached_property
    def lot(self) -> BaseGeometry | None:
        """The boundary that counts: as drawn if it is sound, else the lot's own; in metres."""
        for boundary in (self.drawing.boundary, self.around.boundary):
            if boundary is not None and (polygon := _sound_or_none(self.plane, boundary)) is not None:
                return polygon
        return None

    @cached_property
    def house(self) -> BaseGeometry | None:
        return None if self.around.house is None else _sound_or_none(self.plane, self.around.house)

    @cached_property
    def roads(self) -> list[tuple[str, BaseGeometry, bool]]:
        """Name, strip of carriageway in metres, whether its source is trusted."""
        return [
            (road.name, self.plane.metres(shapely.LineString(road.line)).buffer(road.half_width_m), road.trusted)
            for road in self.around.roads
            if len(set(road.line)) > 1
        ]

    @cached_property
    def neighbours(self) -> list[tuple[str, BaseGeometry, BaseGeometry]]:
        """Address, ground drawn in by the edge's tolerance, and lawns, in metres."""
        found = []
        for near in self.around.neighbours:
            ground = None if near.boundary is None else _sound_or_none(self.plane, near.boundary)
            lawns = [polygon for lawn in near.lawns if (polygon := _sound_or_none(self.plane, lawn)) is not None]
            inner = Polygon() if ground is None else ground.buffer(-self.rules.edge_m)
            found.append((near.address, inner, shapely.union_all(lawns) if lawns else Polygon()))
        return found

    def _said(
        self,
        rule: LawnRule,
        words: str,
        lawn: int | None,
        where: BaseGeometry | None,
        level: Level = Level.BROKEN,
    ) -> LawnProblem:
        return LawnProblem(rule, level, words, lawn, None if where is None else self.plane.told(where))


def _points(points: list[BaseGeometry]) -> Any:
    return points[0] if len(points) == 1 else MultiPoint(points) if points else None


def _sound(polygon: Polygon) -> Any:
    """For judging holes of a ring that may cross itself: the area it covers."""
    return polygon if polygon.is_valid else shapely.make_valid(polygon)


def _sound_or_none(plane: Plane, geometry: Mapping[str, Any]) -> BaseGeometry | None:
    try:
        polygon = plane.read(geometry)
    except NotAPolygon:
        return None
    return polygon if polygon.is_valid else None
