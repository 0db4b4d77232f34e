"""What is different between two versions of a lawn map: zones added, removed, renamed, reshaped. Pure.

A device names a zone by a hash of its shape, so a zone that is redrawn has another hash: it is known again by its name,
or else by the ground it shares.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import shapely

from core.fleet.model import DeviceMap, MapZone, Ring
from core.neighbourhood import polygon_area_m2

SAME_GROUND = 0.5
"""Two zones of different names that share at least half of the ground they cover together are one zone redrawn."""
SAME_SHAPE_M2 = 0.05
"""Differences below this are rounding."""


class Change(StrEnum):
    """What happened to a zone."""

    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    RESHAPED = "reshaped"


class ZoneKind(StrEnum):
    """What a zone is."""

    AREA = "area"
    NO_GO = "no_go"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneChange:
    """One zone that is different; areas in m², ``None`` where it was not there (and for channels, which are lines)."""

    kind: ZoneKind
    changes: tuple[Change, ...]
    before: MapZone | None
    after: MapZone | None
    before_m2: float | None
    after_m2: float | None
    differs_m2: float = 0.0
    """Ground that is in one of the two only."""

    @property
    def name(self) -> str:
        zone = self.after or self.before
        return "" if zone is None else zone.name

    @property
    def change_m2(self) -> float:
        """How much larger it is now."""
        return (self.after_m2 or 0.0) - (self.before_m2 or 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class MapDiff:
    """Every zone that is different, and whether dock or base moved."""

    zones: tuple[ZoneChange, ...] = ()
    dock_moved: bool = False
    base_moved: bool = False

    @property
    def same(self) -> bool:
        return not (self.zones or self.dock_moved or self.base_moved)

    def of(self, change: Change) -> tuple[ZoneChange, ...]:
        return tuple(zone for zone in self.zones if change in zone.changes)


def map_diff(before: DeviceMap, after: DeviceMap) -> MapDiff:
    """From one version to the next."""
    kinds = ((ZoneKind.AREA, "areas"), (ZoneKind.NO_GO, "no_go"), (ZoneKind.CHANNEL, "channels"))
    return MapDiff(
        zones=tuple(
            change for kind, field in kinds for change in _changes(kind, getattr(before, field), getattr(after, field))
        ),
        dock_moved=before.dock != after.dock,
        base_moved=(before.base, before.base_yaw_deg) != (after.base, after.base_yaw_deg),
    )


def zone_polygon(ring: Ring) -> shapely.Geometry:
    """The ground of a zone in degrees; empty for fewer than three corners, mended where it crosses itself."""
    return shapely.make_valid(shapely.Polygon(ring)) if len(ring) >= 3 else shapely.Polygon()


def zone_area_m2(ring: Ring) -> float:
    """Area of a zone in m² on the WGS84 ellipsoid."""
    ground = zone_polygon(ring)
    return sum(polygon_area_m2(part) for part in shapely.get_parts(ground) if part.geom_type == "Polygon")


def _changes(kind: ZoneKind, before: Sequence[MapZone], after: Sequence[MapZone]) -> Iterable[ZoneChange]:
    pairs = _pairs(kind, before, after)
    known = {id(zone) for pair in pairs for zone in pair}
    for old, new in pairs:
        change = _change(kind, old, new)
        if change is not None:
            yield change
    for zone in after:
        if id(zone) not in known:
            yield _one_sided(kind, Change.ADDED, None, zone)
    for zone in before:
        if id(zone) not in known:
            yield _one_sided(kind, Change.REMOVED, zone, None)


def _pairs(kind: ZoneKind, before: Sequence[MapZone], after: Sequence[MapZone]) -> list[tuple[MapZone, MapZone]]:
    """The same zone then and now: by hash, then by its name where only one bears it, then by shared ground."""
    pairs, left, right = [], list(before), list(after)

    def take(old: MapZone, new: MapZone) -> None:
        pairs.append((old, new))
        left.remove(old)
        right.remove(new)

    by_hash = {zone.hash: zone for zone in right}
    for old in before:
        if (new := by_hash.pop(old.hash, None)) is not None:
            take(old, new)
    if kind is ZoneKind.CHANNEL:
        return pairs
    for old in tuple(left):
        named = [zone for zone in right if zone.name == old.name]
        if old.name and len(named) == 1 and sum(zone.name == old.name for zone in left) == 1:
            take(old, named[0])
    shared = sorted(
        ((_shared(old, new), m, n) for m, old in enumerate(left) for n, new in enumerate(right)), reverse=True
    )
    olds, news = tuple(left), tuple(right)
    for share, m, n in shared:
        if share >= SAME_GROUND and olds[m] in left and news[n] in right:
            take(olds[m], news[n])
    return pairs


def _shared(old: MapZone, new: MapZone) -> float:
    """Share of the ground of both that is in both, 0 to 1."""
    a, b = zone_polygon(old.line), zone_polygon(new.line)
    together = a.union(b).area
    return float(a.intersection(b).area / together) if together else 0.0


def _change(kind: ZoneKind, old: MapZone, new: MapZone) -> ZoneChange | None:
    changes = [Change.RENAMED] if old.name != new.name else []
    before_m2 = after_m2 = None
    differs = 0.0
    if kind is ZoneKind.CHANNEL:
        reshaped = old.line != new.line
    else:
        before_m2, after_m2 = zone_area_m2(old.line), zone_area_m2(new.line)
        apart = zone_polygon(old.line).symmetric_difference(zone_polygon(new.line)) if old.line != new.line else None
        parts = () if apart is None else shapely.get_parts(apart)
        differs = sum(polygon_area_m2(part) for part in parts if part.geom_type == "Polygon")
        reshaped = differs > SAME_SHAPE_M2
    if reshaped:
        changes.append(Change.RESHAPED)
    if not changes:
        return None
    return ZoneChange(
        kind=kind, changes=tuple(changes), before=old, after=new, before_m2=before_m2, after_m2=after_m2,
        differs_m2=differs,
    )  # fmt: skip


def _one_sided(kind: ZoneKind, change: Change, old: MapZone | None, new: MapZone | None) -> ZoneChange:
    def area(zone: MapZone | None) -> float | None:
        return None if zone is None or kind is ZoneKind.CHANNEL else zone_area_m2(zone.line)

    return ZoneChange(
        kind=kind, changes=(change,), before=old, after=new, before_m2=area(old), after_m2=area(new),
        differs_m2=area(new) or area(old) or 0.0,
    )  # fmt: skip
