"""May it be given, did it happen, did it take too long."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.fleet.command_rules import RULES, CommandLimits, CommandView, done, overdue, refusals, seen
from core.fleet.guard import Reason
from core.fleet.model import CommandKind, CommandStatus, Confidence, LinkState, MowerSnapshot, MowerState
from core.ids import new_id
from tests.core.fleet.cast import LUBA, NOON, Stage, docked, mowing, report
from tests.core.fleet.conftest import ELM_STREET
from tests.core.fleet.fakes import healthy

K, S, T = CommandKind, MowerState, CommandStatus
UP = healthy(ELM_STREET, NOON)


def mower(state: MowerState, **fields: object) -> MowerSnapshot:
    return replace(
        MowerSnapshot(number=1, device_name=LUBA, state=state, confidence=Confidence.REPORTED),
        **fields,  # type: ignore[arg-type]
    )


def command(kind: CommandKind, status: CommandStatus = T.SENT, **fields: object) -> CommandView:
    return replace(
        CommandView(
            id=new_id(),
            device_name=LUBA,
            kind=kind,
            status=status,
            parameters={},
            asked_by="dispatcher",
            person_id=None,
            source="web",
            requested_at=NOON,
            queued_at=NOON,
            sent_at=NOON + timedelta(seconds=1),
        ),
        **fields,  # type: ignore[arg-type]
    )


ALREADY = {
    K.START: {S.MOWING},
    K.RESUME: {S.MOWING},
    K.PAUSE: {S.PAUSED},
    K.STOP: {S.IDLE, S.DOCKED, S.CHARGING},
    K.RETURN: {S.RETURNING, S.DOCKED, S.CHARGING},
    K.HALT: set(),
    K.LEAVE_DOCK: {S.IDLE},
    K.RESTART: set(),
}
MAY = {
    K.START: {S.DOCKED, S.CHARGING, S.IDLE},
    K.RESUME: {S.PAUSED},
    K.PAUSE: {S.MOWING, S.RETURNING, S.UNKNOWN},
    K.STOP: {S.MOWING, S.PAUSED, S.RETURNING, S.FAULT, S.UNKNOWN},
    K.RETURN: {S.MOWING, S.PAUSED, S.IDLE, S.FAULT, S.UNKNOWN},
    K.HALT: set(S) - {S.OFFLINE, S.UPDATING},
    K.LEAVE_DOCK: {S.DOCKED, S.CHARGING},
    K.RESTART: set(S) - {S.MOWING, S.RETURNING, S.UPDATING, S.OFFLINE},
}


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("kind", K)
def test_each_command_is_allowed_refused_or_already_done_in_each_state(kind: CommandKind, state: MowerState) -> None:
    reasons = refusals(kind, mower(state), UP)
    if state in MAY[kind]:
        assert reasons == ()
    elif state in ALREADY[kind]:
        assert reasons == (Reason.ALREADY,)
    else:
        by_state = {
            S.OFFLINE: Reason.OFFLINE,
            S.UNKNOWN: Reason.UNKNOWN,
            S.FAULT: Reason.FAULT,
            S.UPDATING: Reason.UPDATING,
        }
        assert reasons == (by_state.get(state, Reason.NOT_NOW),)


@pytest.mark.parametrize(
    ("health", "reason"),
    [
        (None, Reason.NO_LINK),
        (LinkState.STOPPED, Reason.NO_LINK),
        (LinkState.BLOCKED, Reason.BLOCKED),
        (LinkState.REAUTH_NEEDED, Reason.BLOCKED),
        (LinkState.CLOUD_DOWN, Reason.CLOUD_DOWN),
    ],
)
def test_a_link_that_cannot_carry_it_refuses_it(health: LinkState | None, reason: Reason) -> None:
    link = None if health is None else replace(UP, state=health)
    assert refusals(K.START, mower(S.DOCKED), link) == (reason,)


def test_a_low_battery_refuses_a_start_and_never_a_stop() -> None:
    luba = Stage.luba()
    luba.hears(docked(0, battery_percent=19))
    assert refusals(K.START, luba.snapshot, UP) == (Reason.LOW_BATTERY,)
    luba.hears(docked(1, battery_percent=20))
    assert refusals(K.START, luba.snapshot, UP) == ()
    luba.hears(mowing(2, battery_percent=5))
    assert refusals(K.RETURN, luba.snapshot, UP) == ()


def test_a_stale_mower_is_not_started_but_may_be_stopped() -> None:
    assert refusals(K.START, mower(S.DOCKED, confidence=Confidence.STALE), UP) == (Reason.STALE,)
    assert refusals(K.HALT, mower(S.UNKNOWN, confidence=Confidence.STALE), UP) == ()


def test_every_reason_is_given_not_only_the_first() -> None:
    luba = Stage.luba()
    luba.hears(report(0, mode=S.FAULT, battery_percent=3))
    blocked = replace(UP, state=LinkState.BLOCKED)
    assert refusals(K.START, luba.snapshot, blocked) == (Reason.FAULT, Reason.LOW_BATTERY, Reason.BLOCKED)


def test_the_same_command_twice_is_refused_but_a_stopping_one_that_went_out_may_be_repeated() -> None:
    assert refusals(K.START, mower(S.DOCKED), UP, [command(K.START)]) == (Reason.ON_ITS_WAY,)
    assert refusals(K.START, mower(S.DOCKED), UP, [command(K.START, T.EXPIRED)]) == ()
    assert refusals(K.HALT, mower(S.MOWING), UP, [command(K.HALT, T.SENT)]) == ()
    assert refusals(K.HALT, mower(S.MOWING), UP, [command(K.HALT, T.QUEUED)]) == (Reason.ON_ITS_WAY,)


def test_seen_needs_a_reading_newer_than_sent_on_both_clocks() -> None:
    start = command(K.START)  # sent at 1 s
    luba = Stage.luba()
    luba.hears(docked(0))
    assert not seen(start, luba.snapshot)
    assert not seen(start, luba.hears(mowing(0.5, north=0, lag_s=3)).snapshot)
    late = Stage.luba()
    late.hears(docked(0), mowing(4, north=0))
    assert seen(start, late.snapshot)


def test_seen_needs_a_change_after_sent() -> None:
    cancel = command(K.STOP, sent_at=NOON + timedelta(seconds=10))
    luba = Stage.luba()
    luba.hears(report(0, mode=S.RETURNING, north=20), report(5, mode=S.RETURNING, north=18))
    luba.hears(report(12, mode=S.RETURNING, north=16))
    assert not seen(cancel, luba.snapshot)
    luba.hears(report(14, mode=S.IDLE, north=16))
    assert seen(cancel, luba.snapshot)


def test_a_start_is_done_when_movement_proves_it() -> None:
    start = command(K.START)
    luba = Stage.luba()
    luba.hears(docked(0), mowing(4, north=0))
    start = replace(start, status=T.SEEN, seen_at=luba.snapshot.received_at)
    assert not done(start, luba.snapshot)
    luba.hears(mowing(5, north=0))
    assert not done(start, luba.snapshot)
    luba.hears(mowing(6, north=0.5))
    assert done(start, luba.snapshot)


def test_a_return_is_done_at_the_dock_only() -> None:
    luba = Stage.luba()
    luba.hears(mowing(0, north=20), report(3, mode=S.RETURNING, north=20))
    home = command(K.RETURN, T.SEEN, seen_at=luba.snapshot.received_at)
    luba.hears(report(10, mode=S.RETURNING, north=15))
    assert not done(home, luba.snapshot)
    luba.hears(docked(60))
    assert done(home, luba.snapshot)


def test_a_halt_is_done_when_a_later_reading_shows_no_movement() -> None:
    luba = Stage.luba()
    luba.hears(mowing(0, north=0), mowing(1, north=0.5), report(3, mode=S.PAUSED, north=1.0))
    halt = command(K.HALT, T.SEEN, seen_at=luba.snapshot.received_at)
    moving = luba.hears(report(4, mode=S.PAUSED, north=1.6)).snapshot
    assert not done(halt, moving)
    standing = Stage(luba.snapshot)
    halt = replace(halt, seen_at=moving.received_at)
    assert done(halt, standing.hears(report(5, mode=S.PAUSED, north=1.61)).snapshot)


@pytest.mark.parametrize(
    ("status", "after_s", "end"),
    [
        (T.QUEUED, 119, None),
        (T.QUEUED, 120, (T.EXPIRED, Reason.UNSENT)),
        (T.SENT, 90, None),
        (T.SENT, 91, (T.EXPIRED, Reason.UNSEEN)),
        (T.ACKNOWLEDGED, 91, (T.FAILED, Reason.NOT_FOLLOWED)),
        (T.SEEN, 131, None),
        (T.SEEN, 132, (T.FAILED, Reason.NOT_PROVEN)),
        (T.DONE, 9_999, None),
    ],
)
def test_time_ends_what_nothing_else_did(
    status: CommandStatus, after_s: float, end: tuple[CommandStatus, Reason] | None
) -> None:
    given = command(K.START, status, seen_at=NOON + timedelta(seconds=12))
    assert overdue(given, NOON + timedelta(seconds=after_s)) == end


def test_docking_may_take_its_time() -> None:
    home = command(K.RETURN, T.SEEN, seen_at=NOON)
    assert overdue(home, NOON + timedelta(seconds=7_199)) is None
    assert overdue(home, NOON + timedelta(seconds=7_200)) == (T.FAILED, Reason.NOT_PROVEN)


def test_every_command_has_its_rule() -> None:
    assert set(RULES) == set(K)


@pytest.mark.parametrize("wrong", [{"unsent_s": 0}, {"unseen_s": 1e9}, {"start_battery_percent": 101}])
def test_wrong_limits_fail_at_construction(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="expected"):
        CommandLimits(**wrong)  # type: ignore[arg-type]
