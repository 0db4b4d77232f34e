"""What a household may know of a mower: all while it is on their own lot, and next to nothing elsewhere. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from shapely import Polygon

from core.fleet.model import Confidence, MowerSnapshot, MowerState
from core.geo import Floats, LocalFrame, Point

EDGE_M = 2.0
"""A mower this near outside still counts as on the lot: positions have that much noise."""

AT_THE_DOCK = frozenset({MowerState.CHARGING, MowerState.DOCKED})
SAYS_NOTHING = frozenset({MowerState.OFFLINE, MowerState.UNKNOWN})
"""States that tell nothing of where a mower is or whom it serves."""


class Whereabouts(StrEnum):
    """Where a mower is, as far as this household is concerned."""

    HERE = "here"
    AWAY = "away"  # at a neighbour's, or between
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class OwnLot:
    """A lot of the household and the mower that serves it. ``boundary`` is a GeoJSON Polygon; ``None`` if not drawn."""

    id: UUID
    address: str
    city: str
    time_zone: str
    boundary: dict[str, Any] | None
    is_host: bool = False

    @cached_property
    def frame(self) -> LocalFrame:
        """Metres around the middle of the lot."""
        assert self.boundary is not None
        middle = shapely.geometry.shape(self.boundary).centroid
        return LocalFrame(Point(middle.x, middle.y))

    @cached_property
    def ground(self) -> Polygon:
        """The boundary in metres of ``frame``."""
        assert self.boundary is not None
        return in_metres(self.frame, self.boundary)

    @cached_property
    def _reach(self) -> Polygon:
        reach: Polygon = self.ground.buffer(EDGE_M, quad_segs=16)
        shapely.prepare(reach)
        return reach

    def holds(self, position: Point) -> bool:
        """Whether a place is on this lot or within 2 m of it. A lot that is not drawn holds nothing."""
        return self.boundary is not None and self._within(self._reach, position)

    def contains(self, position: Point) -> bool:
        """Whether a place is inside the boundary itself."""
        return self.boundary is not None and self._within(self.ground, position)

    def _within(self, ground: Polygon, position: Point) -> bool:
        x, y = self.frame.to_metres(np.array([position.longitude]), np.array([position.latitude]))
        return bool(shapely.contains_xy(ground, x, y)[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLotView:
    """All that may leave the server about a mower for one household.

    Away: ``received_at`` alone is set. Whereabouts unknown: the state is told only when it says nothing of a place.
    """

    whereabouts: Whereabouts
    lot_id: UUID | None = None
    state: MowerState | None = None
    last_known: MowerState | None = None
    confidence: Confidence = Confidence.NONE
    since: datetime | None = None
    received_at: datetime | None = None
    position: Point | None = None
    heading_deg: float | None = None
    battery_percent: int | None = None
    progress_percent: int | None = None
    minutes_left: int | None = None
    fault_code: int | None = None


def own_lot_view(snapshot: MowerSnapshot, lots: Sequence[OwnLot], now: datetime) -> OwnLotView:
    """The household's share of a snapshot; ``now`` guards against times from the future."""
    received_at = None if snapshot.received_at is None else min(snapshot.received_at, now)
    reading = snapshot.reading
    position = None if reading is None else reading.position
    if position is None:
        return _without_position(snapshot, lots, received_at)
    lot = next((lot for lot in lots if lot.holds(position)), None)
    if lot is None:
        return OwnLotView(whereabouts=Whereabouts.AWAY, received_at=received_at)
    assert reading is not None
    return OwnLotView(
        whereabouts=Whereabouts.HERE,
        lot_id=lot.id,
        state=snapshot.state,
        last_known=snapshot.last_known,
        confidence=snapshot.confidence,
        since=snapshot.since,
        received_at=received_at,
        position=position,
        heading_deg=reading.heading_deg,
        battery_percent=reading.battery_percent,
        progress_percent=reading.progress_percent,
        minutes_left=reading.minutes_left,
        fault_code=snapshot.fault_code,
    )


def _without_position(snapshot: MowerSnapshot, lots: Sequence[OwnLot], received_at: datetime | None) -> OwnLotView:
    """At its dock a mower is on the host's lot, whatever it fails to say of its position."""
    host = next((lot for lot in lots if lot.is_host), None)
    if host is not None and snapshot.state in AT_THE_DOCK:
        return OwnLotView(
            whereabouts=Whereabouts.HERE,
            lot_id=host.id,
            state=snapshot.state,
            confidence=snapshot.confidence,
            since=snapshot.since,
            received_at=received_at,
            battery_percent=None if snapshot.reading is None else snapshot.reading.battery_percent,
        )
    told = snapshot.state if snapshot.state in SAYS_NOTHING else MowerState.UNKNOWN
    return OwnLotView(whereabouts=Whereabouts.UNKNOWN, state=told, received_at=received_at)


def in_metres(frame: LocalFrame, geometry: dict[str, Any]) -> Polygon:
    """A GeoJSON geometry in metres of a frame."""

    def move(xy: Floats) -> Floats:
        x, y = frame.to_metres(xy[:, 0], xy[:, 1])
        return np.column_stack([x, y])

    return shapely.transform(shapely.geometry.shape(geometry), move)
