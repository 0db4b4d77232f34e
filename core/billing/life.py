"""A subscription's life worked out from its facts: pure, so that past, present and any future date read the same.

`replay` steps from moment to moment. What time itself does (`due`, `pass_moment`): a trial ends, a period rolls over, a
pause begins or is over, dunning climbs a stage, silence about a payment counts as its failure. No webhook is needed for
any of it. What people and payments do comes as facts (`moves`).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from core.billing import moves
from core.billing.billing_run import Context, arrears, billed, charged, opened
from core.billing.bills import BillReason
from core.billing.facts import Fact, FactKind
from core.billing.life_model import DEFAULT_RULES, BillingRules, Dunning, Life
from core.billing.periods import Cycle
from core.billing.status import Status
from core.billing.usage_view import NO_USAGE, UsageView

RUNNING = frozenset({Status.AWAITING, Status.ACTIVE, Status.PAST_DUE})


def replay(
    facts: Sequence[Fact], until: datetime, usage: UsageView = NO_USAGE, rules: BillingRules = DEFAULT_RULES
) -> Life:
    """The life as of ``until``. Facts in order, the first of kind JOINED; those after ``until`` are left out.

    Bills not closed yet are drafts that know every minute recorded by ``until``.
    """
    closings = {fact.data["number"]: moment_of(fact) for fact in facts if fact.kind is FactKind.BILL_CLOSED}
    context = Context(usage, closings, until, rules)
    life = moves.joined(facts[0])
    for fact in facts[1:]:
        if fact.at > until:
            break
        life = moves.apply(advance(life, fact.at, context), fact, context)
    return advance(life, until, context)


def moment_of(closing: Fact) -> datetime:
    return datetime.fromisoformat(closing.data["known_by"])


def advance(life: Life, until: datetime, context: Context) -> Life:
    """Let time pass up to and including ``until``."""
    while (moment := due(life, context.rules)) is not None and moment <= until:
        life = pass_moment(replace(life, at=moment), moment, context)
    return replace(life, at=max(life.at, until))


def due(life: Life, rules: BillingRules) -> datetime | None:
    """When time will next do something by itself; ``None`` when it will not."""
    moments = [boundary(life), stage_at(life, rules), silence_at(life, rules)]
    return min((moment for moment in moments if moment is not None), default=None)


def boundary(life: Life) -> datetime | None:
    """Where trial, period or pause ends."""
    if life.status is Status.TRIALING:
        assert life.trial is not None
        return life.trial.end
    if life.status is Status.PAUSED:
        return life.pause.until if life.pause else None
    if life.status in RUNNING or (life.status is Status.SUSPENDED and life.period is not None):
        assert life.period is not None
        return life.period.end
    return None


def stage_at(life: Life, rules: BillingRules) -> datetime | None:
    if life.dunning is None or life.dunning.stage >= rules.stages or life.status is Status.CANCELED:
        return None
    return life.dunning.since + rules.stage_span * (life.dunning.stage + 1)


def silence_at(life: Life, rules: BillingRules) -> datetime | None:
    """When a closed bill of whose payment nothing was heard counts as failed."""
    if life.status is Status.CANCELED:
        return None
    waiting = [bill.known_by for bill in life.bills if bill.closed and not bill.settled and bill.failed_at is None]
    return min(waiting, default=None) and min(waiting) + rules.silence_span


def pass_moment(life: Life, moment: datetime, context: Context) -> Life:
    """Everything that falls on this very moment, in a fixed order: bounds first, then silence, then stages."""
    if boundary(life) == moment:
        return _cross(life, moment, context)
    if silence_at(life, context.rules) == moment:
        silent = [bill for bill in life.bills if bill.closed and not bill.settled and bill.failed_at is None]
        return moves.failed(life, min(silent, key=lambda bill: bill.known_by).number, moment)
    assert life.dunning is not None
    stage = life.dunning.stage + 1
    life = replace(life, dunning=replace(life.dunning, stage=stage))
    return replace(life, status=Status.SUSPENDED, pause=None) if stage >= context.rules.stages else life


def _cross(life: Life, at: datetime, context: Context) -> Life:
    if life.status is Status.TRIALING:
        return _end_trial(life, at, context)
    if life.status is Status.PAUSED:
        return _end_pause(life, at, context)
    life, lines = arrears(life, at, context)
    if life.cancel_at == at:
        life = billed(life, at, BillReason.FINAL, lines, None, context)
        return replace(life, status=Status.CANCELED, period=None, cancel_at=None, dunning=None)
    if life.status is Status.SUSPENDED:  # no service, no price: what was mowed comes as a correction once they return
        return replace(life, period=None)
    if life.pause is not None and life.pause.start == at:
        life = billed(life, at, BillReason.CYCLE, lines, None, context)
        return replace(life, status=Status.PAUSED, period=None)
    assert life.cycle is not None
    return _begin_period(life, at, BillReason.CYCLE, lines, context)


def _begin_period(life: Life, at: datetime, reason: BillReason, lines: moves.Lines, context: Context) -> Life:
    assert life.cycle is not None
    life = opened(life, life.cycle.at(at), at)
    assert life.period is not None
    life, price = charged(life, life.period)
    return billed(life, at, reason, (*lines, *price), life.period, context)


def _end_trial(life: Life, at: datetime, context: Context) -> Life:
    if life.cancel_at == at:
        return replace(life, status=Status.CANCELED, cancel_at=None)
    life = replace(life, cycle=Cycle(at, life.terms.interval))
    life, lines = arrears(life, at, context)
    life = _begin_period(life, at, BillReason.FIRST, lines, context)
    first = life.bills[-1]
    if first.settled:
        return replace(life, status=Status.ACTIVE)
    if life.card:
        return replace(life, status=Status.AWAITING)
    bills = (*life.bills[:-1], replace(first, failed_at=at))
    return replace(life, status=Status.SUSPENDED, bills=bills, dunning=Dunning(at))


def _end_pause(life: Life, at: datetime, context: Context) -> Life:
    life, lines = arrears(life, at, context)
    life = replace(life, status=Status.PAST_DUE if life.dunning else Status.ACTIVE, pause=None)
    return _begin_period(life, at, BillReason.CYCLE, lines, context)
