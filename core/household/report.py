"""What a mower did on one lot in one visit (H5), from its readings there alone: nothing of any other ground comes in.

Coverage is that of `core.fleet.coverage`, laid over the lot's own lawns and clipped to them. Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import shapely

from core.clock import to_epoch_ms
from core.fleet import StoredReading
from core.fleet.coverage import Coverage, Strokes, covered, ground
from core.fleet.model import DeviceMap, MapZone, MowerState
from core.geo import Point
from core.neighbourhood import OwnLot

LONGEST_GAP = timedelta(seconds=90)
"""Readings further apart are not joined: nobody knows what lay between."""


@dataclass(frozen=True, slots=True)
class OwnFault:
    """A fault that began while the mower stood on the lot; ``code`` is the vendor's number, 0 where it gave none."""

    at: datetime
    code: int


@dataclass(frozen=True, slots=True)
class OwnWork:
    """The work on the lot: when it was first and last seen mowing there, and for how long in all."""

    first_at: datetime | None
    last_at: datetime | None
    mowed: timedelta
    faults: tuple[OwnFault, ...]
    strokes: Strokes


@dataclass(frozen=True, slots=True)
class OwnCoverage:
    """What of the lot's lawns was cut: percent, areas in m², and both grounds as GeoJSON in degrees."""

    percent: float
    area_m2: float
    missed_m2: float
    patches: int
    cut: dict[str, Any]
    missed: dict[str, Any]


def own_work(readings: Iterable[StoredReading], lot: OwnLot) -> OwnWork:
    """From readings in order of time. Only those inside the boundary count, without a margin: a lane along the fence of
    the lot next door is not this lot's."""
    first = last = None
    mowed, faults, kept = timedelta(), [], []
    before: tuple[datetime, bool] | None = None
    in_fault = False
    for one in readings:
        place, at = one.reading.position, one.reading.device_time
        inside = place is not None and lot.contains(place)
        mowing = inside and one.state is MowerState.MOWING
        faulty = inside and one.state is MowerState.FAULT
        if faulty and not in_fault:
            faults.append(OwnFault(at, one.reading.fault_code or 0))
        in_fault = faulty
        if before is not None and before[1] and at - before[0] <= LONGEST_GAP:
            mowed += at - before[0] if inside else timedelta()
        if mowing:
            first, last = first or at, at
        if inside and place is not None:
            kept.append((place.longitude, place.latitude, at, mowing))
        before = (at, mowing)
    return OwnWork(first, last, mowed, tuple(faults), _strokes(kept))


def own_coverage(
    work: Sequence[OwnWork], lot: OwnLot, lawns: Sequence[Mapping[str, Any]], *, width_m: float, cell_m: float = 0.25
) -> OwnCoverage | None:
    """Of the lot's lawns (GeoJSON polygons); ``None`` where none is drawn. Takes up to a second: not for the loop."""
    zones = [zone for number, lawn in enumerate(lawns) for zone in _zones(number, lawn)]
    if not zones or lot.boundary is None:
        return None
    holes = [hole for number, lawn in enumerate(lawns) for hole in _holes(number, lawn)]
    lawn_map = DeviceMap(
        device_name="", synced_at=_NEVER, areas=tuple(zones), no_go=tuple(holes)
    )  # the lot's own lawns in the place of a device's map
    found = covered(lawn_map, [one.strokes for one in work], width_m=width_m, cell_m=cell_m)
    return _told(found)


def _told(found: Coverage) -> OwnCoverage:
    cut, missed = ground(found)
    return OwnCoverage(
        percent=found.percent, area_m2=found.area_m2, missed_m2=sum(patch.area_m2 for patch in found.missed),
        patches=len(found.missed), cut=cut, missed=missed,
    )  # fmt: skip


def _strokes(kept: Sequence[tuple[float, float, datetime, bool]]) -> Strokes:
    return Strokes(
        longitude=np.array([one[0] for one in kept], np.float64),
        latitude=np.array([one[1] for one in kept], np.float64),
        time_ms=np.array([to_epoch_ms(one[2]) for one in kept], np.int64),
        cuts=np.array([one[3] for one in kept], np.bool_),
    )


def _zones(number: int, lawn: Mapping[str, Any]) -> Iterable[MapZone]:
    for part in _polygons(lawn):
        yield MapZone(number, "", tuple((float(x), float(y)) for x, y in part.exterior.coords[:-1]))


def _holes(number: int, lawn: Mapping[str, Any]) -> Iterable[MapZone]:
    for part in _polygons(lawn):
        for hole in part.interiors:
            yield MapZone(number, "", tuple((float(x), float(y)) for x, y in hole.coords[:-1]))


def _polygons(lawn: Mapping[str, Any]) -> list[shapely.Polygon]:
    shape = shapely.geometry.shape(lawn)
    return [part for part in shapely.get_parts(shape) if isinstance(part, shapely.Polygon) and not part.is_empty]


_NEVER = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def middle_of(lot: OwnLot) -> Point | None:
    """Where a pin stands before somebody moves it; ``None`` where no boundary is drawn."""
    if lot.boundary is None:
        return None
    spot = shapely.geometry.shape(lot.boundary).representative_point()
    return Point(spot.x, spot.y)
