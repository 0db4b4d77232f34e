"""What billing needs of a payment provider: a small protocol that ``external.stripe`` implements and tests fake.

Every verb raises the six errors of ``core.errors`` only: `Unavailable` (try again, with the same ``key``), `Invalid`
(our request is wrong), `NotFound`, `Conflict` (the object's present state forbids it; a declined card is the
`CardDeclined` among them), `NotAllowed` (the key lacks the right), `NeedsHuman` (the key is refused, or an answer says
something we do not know). ``key`` is made from our row id: the same key never acts twice within 24 hours.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from core.billing.invoice_values import CouponDraft, CreditNote, Invoice, InvoiceItemDraft, Refund
from core.billing.payment_values import (
    Card,
    Checkout,
    Customer,
    ObjectKind,
    Page,
    PauseBehaviour,
    Price,
    PriceDraft,
    ProviderEvent,
    Subscription,
    SubscriptionChange,
    SubscriptionDraft,
    UsageReport,
)
from core.errors import Conflict
from core.money import Money


class CardDeclined(Conflict):
    """A payment was refused. ``decline`` is the provider's word: insufficient_funds, expired_card ...

    ``needs_person``: the cardholder must confirm it on the provider's page (authentication_required).
    """

    def __init__(self, message: str, *, decline: str, needs_person: bool = False) -> None:
        super().__init__(message)
        self.decline = decline
        self.needs_person = needs_person


class Catalogue(Protocol):
    """What is sold."""

    async def put_product(self, *, reference: str, name: str, key: str) -> str:
        """Make or rename the product whose id is ``reference``; returns the id."""
        ...

    async def put_price(self, draft: PriceDraft, *, key: str) -> Price:
        """The price of that reference, made when there is none. ``Conflict`` when one stands with other terms."""
        ...

    async def archive_price(self, price: str, *, key: str) -> None:
        """No new subscriptions on it; those that have it keep it."""
        ...

    async def put_meter(self, *, event_name: str, name: str, key: str) -> str:
        """The id of the meter that sums events of that name."""
        ...

    async def put_coupon(self, draft: CouponDraft, *, key: str) -> str: ...


class Customers(Protocol):
    """Who pays, and with which card."""

    async def create_customer(
        self, *, reference: str, email: str, name: str, key: str, clock: str | None = None
    ) -> Customer:
        """``reference`` is our row id, kept as metadata; ``clock`` a test clock that tells the customer's time."""
        ...

    async def update_customer(self, customer: str, *, email: str, name: str, key: str) -> Customer: ...

    async def customer(self, customer: str) -> Customer: ...

    async def add_balance(self, customer: str, *, amount: Money, description: str, key: str) -> Customer:
        """Below zero: credit for coming invoices."""
        ...

    async def cards(self, customer: str) -> tuple[Card, ...]: ...

    async def set_default_card(self, customer: str, *, card: str, key: str) -> Customer: ...

    async def remove_card(self, card: str, *, key: str) -> None: ...

    async def card_page(
        self, customer: str, *, reference: str, success_url: str, cancel_url: str, key: str, with_address: bool = False
    ) -> Page:
        """The provider's page that saves a card. `checkout` names it afterwards; `set_default_card` is ours to call.

        ``with_address``: it asks for the billing address as well, which tax is worked out by.
        """
        ...

    async def subscribe_page(self, draft: SubscriptionDraft, *, success_url: str, cancel_url: str, key: str) -> Page:
        """The provider's page that saves a card and begins the subscription."""
        ...

    async def checkout(self, page: str) -> Checkout: ...

    async def portal_page(self, customer: str, *, return_url: str, key: str) -> Page: ...


class Subscriptions(Protocol):
    """What a customer has ordered."""

    async def subscribe(self, draft: SubscriptionDraft, *, key: str) -> Subscription: ...

    async def subscription(self, subscription: str) -> Subscription:
        """As it is now: a fresh read."""
        ...

    async def preview(self, change: SubscriptionChange) -> Invoice:
        """The next invoice as the change would make it; with INVOICE_NOW, the invoice it would make at once."""
        ...

    async def change(self, change: SubscriptionChange, *, key: str) -> Subscription: ...

    async def cancel_at_period_end(self, subscription: str, *, key: str) -> Subscription: ...

    async def keep(self, subscription: str, *, key: str) -> Subscription:
        """Undo a cancellation that has not happened yet."""
        ...

    async def cancel_now(self, subscription: str, *, prorate: bool, invoice_now: bool, key: str) -> Subscription: ...

    async def pause(
        self, subscription: str, *, behaviour: PauseBehaviour, resumes_at: datetime | None, key: str
    ) -> Subscription:
        """Pause collection: periods go on, invoices are treated by ``behaviour``."""
        ...

    async def unpause(self, subscription: str, *, key: str) -> Subscription:
        """End a pause of collection."""
        ...

    async def resume(self, subscription: str, *, key: str) -> Subscription:
        """Bring back one whose status is "paused" (its trial ended without a card): a new period begins."""
        ...


