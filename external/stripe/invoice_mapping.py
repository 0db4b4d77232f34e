"""Stripe's invoices, refunds and credit notes in our words: pure."""

from typing import Any

from core.billing.invoice_values import CreditNote, Invoice, InvoiceLine, InvoiceStatus, Refund
from core.billing.payment_values import Span
from core.errors import Invalid
from core.texts import N_
from external.stripe.mapping import Document, at, id_of, known, moment, money, named

# a preview's id begins so; it has no status of its own that we show
PREVIEW = "upcoming_in"


def invoice_of(document: Document) -> Invoice:
    """An invoice with all its lines: ``Invalid`` when the document holds only the first of them."""
    if document["lines"].get("has_more"):
        raise Invalid(N_("This invoice's document holds only its first lines: read the invoice itself"))
    currency = document["currency"]
    discount = sum(one["amount"] for one in document.get("total_discount_amounts") or ())
    tax = sum(one["amount"] for one in document.get("total_taxes") or ())
    ending = document.get("ending_balance")
    return Invoice(
        id=document["id"],
        customer=named(document["customer"]),
        status=known(InvoiceStatus, document["status"], "status"),
        lines=tuple(_line(one) for one in document["lines"]["data"]),
        subtotal=money(document["subtotal"], currency),
        discount=money(discount, currency),
        tax=money(tax, currency),
        total=money(document["total"], currency),
        due=money(document["amount_due"], currency),
        paid=money(document["amount_paid"], currency),
        remaining=money(document["amount_remaining"], currency),
        starting_balance=money(document["starting_balance"], currency),
        ending_balance=None if ending is None else money(ending, currency),
        created=at(document["created"]),
        span=Span(at(document["period_start"]), at(document["period_end"])),
        reason=document.get("billing_reason") or "",
        number=document.get("number"),
        subscription=subscription_in(document.get("parent")),
        attempts=document["attempt_count"],
        next_attempt=moment(document.get("next_payment_attempt")),
        finalizes_at=moment(document.get("automatically_finalizes_at")),
        auto_advance=bool(document.get("auto_advance")),
        hosted_url=document.get("hosted_invoice_url"),
        pdf_url=document.get("invoice_pdf"),
        metadata=dict(document.get("metadata") or {}),
    )


def subscription_in(parent: Document | None) -> str | None:
    """Since 2025 an invoice names its subscription through its parent."""
    details = (parent or {}).get("subscription_details")
    return id_of(details["subscription"]) if details else None


def _line(document: Document) -> InvoiceLine:
    parent: dict[str, Any] = dict(document.get("parent") or {})
    details = parent.get("subscription_item_details") or parent.get("invoice_item_details") or {}
    pricing = (document.get("pricing") or {}).get("price_details") or {}
    currency = document["currency"]
    return InvoiceLine(
        id=document["id"],
        description=document.get("description") or "",
        amount=money(document["amount"], currency),
        span=Span(at(document["period"]["start"]), at(document["period"]["end"])),
        quantity=document.get("quantity"),
        price=id_of(pricing.get("price")),
        subscription=id_of(document.get("subscription")) or details.get("subscription"),
        subscription_item=details.get("subscription_item"),
        invoice_item=details.get("invoice_item"),
        proration=bool(details.get("proration")),
        discount=money(sum(one["amount"] for one in document.get("discount_amounts") or ()), currency),
        tax=money(sum(one["amount"] for one in document.get("taxes") or ()), currency),
        metadata=dict(document.get("metadata") or {}),
    )


def refund_of(document: Document, invoice: str | None) -> Refund:
    meta = document.get("metadata") or {}
    return Refund(
        id=document["id"],
        amount=money(document["amount"], document["currency"]),
        status=document.get("status") or "",
        invoice=invoice or meta.get("invoice"),
        created=at(document["created"]),
        reason=meta.get("reason", ""),
    )


def credit_note_of(document: Document) -> CreditNote:
    currency = document["currency"]
    refunded = sum(one["amount_refunded"] for one in document.get("refunds") or ())
    to_balance = document["post_payment_amount"] - refunded - (document.get("out_of_band_amount") or 0)
    return CreditNote(
        id=document["id"],
        invoice=named(document["invoice"]),
        amount=money(document["amount"], currency),
        to_balance=money(to_balance, currency),
        refunded=money(refunded, currency),
        number=document["number"],
        created=at(document["created"]),
        reason=document.get("memo") or "",
    )
