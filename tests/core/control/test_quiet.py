"""Quiet hours in wall time: over midnight, over clock changes, never shorter than written."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.control import QuietWindow, quiet_until, window_of
from core.errors import Invalid

ROCHESTER = ZoneInfo("America/Chicago")
EVERY_DAY = frozenset(range(7))
NIGHT = QuietWindow(days=EVERY_DAY, begins=time(21), ends=time(7))
SUNDAY = QuietWindow(days=frozenset({6}), begins=time(0), ends=time(0))


def at(text: str) -> datetime:
    """A wall time in Rochester, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ROCHESTER).astimezone(UTC)


@pytest.mark.parametrize(
    ("wall", "until"),
    [
        ("2026-06-03T20:59", None),
        ("2026-06-03T21:00", "2026-06-04T07:00"),
        ("2026-06-04T06:59", "2026-06-04T07:00"),
        ("2026-06-04T07:00", None),
    ],
)
def test_a_night_begins_and_ends_to_the_minute(wall: str, until: str | None) -> None:
    assert quiet_until([NIGHT], ROCHESTER, at(wall)) == (None if until is None else at(until))


def test_a_window_of_one_day_lasts_that_day_only_and_the_night_after_it_is_joined_on() -> None:
    saturday = at("2026-06-06T23:59")
    assert quiet_until([SUNDAY], ROCHESTER, saturday) is None
    assert quiet_until([SUNDAY], ROCHESTER, saturday + timedelta(minutes=1)) == at("2026-06-08T00:00")
    assert quiet_until([SUNDAY, NIGHT], ROCHESTER, at("2026-06-07T12:00")) == at("2026-06-08T07:00")


def test_the_night_of_the_spring_change_is_an_hour_shorter_and_the_autumns_an_hour_longer() -> None:
    for begin, end, hours in (
        ("2026-03-07T21:00", "2026-03-08T07:00", 9),
        ("2026-10-31T21:00", "2026-11-01T07:00", 11),
    ):
        until = quiet_until([NIGHT], ROCHESTER, at(begin))
        assert until == at(end)
        assert until - at(begin) == timedelta(hours=hours)


def test_an_end_that_comes_twice_means_the_later_one_and_an_hour_that_never_comes_is_no_gap() -> None:
    until_half_past = QuietWindow(days=EVERY_DAY, begins=time(22), ends=time(1, 30))
    twice = datetime(2026, 11, 1, 1, 30, tzinfo=ROCHESTER)
    assert quiet_until([until_half_past], ROCHESTER, twice.astimezone(UTC)) == twice.replace(fold=1).astimezone(UTC)
    lost = QuietWindow(days=EVERY_DAY, begins=time(2, 15), ends=time(2, 45))
    assert quiet_until([lost], ROCHESTER, at("2026-03-08T01:59")) is not None


@settings(deadline=None)
@given(
    moment=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),
    begins=st.times(),
    ends=st.times(),
    days=st.sets(st.integers(0, 6), min_size=1),
)
def test_whatever_the_wall_clock_shows_inside_a_window_is_quiet(
    moment: datetime, begins: time, ends: time, days: set[int]
) -> None:
    begins, ends = begins.replace(second=0, microsecond=0), ends.replace(second=0, microsecond=0)
    now = moment.replace(tzinfo=UTC)
    wall = now.astimezone(ROCHESTER)
    today, yesterday = wall.weekday(), (wall.weekday() - 1) % 7
    shown = wall.time()
    if ends > begins:
        inside = today in days and begins <= shown < ends
    else:
        inside = (today in days and shown >= begins) or (yesterday in days and shown < ends)
    until = quiet_until([QuietWindow(days=frozenset(days), begins=begins, ends=ends)], ROCHESTER, now)
    if inside:
        assert until is not None
    if until is not None:
        assert until > now


def test_no_window_is_never_quiet() -> None:
    assert quiet_until([], ROCHESTER, at("2026-06-03T03:00")) is None


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        ({"days": [], "begins": "21:00", "ends": "07:00"}, "days"),
        ({"days": [7], "begins": "21:00", "ends": "07:00"}, "days"),
        ({"days": ["Mon"], "begins": "21:00", "ends": "07:00"}, "days"),
        ({"days": [0], "begins": "25:00", "ends": "07:00"}, "begins"),
        ({"days": [0], "begins": "21:00", "ends": "7"}, "ends"),
        ({"days": [0], "begins": "21:00:30", "ends": "07:00"}, "begins"),
        ({"days": [0], "begins": "21:00"}, "ends"),
    ],
)
def test_a_wrong_window_says_what_was_expected(told: dict[str, object], wrong: str) -> None:
    with pytest.raises(Invalid, match=wrong):
        window_of(told)
