"""Draws one lot as SVG: ground, house, lawns, driveway, trees, the street in front. Knows nothing of any other lot."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import atan2, degrees, radians
from typing import Any

import numpy as np
import shapely
import shapely.ops
from shapely import Polygon
from shapely.affinity import rotate, translate
from shapely.geometry.base import BaseGeometry

from core.geo import Floats, LocalFrame, Point

MARGIN_M = 4.0
STREET_M = 12.5
ASPECT = 0.9
"""Width to height of the picture."""

ROAD_WIDTH_M = {"secondary": 14.0, "tertiary": 11.0}
LOCAL_ROAD_M = 8.6
ORDER = ("driveway", "patio", "bed", "pool", "shed", "trampoline")


@dataclass(frozen=True, slots=True)
class LotScene:
    """One lot's shapes as GeoJSON, and the public streets near it."""

    frame: LocalFrame
    boundary: dict[str, Any]
    house: dict[str, Any] | None
    lawns: Sequence[dict[str, Any]]
    fixtures: Sequence[tuple[str, dict[str, Any]]]  # kind, geometry
    roads: Sequence[tuple[str, str, dict[str, Any]]]  # name, OSM class, line
    dock: tuple[float, float] | None
    number: str


class LotDrawing:
    """A scene turned so that the street lies below, fitted into a picture of fixed proportions."""

    def __init__(self, scene: LotScene) -> None:
        self._scene = scene
        self._turn = 0.0
        self._turn = self._street_below()
        west, south, east, north = self._flat(scene.boundary).bounds
        width, height = east - west + 2 * MARGIN_M, north - south + MARGIN_M + STREET_M
        if width < height * ASPECT:
            west -= (height * ASPECT - width) / 2
            width = height * ASPECT
        else:
            extra = width / ASPECT - height
            south, height = south - extra / 2, width / ASPECT
        self.left, self.top, self.width, self.height = west - MARGIN_M, -(south - STREET_M + height), width, height

    def svg(self, label: str) -> str:
        """The still picture."""
        box = f"{self.left:.2f} {self.top:.2f} {self.width:.2f} {self.height:.2f}"
        return (
            f'<svg class="m-lot-svg" viewBox="{box}" role="img" aria-label="{escape(label)}">'
            f"{STRIPES}{''.join(self._parts())}</svg>"
        )

    def mown_svg(self, mown: BaseGeometry) -> str:
        """The ground mown today (metres of the scene's frame) as a layer over the picture."""
        box = f"{self.left:.2f} {self.top:.2f} {self.width:.2f} {self.height:.2f}"
        ground = _shape(self._turned(mown), "m-lot-mown")
        return f'<svg class="m-lot-svg" viewBox="{box}" aria-hidden="true">{ground}</svg>'

    def ground_svg(self, ground: dict[str, Any], css: str) -> str:
        """A GeoJSON ground in degrees as a layer over the picture."""
        box = f"{self.left:.2f} {self.top:.2f} {self.width:.2f} {self.height:.2f}"
        shapes = _shape(self._flat(ground), css)
        return f'<svg class="m-lot-svg" viewBox="{box}" aria-hidden="true">{shapes}</svg>'

    def spot(self, left: float, top: float) -> Point:
        """The position at per cent from the left and from the top of the picture: the inverse of `place`."""
        turned = shapely.Point(self.left + left / 100 * self.width, -(self.top + top / 100 * self.height))
        flat = rotate(turned, radians(-self._turn), origin=(0, 0), use_radians=True)
        longitude, latitude = self._scene.frame.to_lonlat(np.array([flat.x]), np.array([flat.y]))
        return Point(float(longitude[0]), float(latitude[0]))

    def place(self, position: Point) -> tuple[float, float]:
        """Where a position lies in the picture: per cent from the left and from the top."""
        x, y = self._scene.frame.to_metres(np.array([position.longitude]), np.array([position.latitude]))
        spot = self._turned(shapely.Point(float(x[0]), float(y[0])))
        return (spot.x - self.left) / self.width * 100, (-spot.y - self.top) / self.height * 100

    def heading(self, heading_deg: float) -> float:
        """Compass degrees as degrees clockwise from the picture's up."""
        return (heading_deg - self._turn) % 360

    @property
    def north_deg(self) -> float:
        """Degrees clockwise from up to true north."""
        return self.heading(0.0)

    def _parts(self) -> Iterable[str]:
        scene = self._scene
        lot = self._flat(scene.boundary)
        for _name, road_class, line in scene.roads:
            road = self._flat(line).buffer(ROAD_WIDTH_M.get(road_class, LOCAL_ROAD_M) / 2 + 0.4)
            yield _shape(road.buffer(3.2), "m-lot-walk")
        for _name, road_class, line in scene.roads:
            yield _shape(self._flat(line).buffer(ROAD_WIDTH_M.get(road_class, LOCAL_ROAD_M) / 2), "m-lot-road")
        yield _shape(lot, "m-lot-ground")
        for lawn in scene.lawns:
            yield _shape(self._flat(lawn), "m-lot-lawn") + _shape(self._flat(lawn), "m-lot-stripes")
        kinds: Mapping[str, list[BaseGeometry]] = {kind: [] for kind in (*ORDER, "tree")}
        for kind, geometry in scene.fixtures:
            if kind in kinds:
                kinds[kind].append(self._flat(geometry))
        for kind in ORDER:
            yield from (_shape(shape, f"m-lot-{kind}") for shape in kinds[kind])
        yield _shape(lot, "m-lot-edge")
        if scene.house is not None:
            yield from self._house(self._flat(scene.house))
        for shape in kinds["tree"]:
            yield _shape(translate(shape, 0.5, -0.7), "m-lot-shadow") + _shape(shape, "m-lot-tree")
        if scene.dock is not None:
            yield self._dock(scene.dock)
        yield self._street_name()

    def _house(self, house: Polygon) -> Iterable[str]:
        yield _shape(translate(house, 0.7, -0.9), "m-lot-shadow")
        yield _shape(house, "m-lot-house")
        inner = house.buffer(-3.4, join_style="mitre").buffer(1.0, join_style="mitre")
        yield _shape(inner, "m-lot-roof") if not inner.is_empty else ""
        middle = house.representative_point() if not house.contains(house.centroid) else house.centroid
        yield _words(middle.x, middle.y, self._scene.number, "m-lot-number", 2.6)

    def _dock(self, dock: tuple[float, float]) -> str:
        x, y = self._scene.frame.to_metres(np.array([dock[0]]), np.array([dock[1]]))
        spot = self._turned(shapely.Point(float(x[0]), float(y[0])))
        return f'<circle class="m-lot-dock" cx="{spot.x:.2f}" cy="{-spot.y:.2f}" r="0.9"/>'

    def _street_name(self) -> str:
        """The name of the street in front, written on it."""
        view = shapely.box(self.left, -self.top - self.height, self.left + self.width, -self.top).buffer(-2)
        lot = self._flat(self._scene.boundary)
        lines = [(name, self._flat(line).intersection(view)) for name, _class, line in self._scene.roads if name]
        seen = [(name, line) for name, line in lines if line.length > 12]
        if not seen:
            return ""
        name, line = min(seen, key=lambda pair: (round(pair[1].distance(lot)), -pair[1].length))
        longest = max(shapely.get_parts(line), key=lambda part: part.length)
        middle = longest.length / 2
        spot, near = longest.interpolate(middle), longest.interpolate(middle + 2)
        angle = -degrees(atan2(near.y - spot.y, near.x - spot.x))
        angle = angle + 180 if angle > 90 or angle < -90 else angle
        return (
            f'<g transform="translate({spot.x:.2f} {-spot.y:.2f}) rotate({angle:.1f})">'
            f"{_words(0, 0, name, 'm-lot-street', 2.3)}</g>"
        )

    def _street_below(self) -> float:
        """The turn (degrees counter-clockwise) that brings the driveway's end below the house; 0 when unknown."""
        drives = [self._flat(shape) for kind, shape in self._scene.fixtures if kind == "driveway"]
        if not drives or self._scene.house is None:
            return 0.0
        house = self._flat(self._scene.house)
        corners = shapely.get_coordinates(max(drives, key=lambda drive: drive.area))
        far = max(corners, key=lambda corner: house.distance(shapely.Point(corner)))
        near = shapely.ops.nearest_points(house, shapely.Point(far))[0]
        return -90.0 - degrees(atan2(far[1] - near.y, far[0] - near.x))

    def _flat(self, geometry: dict[str, Any]) -> BaseGeometry:
        def move(xy: Floats) -> Floats:
            x, y = self._scene.frame.to_metres(xy[:, 0], xy[:, 1])
            return np.column_stack([x, y])

        return self._turned(shapely.transform(shapely.geometry.shape(geometry), move))

    def _turned(self, shape: BaseGeometry) -> BaseGeometry:
        return rotate(shape, radians(self._turn), origin=(0, 0), use_radians=True)


STRIPES = (
    '<defs><pattern id="m-stripes" width="2.4" height="2.4" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(24)"><rect width="1.2" height="2.4" class="m-lot-stripe"/></pattern></defs>'
)


def _shape(shape: BaseGeometry, css: str) -> str:
    return "".join(
        f'<path class="{css}" fill-rule="evenodd" d="{_ring_path(part)}"/>'
        for part in shapely.get_parts(shape)
        if isinstance(part, Polygon) and not part.is_empty
    )


def _ring_path(polygon: Polygon) -> str:
    rings = [polygon.exterior, *polygon.interiors]
    return "".join("M" + "L".join(f"{x:.2f} {-y:.2f}" for x, y in list(ring.coords)[:-1]) + "Z" for ring in rings)


def _words(x: float, y: float, words: str, css: str, size: float) -> str:
    return (
        f'<text class="{css}" x="{x:.2f}" y="{-y + size * 0.35:.2f}" font-size="{size}" text-anchor="middle">'
        f"{escape(words)}</text>"
    )
