"""Lots as they are known: imported, drawn, or estimated. An estimate is good for the eye alone."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class LotSource(StrEnum):
    """Where a boundary comes from."""

    DEMO = "demo"
    DRAWN = "drawn"
    IMPORTED = "imported"
    ESTIMATED = "estimated"
    UNKNOWN = "unknown"  # registered, and no boundary yet


@dataclass(frozen=True, slots=True)
class LotShape:
    """The ground of one home or lot, for the map. Show ``source`` wherever it is drawn."""

    boundary: dict[str, Any]
    source: LotSource
    home_id: int | None
    """The address point it belongs to; ``None`` where none stands on it."""
    lot_id: UUID | None
    """The registered lot, if any."""
    address: str
    area_m2: float | None
    """Square metres on the WGS84 ellipsoid; always ``None`` for an estimate."""
    origin: str
    """The imported layer's name; empty for others."""
    attribution: str
    data_date: datetime | None

    @property
    def estimated(self) -> bool:
        return self.source is LotSource.ESTIMATED


@dataclass(frozen=True, slots=True)
class LotEstimate:
    """The estimated ground of one home: the part of its block that lies nearer to it than to any other home."""

    home: int
    """Position in the homes given."""
    boundary: dict[str, Any]
    shared_with: tuple[int, ...] = ()
    """Other homes at the very same point (flats): they share the cell."""


@dataclass(frozen=True, slots=True)
class NearRoad:
    """A road near the lot: centre line and half-width of its carriageway in metres."""

    name: str
    road_class: str
    line: tuple[tuple[float, float], ...]
    """Longitude, latitude pairs."""
    half_width_m: float
    trusted: bool
    """False for lines derived from addresses: over one of those is a warning, not a broken rule."""
