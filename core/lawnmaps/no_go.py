"""Temporary no-go ground (D8): a party, a trampoline. Drawn by a person, over by the clock. Pure rules and values.

The vendor's cloud takes no new no-go zone: the mower itself does not know of ours. What we do is to say so, to tell the
start guard, and to pause a mower that is seen inside (`core.lawnmaps.no_go_watch`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from uuid import UUID

import numpy as np
import shapely

from core.clock import require_aware
from core.errors import Invalid
from core.fleet.model import DeviceMap, MapZone, Ring
from core.geo import LocalFrame, Point
from core.lawnmaps.diff import zone_area_m2, zone_polygon
from core.texts import N_, Text


class NoGoPhase(StrEnum):
    """Where a no-go stands by the clock."""

    PLANNED = "planned"
    ACTIVE = "active"
    OVER = "over"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoGoRules:
    """What may be drawn."""

    longest: timedelta = timedelta(days=90)
    largest_m2: float = 20_000.0  # 1 to 1,000,000
    smallest_m2: float = 0.5
    most_corners: int = 200
    margin_m: float = 0.5  # 0 to 5: a mower this near outside counts as inside: it is wider than its antenna

    def __post_init__(self) -> None:
        if not timedelta(0) < self.longest <= timedelta(days=400):
            raise ValueError(f"longest {self.longest}: expected up to 400 days")
        if not 0 < self.smallest_m2 < self.largest_m2 <= 1_000_000 or not 3 <= self.most_corners <= 2_000:
            raise ValueError("expected smallest_m2 below largest_m2, at most 1,000,000, and 3 to 2000 corners")
        if not 0 <= self.margin_m <= 5:
            raise ValueError(f"margin_m {self.margin_m}: expected 0 to 5")


DEFAULT_NO_GO_RULES = NoGoRules()


@dataclass(frozen=True, kw_only=True)
class NoGo:
    """One temporary no-go as stored. ``ring`` in degrees, not closed."""

    id: UUID
    device_name: str
    name: str
    ring: Ring
    starts_at: datetime
    ends_at: datetime
    drawn_by: str
    drawn_at: datetime
    cancelled_at: datetime | None = None
    cancelled_by: str = ""

    def phase(self, now: datetime) -> NoGoPhase:
        """Active from its start up to, not including, its end."""
        if self.cancelled_at is not None and self.cancelled_at <= now:
            return NoGoPhase.CANCELLED if self.cancelled_at < self.ends_at else NoGoPhase.OVER
        if now < self.starts_at:
            return NoGoPhase.PLANNED
        return NoGoPhase.ACTIVE if now < self.ends_at else NoGoPhase.OVER

    def active(self, now: datetime) -> bool:
        return self.phase(now) is NoGoPhase.ACTIVE

    @cached_property
    def ground(self) -> shapely.Geometry:
        return zone_polygon(self.ring)

    def holds(self, place: Point, margin_m: float = DEFAULT_NO_GO_RULES.margin_m) -> bool:
        """Whether a place is inside, or within the margin of it."""
        frame, ground = self._metres
        x, y = frame.to_metres(np.array([place.longitude]), np.array([place.latitude]))
        return bool(shapely.dwithin(ground, shapely.Point(float(x[0]), float(y[0])), margin_m))

    def touches(self, zone: MapZone) -> bool:
        """Whether some of a mowing area lies in it."""
        return bool(self.ground.intersects(zone_polygon(zone.line)))

    @cached_property
    def _metres(self) -> tuple[LocalFrame, shapely.Geometry]:
        frame = LocalFrame(Point(*self.ring[0]))
        ground = shapely.transform(
            self.ground, lambda at: np.column_stack(frame.to_metres(at[:, 0], at[:, 1]))
        )  # fmt: skip
        return frame, ground


def checked_ring(ring: Iterable[Iterable[float]], rules: NoGoRules = DEFAULT_NO_GO_RULES) -> Ring:
    """The ring as it is kept: open, its corners on the map, of a sound size. ``Invalid`` says what is wrong."""
    try:
        corners = tuple((Point(*place).longitude, Point(*place).latitude) for place in ring)
    except (ValueError, TypeError) as error:
        raise Invalid(Text("the area: {problem}", problem=error)) from error
    if len(corners) > 1 and corners[0] == corners[-1]:
        corners = corners[:-1]
    if not 3 <= len(corners) <= rules.most_corners:
        raise Invalid(Text("the area: {n} corners (expected 3 to {most})", n=len(corners), most=rules.most_corners))
    if not shapely.Polygon(corners).is_valid:
        raise Invalid(N_("the area: its outline crosses itself"))
    area = zone_area_m2(corners)
    if not rules.smallest_m2 <= area <= rules.largest_m2:
        words = Text(
            "the area: {area:.1f} m² (expected {least:g} to {most:g})",
            area=area, least=rules.smallest_m2, most=rules.largest_m2,
        )  # fmt: skip
        raise Invalid(words)
    return corners


def checked_times(
    starts_at: datetime, ends_at: datetime, now: datetime, rules: NoGoRules = DEFAULT_NO_GO_RULES
) -> tuple[datetime, datetime]:
    """Start and end in UTC; ``Invalid`` for a naive time, an end that has passed or comes first, or one too far off."""
    try:
        start, end = require_aware(starts_at), require_aware(ends_at)
    except (ValueError, OverflowError) as error:
        raise Invalid(N_("start and end: expected times with their time zone")) from error
    if end <= start:
        raise Invalid(N_("the end: expected a time after the start"))
    if end <= now:
        raise Invalid(N_("the end: it has passed already"))
    if end - start > rules.longest or start - now > timedelta(days=400):
        raise Invalid(
            Text("the end: expected at most {days} days after the start, within a year", days=rules.longest.days)
        )
    return start, end


def concerns(no_go: NoGo, device_name: str, lawn: DeviceMap | None) -> bool:
    """Whether a no-go matters to a mower: drawn for it, or on one of its areas."""
    return no_go.device_name == device_name or (lawn is not None and any(no_go.touches(zone) for zone in lawn.areas))
