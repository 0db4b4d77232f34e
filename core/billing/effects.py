"""What follows from a step of a life: bookings, invoice rows, notices, and what the provider must be told."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from core.billing import journal
from core.billing.bills import Bill, Line
from core.billing.facts import Fact, FactKind
from core.billing.life_model import Life
from core.billing.notices import Notice
from core.billing.tables import BillingNotice, InvoiceRow, JournalRow, OutboxRow
from core.ids import new_id
from core.money import Money, share


@dataclass(slots=True)
class Effects:
    """Rows to write with the facts, in one transaction."""

    bookings: list[dict[str, Any]] = field(default_factory=list)
    invoices: list[dict[str, Any]] = field(default_factory=list)  # changed columns of rows that exist
    outbox: list[dict[str, Any]] = field(default_factory=list)
    notices: list[dict[str, Any]] = field(default_factory=list)

    def book(self, subscription_id: UUID, currency: str, booking: journal.Booking) -> None:
        self.bookings += [
            {
                "booking": booking.key,
                "line": number,
                "at": booking.at,
                "account": side.account.value,
                "minor": side.minor,
                "currency": currency,
                "subscription_id": subscription_id,
                "words": booking.words,
            }
            for number, side in enumerate(booking.sides)
        ]

    def tell_provider(self, kind: str, subject: str, data: dict[str, Any], at: datetime) -> None:
        self.outbox.append(
            {
                "id": new_id(), "kind": kind, "subject": subject, "data": data, "state": "waiting", "attempts": 0,
                "next_at": at, "created_at": at, "answer": "", "error": "",
            }
        )  # fmt: skip

    def notify(self, subscription_id: UUID, notices: Sequence[Notice]) -> None:
        self.notices += [
            {
                "id": new_id(), "key": f"{subscription_id}/{one.key}", "subscription_id": subscription_id,
                "kind": one.kind, "data": one.data, "at": one.at,
            }
            for one in notices
        ]  # fmt: skip


def of_facts(subscription_id: UUID, before: Life, after: Life, facts: Sequence[Fact], now: datetime) -> Effects:
    """What follows from payments, voids, refunds and dunning between two moments of a life."""
    effects, currency = Effects(), after.currency
    earlier = {bill.number: bill for bill in before.bills}
    for bill in after.bills:
        key, old = bill_key(subscription_id, bill.number), earlier.get(bill.number)
        if bill.tax.minor and (old is None or old.tax != bill.tax):
            effects.book(subscription_id, currency, journal.bill_taxed(key, bill, now))
        if bill.paid_at is not None and (old is None or old.paid_at is None):
            effects.book(subscription_id, currency, journal.bill_paid(key, bill, bill.paid_at))
        if bill.voided and not (old and old.voided):
            effects.book(subscription_id, currency, journal.bill_voided(key, bill, now))
            effects.tell_provider("void", key, {"number": bill.number}, now)
        if bill.closed and old is not None and _shown(old) != _shown(bill):
            effects.invoices.append({"subscription_id": subscription_id, "number": bill.number} | _shown(bill))
    for number, fact in enumerate(one for one in facts if one.kind is FactKind.REFUNDED):
        bill_number, amount = fact.data["number"], Money(fact.data["minor"], currency)
        key = f"{bill_key(subscription_id, bill_number)}/{int(fact.at.timestamp())}/{number}"
        tax = tax_back(after.bills[bill_number - 1], amount) if fact.data["to"] == "card" else Money(0, currency)
        effects.book(
            subscription_id, currency, journal.refunded(key, bill_number, amount, tax, fact.data["to"], fact.at)
        )
        if fact.data["to"] == "card":
            data = {
                "number": bill_number, "minor": amount.minor, "tax_minor": tax.minor, "reason": fact.data["reason"]
            }  # fmt: skip
            effects.tell_provider("refund", key, data, now)
    if after.dunning is not None:
        since = int(after.dunning.since.timestamp())
        reached = before.dunning.stage if before.dunning and before.dunning.since == after.dunning.since else 0
        for stage in range(reached + 1, after.dunning.stage + 1):
            effects.tell_provider("retry", f"{subscription_id}/{since}/{stage}", {"stage": stage}, now)
    return effects


def _shown(bill: Bill) -> dict[str, Any]:
    state = "paid" if bill.paid_at or (bill.due.minor == 0 and not bill.voided) else "void" if bill.voided else "open"
    return {
        "state": state,
        "paid_at": bill.paid_at,
        "failed_at": bill.failed_at,
        "refunded_minor": bill.refunded.minor,
        "tax_minor": bill.tax.minor,
    }


def tax_back(bill: Bill, amount: Money) -> Money:
    """The part of a bill's tax that goes back with ``amount``, which ``bill.refunded`` holds already.

    Parts add up to the whole: the last one takes what rounding left.
    """
    before = bill.refunded - amount
    return share(bill.tax, bill.refunded.minor, bill.due.minor) - share(bill.tax, before.minor, bill.due.minor)


def bill_key(subscription_id: UUID, number: int) -> str:
    return f"{subscription_id}/{number}"


def invoice_row(subscription_id: UUID, bill: Bill, *, state: str, shadow_minor: int | None) -> dict[str, Any]:
    """A bill as `InvoiceRow` keeps it."""
    return {
        "id": new_id(),
        "subscription_id": subscription_id,
        "number": bill.number,
        "made_at": bill.at,
        "state": state,
        "reason": bill.reason.value,
        "currency": bill.total.currency,
        "total_minor": bill.total.minor,
        "credit_minor": bill.credit_used.minor,
        "due_minor": bill.due.minor,
        "shadow_minor": shadow_minor,
        "lines": [line_dict(line) for line in bill.lines],
        "holds": [],
        "known_by": bill.known_by,
        "approved_by": "",
        "refunded_minor": 0,
        "tax_minor": 0,
    }


def line_dict(line: Line) -> dict[str, Any]:
    return {
        "kind": line.kind.value,
        "minor": line.amount.minor,
        "start": line.span.start.isoformat(),
        "end": line.span.end.isoformat(),
        "plan": line.plan,
        "minutes": line.minutes,
        "allowance": line.allowance,
        "used": line.used,
        "rate": line.rate.minor,
        "note": line.note,
    }


async def write(session: AsyncSession, effects: Effects) -> None:
    """All of it, in the caller's transaction. Notices told before and provider jobs known before are left alone."""
    if effects.bookings:
        await session.exec(insert(JournalRow), params=effects.bookings)
    for columns in effects.invoices:
        key = {name: columns[name] for name in ("subscription_id", "number")}
        changed = {name: value for name, value in columns.items() if name not in key}
        await session.exec(
            update(InvoiceRow)
            .where(col(InvoiceRow.subscription_id) == key["subscription_id"], col(InvoiceRow.number) == key["number"])
            .values(**changed)
        )
    dialect = session.get_bind().dialect.name
    put = postgresql.insert if dialect == "postgresql" else sqlite.insert
    if effects.outbox:
        await session.exec(
            put(OutboxRow).on_conflict_do_nothing(index_elements=["kind", "subject"]), params=effects.outbox
        )
    if effects.notices:
        await session.exec(put(BillingNotice).on_conflict_do_nothing(index_elements=["key"]), params=effects.notices)
