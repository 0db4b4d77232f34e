"""What a change in mid-period costs, to the second, by Stripe's documented rule.

For the time left of the period, what was last charged for it is given back and the new price charged; each of the two
lines is rounded by itself, once. Sources: https://docs.stripe.com/billing/subscriptions/prorations ("prorated to the
second"), https://docs.stripe.com/billing/subscriptions/billing-mode/compare (flexible: credit is what was charged).
"""

from datetime import datetime

from core.billing.bills import Line, LineKind
from core.billing.periods import Period, whole_seconds
from core.billing.terms import PlanTerms
from core.money import share


def unused_line(charged: Line, at: datetime) -> Line:
    """What is given back of a line that was charged for a span which is not over at ``at``."""
    left = whole_seconds(charged.span.end - at)
    back = share(-charged.amount, left, charged.span.seconds)
    return Line(LineKind.UNUSED, back, Period(at, charged.span.end), charged.plan)


def remaining_line(terms: PlanTerms, period: Period, at: datetime, *, host: bool, percent_off: int = 0) -> Line:
    """What the rest of a running period costs on new terms, the coupon of the period inside."""
    left = whole_seconds(period.end - at)
    whole = terms.price_for(host=host)
    price = share(whole - share(whole, percent_off, 100), left, period.seconds)
    return Line(LineKind.REMAINING, price, Period(at, period.end), plan_words(terms))


def plan_line(terms: PlanTerms, period: Period, *, host: bool) -> Line:
    return Line(LineKind.PLAN, terms.price_for(host=host), period, plan_words(terms))


def coupon_line(plan: Line, percent: int, note: str) -> Line:
    """What a coupon takes off a plan's line, rounded once."""
    words = ", ".join(filter(None, [f"{percent} %", note]))
    return Line(LineKind.COUPON, -share(plan.amount, percent, 100), plan.span, plan.plan, note=words)


def plan_words(terms: PlanTerms) -> str:
    return f"{terms.name} v{terms.version}"
