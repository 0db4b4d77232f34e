"""Catch-up after rain: equals trying everything, and over three real years no lawn waits as long as first-come."""

from datetime import date
from itertools import permutations

import pytest
from hypothesis import given, settings

from core.scheduling.catch_up import catch_up
from core.scheduling.planner_model import Week
from core.scheduling.planner_steps import BEGIN, follow, rank_of
from tests.core.scheduling.plan_checker import problems
from tests.core.scheduling.real_years import YEARS, Season, forced, season
from tests.core.scheduling.weeks import small_weeks, task, week
from tests.proofs import cases


def best_order_by_trying(asked: Week) -> object:
    """Over every set of lawns, order and way, each visit as early as they allow."""
    could = [number for number in range(len(asked.tasks)) if asked.starts[number]]
    found = []
    for count in range(len(could) + 1):
        for order in permutations(could, count):
            for bits in range(1 << count):
                states = follow(asked, [(number, bool(bits >> place & 1)) for place, number in enumerate(order)])
                if states is not None:
                    last = states[-1] if states else BEGIN
                    ends = {number: state.minute for number, state in zip(order, states, strict=True)}
                    found.append(rank_of(asked, ends, last.travel_m + asked.length_m[last.place][0]))
    return min(found)


@settings(max_examples=cases(sample=80, full=2_000), deadline=None)
@given(small_weeks(most=4))
def test_the_order_is_the_best_of_all_orders(asked: Week) -> None:
    found = catch_up(asked)
    assert problems(asked, found) == [] and found.proven
    assert found.rank == best_order_by_trying(asked)


def test_the_lawn_that_waited_longest_is_mowed_first() -> None:
    plan = catch_up(week(task(1, since=-1_000), task(2, since=-9_000), task(3, since=-3_000)))
    assert plan.visits[0].id == "home 2"


def test_of_orders_with_the_same_longest_wait_the_shortest_way_is_taken() -> None:
    plan = catch_up(week(task(1, since=-9_000), task(3, since=0), task(2, since=0)))
    assert [visit.id for visit in plan.visits] == ["home 1", "home 2", "home 3"]
    assert plan.rank.travel_m == 180


def test_a_week_without_an_allowed_hour_leaves_all_for_later() -> None:
    plan = catch_up(week(task(1), task(2), spans=()))
    assert plan.visits == () and len(plan.left_out) == 2


@pytest.mark.parametrize("year", YEARS)
def test_in_a_real_year_no_lawn_waits_longer_than_first_come_and_all_wait_more_alike(year: int) -> None:
    fair, first_come = season(year, "catch_up"), season(year, "first_come")
    assert isinstance(fair, Season) and fair.cuts > 0
    assert fair.longest_each < first_come.longest_each  # lawn by lawn, from the longest wait down
    assert fair.longest_days < first_come.longest_days or forced(year, fair.waits[0])
    assert fair.jain > first_come.jain
    assert fair.wet_cuts == 0 and first_come.wet_cuts == 0
    assert date(year, 4, 1) <= fair.begins < fair.ends <= date(year, 10, 31)


def test_the_tie_of_2013_is_the_weathers() -> None:
    """Both ways let one lawn wait 21 days in April. Nobody could have made it less: from the day its visit fell due no
    day left room for it, until the one on which both mow it. Where there was a choice, catch-up waits less."""
    fair, first_come = season(2013, "catch_up"), season(2013, "first_come")
    assert fair.waits[0] == first_come.waits[0] and fair.waits[0].days == 21
    assert forced(2013, fair.waits[0])
    assert not forced(2014, season(2014, "first_come").waits[0])
    assert fair.longest_each[:3] == (21, 19, 15) and first_come.longest_each[:3] == (21, 19, 16)


def test_over_three_real_years_the_longest_wait_is_shorter_than_first_come() -> None:
    fair = [season(year, "catch_up").longest_days for year in YEARS]
    first_come = [season(year, "first_come").longest_days for year in YEARS]
    assert sum(fair) < sum(first_come) and sum(one < other for one, other in zip(fair, first_come, strict=True)) >= 2