class Invoices(Protocol):
    """What is owed, and what corrects it."""

    async def invoice(self, invoice: str) -> Invoice: ...

    async def invoices_of(self, customer: str) -> tuple[Invoice, ...]:
        """Newest first."""
        ...

    async def preview_next(self, subscription: str) -> Invoice:
        """What the subscription's next invoice would be if nothing more happened."""
        ...

    async def create_invoice(
        self, customer: str, *, subscription: str | None, metadata: Mapping[str, str], key: str, tax: bool = False
    ) -> Invoice:
        """A draft of what waits for the customer, or for one subscription; ``tax``: the provider works tax out."""
        ...

    async def preview_tax(self, customer: str, items: Sequence[InvoiceItemDraft]) -> Money:
        """The tax on such items if they were billed to the customer now. Nothing is kept."""
        ...

    async def hold_invoice(self, invoice: str, *, key: str) -> Invoice:
        """The draft stays a draft until released."""
        ...

    async def release_invoice(self, invoice: str, *, key: str) -> Invoice: ...

    async def finalize(self, invoice: str, *, key: str) -> Invoice: ...

    async def pay(self, invoice: str, *, key: str, card: str | None = None) -> Invoice:
        """`CardDeclined` when the card is refused."""
        ...

    async def void(self, invoice: str, *, key: str) -> Invoice: ...

    async def write_off(self, invoice: str, *, key: str) -> Invoice:
        """Mark as uncollectible."""
        ...

    async def add_item(self, draft: InvoiceItemDraft, *, key: str) -> str:
        """Returns the item's id."""
        ...

    async def remove_item(self, item: str, *, key: str) -> None: ...

    async def refund(self, invoice: str, *, amount: Money | None, reason: str, key: str) -> Refund:
        """To the card that paid. ``amount`` None: all that is left. ``Conflict`` when more than was paid."""
        ...

    async def credit(self, invoice: str, *, amount: Money, to_card: bool, reason: str, key: str) -> CreditNote:
        """A credit note over ``amount``: to the card, or (False) to the customer's balance."""
        ...


class PaymentProvider(Catalogue, Customers, Subscriptions, Invoices, Protocol):
    """All of it, with usage, webhooks and reading for reconciliation."""

    async def report_usage(self, report: UsageReport) -> None:
        """``Conflict`` when the identifier was taken before; ``Invalid`` when ``at`` is too old or ahead."""
        ...

    async def metered(self, meter: str, customer: str, *, start: datetime, end: datetime) -> int:
        """Units the provider has counted; ``start`` and ``end`` on whole minutes."""
        ...

    async def read(self, kind: ObjectKind, object_id: str) -> Mapping[str, Any]:
        """Any object as the provider tells it, in the provider's own fields."""
        ...

    def list_all(self, kind: ObjectKind, *, since: datetime | None = None) -> AsyncIterator[Mapping[str, Any]]:
        """Every object of a kind that was created at or after ``since``, newest first, page by page."""
        ...

    def customer_of(self, document: Mapping[str, Any]) -> Customer: ...

    def subscription_of(self, document: Mapping[str, Any]) -> Subscription:
        """What a document of `read`, `list_all` or an event says, in our words; so do the other two."""
        ...

    def invoice_of(self, document: Mapping[str, Any]) -> Invoice: ...

    def event_of(self, document: Mapping[str, Any]) -> ProviderEvent:
        """The event of a document of `list_all`; ``Invalid`` when it is none."""
        ...

    def verify(self, body: bytes, signature: str) -> ProviderEvent:
        """The event of a raw webhook body. `NotAllowed` when no secret of ours signed it, or it is too old;
        `Invalid` when what was signed is no event."""
        ...

    async def make_clock(self, *, at: datetime, name: str, key: str) -> str:
        """A test clock for the sandbox: customers made on it live by it. Only with a test key."""
        ...

    async def move_clock(self, clock: str, *, to: datetime) -> None:
        """Forward, with all that happens until then; returns once it has happened."""
        ...

    async def close(self) -> None:
        """End every connection."""
        ...
