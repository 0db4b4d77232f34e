"""What a payment provider and we say to each other: frozen values in our own words.

Amounts are `Money` in whole minor units; times are aware UTC, to the second; ids are the provider's own unless a field
says "ours". ``key`` in the verbs of `core.billing.ports` is made from our row id, so that a repeated call does nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from core.money import Money


class Interval(StrEnum):
    """How often a price recurs."""

    MONTH = "month"
    YEAR = "year"


class SubscriptionStatus(StrEnum):
    """Every status the provider may say. Anything else is `NeedsHuman`, never "active"."""

    TRIALING = "trialing"
    ACTIVE = "active"
    INCOMPLETE = "incomplete"
    INCOMPLETE_EXPIRED = "incomplete_expired"
    PAST_DUE = "past_due"
    UNPAID = "unpaid"
    PAUSED = "paused"
    CANCELED = "canceled"


class Proration(StrEnum):
    """What a change in mid-period does: lines on the next invoice, an invoice at once, or nothing."""

    NEXT_INVOICE = "create_prorations"
    INVOICE_NOW = "always_invoice"
    NONE = "none"


class PauseBehaviour(StrEnum):
    """What becomes of invoices while collection is paused."""

    VOID = "void"
    KEEP_AS_DRAFT = "keep_as_draft"
    MARK_UNCOLLECTIBLE = "mark_uncollectible"


class ObjectKind(StrEnum):
    """What reconciliation can read and list."""

    CUSTOMER = "customer"
    SUBSCRIPTION = "subscription"
    INVOICE = "invoice"
    INVOICE_ITEM = "invoiceitem"
    PAYMENT_INTENT = "payment_intent"
    PAYMENT_METHOD = "payment_method"
    SETUP_INTENT = "setup_intent"
    CHECKOUT = "checkout.session"
    REFUND = "refund"
    CREDIT_NOTE = "credit_note"
    PRODUCT = "product"
    PRICE = "price"
    COUPON = "coupon"
    METER = "billing.meter"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class Span:
    """From ``start`` up to, but not at, ``end``."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Customer:
    """``balance`` below zero is credit that the next invoices use up; above zero is owed with the next one."""

    id: str
    email: str
    name: str
    balance: Money
    default_card: str | None = None
    deleted: bool = False
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Card:
    """What may be shown of a saved card; the number itself never reaches us."""

    id: str
    brand: str
    last4: str
    expires_month: int
    expires_year: int
    default: bool = False


@dataclass(frozen=True, slots=True)
class Tier:
    """Units up to and including ``up_to`` (None: all others) cost ``unit_minor`` each, plus ``flat_minor`` once."""

    up_to: int | None
    unit_minor: int
    flat_minor: int = 0


@dataclass(frozen=True, slots=True)
class PriceDraft:
    """``reference`` (ours, unique) finds the price again: prices never change, a new version has a new reference.

    With ``meter`` (its id) the price is billed in arrears on what the meter counted; ``unit`` is then for one unit.
    With ``tiers`` (graduated) ``unit`` must be None.
    """

    reference: str
    product: str
    interval: Interval
    currency: str = "USD"
    unit: Money | None = None
    meter: str | None = None
    tiers: tuple[Tier, ...] = ()
    nickname: str = ""


@dataclass(frozen=True, slots=True)
class Price:
    id: str
    reference: str | None
    product: str
    interval: Interval
    currency: str
    unit: Money | None
    meter: str | None
    tiers: tuple[Tier, ...]
    active: bool


@dataclass(frozen=True, slots=True)
class SubscriptionItem:
    """Metered items have no quantity. ``span`` is the item's current period."""

    id: str
    price: str
    quantity: int | None
    span: Span


@dataclass(frozen=True, slots=True)
class SubscriptionDraft:
    """``prices``: price id -> quantity (None for metered ones). ``reference`` is our row id, kept as metadata.

    ``start_unpaid`` lets it begin "incomplete" when the first payment fails, instead of refusing with `Conflict`.
    """

    reference: str
    customer: str
    prices: Mapping[str, int | None]
    trial_end: datetime | None = None
    card: str | None = None
    coupons: tuple[str, ...] = ()
    without_card: str = "pause"
    start_unpaid: bool = True
    tax: bool = False
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SubscriptionChange:
    """New prices by the item they replace (item id -> price id, quantity), new items, and items to remove.

    ``at`` fixes the second used for proration, so that a preview and the change after it are equal to the cent.
    ``coupons`` replaces the discounts (empty tuple: removes them, None: leaves them). ``restart``: a new period of
    every item begins now and is invoiced at once; needed where the interval changes (ADR 0018).
    """

    subscription: str
    replace: Mapping[str, tuple[str, int | None]] = field(default_factory=dict)
    add: Mapping[str, int | None] = field(default_factory=dict)
    remove: tuple[str, ...] = ()
    proration: Proration = Proration.NEXT_INVOICE
    at: datetime | None = None
    trial_end: datetime | None = None
    end_trial_now: bool = False
    restart: bool = False
    coupons: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    id: str
    customer: str
    status: SubscriptionStatus
    items: tuple[SubscriptionItem, ...]
    created: datetime
    anchor: datetime
    currency: str
    trial_start: datetime | None = None
    trial_end: datetime | None = None
    cancel_at: datetime | None = None
    cancel_at_period_end: bool = False
    canceled_at: datetime | None = None
    ended_at: datetime | None = None
    paused: PauseBehaviour | None = None
    resumes_at: datetime | None = None
    card: str | None = None
    latest_invoice: str | None = None
    coupons: tuple[str, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the provider's that a person opens in the browser."""

    id: str
    url: str
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Checkout:
    """How a Checkout page stands: ``status`` is open, complete or expired."""

    id: str
    status: str
    customer: str | None
    reference: str | None
    card: str | None = None
    subscription: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class UsageReport:
    """``identifier`` (ours): the provider takes it once in 24 h. ``at``: at most 35 days old, 5 min ahead.

    ``units`` below zero take back what was reported before.
    """

    identifier: str
    event_name: str
    customer: str
    units: int
    at: datetime


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """A verified webhook. ``data`` is the object as it was then: it may be stale, `PaymentProvider.read` is not."""

    id: str
    type: str
    created: datetime
    object_kind: str
    object_id: str
    data: Mapping[str, Any]
    api_version: str | None = None
    live: bool = False
