"""Frozen values of a generated town. Geometry is in local metres (x east, y north of ``Town.frame``)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from math import degrees

import numpy as np
import shapely
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from core.geo import Floats, LocalFrame, distance_m

REACH_M = 80.0
"""Neighbours of a host live within this great-circle distance."""

LINE_RULE_DEG = 0.00005
"""The line rule keeps this far from every road centre line, in degrees of longitude and latitude alike."""


class RoadClass(StrEnum):
    """OpenStreetMap ``highway`` values the town uses."""

    ARTERIAL = "secondary"
    COLLECTOR = "tertiary"
    LOCAL = "residential"


CARRIAGEWAY_HALF_M: Mapping[RoadClass, float] = {
    RoadClass.ARTERIAL: 7.0,
    RoadClass.COLLECTOR: 5.5,
    RoadClass.LOCAL: 4.3,
}
RIGHT_OF_WAY_HALF_M: Mapping[RoadClass, float] = {
    RoadClass.ARTERIAL: 14.0,
    RoadClass.COLLECTOR: 11.0,
    RoadClass.LOCAL: 8.0,
}


@dataclass(frozen=True, slots=True)
class Street:
    """One named road centre line; ``turning_head`` is the round end of a cul-de-sac."""

    id: int
    name: str
    road_class: RoadClass
    line: LineString
    turning_head: Point | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """Land enclosed by roads, without their right of way."""

    id: int
    polygon: Polygon


@dataclass(frozen=True, slots=True)
class Frontage:
    """Where a lot meets its street: a point on the lot line, the way in (unit vector), the width in metres."""

    street: int
    side: int  # +1 left of the street's direction, -1 right
    station_m: float  # along the street's centre line
    x: float
    y: float
    inward_x: float
    inward_y: float
    width_m: float


@dataclass(frozen=True, slots=True)
class Lawn:
    """A mowable piece of one lot. ``polygon`` excludes house, driveway and beds; holes are no-go islands."""

    part: str  # front | back
    polygon: Polygon


@dataclass(frozen=True, slots=True)
class Home:
    """One address with its lot, house and everything that stands on the lot."""

    id: int
    number: int
    street: str
    household: str
    block: int
    longitude: float
    latitude: float
    lot: Polygon
    frontage: Frontage
    house: Polygon
    driveway: Polygon
    lawns: tuple[Lawn, ...]
    fixtures: tuple["Feature", ...]  # beds, patios, sheds, pools, trampolines, trees

    @property
    def address(self) -> str:
        return f"{self.number} {self.street}"


@dataclass(frozen=True, slots=True)
class Feature:
    """Scenery: what it is (``park``, ``water``, ``tree`` ...), its name if it has one, its shape."""

    kind: str
    name: str
    geometry: BaseGeometry


@dataclass(frozen=True, slots=True)
class Link:
    """A way for the mower between two of its areas, or from its dock (``from_area`` -1) to the first."""

    from_area: int
    to_area: int
    line: LineString


@dataclass(frozen=True, slots=True)
class Cluster:
    """A host and 3-5 neighbours who could share one mower; areas are (home id, front | back) pairs."""

    id: int
    label: str
    host: int
    neighbours: tuple[int, ...]
    dock: Point
    dock_heading_deg: float  # nose of the docked mower, clockwise from true north: it faces the wall
    base: Point  # RTK reference station on the roof
    yaw_deg: float  # of the device's own frame
    areas: tuple[tuple[int, str], ...]
    links: tuple[Link, ...]
    device_name: str
    model: str
    account: int


@dataclass(frozen=True)
class Town:
    """A whole generated town, with its truth: who can reach whom."""

    seed: int
    name: str
    state: str
    postcode: str
    frame: LocalFrame
    streets: tuple[Street, ...]
    blocks: tuple[Block, ...]
    homes: tuple[Home, ...]
    clusters: tuple[Cluster, ...]
    features: tuple[Feature, ...]
    limits: Polygon  # the land the town's roads are complete for

    def lonlat(self, geometry: BaseGeometry) -> BaseGeometry:
        """The geometry in WGS84 degrees, rounded to 1e-7 (about a centimetre)."""
        return to_lonlat(self.frame, geometry)

    def home_at(self, address: str) -> Home:
        return self._by_address[address]

    def distance_m(self, home: Home, other: Home) -> float:
        """Great-circle metres between two address points."""
        return float(
            distance_m(
                np.float64(home.longitude),  # type: ignore[arg-type]
                np.float64(home.latitude),  # type: ignore[arg-type]
                np.float64(other.longitude),  # type: ignore[arg-type]
                np.float64(other.latitude),  # type: ignore[arg-type]
            )
        )

    def reachable(self, host: Home, other: Home) -> bool:
        """The truth: same block, within 80 m, and the straight line keeps off every road's centre line.

        Written from the streets the town was built of, one pair at a time, so that it can judge the vectorised
        qualification, which works from imported roads.
        """
        if host.id == other.id or host.block != other.block or self.distance_m(host, other) > REACH_M:
            return False
        line = LineString([(host.longitude, host.latitude), (other.longitude, other.latitude)])
        return all(line.distance(road) > LINE_RULE_DEG for road in self._roads_of_block[host.block])

    def reachable_from(self, host: Home) -> tuple[Home, ...]:
        """Every home the host can reach, nearest first."""
        others = [other for other in self._homes_of_block[host.block] if self.reachable(host, other)]
        return tuple(sorted(others, key=lambda other: (self.distance_m(host, other), other.id)))

    @cached_property
    def _by_address(self) -> dict[str, Home]:
        return {home.address: home for home in self.homes}

    @cached_property
    def _homes_of_block(self) -> dict[int, list[Home]]:
        found: dict[int, list[Home]] = {block.id: [] for block in self.blocks}
        for home in self.homes:
            found[home.block].append(home)
        return found

    @cached_property
    def _roads_of_block(self) -> dict[int, list[BaseGeometry]]:
        return {
            block.id: [self.lonlat(s.line) for s in self.streets if s.line.distance(block.polygon) < 2 * REACH_M]
            for block in self.blocks
        }


def to_lonlat(frame: LocalFrame, geometry: BaseGeometry) -> BaseGeometry:
    """Local metres to WGS84 degrees, rounded to 1e-7."""

    def move(xy: Floats) -> Floats:
        longitude, latitude = frame.to_lonlat(xy[:, 0], xy[:, 1])
        return np.round(np.column_stack([longitude, latitude]), 7)

    return shapely.transform(geometry, move)


def heading_of(dx: float, dy: float) -> float:
    """Compass degrees (clockwise from north) of a vector in metres."""
    return float(degrees(np.arctan2(dx, dy)) % 360)
