"""Records of billing. Facts and journal entries, once written, never change: triggers refuse update and delete."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from core.db.base import Record, moment, optional_moment
from core.ids import new_id


class PlanVersion(Record, table=True):
    """One version of a plan; an edit makes the next. Members keep the one they agreed to."""

    __tablename__ = "billing_plan_version"
    __table_args__ = (UniqueConstraint("code", "version"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    code: str = Field(max_length=40)
    version: int
    name: str = Field(max_length=80)
    interval: str = Field(max_length=5)
    currency: str = Field(max_length=3)
    price_minor: int
    included_minutes: int
    overage_minor: int
    area_cap_m2: int
    priority: int
    host_discount_percent: int
    power_minor_per_kwh: int
    offered: bool  # to those who join or change now
    made_at: datetime = moment()
    made_by: str = Field(max_length=254)


class Payer(Record, table=True):
    """Who pays: one person may pay for several homes."""

    __tablename__ = "billing_payer"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID | None = Field(default=None, unique=True)  # no foreign key: the books outlive the person
    name: str = Field(max_length=120)
    email: str = Field(max_length=254, index=True)
    provider_id: str | None = Field(default=None, unique=True, max_length=80)
    created_at: datetime = moment()


class SubscriptionRow(Record, table=True):
    """A household's subscription for one lot. What it is follows from its facts; the columns here are for lists."""

    __tablename__ = "billing_subscription"
    __table_args__ = (
        Index(
            "uq_billing_subscription_one_live",
            "lot_id",
            unique=True,
            sqlite_where=text("status != 'canceled'"),
            postgresql_where=text("status != 'canceled'"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    household_id: UUID = Field(index=True)  # no foreign key: the books outlive the household
    lot_id: UUID = Field(index=True)
    cluster_id: UUID | None = Field(default=None, index=True)
    payer_id: UUID = Field(foreign_key="billing_payer.id", index=True)
    address: str = Field(max_length=120)
    host: bool
    status: str = Field(max_length=12, index=True)
    plan_version_id: UUID = Field(foreign_key="billing_plan_version.id")
    provider_id: str | None = Field(default=None, unique=True, max_length=80)
    facts: int  # how many there are: guards against two writers
    next_at: datetime | None = optional_moment(index=True)  # when time will next do something by itself
    period_start: datetime | None = optional_moment()
    period_end: datetime | None = optional_moment()
    percent_off: int = 0  # by a coupon, of the period that runs
    created_at: datetime = moment()
    ended_at: datetime | None = optional_moment()


class FactRow(Record, table=True):
    """One fact of a subscription. ``key`` makes a repeated telling do nothing."""

    __tablename__ = "billing_fact"
    __table_args__ = (UniqueConstraint("subscription_id", "seq"),)

    id: int | None = Field(default=None, primary_key=True)
    subscription_id: UUID = Field(foreign_key="billing_subscription.id", index=True)
    seq: int
    at: datetime = moment()
    kind: str = Field(max_length=20)
    data: dict[str, Any] = Field(sa_type=JSON)
    key: str = Field(unique=True, max_length=120)
    actor: str = Field(max_length=254)
    recorded_at: datetime = moment()


class InvoiceRow(Record, table=True):
    """A bill as it was put to a household. Only its state changes once it is final."""

    __tablename__ = "billing_invoice"
    __table_args__ = (UniqueConstraint("subscription_id", "number"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    subscription_id: UUID = Field(foreign_key="billing_subscription.id", index=True)
    number: int
    made_at: datetime = moment(index=True)
    state: str = Field(max_length=12, index=True)  # held | open | paid | void
    reason: str = Field(max_length=10)
    currency: str = Field(max_length=3)
    total_minor: int
    credit_minor: int
    due_minor: int  # before tax
    tax_minor: int = 0  # what the provider added
    shadow_minor: int | None = None
    lines: list[dict[str, Any]] = Field(sa_type=JSON)
    holds: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    known_by: datetime = moment()
    approved_by: str = Field(default="", max_length=254)
    closed_at: datetime | None = optional_moment()
    paid_at: datetime | None = optional_moment()
    failed_at: datetime | None = optional_moment()
    refunded_minor: int = 0
    provider_id: str | None = Field(default=None, unique=True, max_length=80)


class JournalRow(Record, table=True):
    """One side of a booking. The rows of one ``booking`` add up to nothing."""

    __tablename__ = "billing_journal"
    __table_args__ = (UniqueConstraint("booking", "line"),)

    id: int | None = Field(default=None, primary_key=True)
    booking: str = Field(max_length=120)
    line: int
    at: datetime = moment(index=True)
    account: str = Field(max_length=30)
    minor: int  # above 0: debit, below 0: credit
    currency: str = Field(max_length=3)
    subscription_id: UUID | None = Field(default=None, index=True)
    words: str = Field(max_length=200)


class WebhookRow(Record, table=True):
    """An event of the payment provider, kept as it came."""

    __tablename__ = "billing_webhook"

    event_id: str = Field(primary_key=True, max_length=80)
    type: str = Field(max_length=80, index=True)
    object_kind: str = Field(max_length=40)
    object_id: str = Field(max_length=80, index=True)
    created: datetime = moment()
    body: str = Field(sa_type=Text)
    received_at: datetime = moment(index=True)
    deliveries: int = 1
    state: str = Field(max_length=10, index=True)  # waiting | done | kept | failed
    attempts: int = 0
    error: str = Field(default="", max_length=1000)
    outcome: str = Field(default="", max_length=300)
    processed_at: datetime | None = optional_moment()


class OutboxRow(Record, table=True):
    """Something to tell the payment provider once. The id is the idempotency key."""

    __tablename__ = "billing_outbox"
    __table_args__ = (UniqueConstraint("kind", "subject"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    kind: str = Field(max_length=30)
    subject: str = Field(max_length=120)
    number: int | None = Field(default=None, index=True)  # of the ledger entry, where it tells of one
    data: dict[str, Any] = Field(sa_type=JSON)
    state: str = Field(max_length=10, index=True)  # waiting | done | failed
    attempts: int = 0
    next_at: datetime = moment(index=True)
    created_at: datetime = moment()
    done_at: datetime | None = optional_moment()
    answer: str = Field(default="", max_length=120)
    error: str = Field(default="", max_length=1000)


class BillingNotice(Record, table=True):
    """Something a household must be told, once."""

    __tablename__ = "billing_notice"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    key: str = Field(unique=True, max_length=120)
    subscription_id: UUID = Field(foreign_key="billing_subscription.id", index=True)
    kind: str = Field(max_length=30)
    data: dict[str, Any] = Field(sa_type=JSON)
    at: datetime = moment()
    told_at: datetime | None = optional_moment()


class DriftRow(Record, table=True):
    """Where the provider's books and ours differ."""

    __tablename__ = "billing_drift"
    __table_args__ = (
        Index(
            "uq_billing_drift_one_open",
            "subject",
            "field",
            unique=True,
            sqlite_where=text("fixed_at IS NULL"),
            postgresql_where=text("fixed_at IS NULL"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    subject: str = Field(max_length=120)
    field: str = Field(max_length=40)
    subscription_id: UUID | None = Field(default=None, index=True)
    ours: str = Field(max_length=200)
    theirs: str = Field(max_length=200)
    found_at: datetime = moment()
    seen_at: datetime = moment()
    fixed_at: datetime | None = optional_moment()
    fixed_by: str = Field(default="", max_length=254)
