"""On which days a lawn is due: every rhythm, over month ends and clock changes."""

from datetime import date, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Invalid
from core.scheduling import Rhythm, ServicePlan, plan_content, plan_from_content, visit_days
from tests.core.scheduling.cast import plan, plans

YEAR = (date(2026, 1, 1), date(2026, 12, 31))


def test_a_weekly_plan_is_due_on_each_of_its_days_every_week() -> None:
    found = visit_days(plan(weekdays=frozenset({1, 4})), date(2026, 6, 1), date(2026, 6, 14))
    assert found == (date(2026, 6, 2), date(2026, 6, 5), date(2026, 6, 9), date(2026, 6, 12))


def test_every_two_weeks_counts_calendar_weeks_from_the_start_wherever_one_looks_from() -> None:
    every_two = plan(Rhythm.BIWEEKLY, starts_on=date(2026, 6, 4), weekdays=frozenset({0, 3}))  # a Thursday
    assert visit_days(every_two, date(2026, 6, 1), date(2026, 6, 21)) == (
        date(2026, 6, 4), date(2026, 6, 15), date(2026, 6, 18),
    )  # fmt: skip
    assert visit_days(every_two, date(2026, 6, 16), date(2026, 6, 21)) == (date(2026, 6, 18),)


def test_every_ten_days_counts_days_over_both_clock_changes() -> None:
    found = visit_days(plan(Rhythm.EVERY_N_DAYS, every_days=10), *YEAR)
    assert {after - before for before, after in pairwise(found)} == {timedelta(days=10)}
    assert len(found) == 37


def test_the_31st_of_a_month_is_its_last_day_where_it_is_shorter() -> None:
    found = visit_days(plan(Rhythm.MONTHLY, month_day=31), *YEAR)
    assert [day.day for day in found] == [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    leap = visit_days(plan(Rhythm.MONTHLY, month_day=30), date(2028, 2, 1), date(2028, 2, 29))
    assert leap == (date(2028, 2, 29),)


def test_nothing_is_due_before_the_start_nor_after_the_end() -> None:
    one = plan(starts_on=date(2026, 6, 3), ends_on=date(2026, 6, 16))
    assert visit_days(one, *YEAR) == (date(2026, 6, 9), date(2026, 6, 16))
    assert visit_days(one, date(2026, 7, 1), date(2026, 8, 1)) == ()


@settings(deadline=None)
@given(plans(), st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(0, 60), st.integers(0, 60))
def test_two_looks_that_meet_find_what_one_look_finds(one: ServicePlan, first: date, half: int, rest: int) -> None:
    middle = first + timedelta(days=half)
    last = middle + timedelta(days=rest)
    whole = visit_days(one, first, last)
    assert visit_days(one, first, middle) + visit_days(one, middle + timedelta(days=1), last) == whole
    assert list(whole) == sorted(set(whole))


@settings(deadline=None)
@given(plans())
def test_a_plan_is_read_back_as_it_was_kept(one: ServicePlan) -> None:
    assert plan_from_content(plan_content(one)) == one


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"weekdays": frozenset()}, "at least one day"),
        ({"weekdays": frozenset({7})}, "0 .Monday. to 6"),
        ({"rhythm": Rhythm.EVERY_N_DAYS, "every_days": 1}, "every_days: 1"),
        ({"rhythm": Rhythm.MONTHLY, "month_day": 32}, "month_day: 32"),
        ({"minutes": 0}, "minutes: 0"),
        ({"ends_on": date(2025, 12, 31)}, "before the start"),
        ({"window_begins": time(17), "window_ends": time(9)}, "window"),
        ({"window_begins": time(9), "window_ends": time(9, 30)}, "window"),
    ],
)
def test_a_wrong_plan_says_what_was_expected(fields: dict[str, object], wrong: str) -> None:
    with pytest.raises(Invalid, match=wrong):
        plan(**fields)  # type: ignore[arg-type]


def test_every_fault_of_a_plan_is_told_at_once() -> None:
    with pytest.raises(Invalid) as told:
        plan(minutes=0, every_days=99, month_day=0)
    assert len(told.value.reasons) == 3
