"""Stripe's documents in our words: pure. What a document says that we do not know is `NeedsHuman`, never a guess."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from core.billing.payment_values import (
    Card,
    Checkout,
    Customer,
    Interval,
    PauseBehaviour,
    Price,
    Span,
    Subscription,
    SubscriptionItem,
    SubscriptionStatus,
    Tier,
)
from core.errors import NeedsHuman
from core.money import Money
from core.texts import Text

type Document = Mapping[str, Any]


def known[T: StrEnum](kind: type[T], value: Any, what: str) -> T:
    """A member of ``kind``; a word that is none of them is told to a person."""
    try:
        return kind(value)
    except ValueError:
        raise NeedsHuman(Text("Stripe says {what} {value!r}, which we do not know", what=what, value=value)) from None


def moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def seconds(when: datetime) -> int:
    return int(when.timestamp())


def money(minor: int, currency: str | None) -> Money:
    return Money(minor, (currency or "usd").upper())


def id_of(value: Any) -> str | None:
    """The id of what may be expanded, or not."""
    if value is None or isinstance(value, str):
        return value
    return str(value["id"])


def named(value: Any) -> str:
    found = id_of(value)
    if found is None:
        raise NeedsHuman(Text("Stripe left out a reference we need"))
    return found


def customer_of(document: Document) -> Customer:
    if document.get("deleted"):
        return Customer(document["id"], "", "", money(0, None), deleted=True)
    settings = document.get("invoice_settings") or {}
    return Customer(
        id=document["id"],
        email=document.get("email") or "",
        name=document.get("name") or "",
        balance=money(document.get("balance") or 0, document.get("currency")),
        default_card=id_of(settings.get("default_payment_method")),
        metadata=dict(document.get("metadata") or {}),
    )


def card_of(document: Document, default: str | None) -> Card:
    card = document["card"]
    return Card(
        id=document["id"],
        brand=card["brand"],
        last4=card["last4"],
        expires_month=card["exp_month"],
        expires_year=card["exp_year"],
        default=document["id"] == default,
    )


def price_of(document: Document) -> Price:
    recurring = document.get("recurring") or {}
    currency = str(document["currency"]).upper()
    unit = document.get("unit_amount")
    return Price(
        id=document["id"],
        reference=document.get("lookup_key"),
        product=named(document["product"]),
        interval=known(Interval, recurring.get("interval"), "interval"),
        currency=currency,
        unit=None if unit is None or document.get("tiers_mode") else Money(unit, currency),
        meter=recurring.get("meter"),
        tiers=tuple(
            Tier(tier["up_to"], tier["unit_amount"] or 0, tier["flat_amount"] or 0)
            for tier in document.get("tiers") or ()
        ),
        active=document["active"],
    )


def subscription_of(document: Document) -> Subscription:
    pause = document.get("pause_collection")
    return Subscription(
        id=document["id"],
        customer=named(document["customer"]),
        status=known(SubscriptionStatus, document["status"], "status"),
        items=tuple(_item(one) for one in document["items"]["data"]),
        created=at(document["created"]),
        anchor=at(document["billing_cycle_anchor"]),
        currency=str(document["currency"]).upper(),
        trial_start=moment(document.get("trial_start")),
        trial_end=moment(document.get("trial_end")),
        cancel_at=moment(document.get("cancel_at")),
        cancel_at_period_end=document["cancel_at_period_end"],
        canceled_at=moment(document.get("canceled_at")),
        ended_at=moment(document.get("ended_at")),
        paused=known(PauseBehaviour, pause["behavior"], "pause") if pause else None,
        resumes_at=moment(pause.get("resumes_at")) if pause else None,
        card=id_of(document.get("default_payment_method")),
        latest_invoice=id_of(document.get("latest_invoice")),
        coupons=tuple(named(one["source"]["coupon"]) for one in document["discounts"] if not isinstance(one, str)),
        metadata=dict(document.get("metadata") or {}),
    )


def _item(document: Document) -> SubscriptionItem:
    return SubscriptionItem(
        id=document["id"],
        price=named(document["price"]),
        quantity=document.get("quantity"),
        span=Span(at(document["current_period_start"]), at(document["current_period_end"])),
    )


def checkout_of(document: Document) -> Checkout:
    intent = document.get("setup_intent")
    card = id_of(intent.get("payment_method")) if isinstance(intent, Mapping) else None
    return Checkout(
        id=document["id"],
        status=document.get("status") or "",
        customer=id_of(document.get("customer")),
        reference=document.get("client_reference_id"),
        card=card,
        subscription=id_of(document.get("subscription")),
        url=document.get("url"),
    )
