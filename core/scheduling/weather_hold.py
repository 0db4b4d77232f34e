"""Rain in the middle of a visit: hold, and go on in allowed hours only. Pure.

What a step says is carried out elsewhere: `HOLD` pauses or docks the mower, `RESUME` goes through the start guard.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.scheduling.planner_spans import Span
from core.scheduling.weather_model import Decision, Verdict
from core.texts import N_


class Step(StrEnum):
    """What is to be done now with a visit that began."""

    CARRY_ON = "carry_on"
    HOLD = "hold"
    STAY = "stay"  # goes on being held
    RESUME = "resume"
    CATCH_UP = "catch_up"  # not today any more: its lawn joins those that wait


@dataclass(frozen=True, slots=True)
class HoldStep:
    """``at``: when to look next, of a hold or a stay."""

    step: Step
    at: datetime | None
    words: str


@dataclass(frozen=True, slots=True)
class Begun:
    """A visit that began: whether it is held, and how long its rest takes with the way home."""

    held: bool
    left: timedelta
    give_up_at: datetime
    """Later than this it is not resumed: its rest is caught up."""


ALLOWED = N_("It is dry and the hour allows it: it goes on.")
DRY = N_("It is dry: it carries on.")
RAIN = N_("It is too wet: the mower waits at its dock.")
NOT_NOW = N_("It is dry, but mowing is not allowed until the next hour that is.")
TOO_LATE = N_("No allowed hour is left that is long enough: the rest is caught up later.")


def hold_step(begun: Begun, decision: Decision, allowed: Sequence[Span], now: datetime) -> HoldStep:
    """What to do now. ``allowed`` are the spans in which the site may be mowed, in order of time.

    A visit resumes only inside a span that has room for its rest; a wait never ends outside one. The rest of a visit
    that no span has room for until ``give_up_at`` is caught up.
    """
    go = decision.verdict is Verdict.GO
    inside = any(span.begins <= now < span.ends for span in allowed)
    if not begun.held:
        if go and inside:
            return HoldStep(Step.CARRY_ON, None, DRY)
        return _held(Step.HOLD, begun, decision, allowed, now)
    if go and any(span.begins <= now and now + begun.left <= span.ends for span in allowed):
        return HoldStep(Step.RESUME, None, ALLOWED)
    return _held(Step.STAY, begun, decision, allowed, now)


def _held(step: Step, begun: Begun, decision: Decision, allowed: Sequence[Span], now: datetime) -> HoldStep:
    skipped = decision.verdict is Verdict.SKIP
    dry_at = now if decision.until is None else max(now, decision.until)
    at = next_start(allowed, dry_at, begun.left)
    if at is None or at > begun.give_up_at or skipped:
        return HoldStep(Step.CATCH_UP, None, TOO_LATE if not skipped else decision.words)
    return HoldStep(step, at, RAIN if decision.verdict is Verdict.WAIT else NOT_NOW)


def next_start(allowed: Sequence[Span], earliest: datetime, work: timedelta) -> datetime | None:
    """The first moment from ``earliest`` on from which ``work`` fits into one allowed span."""
    for span in allowed:
        begins = max(span.begins, earliest)
        if begins + work <= span.ends:
            return begins
    return None
