from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import MovableClock
from external.mammotion.budget import BudgetLimits, RequestBudget

START = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
DAY_S = 86_400.0


def test_questions_stop_before_the_ceiling_and_commands_at_it() -> None:
    budget = RequestBudget(BudgetLimits(10, background=0.8), MovableClock(START))
    for number in range(8):
        assert budget.may_ask
        assert budget.may_spare == (number < 6)
        budget.count()
    assert not budget.may_ask
    assert not budget.may_spare
    assert budget.may_command
    budget.count()
    budget.count()
    assert not budget.may_command


def test_requests_are_forgotten_after_a_day_and_not_before() -> None:
    clock = MovableClock(START)
    budget = RequestBudget(BudgetLimits(10), clock)
    budget.count()
    clock.move(DAY_S - 61)
    assert budget.used == 1
    clock.move(61)
    assert budget.used == 0


def test_a_restart_forgives_nothing() -> None:
    clock = MovableClock(START)
    before = RequestBudget(BudgetLimits(10), clock)
    for _ in range(4):
        before.count()
        clock.move(600)
    after = RequestBudget(BudgetLimits(10), clock, before.history())
    assert after.used == 4
    clock.move(DAY_S - 1200)
    assert after.used == before.used < 4


@given(st.lists(st.floats(0, 20_000), max_size=60))
def test_the_count_is_that_of_the_last_day_to_the_minute(pauses: list[float]) -> None:
    clock = MovableClock(START)
    budget = RequestBudget(BudgetLimits(10_000), clock)
    sent: list[float] = []
    for pause in pauses:
        clock.move(pause)
        budget.count()
        sent.append(clock.monotonic())
        least = sum(clock.monotonic() - at < DAY_S - 60 for at in sent)
        most = sum(clock.monotonic() - at < DAY_S + 60 for at in sent)
        assert least <= budget.used <= most


@pytest.mark.parametrize(("ceiling", "background"), [(0, 0.5), (10, 0.0), (10, 1.5)])
def test_absurd_limits_are_refused(ceiling: int, background: float) -> None:
    with pytest.raises(ValueError, match="expected"):
        BudgetLimits(ceiling, background)
