"""What one visit does to the bill, and what a host's dock has earned so far: shown to the household. Pure."""

from dataclasses import dataclass
from datetime import datetime

from core.billing.life_model import Life
from core.billing.periods import Period
from core.billing.status import Status
from core.billing.usage_view import UsageView
from core.money import Money, share


@dataclass(frozen=True, slots=True)
class VisitEffect:
    """``minutes`` = ``included`` + ``beyond``; ``cost`` is that of those beyond. In a trial nothing costs."""

    minutes: int
    included: int
    beyond: int
    cost: Money
    trial: bool = False


@dataclass(frozen=True, slots=True)
class PowerSoFar:
    """Of the period that runs: what the dock drew, and what it will be credited with."""

    since: datetime
    watt_hours: int
    credit: Money
    rate: Money
    """For a kilowatt-hour."""


def visit_effect(life: Life, usage: UsageView, span: Period) -> VisitEffect | None:
    """The minutes of the span against the allowance of the window that holds its beginning, those mowed before it
    first; ``None`` where no window does."""
    minutes = usage.minutes(span, life.at)
    nothing = Money(0, life.currency)
    if life.trial is not None and life.trial.holds(span.start):
        return VisitEffect(minutes, minutes, 0, nothing, trial=True)
    found = _window(life, span.start)
    if found is None:
        return None
    window, allowance, rate = found
    before = usage.minutes(Period(window.start, span.start), life.at) if span.start > window.start else 0
    beyond = max(0, before + minutes - allowance) - max(0, before - allowance)
    return VisitEffect(minutes, minutes - beyond, beyond, rate * beyond)


def power_so_far(life: Life, usage: UsageView) -> PowerSoFar | None:
    """``None`` for those who are no host, and while no period runs."""
    if not life.host or life.status is Status.CANCELED:
        return None
    span = life.trial if life.status is Status.TRIALING else life.period
    if span is None:
        return None
    drawn, rate = usage.watt_hours(Period(span.start, span.end), life.at), life.terms.power_per_kwh
    return PowerSoFar(span.start, drawn, share(rate, drawn, 1_000), rate)


def _window(life: Life, at: datetime) -> tuple[Period, int, Money] | None:
    """(span, allowance in minutes, what a minute beyond costs)"""
    for window in life.windows:
        if window.span.holds(at):
            return window.span, window.allowance, window.terms.overage
    if life.window is None or life.period is None or not life.window.start <= at < life.period.end:
        return None
    closed = life.window.closed(life.period.end)
    return closed.span, closed.allowance, closed.terms.overage
