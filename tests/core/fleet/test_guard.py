"""What speaks against a start beside the mower's own state, and what a typed reason takes away."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.fleet import NO_FACTS, OVERRIDABLE, Reason, StartFacts
from core.fleet.guard import guard_refusals, split_override
from core.fleet.model import CommandKind, MowerSnapshot
from tests.core.fleet.cast import LUBA, NOON, Stage, docked

K = CommandKind
QUIET = replace(NO_FACTS, quiet_until=NOON + timedelta(hours=2))
EVERYTHING = StartFacts(
    quiet_until=NOON,
    rain_hold=True,
    suspended=True,
    unapproved=True,
    no_go=None,
    missing=True,
    held_by="dana@mowthos.example",
)


def standing(**fields: object) -> MowerSnapshot:
    stage = Stage.luba()
    stage.hears(docked(0, **fields))
    return stage.snapshot


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (QUIET, Reason.QUIET_HOURS),
        (replace(NO_FACTS, rain_hold=True), Reason.RAIN_HOLD),
        (replace(NO_FACTS, suspended=True), Reason.SUSPENDED),
        (replace(NO_FACTS, unapproved=True), Reason.UNAPPROVED),
        (replace(NO_FACTS, no_go=None), Reason.NO_GO),
        (replace(NO_FACTS, no_go=frozenset({7})), Reason.NO_GO),
        (replace(NO_FACTS, missing=True), Reason.MISSING),
        (replace(NO_FACTS, held_by="dana@mowthos.example"), Reason.HELD),
    ],
)
def test_each_fact_alone_refuses_a_start_with_its_own_reason(facts: StartFacts, reason: Reason) -> None:
    assert guard_refusals(K.START, standing(), facts) == (reason,)
    assert guard_refusals(K.START, standing(), NO_FACTS) == ()


def test_the_mowers_own_rain_flag_holds_a_start_and_dry_or_unknown_do_not() -> None:
    assert guard_refusals(K.START, standing(rain=True), NO_FACTS) == (Reason.RAIN_HOLD,)
    assert guard_refusals(K.RESUME, standing(rain=True), NO_FACTS) == (Reason.RAIN_HOLD,)
    assert guard_refusals(K.START, standing(rain=False), NO_FACTS) == ()
    assert guard_refusals(K.START, MowerSnapshot(number=1, device_name=LUBA), NO_FACTS) == ()


def test_a_no_go_holds_only_a_start_that_would_mow_it_and_a_resume_on_it() -> None:
    held = replace(NO_FACTS, no_go=frozenset({7}))
    assert guard_refusals(K.START, standing(), held, areas=[7, 8]) == (Reason.NO_GO,)
    assert guard_refusals(K.START, standing(), held, areas=[8, 9]) == ()
    assert guard_refusals(K.RESUME, standing(zone_hash=7), held) == (Reason.NO_GO,)
    assert guard_refusals(K.RESUME, standing(zone_hash=8), held) == ()
    assert guard_refusals(K.RESUME, standing(), held) == (Reason.NO_GO,)
    assert guard_refusals(K.START, standing(), replace(NO_FACTS, no_go=None), areas=[8]) == (Reason.NO_GO,)


def test_stop_and_pause_are_refused_by_nothing_here_and_docking_only_by_somebody_elses_lease() -> None:
    wet = standing(rain=True)
    assert guard_refusals(K.HALT, wet, EVERYTHING) == guard_refusals(K.PAUSE, wet, EVERYTHING) == ()
    for kind in (K.RETURN, K.STOP, K.RESTART):
        assert guard_refusals(kind, wet, EVERYTHING) == (Reason.HELD,)
    assert guard_refusals(K.LEAVE_DOCK, wet, EVERYTHING) == (Reason.MISSING, Reason.HELD)


def test_an_override_takes_away_what_may_be_overridden_and_nothing_else() -> None:
    stands, lifted = split_override(guard_refusals(K.START, standing(), EVERYTHING))
    assert set(lifted) == OVERRIDABLE - {Reason.LOW_BATTERY}
    assert set(stands) == {Reason.MISSING, Reason.HELD}
    assert split_override([Reason.FAULT, Reason.OFFLINE, Reason.BLOCKED])[1] == ()
