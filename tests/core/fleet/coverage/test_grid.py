"""Coverage of a lawn: what a blade of a known width leaves of a lawn of a known size."""

from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clock import MovableClock
from core.db import Database
from core.fleet.coverage import Coverage, Strokes, blade_width_m, covered
from core.fleet.model import Confidence, DeviceMap, MapZone, MowerState
from core.fleet.sessions import SessionDesk, SessionKeeper
from core.fleet.telemetry import TelemetryStore
from core.geo import LocalFrame
from tests.core.fleet.cast import DOCK, LUBA, NOON
from tests.core.fleet.sessions.cast import reading

FRAME = LocalFrame(DOCK)
type Places = list[tuple[float, float]]


def ring(*corners: tuple[float, float]) -> tuple[tuple[float, float], ...]:
    x, y = (np.array(side, dtype=float) for side in zip(*corners, strict=True))
    return tuple(
        (float(longitude), float(latitude)) for longitude, latitude in zip(*FRAME.to_lonlat(x, y), strict=True)
    )


def box(west: float, south: float, east: float, north: float) -> tuple[tuple[float, float], ...]:
    return ring((west, south), (east, south), (east, north), (west, north))


def lawn(*areas: tuple[tuple[float, float], ...], no_go: tuple[tuple[float, float], ...] | None = None) -> DeviceMap:
    return DeviceMap(
        device_name=LUBA,
        synced_at=NOON,
        areas=tuple(MapZone(number, f"area {number}", line) for number, line in enumerate(areas, 1)),
        no_go=(MapZone(99, "pond", no_go),) if no_go else (),
    )


def strokes(places: Places, *, cuts: bool = True, every_s: float = 1.0) -> Strokes:
    x, y = (np.array(side, dtype=float) for side in zip(*places, strict=True))
    longitude, latitude = FRAME.to_lonlat(x, y)
    times = np.arange(len(x)) * round(every_s * 1000)
    return Strokes(longitude, latitude, times, np.full(len(x), cuts))


def lanes(width: float, height: float, spacing: float) -> Places:
    """Up and down a lawn, a place every half metre."""
    found: Places = []
    for number, x in enumerate(np.arange(spacing / 2, width, spacing)):
        up = [(float(x), float(y)) for y in np.arange(0, height + 0.01, 0.5)]
        found += up if number % 2 == 0 else up[::-1]
    return found


def of_ten_by_ten(places: Places, **more: object) -> Coverage:
    return covered(lawn(box(0, 0, 10, 10)), [strokes(places, **more)], width_m=0.4)  # type: ignore[arg-type]


def test_lanes_closer_than_the_blade_is_wide_leave_nothing() -> None:
    done = of_ten_by_ten(lanes(10, 10, 0.38))
    assert done.percent == pytest.approx(100, abs=0.6)
    assert done.missed == ()
    assert done.area_m2 == pytest.approx(100, abs=0.1)


def test_half_the_lawn_is_half_covered_and_the_rest_is_one_patch() -> None:
    done = of_ten_by_ten(lanes(5, 10, 0.38))
    assert done.percent == pytest.approx(50, abs=2.5)
    (patch,) = done.missed
    assert patch.area_m2 == pytest.approx(50, abs=3)
    x, _ = FRAME.to_metres(np.array([patch.middle.longitude]), np.array([patch.middle.latitude]))
    assert 5 < x[0] < 10


def test_driving_without_mowing_covers_nothing() -> None:
    assert of_ten_by_ten(lanes(10, 10, 0.38), cuts=False).percent == 0


def test_positions_a_minute_apart_are_not_joined() -> None:
    assert of_ten_by_ten([(0, 5), (4, 5)], every_s=10).percent > 1
    assert of_ten_by_ten([(0, 5), (4, 5)], every_s=61).percent == 0


def test_a_no_go_zone_is_no_lawn() -> None:
    device_map = lawn(box(0, 0, 10, 10), no_go=box(4, 4, 6, 6))
    done = covered(device_map, [strokes(lanes(10, 10, 0.38))], width_m=0.4)
    assert done.area_m2 == pytest.approx(96, abs=0.1)


