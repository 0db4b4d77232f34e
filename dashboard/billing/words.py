"""Money, days and what happened, in the reader's language. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from core.billing import LINE_WORDS, NOTICE_WORDS, STATUS, Interval, LineKind, PlanTerms, Status
from core.billing.tables import DriftRow
from dashboard.i18n import N_, _, locale, ngettext
from dashboard.measures import area_words, when_words

TONES = {
    Status.PENDING: "",
    Status.TRIALING: "m-chip-info",
    Status.AWAITING: "m-chip-info",
    Status.ACTIVE: "m-chip-good",
    Status.PAST_DUE: "m-chip-warn",
    Status.SUSPENDED: "m-chip-bad",
    Status.PAUSED: "",
    Status.CANCELED: "",
}
FACT_WORDS = {
    "joined": N_("Chose a plan"),
    "card_saved": N_("Saved a card"),
    "card_lost": N_("Has no card any more"),
    "plan_changed": N_("Changed the plan"),
    "paused": N_("Planned a pause"),
    "resumed": N_("Ended the pause"),
    "cancelled": N_("Cancelled"),
    "cancel_undone": N_("Took the cancellation back"),
    "coupon_given": N_("Was given a coupon"),
    "coupon_ended": N_("Had the coupon taken away"),
    "credited": N_("Was given credit"),
    "charged": N_("Was charged extra"),
    "bill_closed": N_("Bill sent"),
    "bill_voided": N_("Bill voided"),
    "taxed": N_("Tax was added"),
    "paid": N_("Paid"),
    "payment_failed": N_("Payment failed"),
    "refunded": N_("Was refunded"),
}
INVOICE_STATES = {
    "held": (N_("Held"), "m-chip-warn"),
    "open": (N_("Open"), "m-chip-info"),
    "paid": (N_("Paid"), "m-chip-good"),
    "void": (N_("Void"), ""),
    "draft": (N_("Draft"), ""),
}


DRIFT_FIELDS = {
    "amount": N_("Amount"),
    "tax": N_("Tax"),
    "state": N_("State"),
    "invoice": N_("Bill"),
    "minutes": N_("Minutes"),
    "customer": N_("Customer"),
    "email": N_("Email"),
    "name": N_("Name"),
}
"""What the books may differ in, by the name a check gives it."""


def money(minor: int, currency: str = "USD") -> str:
    """``minor`` cents as the reader writes money."""
    return str(format_currency(Decimal(minor) / 100, currency, locale=locale()))


def day(moment: datetime | None) -> str:
    return "-" if moment is None else str(format_date(moment.astimezone(UTC), format="medium", locale=locale()))


def instant(moment: datetime) -> str:
    """To the minute, in UTC as billing counts."""
    return when_words(moment, UTC)


def status_word(status: str) -> str:
    return _(STATUS[Status(status)].word)


def minutes_words(minutes: int) -> str:
    """Hours and minutes."""
    hours, rest = divmod(abs(minutes), 60)
    words = _("{h} h {m:02d} min").format(h=hours, m=rest) if hours else _("{m} min").format(m=rest)
    return f"-{words}" if minutes < 0 else words


def kwh_words(watt_hours: int) -> str:
    """Kilowatt-hours as the reader writes numbers."""
    return str(format_decimal(Decimal(watt_hours) / 1_000, format="#,##0.000", locale=locale()))


def line_words(line: Mapping[str, Any], currency: str) -> str:
    """What one line of a bill is for."""
    kind = LineKind(line["kind"])
    word = _(LINE_WORDS[kind])
    if kind in (LineKind.OVERAGE, LineKind.LATE):
        rate = money(line["rate"], currency)
        told = ngettext("{n} minute at {rate}", "{n} minutes at {rate}", abs(line["minutes"]))
        return f"{word}: " + told.format(n=line["minutes"], rate=rate)
    if kind is LineKind.POWER:
        told = _("{kwh} kWh at {rate} a kWh")
        return f"{word}: " + told.format(kwh=kwh_words(line["used"]), rate=money(line["rate"], currency))
    if kind in (LineKind.CREDIT, LineKind.EXTRA, LineKind.COUPON):
        note = str(line["note"])  # our own are known to the catalogue, what people wrote is not
        return f"{word}: {_(note)}" if note else word
    return f"{word}: {line['plan']}"


def line_span(line: Mapping[str, Any]) -> str:
    start, end = datetime.fromisoformat(line["start"]), datetime.fromisoformat(line["end"])
    return "" if start == end else f"{day(start)} - {day(end)}"


def fact_words(kind: str, data: Mapping[str, Any], currency: str) -> str:
    """One line of a household's timeline."""
    word = _(FACT_WORDS[kind])
    if "terms" in data:
        return f"{word}: {data['terms']['name']} v{data['terms']['version']}"
    parts = []
    if "number" in data:
        parts.append(_("bill {number}").format(number=data["number"]))
    if "percent" in data:
        parts.append(coupon_words(data["percent"], data["periods"]))
    if "minor" in data:
        parts.append(money(data["minor"], currency))
    parts += [str(data[name]) for name in ("note", "reason") if data.get(name)]
    return f"{word}: {', '.join(parts)}" if parts else word


def coupon_words(percent: int, periods: int | None) -> str:
    """``periods`` that it still counts for; none: until it is taken away."""
    if not periods:
        return _("{percent} % off every period").format(percent=percent)
    told = ngettext("{percent} % off {n} period", "{percent} % off {n} periods", periods)
    return told.format(percent=percent, n=periods)


def notice_words(kind: str, data: Mapping[str, Any]) -> str:
    currency = data.get("currency", "USD")
    told = {name: money(data[name], currency) for name in ("price", "owed", "due", "rate") if name in data}
    return _(NOTICE_WORDS[kind]).format(**{**data, **told})


def plan_points(terms: PlanTerms, *, host: bool = False) -> list[str]:
    """What a plan gives, in a few lines."""
    month = terms.interval is Interval.MONTH
    each = _("a month") if month else _("a year")
    points = [
        _("{time} of mowing {each} included").format(time=minutes_words(terms.included_minutes), each=each),
        _("{rate} for each minute beyond").format(rate=money(terms.overage.minor, terms.currency)),
    ]
    if terms.area_cap_m2:
        points.append(_("lawns up to {area}").format(area=area_words(terms.area_cap_m2)))
    if host and terms.host_discount_percent:
        points.append(_("{n} % off because you keep the mower").format(n=terms.host_discount_percent))
    if host and terms.power_per_kwh.minor:
        rate = money(terms.power_per_kwh.minor, terms.currency)
        points.append(_("{rate} back for each kWh that the mower's visits draw").format(rate=rate))
    return points


def plan_name(terms: PlanTerms) -> str:
    """A plan with its version."""
    return f"{terms.name} v{terms.version}"


def interval_word(terms: PlanTerms) -> str:
    return _("a month") if terms.interval is Interval.MONTH else _("a year")


def drift_words(drift: DriftRow) -> str:
    """One difference between the books, with both values as a person reads them."""

    def value(told: str) -> str:
        if drift.field in {"amount", "tax"}:
            minor, currency = told.split()
            return money(int(minor), currency)
        if told in INVOICE_STATES:
            return _(INVOICE_STATES[told][0])
        return _("missing") if told == "missing" else told

    words = _("{field}: ours {ours}, theirs {theirs}")
    return words.format(field=_(DRIFT_FIELDS[drift.field]), ours=value(drift.ours), theirs=value(drift.theirs))
