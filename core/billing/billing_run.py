"""How a bill comes about: close the window of minutes, correct earlier ones, gather what waits, use up credit. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.billing.bills import Bill, BillReason, Line, total_of
from core.billing.life_model import BillingRules, Life
from core.billing.periods import Period
from core.billing.proration import coupon_line, plan_line
from core.billing.rating import OpenWindow, Window, late_line, overage_line, power_line
from core.billing.status import Status
from core.billing.usage_view import UsageView
from core.money import Money

SETTLING = timedelta(seconds=60)
"""Minutes recorded so shortly before a bill is worked out are left for the next: they may still be on their way into
the database, and a closed bill must read the same ever after."""

type Lines = tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Context:
    """What a replay looks up: minutes, when each bill was closed, and the moment it is made for."""

    usage: UsageView
    closings: Mapping[int, datetime]
    until: datetime
    rules: BillingRules

    def known_by(self, number: int) -> datetime:
        return self.closings.get(number, self.until - SETTLING)


def arrears(life: Life, at: datetime, context: Context) -> tuple[Life, Lines]:
    """Close the window under way at ``at``; its minutes and the corrections of earlier windows as lines.

    While suspended nothing is billed: the closed window counts as billed with no minutes, so that what lies beyond its
    allowance comes as a correction on the next bill there is.
    """
    if life.status is Status.SUSPENDED and life.cancel_at != at:
        unbilled = (life.window.closed(at),) if life.window else ()
        return replace(life, windows=(*life.windows, *unbilled), window=None), ()
    known_by = context.known_by(len(life.bills) + 1)
    lines: list[Line] = []
    windows: list[Window] = []
    for window in life.windows:
        late = late_line(window, context.usage, known_by)
        if late is not None:
            lines.append(late)
            window = replace(window, billed_minutes=window.billed_minutes + late.minutes)  # noqa: PLW2901
        windows.append(window)
    if life.window is not None:
        closed = life.window.closed(at)
        over = overage_line(closed, context.usage, known_by)
        if over is not None:
            lines.insert(0, over)
            closed = replace(closed, billed_minutes=over.minutes)
        windows.append(closed)
    life, power = _power(life, at, context, known_by)
    return replace(life, windows=tuple(windows), window=None), (*lines, *power)


def _power(life: Life, at: datetime, context: Context, known_by: datetime) -> tuple[Life, Lines]:
    """A host's credit for power drawn up to ``at``. What a plan without a price for it sees is settled with nothing."""
    if not life.host:
        return life, ()
    span, since = Period(life.joined_at, at), life.power_since or life.joined_at
    if not life.terms.power_per_kwh.minor:
        return replace(life, power_wh=context.usage.watt_hours(span, known_by), power_since=at), ()
    line = power_line(life.terms, context.usage, span, known_by, credited_wh=life.power_wh, since=since)
    if line is None:
        return life, ()
    return replace(life, power_wh=life.power_wh + line.used, power_since=at), (line,)


def charged(life: Life, period: Period) -> tuple[Life, Lines]:
    """The price of a period that begins and what a coupon takes off it; one of the coupon's periods is used up."""
    plan, coupon = plan_line(life.terms, period, host=life.host), life.coupon
    if coupon is None:
        return replace(life, covering=plan, percent_off=0), (plan,)
    off = coupon_line(plan, coupon.percent, coupon.note)
    covering = replace(plan, amount=plan.amount + off.amount)
    life = replace(life, covering=covering, coupon=coupon.used(), percent_off=coupon.percent)
    return life, (plan, off) if off.amount.minor else (plan,)


def opened(life: Life, period: Period, at: datetime) -> Life:
    """A period begins, and with it a window of minutes."""
    return replace(life, period=period, window=OpenWindow(at, period, life.terms, at))


def billed(life: Life, at: datetime, reason: BillReason, lines: Lines, span: Period | None, context: Context) -> Life:
    """Put a bill together with what waits; without a single line there is none."""
    every = (*lines, *life.pending)
    if not every:
        return life
    number = len(life.bills) + 1
    total = total_of(every, life.currency)
    used = Money(min(life.balance.minor, max(0, total.minor)), life.currency)
    gained = Money(max(0, -total.minor), life.currency)
    bill = Bill(
        number=number,
        at=at,
        reason=reason,
        span=span,
        known_by=context.known_by(number),
        lines=every,
        total=total,
        credit_used=used,
        due=Money(max(0, total.minor), life.currency) - used,
        refunded=Money(0, life.currency),
        tax=Money(0, life.currency),
    )
    return replace(life, bills=(*life.bills, bill), pending=(), balance=life.balance - used + gained)
