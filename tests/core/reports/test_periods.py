"""Periods are whole days of a place, each due once, also where the clocks change."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.reports import Cadence, Period, due_between, next_due

CHICAGO, BERLIN = ZoneInfo("America/Chicago"), ZoneInfo("Europe/Berlin")


def at(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def days(periods: list[Period]) -> list[tuple[date, date]]:
    return [(one.first, one.end - timedelta(days=1)) for one in periods]


def test_a_daily_report_comes_at_its_hour_and_is_of_the_day_before() -> None:
    assert due_between(Cadence.DAILY, 7, CHICAGO, after=at(6, 1, 12), now=at(6, 2, 11, 59)) == []
    (period,) = due_between(Cadence.DAILY, 7, CHICAGO, after=at(6, 1, 12), now=at(6, 2, 12))
    assert period == Period(date(2026, 6, 1), date(2026, 6, 2), at(6, 1, 5), at(6, 2, 5), at(6, 2, 12))


@pytest.mark.parametrize(
    ("cadence", "due", "first", "last"),
    [
        (Cadence.WEEKLY, at(6, 8, 5), date(2026, 6, 1), date(2026, 6, 7)),
        (Cadence.MONTHLY, at(7, 1, 5), date(2026, 6, 1), date(2026, 6, 30)),
    ],
)
def test_weeks_come_on_mondays_and_months_on_the_first(
    cadence: Cadence, due: datetime, first: date, last: date
) -> None:
    assert next_due(cadence, 7, BERLIN, after=at(6, 3)) == due
    assert due_between(cadence, 7, BERLIN, after=at(6, 3), now=due - timedelta(seconds=1)) == []
    assert days(due_between(cadence, 7, BERLIN, after=at(6, 3), now=due)) == [(first, last)]


def test_the_hour_that_the_clocks_leave_out_comes_when_they_have_jumped() -> None:
    (period,) = due_between(Cadence.DAILY, 2, CHICAGO, after=at(3, 8), now=at(3, 9))
    assert period.due == at(3, 8, 8), "03:00 in summer time"
    (after,) = due_between(Cadence.DAILY, 7, CHICAGO, after=at(3, 8, 12), now=at(3, 9, 12))
    assert after.until - after.since == timedelta(hours=23)


def test_the_hour_that_comes_twice_means_the_first_and_sends_once() -> None:
    (period,) = due_between(Cadence.DAILY, 1, CHICAGO, after=at(11, 1, 5), now=at(11, 1, 12))
    assert period.due == at(11, 1, 6), "01:00 in summer time"
    (after,) = due_between(Cadence.DAILY, 7, CHICAGO, after=at(11, 1, 13), now=at(11, 2, 13))
    assert after.until - after.since == timedelta(hours=25)


def test_after_a_long_silence_the_newest_are_made_up_for() -> None:
    missed = due_between(Cadence.DAILY, 7, BERLIN, after=at(1, 1), now=at(6, 2, 12))
    assert [one.first for one in missed] == [date(2026, 5, 26) + timedelta(days=n) for n in range(7)]


@given(
    st.sampled_from(Cadence), st.integers(0, 23),
    st.sampled_from([CHICAGO, BERLIN, ZoneInfo("Africa/Cairo"), ZoneInfo("Australia/Lord_Howe")]),
    st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 1)), st.lists(st.integers(1, 4_000), min_size=1, max_size=8),
)  # fmt: skip
def test_however_often_one_looks_each_period_is_due_once_in_order_and_without_a_gap(
    cadence: Cadence, hour: int, zone: ZoneInfo, begin: datetime, waits: list[int]
) -> None:
    now = start = begin.replace(tzinfo=UTC)
    found: list[Period] = []
    for minutes in waits:
        later = now + timedelta(minutes=minutes)
        found += due_between(cadence, hour, zone, after=now, now=later)
        now = later
    assert all(one.end == other.first for one, other in pairwise(found))
    assert all(start < one.due <= now and one.until <= one.due + timedelta(hours=1) for one in found)
    if found:
        assert found[0].due == next_due(cadence, hour, zone, after=start)
    assert next_due(cadence, hour, zone, after=now) > now
