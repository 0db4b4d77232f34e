"""What a person draws on a lot, and what the rules say of it: frozen values. Geometry is WGS84 GeoJSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from core.errors import Invalid
from core.neighbourhood.lots.model import NearRoad
from core.texts import Text

type Geometry = Mapping[str, Any]
type Position = tuple[float, float]
"""Longitude, latitude in degrees."""

SQUARE_FEET_PER_M2 = 10.763_910_416_709_722
"""1 / 0.3048², by the definition of the international foot."""

AREA_SOURCE = "geodesic area on the WGS84 ellipsoid (Karney 2013)"


class LawnRule(StrEnum):
    """One thing a lawn must keep."""

    SHAPE = "shape"  # no polygon at all, or one off the map
    CROSSING = "crossing"  # crosses or touches itself
    HOLE = "hole"  # a hole outside the lawn, or two that overlap
    SMALL = "small"
    LARGE = "large"
    CORNERS = "corners"
    OUTSIDE = "outside"  # over the lot's boundary
    ROAD = "road"  # over a road
    HOUSE = "house"  # over the lot's own house
    NEIGHBOUR = "neighbour"  # on a neighbour's lot or lawn
    OWN = "own"  # over another lawn of the same lot
    BOUNDARY = "boundary"  # the lot itself is wrong
    DOCK = "dock"  # the dock stands outside the lot


class Level(StrEnum):
    """How much a problem weighs: ``broken`` keeps the lawn from being saved, ``warn`` does not."""

    BROKEN = "broken"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class LawnProblem:
    """One broken rule, where it is broken, and in words."""

    rule: LawnRule
    level: Level
    words: str
    lawn: int | None
    """Position of the lawn in what was checked, from 0; ``None`` for the lot itself."""
    geometry: dict[str, Any] | None
    """The part that is wrong (Point, LineString, Polygon or MultiPolygon); ``None`` where there is nothing to show."""


@dataclass(frozen=True, slots=True)
class LawnArea:
    """The area of one lawn without its holes."""

    area_m2: float
    area_ft2: float
    holes: int


@dataclass(frozen=True, slots=True)
class LawnCheck:
    """The verdict on a drawing. ``area_*`` are ``None`` while a lawn is no polygon: unknown stays unknown."""

    problems: tuple[LawnProblem, ...]
    lawns: tuple[LawnArea | None, ...]
    area_m2: float | None
    area_ft2: float | None
    area_source: str = AREA_SOURCE

    @property
    def ok(self) -> bool:
        """Whether it may be saved."""
        return not any(problem.level is Level.BROKEN for problem in self.problems)


@dataclass(frozen=True, slots=True)
class LawnRules:
    """What a lawn must keep. Metres and square metres."""

    smallest_m2: float = 4.0
    largest_m2: float = 40_000.0
    most_corners: int = 500
    most_lawns: int = 40
    most_holes: int = 60
    edge_m: float = 0.5
    """How far a lawn may stand over the lot's boundary: drawn and surveyed lines never agree fully."""
    neighbour_m2: float = 1.0
    """Overlap with a neighbour's lot or lawn that is still a drawing's noise."""
    road_m2: float = 0.5
    """The same for a road."""
    snap_m: float = 1.0
    """How near a corner must come to a vertex or edge to be taken to it."""

    def __post_init__(self) -> None:
        for name in ("smallest_m2", "edge_m", "neighbour_m2", "road_m2", "snap_m"):
            if getattr(self, name) < 0:
                raise Invalid(Text("lawn rules: {name} is below 0", name=name))
        if self.largest_m2 <= self.smallest_m2 or self.most_corners < 4:
            raise Invalid(Text("lawn rules: {name} is too small", name="largest_m2 / most_corners"))


@dataclass(frozen=True, slots=True)
class NearLot:
    """A lot beside this one, as far as a lawn must keep off it. ``boundary`` is never an estimate."""

    lot_id: UUID | None
    address: str
    boundary: Geometry | None
    lawns: tuple[Geometry, ...] = ()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything a lawn on one lot is judged against."""

    boundary: Geometry | None
    """The lot's own boundary; ``None`` where it is not drawn or only estimated."""
    house: Geometry | None
    address_point: Position
    neighbours: tuple[NearLot, ...] = ()
    roads: tuple[NearRoad, ...] = ()
    estimate: Geometry | None = None
    """The estimated lot where none is known: to draw, marked as such; no rule rests on it."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """What one person has drawn of a lot. ``boundary`` ``None`` keeps the lot's own; ``dock`` likewise."""

    lawns: tuple[dict[str, Any], ...]
    boundary: dict[str, Any] | None = None
    dock: Position | None = None


@dataclass(frozen=True, slots=True)
class Repair:
    """A proposal, never applied unasked: the lawns as they would be, and every change in words."""

    lawns: tuple[dict[str, Any], ...]
    changes: tuple[str, ...]
    check: LawnCheck


@dataclass(frozen=True, slots=True)
class Editor:
    """Someone who has this lot open in the editor."""

    person_id: UUID
    name: str
    since: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class DraftView:
    """One person's unsaved drawing of a lot."""

    lot_id: UUID
    person_id: UUID
    editor: str
    drawing: Drawing
    base_version: int
    """The lot's version that the drawing began from."""
    changed_at: datetime
    outdated: bool
    """Whether the lot has been saved by someone since."""


@dataclass(frozen=True, slots=True)
class LawnVersionView:
    """The lot's ground as it stood after one save."""

    lot_id: UUID
    version: int
    at: datetime
    by: str
    source: str
    boundary: dict[str, Any] | None
    lawns: tuple[dict[str, Any], ...]
    dock: Position | None
    lawn_area_m2: float | None


@dataclass(frozen=True, slots=True)
class LawnSheet:
    """All that the editor opens with."""

    lot_id: UUID
    household_id: UUID | None
    address: str
    city: str
    source: str
    version: int
    saved: Drawing
    surroundings: Surroundings
    draft: DraftView | None
    others: tuple[Editor, ...]
    """Who else has it open: warn."""
    check: LawnCheck
    rules: LawnRules
    metres_per_degree: tuple[float, float]
    """East and north, on the WGS84 ellipsoid at the lot: for the live area in the browser."""


@dataclass(frozen=True, slots=True)
class RefusedShape:
    """One feature or placemark of a file that was not taken, and why."""

    index: int
    """Position in the file, from 0."""
    name: str
    field: str
    reason: str
    expected: str


@dataclass(frozen=True, slots=True)
class LawnFile:
    """What a GeoJSON or KML file holds. Nothing is repaired: what is refused is listed."""

    format: str
    """``geojson`` or ``kml``."""
    features: int
    lawns: tuple[dict[str, Any], ...]
    boundary: dict[str, Any] | None
    """A polygon the file calls the lot's boundary."""
    dock: Position | None
    """A point the file calls the dock."""
    refused: tuple[RefusedShape, ...]
    warnings: tuple[str, ...]
