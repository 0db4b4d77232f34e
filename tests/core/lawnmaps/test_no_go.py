"""Temporary no-go ground: what may be drawn, what the clock makes of it, and which mowers it concerns. Pure."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from core.fleet.model import Ring
from core.geo import Point
from core.ids import new_id
from core.lawnmaps import NoGo, NoGoPhase, NoGoRules
from core.lawnmaps.no_go import checked_ring, checked_times, concerns
from tests.core.fleet.cast import LUBA, NOON, YUKA
from tests.core.lawnmaps.cast import box, lawn, ring, zone

HOUR = timedelta(hours=1)


def party(*corners: float, starts: datetime = NOON, ends: datetime = NOON + 2 * HOUR, **more: object) -> NoGo:
    outline: Ring = box(*(corners or (0, 0, 10, 10)))  # type: ignore[arg-type]
    return NoGo(
        id=new_id(), device_name=LUBA, name="Party", ring=outline, starts_at=starts, ends_at=ends,
        drawn_by="ada@elm.example", drawn_at=NOON, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def place(x: float, y: float) -> Point:
    return Point(*ring((x, y))[0])


moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))


@given(moments, st.timedeltas(timedelta(seconds=1), timedelta(days=90)), moments)
def test_it_is_active_from_its_start_up_to_but_not_at_its_end(start: datetime, lasts: timedelta, now: datetime) -> None:
    one = party(starts=start, ends=start + lasts)
    assert one.active(now) == (start <= now < start + lasts)
    assert one.phase(start) is NoGoPhase.ACTIVE
    assert one.phase(start + lasts) is NoGoPhase.OVER
    assert one.phase(start - timedelta(microseconds=1)) is NoGoPhase.PLANNED


def test_one_that_was_ended_early_is_never_active_again() -> None:
    one = party(cancelled_at=NOON + HOUR)
    assert one.phase(NOON + timedelta(minutes=59)) is NoGoPhase.ACTIVE
    assert one.phase(NOON + HOUR) is NoGoPhase.CANCELLED
    assert one.phase(NOON + 5 * HOUR) is NoGoPhase.CANCELLED


@given(st.floats(-20, 30), st.floats(-20, 30))
def test_a_place_counts_as_inside_up_to_half_a_metre_beyond_the_edge(x: float, y: float) -> None:
    outside = max(-x, x - 10, -y, y - 10, 0.0)
    corner = (max(-x, x - 10, 0.0) ** 2 + max(-y, y - 10, 0.0) ** 2) ** 0.5
    held = party().holds(place(x, y))
    if outside > 0.51:
        assert not held
    if corner < 0.49:
        assert held


def test_it_concerns_its_own_mower_and_whoever_mows_the_same_ground() -> None:
    one = party(0, 0, 10, 10)
    assert concerns(one, LUBA, None)
    assert not concerns(one, YUKA, None)
    assert concerns(one, YUKA, lawn(zone("Front", 5, 5, 30, 30)))
    assert not concerns(one, YUKA, lawn(zone("Front", 50, 5, 60, 30)))


@pytest.mark.parametrize(
    ("outline", "problem"),
    [
        (ring((0, 0), (5, 5)), "2 corners"),
        (ring((0, 0), (10, 10), (10, 0), (0, 10)), "crosses itself"),
        (box(0, 0, 0.1, 0.1), "0.0 m²"),
        (box(0, 0, 900, 900), "expected 0.5 to 20000"),
        (((0.0, 91.0), (0.0, 1.0), (1.0, 0.0)), "not a WGS84 position"),
        (((0.0,), (1.0,), (2.0,)), "the area"),
    ],
    ids=["a line", "a bow tie", "a speck", "a field", "off the map", "no places"],
)
def test_an_outline_that_makes_no_sense_is_refused_in_words(outline: Ring, problem: str) -> None:
    with pytest.raises(Invalid, match=problem):
        checked_ring(outline)


def test_a_closed_outline_is_kept_open() -> None:
    open_ring = box(0, 0, 10, 10)
    assert checked_ring((*open_ring, open_ring[0])) == open_ring


@pytest.mark.parametrize(
    ("start", "end", "problem"),
    [
        (NOON, NOON, "after the start"),
        (NOON - 3 * HOUR, NOON - HOUR, "passed already"),
        (NOON, NOON + timedelta(days=91), "at most 90 days"),
        (NOON.replace(tzinfo=None), NOON + HOUR, "time zone"),
    ],
)
def test_times_that_make_no_sense_are_refused_in_words(start: datetime, end: datetime, problem: str) -> None:
    with pytest.raises(Invalid, match=problem):
        checked_times(start, end, NOON)


def test_times_of_another_zone_are_kept_in_utc() -> None:
    start, end = checked_times(
        datetime(2026, 6, 1, 8, tzinfo=ZoneInfo("America/Chicago")),
        datetime(2026, 6, 1, 10, tzinfo=ZoneInfo("America/Chicago")),
        NOON,
    )
    assert (start.isoformat(), end.isoformat()) == ("2026-06-01T13:00:00+00:00", "2026-06-01T15:00:00+00:00")


@pytest.mark.parametrize("fields", [{"longest": timedelta(0)}, {"largest_m2": 0.1}, {"margin_m": 9}])
def test_rules_that_make_no_sense_are_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="expected"):
        NoGoRules(**fields)  # type: ignore[arg-type]
