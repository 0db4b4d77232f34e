"""What a household must be told, each thing once: reminders, stages of dunning, thresholds of minutes. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from core.billing.life_model import BillingRules, Life
from core.billing.periods import Period
from core.billing.status import Status
from core.billing.usage_view import UsageView
from core.texts import N_

NOTICE_WORDS = {
    "trial_reminder": N_("The trial ends in {days} days: {price} will be charged"),
    "payment_failed": N_("The payment failed: {owed} is owed"),
    "dunning": N_("Payment {stage} of {stages}: {owed} is owed"),
    "suspended": N_("Service is suspended until {owed} is paid"),
    "bill": N_("Bill {number} over {due}"),
    "paid": N_("Bill {number} was paid: thank you"),
    "minutes_80": N_("80 % of the included minutes are used"),
    "minutes_100": N_("All included minutes are used: each further one costs {rate}"),
}
NOTICE_BODIES = {
    "trial_reminder": N_(
        "{address}: the trial ends on {ends:day}, then your plan begins by itself. Cancel before, and nothing is due."
    ),
    "payment_failed": N_("{address}: the card was not charged. Pay now or change the card; we try again, too."),
    "dunning": N_("{address}: it is still not paid. Pay now, or update the card, so that the mower keeps coming."),
    "suspended": N_("{address}: no mower comes until it is paid; it comes again as soon as it is."),
    "bill": N_("{address}: each line opens the minutes behind it."),
    "paid": N_("{address}: there is nothing to do."),
    "minutes_80": N_("{address}: {used} of {included} minutes of this period are used."),
    "minutes_100": N_("{address}: {used} of {included} minutes of this period are used."),
}
"""What a message says below `NOTICE_WORDS`; ``ends`` is when the trial does."""
SHARES = (80, 100)


@dataclass(frozen=True, slots=True)
class Notice:
    """``key`` is unique within the subscription: a notice of that key is told once."""

    kind: str
    key: str
    at: datetime
    data: dict[str, Any] = field(default_factory=dict, hash=False)


def notices_of(life: Life, usage: UsageView, rules: BillingRules) -> list[Notice]:
    """Everything that has fallen due by the life's moment; keys tell what was told before."""
    return [*_trial(life, rules), *_dunning(life, rules), *_bills(life), *_minutes(life, usage)]


def next_notice_at(life: Life, rules: BillingRules) -> datetime | None:
    """When a reminder falls due next."""
    if life.status is not Status.TRIALING or life.trial is None or life.cancel_at is not None:
        return None
    moments = [life.trial.end - timedelta(days=days) for days in rules.reminder_days]
    return min((moment for moment in moments if moment > life.at), default=None)


def _trial(life: Life, rules: BillingRules) -> Iterator[Notice]:
    if life.status is not Status.TRIALING or life.trial is None or life.cancel_at is not None:
        return
    price = life.terms.price_for(host=life.host)
    for days in rules.reminder_days:
        at = life.trial.end - timedelta(days=days)
        if life.trial.start < at <= life.at:
            yield Notice(
                "trial_reminder", f"trial/{days}/{life.trial.end:%Y%m%d}", at,
                {"days": days, "price": price.minor, "currency": life.currency, "card": life.card},
            )  # fmt: skip


def _dunning(life: Life, rules: BillingRules) -> Iterator[Notice]:
    if life.dunning is None or life.status is Status.CANCELED:
        return
    owed = life.owed.minor
    for stage in range(life.dunning.stage + 1):
        at = life.dunning.since + rules.stage_span * stage
        yield Notice(
            "dunning" if stage else "payment_failed", f"dunning/{life.dunning.since:%Y%m%d%H%M%S}/{stage}", at,
            {"stage": stage, "stages": rules.stages, "owed": owed, "currency": life.currency},
        )  # fmt: skip
    if life.status is Status.SUSPENDED:
        key = f"suspended/{life.dunning.since:%Y%m%d%H%M%S}"
        yield Notice("suspended", key, life.at, {"owed": owed, "currency": life.currency})


def _bills(life: Life) -> Iterator[Notice]:
    for bill in life.bills:
        if bill.closed and bill.due.minor:
            data = {"number": bill.number, "due": bill.due.minor, "currency": life.currency}
            yield Notice("bill", f"bill/{bill.number}", bill.known_by, data)
            if bill.paid_at is not None:
                yield Notice("paid", f"paid/{bill.number}", bill.paid_at, {"number": bill.number})


def _minutes(life: Life, usage: UsageView) -> Iterator[Notice]:
    meter = meter_of(life, usage)
    if meter is None or not meter.included:
        return
    for share in SHARES:
        if meter.used * 100 >= meter.included * share:
            yield Notice(
                f"minutes_{share}", f"minutes/{share}/{meter.span.start:%Y%m%d%H%M%S}", life.at,
                {"used": meter.used, "included": meter.included, "rate": life.terms.overage.minor,
                 "currency": life.currency},
            )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Meter:
    """Minutes of the running period against those included in it."""

    span: Period
    used: int
    included: int


def meter_of(life: Life, usage: UsageView) -> Meter | None:
    """``None`` while no period runs; a trial includes everything."""
    if life.status is Status.TRIALING and life.trial is not None:
        return Meter(life.trial, usage.minutes(life.trial, life.at), 0)
    if life.window is None or life.period is None:
        return None
    span = Period(life.window.start, life.period.end)
    return Meter(span, usage.minutes(span, life.at), life.window.closed(life.period.end).allowance)
