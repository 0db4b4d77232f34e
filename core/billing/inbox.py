"""The webhook inbox: verify the raw body, store, acknowledge; process once per event id, in any order.

1. `receive` checks the signature and stores the event; an id that is there counts as one more delivery.
2. `run` processes what waits. Whatever an event says of an object, the object is read afresh from the provider, so one
   that is old, doubled or out of order can only bring us to what is true now.
3. Types of no meaning to us are kept. What fails is listed with its error, and can be replayed.
"""

from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

import structlog
from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select

from core.billing.facts import FactKind
from core.billing.payment_values import Checkout, ObjectKind, ProviderEvent
from core.billing.ports import PaymentProvider
from core.billing.provider_jobs import ProviderJobs
from core.billing.subscriptions import Subscriptions
from core.billing.tables import InvoiceRow, Payer, SubscriptionRow, WebhookRow
from core.clock import Clock
from core.db import Database
from core.db.pages import Page, paged
from core.errors import MowthosError, NotFound, Unavailable
from core.texts import N_, kept

log = structlog.get_logger(__name__)

BATCH = 200
MOST_TRIES = 8
LARGEST_BODY = 262_144

type Handler = Callable[[WebhookRow], Awaitable[str]]


class Inbox:
    """Receives and processes what the provider tells us."""

    def __init__(
        self, *, database: Database, clock: Clock, provider: PaymentProvider, desk: Subscriptions, jobs: ProviderJobs
    ) -> None:
        self._database, self._clock, self._provider = database, clock, provider
        self._desk, self._jobs = desk, jobs
        self._handlers: Mapping[str, Handler] = {
            "invoice.paid": self._invoice,
            "invoice.payment_succeeded": self._invoice,
            "invoice.payment_failed": self._invoice,
            "invoice.payment_action_required": self._invoice,
            "invoice.voided": self._invoice,
            "checkout.session.completed": self._checkout,
            "payment_method.attached": self._cards,
            "payment_method.detached": self._cards,
            "customer.updated": self._cards,
        }

    async def receive(self, body: bytes, signature: str) -> bool:
        """Store a genuine event; whether it is new. ``NotAllowed``: forged or stale; ``Invalid``: rubbish."""
        event = self._provider.verify(body, signature)
        return await self.store(event, body)

    async def store(self, event: ProviderEvent, body: bytes, *, deliveries: int = 1) -> bool:
        """Keep an event once; whether it is new. ``deliveries`` 0: fetched from the provider's list (`missed`)."""
        now = self._clock.now()
        put = postgresql.insert if self._database.dialect == "postgresql" else sqlite.insert
        row = {
            "event_id": event.id, "type": event.type, "object_kind": event.object_kind, "object_id": event.object_id,
            "created": event.created, "body": body.decode("utf-8", "replace"), "received_at": now,
            "deliveries": deliveries, "state": "waiting", "attempts": 0, "error": "", "outcome": "",
        }  # fmt: skip
        async with self._database.session() as session:
            added = await session.exec(
                put(WebhookRow).values(**row).on_conflict_do_nothing(index_elements=["event_id"])
            )
            if added.rowcount == 1:
                return True
            again = update(WebhookRow).where(col(WebhookRow.event_id) == event.id)
            await session.exec(again.values(deliveries=col(WebhookRow.deliveries) + deliveries))
        return False

    async def run(self) -> int:
        """Process what waits, oldest first. Returns how many were settled."""
        query = select(WebhookRow.event_id).where(col(WebhookRow.state) == "waiting")
        async with self._database.session() as session:
            waiting = (await session.exec(query.order_by(col(WebhookRow.received_at)).limit(BATCH))).all()
        settled = 0
        for event_id in waiting:
            settled += await self._process(event_id)
        return settled

    async def _process(self, event_id: str) -> bool:
        async with self._database.session() as session:
            row = await session.get(WebhookRow, event_id)
        if row is None or row.state not in ("waiting", "failed"):
            return False
        handler = self._handlers.get(row.type)
        if handler is None:
            await self._end(row, "kept", "")
            return True
        try:
            outcome = await handler(row)
        except Unavailable as error:
            await self._end(row, "failed" if row.attempts + 1 >= MOST_TRIES else "waiting", "", error)
            return False
        except MowthosError as error:
            log.warning("billing.webhook_failed", event_id=event_id, kind=row.type, error=error.message)
            await self._end(row, "failed", "", error)
        else:
            await self._end(row, "done", outcome)
        return True

    async def _end(self, row: WebhookRow, state: str, outcome: str, error: MowthosError | None = None) -> None:
        async with self._database.session() as session:
            await session.exec(
                update(WebhookRow)
                .where(col(WebhookRow.event_id) == row.event_id)
                .values(
                    state=state,
                    attempts=row.attempts + 1,
                    outcome=outcome[:300],
                    error=kept(error.message, most=1000) if error else "",
                    processed_at=self._clock.now() if state in ("done", "kept") else None,
                )
            )

    async def replay(self, event_id: str) -> None:
        """Process an event once more, whatever became of it before: it can do nothing twice."""
        async with self._database.session() as session:
            found = await session.exec(
                update(WebhookRow).where(col(WebhookRow.event_id) == event_id).values(state="waiting", attempts=0)
            )
            if found.rowcount != 1:
                raise NotFound(N_("there is no such event"))
        await self._process(event_id)

    async def events(
        self, *, state: str = "", search: str = "", limit: int = 100, page: Page | None = None
    ) -> list[WebhookRow]:
        """Newest first; with ``page`` those of it and one more."""
        query = select(WebhookRow).order_by(col(WebhookRow.received_at).desc()).limit(limit)
        if state:
            query = query.where(col(WebhookRow.state) == state)
        if search:
            query = query.where(
                col(WebhookRow.type).contains(search, autoescape=True)
                | col(WebhookRow.object_id).contains(search, autoescape=True)
                | col(WebhookRow.event_id).contains(search, autoescape=True)
            )
        if page is not None:
            query = paged(query, (col(WebhookRow.received_at), col(WebhookRow.event_id)), page)
        async with self._database.session() as session:
            return list((await session.exec(query)).all())

    async def _invoice(self, row: WebhookRow) -> str:
        theirs = await self._provider.invoice(row.object_id)
        owner, number = theirs.metadata.get("subscription"), theirs.metadata.get("bill")
        if not owner or not number:
            async with self._database.session() as session:
                query = select(InvoiceRow).where(col(InvoiceRow.provider_id) == row.object_id)
                ours = (await session.exec(query)).first()
            if ours is None:
                return "not ours"
            owner, number = str(ours.subscription_id), str(ours.number)
        return await self._jobs.take_status(UUID(owner), int(number), theirs)

    async def _checkout(self, row: WebhookRow) -> str:
        page = await self._provider.checkout(row.object_id)
        if page.status != "complete" or not page.reference:
            return page.status
        return await self.card_saved(UUID(page.reference), page)

    async def card_saved(self, subscription_id: UUID, page: Checkout) -> str:
        """A card page was completed for a subscription: the trial begins, and what is owed is tried at once."""
        if page.card and page.customer:
            await self._provider.set_default_card(page.customer, card=page.card, key=f"default-{page.id}")
        await self._desk.tell(subscription_id, FactKind.CARD_SAVED, key=f"{page.id}/card", by="provider")
        paid = await self._jobs.collect(subscription_id, key=page.id)
        return f"card saved, {paid} paid"

    async def _cards(self, row: WebhookRow) -> str:
        """Does the payer still have a card? Read afresh; told to each of their subscriptions."""
        customer = row.object_id
        if row.object_kind == "payment_method":
            document = await self._provider.read(ObjectKind.PAYMENT_METHOD, row.object_id)
            customer = str(document.get("customer") or "")
            if not customer:
                return "card of nobody"
        cards = await self._provider.cards(customer)
        query = (
            select(SubscriptionRow.id)
            .join(Payer, col(Payer.id) == col(SubscriptionRow.payer_id))
            .where(col(Payer.provider_id) == customer, col(SubscriptionRow.status).not_in(["canceled", "pending"]))
        )
        async with self._database.session() as session:
            owners = (await session.exec(query)).all()
        kind = FactKind.CARD_SAVED if cards else FactKind.CARD_LOST
        for owner in owners:
            if (await self._desk.life(owner))[1].card != bool(cards):
                await self._desk.tell(owner, kind, key=f"{row.event_id}/{owner}/cards", by="provider")
        return f"{len(cards)} cards"
