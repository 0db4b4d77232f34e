"""Invoices, their lines, and what corrects them, as a payment provider tells us of them: frozen values, our words.

Amounts are `Money` in whole minor units; times are aware UTC, to the second.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.billing.payment_values import Span
from core.money import Money


class InvoiceStatus(StrEnum):
    """DRAFT may still change; OPEN is final and owed."""

    DRAFT = "draft"
    OPEN = "open"
    PAID = "paid"
    VOID = "void"
    UNCOLLECTIBLE = "uncollectible"


class CouponDuration(StrEnum):
    ONCE = "once"
    REPEATING = "repeating"
    FOREVER = "forever"


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """``amount`` is before ``discount`` (>= 0) and ``tax``; a proration's amount has its discount inside already."""

    id: str
    description: str
    amount: Money
    span: Span
    quantity: int | None = None
    price: str | None = None
    subscription: str | None = None
    subscription_item: str | None = None
    invoice_item: str | None = None
    proration: bool = False
    discount: Money | None = None
    tax: Money | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Invoice:
    """``total`` = ``subtotal`` - ``discount`` + ``tax``; ``due`` = ``total`` with the customer's balance applied, >= 0.

    A preview has no number and an id that begins with ``upcoming_in``.
    """

    id: str
    customer: str
    status: InvoiceStatus
    lines: tuple[InvoiceLine, ...]
    subtotal: Money
    discount: Money
    tax: Money
    total: Money
    due: Money
    paid: Money
    remaining: Money
    starting_balance: Money
    ending_balance: Money | None
    created: datetime
    span: Span
    reason: str
    number: str | None = None
    subscription: str | None = None
    attempts: int = 0
    next_attempt: datetime | None = None
    finalizes_at: datetime | None = None
    auto_advance: bool = False
    hosted_url: str | None = None
    pdf_url: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InvoiceItemDraft:
    """A line of our own making; below zero is a credit. Waits for the next invoice, of ``subscription`` if given."""

    customer: str
    amount: Money
    description: str
    subscription: str | None = None
    invoice: str | None = None
    span: Span | None = None
    taxed: bool = False
    """``amount`` is before tax, and the provider adds what is due."""
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CouponDraft:
    """Exactly one of ``percent_off`` (1-100) and ``amount_off``; ``months`` goes with REPEATING. ``reference`` = id."""

    reference: str
    duration: CouponDuration
    name: str = ""
    percent_off: int | None = None
    amount_off: Money | None = None
    months: int | None = None


@dataclass(frozen=True, slots=True)
class Refund:
    """``status``: pending, succeeded, failed, canceled or requires_action."""

    id: str
    amount: Money
    status: str
    invoice: str | None
    created: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CreditNote:
    """``to_balance`` went to the customer's credit, ``refunded`` to the card; an open invoice is lowered instead."""

    id: str
    invoice: str
    amount: Money
    to_balance: Money
    refunded: Money
    number: str
    created: datetime
    reason: str = ""
