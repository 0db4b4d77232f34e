"""Double-entry bookings of what happens to bills. Pure; the sides of each booking add up to nothing."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from core.billing.bills import Bill, LineKind
from core.money import Money
from core.texts import N_


class Account(StrEnum):
    """Where money stands."""

    RECEIVABLE = "receivable"
    CASH = "cash"
    CREDIT = "household_credit"
    TAX = "tax_collected"
    PLANS = "revenue_plans"
    MINUTES = "revenue_minutes"
    POWER = "power_of_hosts"
    OTHER = "revenue_other"
    REFUNDS = "refunds"


ACCOUNT_WORDS = {
    Account.RECEIVABLE: N_("Owed by households"),
    Account.CASH: N_("Cash at the payment provider"),
    Account.CREDIT: N_("Credit of households"),
    Account.TAX: N_("Tax to hand on"),
    Account.PLANS: N_("Revenue from plans"),
    Account.MINUTES: N_("Revenue from minutes"),
    Account.POWER: N_("Power credited to hosts"),
    Account.OTHER: N_("Extras and credits given"),
    Account.REFUNDS: N_("Refunds"),
}
REVENUE = {
    LineKind.PLAN: Account.PLANS,
    LineKind.UNUSED: Account.PLANS,
    LineKind.REMAINING: Account.PLANS,
    LineKind.OVERAGE: Account.MINUTES,
    LineKind.LATE: Account.MINUTES,
    LineKind.POWER: Account.POWER,
    LineKind.COUPON: Account.PLANS,
    LineKind.CREDIT: Account.OTHER,
    LineKind.EXTRA: Account.OTHER,
}


class Side(NamedTuple):
    """``minor`` above 0 is a debit, below 0 a credit."""

    account: Account
    minor: int


class Booking(NamedTuple):
    """``key`` names it once and for all."""

    key: str
    at: datetime
    words: str
    sides: tuple[Side, ...]


def booking(key: str, at: datetime, words: str, sides: Iterable[tuple[Account, int]]) -> Booking:
    """Sides of one account added up, those of nothing left out. ``ValueError`` when they do not add up to nothing."""
    totals: dict[Account, int] = {}
    for account, minor in sides:
        totals[account] = totals.get(account, 0) + minor
    if sum(totals.values()):
        raise ValueError(f"booking {key} is off by {sum(totals.values())}")
    return Booking(key, at, words, tuple(Side(account, minor) for account, minor in totals.items() if minor))


def bill_closed(key: str, bill: Bill, at: datetime) -> Booking:
    """Revenue against what is owed and the credit used; a negative bill becomes credit."""
    earned = [(REVENUE[line.kind], -line.amount.minor) for line in bill.lines]
    gained = max(0, -bill.total.minor)
    owed = [(Account.RECEIVABLE, bill.due.minor), (Account.CREDIT, bill.credit_used.minor - gained)]
    return booking(f"{key}/closed", at, f"Bill {bill.number}", [*earned, *owed])


def bill_taxed(key: str, bill: Bill, at: datetime) -> Booking:
    """Tax is owed by the household, and by us to the state."""
    sides = [(Account.RECEIVABLE, bill.tax.minor), (Account.TAX, -bill.tax.minor)]
    return booking(f"{key}/taxed", at, f"Tax on bill {bill.number}", sides)


def bill_paid(key: str, bill: Bill, at: datetime) -> Booking:
    sides = [(Account.CASH, bill.to_pay.minor), (Account.RECEIVABLE, -bill.to_pay.minor)]
    return booking(f"{key}/paid", at, f"Payment of bill {bill.number}", sides)


def bill_voided(key: str, bill: Bill, at: datetime) -> Booking:
    standing = (*bill_closed(key, bill, at).sides, *bill_taxed(key, bill, at).sides)
    sides = [(side.account, -side.minor) for side in standing]
    return booking(f"{key}/void", at, f"Bill {bill.number} voided", sides)


def refunded(key: str, number: int, amount: Money, tax: Money, to: str, at: datetime) -> Booking:
    """``key`` names the refund itself: a bill may be refunded in parts. ``tax``: its part of the bill's tax."""
    out = Account.CASH if to == "card" else Account.CREDIT
    sides = [(Account.REFUNDS, amount.minor), (Account.TAX, tax.minor), (out, -(amount + tax).minor)]
    return booking(f"{key}/refund", at, f"Refund of bill {number}", sides)


def balances(bookings: Iterable[Sequence[Side]]) -> dict[Account, int]:
    """Where money stands after bookings; the values add up to nothing."""
    totals: dict[Account, int] = dict.fromkeys(Account, 0)
    for sides in bookings:
        for side in sides:
            totals[side.account] += side.minor
    return totals
