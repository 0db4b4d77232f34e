"""Whom to ask, and when to leave the budget alone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.clock import MovableClock
from core.errors import Unavailable
from core.fleet.model import LinkState, MowerSnapshot, MowerState
from core.fleet.refresh import Asked, RefreshLimits, choose
from core.fleet.service import FleetService
from tests.core.fleet.cast import LUBA, NOON, YUKA, docked
from tests.core.fleet.conftest import ELM_STREET
from tests.core.fleet.fakes import FakeCloud, healthy
from tests.core.fleet.test_maps import LAWN

UP = healthy(ELM_STREET, NOON)


def mower(name: str, state: MowerState, heard_s_ago: float | None) -> MowerSnapshot:
    heard = None if heard_s_ago is None else NOON - timedelta(seconds=heard_s_ago)
    return MowerSnapshot(number=1, device_name=name, state=state, received_at=heard)


@pytest.mark.parametrize(
    ("state", "age_s"),
    [
        (MowerState.MOWING, 30),
        (MowerState.RETURNING, 30),
        (MowerState.UNKNOWN, 60),
        (MowerState.PAUSED, 300),
        (MowerState.DOCKED, 600),
        (MowerState.OFFLINE, 1_800),
    ],
)
def test_each_state_has_its_own_patience(state: MowerState, age_s: float) -> None:
    assert choose([mower(LUBA, state, age_s - 1)], UP, {}, NOON) == ()
    assert choose([mower(LUBA, state, age_s)], UP, {}, NOON) == (LUBA,)


def test_the_most_overdue_come_first_and_a_run_asks_few() -> None:
    fleet = [mower(f"m{age}", MowerState.DOCKED, age) for age in range(600, 700, 10)]
    fleet.append(mower("never heard", MowerState.UNKNOWN, None))
    assert choose(fleet, UP, {}, NOON) == ("never heard", "m690", "m680", "m670", "m660")


def test_a_question_without_an_answer_doubles_the_wait() -> None:
    silent = [mower(LUBA, MowerState.MOWING, 500)]
    asked = {LUBA: Asked(3, NOON - timedelta(seconds=239))}
    assert choose(silent, UP, asked, NOON) == ()
    assert choose(silent, UP, {LUBA: Asked(3, NOON - timedelta(seconds=240))}, NOON) == (LUBA,)
    answered = [mower(LUBA, MowerState.MOWING, 31)]
    assert choose(answered, UP, {LUBA: Asked(9, NOON - timedelta(seconds=40))}, NOON) == (LUBA,)


@pytest.mark.parametrize("state", [state for state in LinkState if state is not LinkState.UP])
def test_nobody_is_asked_over_a_link_that_is_not_up(state: LinkState) -> None:
    assert choose([mower(LUBA, MowerState.MOWING, 500)], replace(UP, state=state), {}, NOON) == ()


def test_a_share_of_the_budget_is_kept_for_commands() -> None:
    fleet = [mower(LUBA, MowerState.MOWING, 500), mower(YUKA, MowerState.MOWING, 400)]
    assert choose(fleet, replace(UP, requests_24h=399), {}, NOON) == (LUBA,)
    assert choose(fleet, replace(UP, requests_24h=400), {}, NOON) == ()


@pytest.mark.parametrize("wrong", [{"working_s": 0}, {"at_once": 0}, {"reserve": 1.0}])
def test_wrong_limits_fail_at_construction(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="expected"):
        RefreshLimits(**wrong)  # type: ignore[arg-type]


async def test_the_job_asks_silent_mowers_and_leaves_those_that_answer(
    linked: FleetService, cloud: FakeCloud, clock: MovableClock
) -> None:
    assert await linked.refresh.ask_silent(linked.accounts.links()) == 2
    linked.pipeline.enqueue([docked(0)])
    linked.pipeline.drain()
    clock.move(120)
    assert await linked.refresh.ask_silent(linked.accounts.links()) == 1
    assert cloud.link.asked == [LUBA, YUKA, YUKA]


async def test_the_job_fetches_the_maps_that_are_missing_and_retries_later(
    linked: FleetService, cloud: FakeCloud, clock: MovableClock
) -> None:
    cloud.link.maps = {LUBA: LAWN, YUKA: replace(LAWN, device_name=YUKA)}
    cloud.link.map_errors = [Unavailable("the device does not answer")]
    fetch = linked.refresh.fetch_missing_maps
    assert [await fetch(linked.accounts.links()), await fetch(linked.accounts.links())] == [1, 0]
    assert linked.maps.latest(LUBA) is None
    clock.move(900)
    assert await fetch(linked.accounts.links()) == 1
    assert linked.maps.latest(LUBA) == LAWN