def test_each_area_has_its_own_share() -> None:
    device_map = lawn(box(0, 0, 10, 10), box(20, 0, 30, 10))
    done = covered(device_map, [strokes(lanes(10, 10, 0.38))], width_m=0.4)
    assert [round(area.percent) for area in done.areas] == [100, 0]
    assert [patch.zone_hash for patch in done.missed] == [2]


def test_a_map_without_areas_is_covered_by_nothing() -> None:
    assert covered(lawn(), [strokes([(0, 0), (1, 0)])], width_m=0.4).percent == 0


def test_an_absurd_cell_is_refused() -> None:
    with pytest.raises(ValueError, match="cell 0 m, blade"):
        covered(lawn(box(0, 0, 1, 1)), [], width_m=0.4, cell_m=0)


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0, 10)), min_size=2, max_size=25))
@settings(max_examples=60, deadline=None)
def test_covered_ground_is_what_a_wide_brush_paints_to_within_the_cells_on_its_edge(places: Places) -> None:
    done = of_ten_by_ten(places, every_s=1)
    joined = [shapely.LineString(pair) for pair in pairwise(places) if shapely.LineString(pair).length <= 5]
    painted = shapely.union_all([line.buffer(0.2) for line in joined]).intersection(shapely.box(0, 0, 10, 10))
    slack = 0.75 * 0.25 * painted.length + 0.5
    assert done.percent / 100 * 100 == pytest.approx(painted.area, abs=slack)


@pytest.mark.parametrize(
    ("model", "width"), [("Luba 2 AWD", 0.40), ("Luba mini", 0.20), ("Yuka mini", 0.19), ("Yuka", 0.32), ("?", 0.19)]
)
def test_each_model_has_its_width(model: str, width: float) -> None:
    assert blade_width_m(model) == width


async def test_a_task_gone_on_with_keeps_what_it_covered_before(sqlite_database: Database, clock: MovableClock) -> None:
    """W20: after a rain pause, the first half is not forgotten."""
    store = TelemetryStore(sqlite_database, clock)
    keeper = SessionKeeper(sqlite_database, store, clock)
    desk, device_map = SessionDesk(sqlite_database), lawn(box(-0.2, 0, 0.2, 40))
    rows = [reading(second, north=second * 0.5, progress_percent=second) for second in range(40)]
    rows += [reading(40, MowerState.RETURNING, rain=True)]
    rows += [reading(4_000 + second, north=20 + second * 0.5, progress_percent=40 + second) for second in range(40)]
    rows += [reading(4_040, MowerState.DOCKED)]
    for row in rows:
        store.append(1, row, row.mode or MowerState.UNKNOWN, Confidence.PROVEN)
    clock.move(5_000)
    await keeper.turn()
    second, first = await desk.sessions(1, NOON, NOON + timedelta(hours=2))
    assert second.continues
    half = await desk.coverage(first, device_map, width_m=0.4)
    whole = await desk.coverage(second, device_map, width_m=0.4)
    assert half.percent == pytest.approx(50, abs=3)
    assert whole.percent == pytest.approx(99, abs=2)


async def test_the_last_cut_of_a_zone_ignores_driving_through(sqlite_database: Database, clock: MovableClock) -> None:
    store = TelemetryStore(sqlite_database, clock)
    keeper = SessionKeeper(sqlite_database, store, clock)
    device_map = lawn(box(0, 0, 10, 10), box(20, 0, 30, 10), box(40, 0, 50, 10))
    for second in range(0, 200, 10):
        zone = 2 if 100 <= second < 130 else 1  # half a minute in zone 2 on the way
        store.append(1, reading(second, north=second, zone_hash=zone), MowerState.MOWING, Confidence.PROVEN)
    store.append(1, reading(200, MowerState.RETURNING), MowerState.RETURNING, Confidence.PROVEN)
    clock.move(300)
    await keeper.turn()
    cuts = await SessionDesk(sqlite_database).last_cuts(1, device_map, NOON + timedelta(days=1))
    assert [(cut.zone_hash, cut.at) for cut in cuts] == [(2, None), (3, None), (1, NOON + timedelta(seconds=200))]
