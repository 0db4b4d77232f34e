"""A way out of a broken drawing, proposed with every change in words and never taken unasked. Pure."""

from typing import Any

import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from core.neighbourhood.lawns.model import Drawing, LawnRules, NearLot, Repair, Surroundings
from core.neighbourhood.lawns.rules import check_drawing
from core.neighbourhood.lawns.shapes import Plane
from core.neighbourhood.lots.plane import geojson
from core.neighbourhood.lots.polygons import NotAPolygon
from core.texts import N_, Text, sentence

GAP_M = 0.05
"""What is cut away is cut a little wider than the rule asks, so that the result keeps the rule after rounding."""

CHANGED_M2 = 0.01


def propose_repair(drawing: Drawing, around: Surroundings, rules: LawnRules | None = None) -> Repair:
    """The nearest sound lawns: crossings untied, holes put in order, what lies outside the lot, on roads or on
    neighbours cut off, crumbs dropped. ``check`` is the verdict on the proposal; it may still find something wrong."""
    rules = rules or LawnRules()
    mender = _Mender(around, drawing.boundary or around.boundary, rules)
    lawns: list[dict[str, Any]] = []
    taken: BaseGeometry = Polygon()
    for number, lawn in enumerate(drawing.lawns, 1):
        pieces, taken = mender.mend(number, lawn, taken)
        kept = {"part": lawn["part"]} if isinstance(lawn, dict) and lawn.get("part") else {}
        lawns += [geojson(mender.plane.degrees(piece)) | kept for piece in pieces]
    repaired = Drawing(tuple(lawns), drawing.boundary, drawing.dock)
    return Repair(repaired.lawns, tuple(mender.changes), check_drawing(repaired, around, rules))


class _Mender:
    """Mends one lawn after the other and writes down what it did."""

    def __init__(self, around: Surroundings, boundary: Any, rules: LawnRules) -> None:
        self.plane = Plane.around(around.address_point)
        self.changes: list[str] = []
        self._rules = rules
        self._lot = None if boundary is None else self._read(boundary)
        self._roads = [
            (road.name, self.plane.metres(shapely.LineString(road.line)).buffer(road.half_width_m + GAP_M))
            for road in around.roads
            if road.trusted and len(set(road.line)) > 1
        ]
        self._neighbours = [(near.address, self._ground(near)) for near in around.neighbours]

    def mend(self, number: int, lawn: Any, taken: BaseGeometry) -> tuple[list[Polygon], BaseGeometry]:
        """The sound pieces of a lawn, and the ground taken by lawns so far."""
        try:
            polygon = self.plane.read(lawn)
        except NotAPolygon:
            self.changes.append(Text("lawn {n} is left out: it is no polygon", n=number))
            return [], taken
        ground = self._untied(number, polygon)
        if self._lot is not None and not self._lot.buffer(self._rules.edge_m).covers(ground):
            ground = self._cut(number, ground, ground.intersection(self._lot), sentence(N_("the lot's boundary")))
        for name, strip in self._roads:
            ground = self._cut(number, ground, ground.difference(strip), name or sentence(N_("a road without a name")))
        for address, other in self._neighbours:
            ground = self._cut(number, ground, ground.difference(other), address)
        ground = self._cut(number, ground, ground.difference(taken), sentence(N_("another lawn of this lot")))
        pieces = self._pieces(number, ground)
        return pieces, shapely.union_all([taken, *(piece.buffer(GAP_M) for piece in pieces)])

    def _untied(self, number: int, polygon: Polygon) -> BaseGeometry:
        if polygon.is_valid:
            return polygon
        sound = shapely.make_valid(polygon, method="structure", keep_collapsed=False)
        parts = len(shapely.get_parts(sound))
        words = Text("lawn {n}: crossing edges untied; {parts} pieces remain", n=number, parts=parts)
        self.changes.append(words)
        return sound

    def _cut(self, number: int, before: BaseGeometry, after: BaseGeometry, what: str) -> BaseGeometry:
        lost = before.area - after.area
        if lost <= CHANGED_M2:
            return before
        self.changes.append(Text("lawn {n}: {area:.1f} m² cut off at {what}", n=number, area=lost, what=what))
        return after

    def _pieces(self, number: int, ground: BaseGeometry) -> list[Polygon]:
        found = [part for part in shapely.get_parts(ground) if isinstance(part, Polygon) and part.area > 0]
        kept = [part for part in found if part.area >= self._rules.smallest_m2 * 1.01]
        for part in found:
            if part not in kept:
                self.changes.append(Text("lawn {n}: a piece of {area:.1f} m² is left out", n=number, area=part.area))
        return kept

    def _read(self, geometry: Any) -> BaseGeometry | None:
        try:
            polygon = self.plane.read(geometry)
        except NotAPolygon:
            return None
        return polygon if polygon.is_valid else None

    def _ground(self, near: NearLot) -> BaseGeometry:
        shapes = [self._read(lawn) for lawn in near.lawns]
        if near.boundary is not None and (ground := self._read(near.boundary)) is not None:
            shapes.append(ground.buffer(-self._rules.edge_m + GAP_M))
        return shapely.union_all([shape for shape in shapes if shape is not None])
