"""The planner of a week equals trying everything, keeps every rule, is deterministic, and says what does not fit."""

from dataclasses import astuple, replace

import pytest
from hypothesis import given, settings

from core.errors import Invalid
from core.scheduling.catch_up import MOST_EXACT, catch_up
from core.scheduling.planner import plan_week
from core.scheduling.planner_model import LeftOutReason, MowerPace, Week, WeekPlan
from tests.core.scheduling.plan_checker import problems
from tests.core.scheduling.weeks import best_by_trying, small_weeks, task, week
from tests.proofs import cases

SMALL = cases(sample=60, full=2_000)


def reasons(plan: WeekPlan) -> dict[str, LeftOutReason]:
    return {one.id: one.reason for one in plan.left_out}


@settings(max_examples=SMALL, deadline=None)
@given(small_weeks())
def test_on_small_weeks_the_planner_finds_what_trying_everything_finds(asked: Week) -> None:
    plan = plan_week(asked)
    assert problems(asked, plan) == []
    assert astuple(plan.rank) == best_by_trying(asked)
    assert plan.proven and plan.bound_min == plan.rank.longest_min and plan.gap == 0


@settings(max_examples=SMALL, deadline=None)
@given(small_weeks(most=4))
def test_catch_up_keeps_every_rule_and_is_never_better_than_the_planner(asked: Week) -> None:
    found, plan = catch_up(asked), plan_week(asked)
    assert problems(asked, found) == []
    assert plan.rank <= found.rank


def test_the_longest_wait_goes_first_then_the_shorter_way() -> None:
    asked = week(task(1, since=-100), task(2, since=-5_000), task(3, since=-200))
    plan = plan_week(asked)
    assert [visit.id for visit in plan.visits] == ["home 2", "home 3", "home 1"]
    assert plan.rank.longest_min == 5_000 + plan.visits[0].ends
    assert plan.rank.travel_m == 60 + 30 + 60 + 30
    assert [visit.by_dock for visit in plan.visits] == [True, False, False]


def test_pinned_visits_stay_and_the_others_go_round_them() -> None:
    asked = week(task(1, since=-9_000), task(2, pinned=60, work=120), task(3, since=-9_500))
    plan = plan_week(asked)
    pinned = next(visit for visit in plan.visits if visit.id == "home 2")
    assert (pinned.begins, pinned.ends) == (60, 180) and len(plan.visits) == 3
    assert problems(asked, plan) == []


def test_two_pinned_to_one_time_are_a_clash_that_is_said() -> None:
    plan = plan_week(week(task(1, pinned=100, since=-50), task(2, pinned=120, since=-900), task(3)))
    assert reasons(plan) == {"home 1": LeftOutReason.PINNED_CLASH}


def test_a_pin_in_forbidden_hours_is_not_planned() -> None:
    plan = plan_week(week(task(1, pinned=700)))
    assert reasons(plan) == {"home 1": LeftOutReason.PINNED_FORBIDDEN}
    assert plan.left_out[0].words.startswith("It is pinned to a time in which it is not allowed")


def test_what_does_not_fit_is_named_with_why() -> None:
    lengths = ((0, 30, 60, -1), (30, 0, 30, -1), (60, 30, 0, -1), (-1, -1, -1, 0))
    drive = tuple(tuple(MowerPace().drive_min(metres) for metres in row) for row in lengths)
    tasks = (
        task(1, work=700, name="too long"),
        task(2, work=200, closes=100, name="window"),
        task(3, name="no way"),
        task(1, work=400, since=-5_000, name="waits long"),
        task(2, work=300, since=-100, name="crowded"),
    )
    plan = plan_week(Week(tasks, ((0, 600),), 1_440, drive, lengths))
    assert reasons(plan) == {
        "too long": LeftOutReason.TOO_LONG,
        "window": LeftOutReason.WINDOW,
        "no way": LeftOutReason.NO_WAY,
        "crowded": LeftOutReason.CROWDED,
    }
    assert [visit.id for visit in plan.visits] == ["waits long"] and plan.proven


def test_a_lawn_out_of_a_batterys_reach_is_said() -> None:
    plan = plan_week(week(task(20, work=10), step_m=100, battery=100, charge=30, spans=((0, 1_440),)))
    assert reasons(plan) == {"home 20": LeftOutReason.BATTERY}


def test_work_of_more_than_one_battery_is_done_in_legs() -> None:
    asked = week(task(1, work=250), battery=100, charge=60, spans=((0, 900),))
    plan = plan_week(asked)
    (visit,) = plan.visits
    assert visit.ends - visit.begins == 250 + 2 * (60 + 2) and problems(asked, plan) == []


def test_between_two_lawns_the_mower_charges_where_it_must() -> None:
    asked = week(task(1, work=60), task(2, work=60), battery=100, charge=60, spans=((0, 900),))
    plan = plan_week(asked)
    assert [visit.by_dock for visit in plan.visits] == [True, True]
    assert plan.visits[1].begins - plan.visits[0].ends >= 60
    roomy = plan_week(replace(asked, battery_min=200))
    assert [visit.by_dock for visit in roomy.visits] == [True, False]


def test_the_same_week_is_planned_the_same_each_time() -> None:
    asked = week(
        *(task(place, since=-1_000 * (place % 3), work=70 + place) for place in range(1, 7)),
        spans=((0, 300), (1_440, 1_700)), ends=2_880, battery=180, charge=90,
    )  # fmt: skip
    first = plan_week(asked)
    assert problems(asked, first) == [] and all(plan_week(asked) == first for _ in range(2))


def test_nothing_to_do_and_no_hours_are_plans_too() -> None:
    assert plan_week(week()).rank.longest_min == 0
    shut = plan_week(week(task(1), spans=()))
    assert reasons(shut) == {"home 1": LeftOutReason.TOO_LONG}


def test_many_lawns_are_caught_up_longest_wait_first_and_by_the_rules() -> None:
    tasks = [task(place, since=-100 * ((place * 7) % 13), work=45) for place in range(1, MOST_EXACT + 6)]
    asked = week(*tasks, spans=((0, 500), (1_440, 1_900)), ends=2_880, battery=180, charge=60)
    plan = catch_up(asked)
    assert problems(asked, plan) == [] and not plan.proven
    best = plan_week(asked, effort=1.0)
    assert plan.rank.longest_min <= 1.1 * best.rank.longest_min + 60


def test_questions_that_cannot_be_are_refused() -> None:
    with pytest.raises(Invalid, match="no two of one visit"):
        week(task(1), task(1))
    with pytest.raises(Invalid, match="in order, apart"):
        week(task(1), spans=((100, 200), (150, 300)))
    with pytest.raises(Invalid, match="work ≥ 1 min"):
        week(task(1, work=0))
    with pytest.raises(Invalid, match="pace"):
        MowerPace(speed_m_s=0)
