"""Bills as values: lines with their reason, and what is due once credit is taken off. Whole minor units."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.billing.periods import Period
from core.billing.terms import NOTHING
from core.money import Money
from core.texts import N_


class LineKind(StrEnum):
    """Why a line stands on a bill."""

    PLAN = "plan"
    UNUSED = "unused"
    REMAINING = "remaining"
    OVERAGE = "overage"
    LATE = "late"
    POWER = "power"
    COUPON = "coupon"
    CREDIT = "credit"
    EXTRA = "extra"


LINE_WORDS = {
    LineKind.PLAN: N_("Plan"),
    LineKind.UNUSED: N_("Unused time, given back"),
    LineKind.REMAINING: N_("Remaining time"),
    LineKind.OVERAGE: N_("Minutes beyond the plan"),
    LineKind.LATE: N_("Correction of an earlier period"),
    LineKind.POWER: N_("Power for the mower"),
    LineKind.COUPON: N_("Coupon"),
    LineKind.CREDIT: N_("Credit"),
    LineKind.EXTRA: N_("Extra"),
}


class BillReason(StrEnum):
    """What made the bill."""

    FIRST = "first"
    CYCLE = "cycle"
    CHANGE = "change"
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class Line:
    """``span`` is the time paid for; ``minutes`` are those charged (overage) or corrected (late; may be negative)."""

    kind: LineKind
    amount: Money
    span: Period
    plan: str
    """Name and version of the plan it rests on."""
    minutes: int = 0
    allowance: int = 0
    """Minutes of the span that cost nothing more."""
    used: int = 0
    """Minutes mowed in the span, as known when the bill was made; on a power line the watt-hours credited."""
    rate: Money = NOTHING
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bill:
    """``total`` = sum of lines; a negative one becomes credit. ``due`` = what is left after ``credit_used``, before
    tax."""

    number: int
    at: datetime
    reason: BillReason
    span: Period | None
    """What the plan line pays for; ``None`` on a bill without one."""
    known_by: datetime
    """Minutes recorded later than this are not on it: they come as a correction on the next."""
    lines: tuple[Line, ...]
    total: Money
    credit_used: Money
    due: Money
    closed: bool = False
    """A bill that is not closed yet is a draft: it is made anew each time it is looked at."""
    paid_at: datetime | None = None
    failed_at: datetime | None = None
    voided: bool = False
    refunded: Money = NOTHING
    """Before tax, as ``due`` is."""
    tax: Money = NOTHING
    """What the provider has added; known once it has the bill."""

    @property
    def to_pay(self) -> Money:
        return self.due + self.tax

    @property
    def settled(self) -> bool:
        return self.paid_at is not None or self.voided or self.due.minor == 0


def total_of(lines: tuple[Line, ...], currency: str) -> Money:
    return sum((line.amount for line in lines), Money(0, currency))
