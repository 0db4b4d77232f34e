"""The rule by which a visit runs: one look at the facts, one step; nothing starts outside its allowed hours."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import to_epoch_ms
from core.fleet import CommandView, EndReason, MowingSession, Reason
from core.fleet.model import CommandKind, CommandStatus, MowerState
from core.scheduling import Phase, ProblemKind, RunRules, Visit, VisitReason, VisitState
from core.scheduling.problems import problems_of
from core.scheduling.run_model import VisitRun, command_name, reason_of
from core.scheduling.run_steps import Began, End, Facts, Follow, Hold, SendHome, Start, Wait
from core.scheduling.running import next_step
from core.scheduling.spans import Span
from tests.proofs import counted

R, S = VisitReason, VisitState
NINE = datetime(2026, 6, 1, 14, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOURS = Span(NINE, NINE + timedelta(hours=6))
ONE = UUID(int=1)
RULES = RunRules()


def visit(**more: Any) -> Visit:
    given_: dict[str, Any] = {
        "id": ONE, "lot_id": UUID(int=2), "due_on": date(2026, 6, 1), "plan_version": 1, "state": S.DUE,
        "begins_at": NINE, "ends_at": NINE + 60 * MINUTE,
    }  # fmt: skip
    return Visit(**given_ | more)


def run(phase: Phase = Phase.WAITING, **more: Any) -> VisitRun:
    return VisitRun(visit_id=ONE, device_name="Luba-ELM", phase=phase, **more)


def working(**more: Any) -> VisitRun:
    return run(Phase.WORKING, attempt=1, tries=1, first_asked_at=NINE, asked_at=NINE, **more)


def facts(minutes: float = 0, **more: Any) -> Facts:
    given_: dict[str, Any] = {"hours": HOURS, "zones": (7,), "state": MowerState.DOCKED}
    return Facts(now=NINE + minutes * MINUTE, **given_ | more)


def session(begins: float, ends: float, end: EndReason | None) -> MowingSession:
    first, last = (to_epoch_ms(NINE + at * MINUTE) for at in (begins, ends))
    return MowingSession(
        number=1, started_ms=first, ended_ms=last, end_reason=end, zones=((7, (last - first) / 1000), (9, 600.0))
    )


def command(status: CommandStatus, *reasons: Reason) -> CommandView:
    return CommandView(
        id=ONE, device_name="Luba-ELM", kind=CommandKind.START, status=status, parameters={}, asked_by="job",
        person_id=None, source="job", requested_at=NINE, reasons=tuple(str(reason) for reason in reasons),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("known", "step"),
    [
        (facts(), Start()),
        (facts(zones=()), Wait(NINE + 5 * MINUTE, R.NO_ZONE)),
        (facts(busy=True), Wait(None, R.MOWER_BUSY)),
        (facts(against=(str(Reason.FAULT),)), Wait(None, R.MOWER_FAULT)),
        (facts(against=(str(Reason.SUSPENDED),)), Wait(None, R.REFUSED)),
        (facts(330), Start()),
        (facts(331), End(S.FAILED, R.NOT_STARTED)),  # less than half of its minutes would fit
        (facts(-5), Wait(NINE, R.NO_ALLOWED_TIME)),
        (facts(hours=None), End(S.FAILED, R.NO_ALLOWED_TIME)),
    ],
)
def test_a_visit_that_waits_starts_as_soon_as_everything_allows_it(known: Facts, step: object) -> None:
    assert next_step(visit(), run(), known, RULES) == step


def test_without_a_mower_it_fails_at_once_and_a_wait_ends_at_its_time() -> None:
    assert next_step(visit(), replace(run(), device_name=""), facts(), RULES) == End(S.FAILED, R.NO_MOWER)
    waits = run(not_before=NINE + 5 * MINUTE, waiting=R.RAIN)
    assert next_step(visit(), waits, facts(4), RULES) == Follow()
    assert next_step(visit(), waits, facts(5), RULES) == Start()
    assert next_step(visit(), waits, facts(340), RULES) == End(S.SKIPPED, R.RAIN)


@pytest.mark.parametrize(
    ("told", "step"),
    [
        (None, Start(again=True)),
        (command(CommandStatus.ACKNOWLEDGED), Follow()),
        (command(CommandStatus.SEEN), Follow()),  # seen is not proven
        (command(CommandStatus.DONE), Began()),
        (command(CommandStatus.FAILED, Reason.NOT_PROVEN), Wait(NINE + 7 * MINUTE, R.NOT_STARTED)),
        (command(CommandStatus.REFUSED, Reason.HELD), Wait(NINE + 7 * MINUTE, R.REFUSED)),
    ],
)
def test_a_start_counts_when_telemetry_proved_it(told: CommandView | None, step: object) -> None:
    asked = run(Phase.ASKED, attempt=1, tries=1, asked_at=NINE, first_asked_at=NINE)
    assert next_step(visit(), asked, facts(2, command=told), RULES) == step


def test_after_so_many_tries_a_person_is_asked() -> None:
    asked = run(Phase.ASKED, attempt=7, tries=3, asked_at=NINE, first_asked_at=NINE)
    expired = command(CommandStatus.EXPIRED, Reason.UNSEEN)
    assert next_step(visit(), asked, facts(2, command=expired), RULES) == End(S.FAILED, R.MOWER_OFFLINE)


@pytest.mark.parametrize(
    ("known", "step"),
    [
        (facts(20, sessions=[session(1, 20, None)], state=MowerState.MOWING), Follow()),
        (facts(20, sessions=[session(1, 20, EndReason.DONE)]), End(S.DONE)),
        (facts(20, sessions=[session(1, 20, EndReason.BATTERY)]), Follow()),  # it charges and goes on
        (facts(20, sessions=[session(1, 20, EndReason.RAIN)]), Hold(None, send=False)),
        (facts(20, sessions=[session(1, 20, EndReason.FAULT)]), Wait(NINE + 25 * MINUTE, R.MOWER_FAULT)),
        (facts(20, sessions=[session(1, 20, EndReason.OPERATOR)]), End(S.SHORT, R.STOPPED)),
        (facts(20, sessions=[session(19.5, 20, EndReason.OPERATOR)]), End(S.FAILED, R.STOPPED)),
        (facts(20, sessions=[session(-30, -20, EndReason.DONE)]), Follow()),  # another visit's
        (facts(31), Wait(NINE + 36 * MINUTE, R.NOT_REACHED)),
        (facts(20, wet=True, state=MowerState.MOWING), Hold(None, send=True)),
        (facts(360, sessions=[session(1, 359, None)], state=MowerState.MOWING), SendHome(R.OUT_OF_TIME)),
        (facts(360, sessions=[session(1, 300, EndReason.BATTERY)]), End(S.SHORT, R.LOW_BATTERY)),
    ],
)
def test_what_telemetry_tells_of_a_visit_that_runs_decides(known: Facts, step: object) -> None:
    assert next_step(visit(state=S.STARTED), working(), known, RULES) == step


def test_one_that_was_sent_home_is_over_when_the_mower_is_on_its_way() -> None:
    home = working(waiting=R.STOPPED)
    home = replace(home, phase=Phase.HOME)
    away = facts(30, state=MowerState.MOWING, command=command(CommandStatus.SENT))
    assert next_step(visit(), home, away, RULES) == Follow()
    mows_on = facts(30, state=MowerState.MOWING, command=command(CommandStatus.FAILED))
    assert next_step(visit(), home, mows_on, RULES) == SendHome(R.STOPPED)
    held = replace(home, phase=Phase.HELD)
    assert next_step(visit(), held, replace(mows_on, wet=True), RULES) == Hold(None, send=True)
    lately = replace(mows_on, now=NINE + MINUTE / 2, wet=True)
    assert next_step(visit(), held, lately, RULES) == Follow()
    assert next_step(visit(), held, away, RULES) == Follow()
    assert next_step(visit(), held, mows_on, RULES) == Began()  # dry, and it went on by itself
    again = replace(mows_on, sessions=[session(1, 20, EndReason.RAIN)])
    assert next_step(visit(), working(), again, RULES) == Follow()
    returning = facts(30, state=MowerState.RETURNING, sessions=[session(1, 30, EndReason.OPERATOR)])
    assert next_step(visit(), home, returning, RULES) == End(S.SHORT, R.STOPPED)


@counted(sample=100, full=2_000)
@given(
    st.floats(-600, 900),
    st.integers(0, 5),
    st.sampled_from([*Phase]),
    st.booleans(),
    st.sampled_from([None, *CommandStatus]),
    st.sampled_from([*MowerState]),
)
def test_nothing_ever_starts_outside_the_allowed_hours_or_more_often_than_allowed(
    minutes: float, tries: int, phase: Phase, wet: bool, status: CommandStatus | None, state: MowerState
) -> None:
    at = replace(working(), phase=phase, tries=tries)
    told = None if status is None else command(status)
    known = facts(minutes, command=told, state=state, wet=wet)
    step = next_step(visit(), at, known, RULES)
    if isinstance(step, Start):
        assert HOURS.begins <= known.now < HOURS.ends - 29 * MINUTE or step.again
        assert phase in {Phase.WAITING, Phase.ASKED}
    if isinstance(step, Wait) and phase in {Phase.ASKED, Phase.WORKING}:
        assert tries < RULES.attempts


@pytest.mark.parametrize(
    ("what", "at", "minutes", "found"),
    [
        (visit(), run(waiting=R.MOWER_FAULT), 14, {}),
        (visit(), run(waiting=R.MOWER_FAULT), 15, {ProblemKind.LATE: R.MOWER_FAULT}),
        (visit(), run(waiting=R.RAIN), 60, {}),
        (visit(), run(waiting=R.REFUSED), 0, {ProblemKind.BLOCKED: R.REFUSED}),
        (visit(state=S.STARTED), working(), 14, {}),
        (visit(state=S.STARTED), working(), 15, {ProblemKind.SILENT: R.MOWER_OFFLINE}),
        (visit(state=S.FAILED, reason=R.MOWER_FAULT), run(), 0, {ProblemKind.NOT_STARTED: R.MOWER_FAULT}),
        (visit(state=S.SHORT, reason=R.STOPPED), run(), 0, {ProblemKind.CUT_SHORT: R.STOPPED}),
        (visit(state=S.SHORT, reason=R.RAIN), run(), 0, {}),
    ],
)
def test_the_board_tells_what_needs_a_person(what: Visit, at: VisitRun, minutes: float, found: object) -> None:
    now = NINE + minutes * MINUTE
    assert problems_of(what, at, now, RULES, state=MowerState.UNKNOWN, heard_at=None) == found


def test_a_command_is_named_by_visit_and_attempt_and_every_reason_of_the_guard_has_words() -> None:
    assert command_name(ONE, "start", 1) == command_name(ONE, "start", 1) != command_name(ONE, "start", 2)
    assert {reason_of(str(reason)) for reason in Reason} <= set(R)
    assert reason_of("what a vendor says") is R.REFUSED


@pytest.mark.parametrize("wrong", [{"attempts": 0}, {"least_percent": 101}, {"retry": timedelta(days=1)}])
def test_a_rule_outside_its_range_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="expected"):
        RunRules(**wrong)
