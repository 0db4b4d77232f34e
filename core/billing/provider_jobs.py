"""The provider's side of our bills: one invoice a bill, its lines as items; refunds, voids, retries and minutes.

We bill, the provider collects (ADR 0020): it is given lines that both our engines have agreed on. Every call carries a
key made from our row's id, so that a step repeated after a crash does nothing new.
"""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import update
from sqlmodel import col, select

from core.billing.bills import LINE_WORDS, Bill, LineKind
from core.billing.facts import FactKind
from core.billing.invoice_values import Invoice, InvoiceItemDraft, InvoiceStatus
from core.billing.payment_values import Span, UsageReport
from core.billing.ports import CardDeclined, PaymentProvider
from core.billing.subscriptions import Subscriptions
from core.billing.tables import InvoiceRow, OutboxRow, Payer, SubscriptionRow
from core.clock import Clock
from core.db import Database
from core.errors import Conflict, MowthosError, NeedsHuman, Unavailable
from core.money import Money
from core.texts import N_, Text

log = structlog.get_logger(__name__)

METER_EVENT = "mowed_minutes"
METER_AGE = timedelta(days=34, hours=12)
TOO_OLD, NEVER_TOLD = "too old", "never told"
"""Answers of a meter's row that the provider has not heard of."""


class ProviderJobs:
    """What each kind of outbox row does. Raises the six errors; `CardDeclined` when a card is refused."""

    def __init__(
        self, *, database: Database, clock: Clock, provider: PaymentProvider, desk: Subscriptions, tax: bool = False
    ) -> None:
        self._database, self._clock, self._provider, self._desk = database, clock, provider, desk
        self.tax = tax
        """Whether the provider works out tax and adds it to what it collects."""
        self._meter: str | None = None

    async def customer_of(self, payer_id: UUID) -> str:
        """The provider's name of a payer, who is made there when first needed."""
        payer = await self._desk.payer(payer_id)
        if payer.provider_id is not None:
            return payer.provider_id
        made = await self._provider.create_customer(
            reference=str(payer.id), email=payer.email, name=payer.name, key=f"customer-{payer.id}"
        )
        async with self._database.session() as session:
            await session.exec(
                update(Payer)
                .where(col(Payer.id) == payer_id, col(Payer.provider_id).is_(None))
                .values(provider_id=made.id)
            )
        return made.id

    async def invoice(self, row: OutboxRow) -> str:
        """Put a closed bill to the payer: items, invoice, total compared, finalised, paid."""
        subscription, ours = await self._bill(row.subject)
        customer = await self.customer_of(subscription.payer_id)
        theirs = await self._invoice_at_provider(row, subscription, ours, customer)
        if theirs.status is InvoiceStatus.DRAFT:
            theirs = await self._provider.finalize(theirs.id, key=f"{row.id}-finalize")
        await self._take_tax(subscription.id, ours.number, theirs)
        if theirs.status is InvoiceStatus.OPEN:
            if not await self._provider.cards(customer):
                raise CardDeclined(N_("no card is saved"), decline="no_card")
            theirs = await self._provider.pay(theirs.id, key=f"{row.id}-pay")
        await self.take_status(subscription.id, ours.number, theirs)
        return theirs.id

    async def _invoice_at_provider(
        self, row: OutboxRow, subscription: SubscriptionRow, ours: InvoiceRow, customer: str
    ) -> Invoice:
        if ours.provider_id is not None:
            return await self._provider.invoice(ours.provider_id)
        metadata = {"subscription": str(subscription.id), "bill": str(ours.number)}
        made = await self._provider.create_invoice(
            customer, subscription=None, metadata=metadata, key=f"{row.id}-invoice", tax=self.tax
        )
        lines = [(line["kind"], line["minor"], line) for line in ours.lines if line["minor"]]
        if ours.credit_minor:
            lines.append(("credit", -ours.credit_minor, {"plan": "", "note": "earlier credit"}))
        for number, (kind, minor, line) in enumerate(lines):
            await self._provider.add_item(
                InvoiceItemDraft(
                    customer=customer,
                    amount=Money(minor, ours.currency),
                    description=" - ".join(filter(None, [LINE_WORDS[LineKind(kind)], line["plan"], line["note"]])),
                    invoice=made.id,
                    span=_span(line),
                    taxed=self.tax,
                    metadata=metadata | {"line": str(number)},
                ),
                key=f"{row.id}-item-{number}",
            )
        theirs = await self._provider.invoice(made.id)
        if theirs.subtotal.minor != ours.due_minor:
            raise NeedsHuman(
                Text(
                    "the provider's invoice says {theirs}, ours {ours}",
                    theirs=theirs.subtotal.minor,
                    ours=ours.due_minor,
                )
            )
        async with self._database.session() as session:
            await session.exec(update(InvoiceRow).where(col(InvoiceRow.id) == ours.id).values(provider_id=theirs.id))
        return theirs

    async def take_status(self, subscription_id: UUID, number: int, theirs: Invoice) -> str:
        """What the provider's invoice says now, as a fact; words of what was done."""
        await self._take_tax(subscription_id, number, theirs)
        if theirs.status is InvoiceStatus.PAID:
            await self._desk.tell(
                subscription_id, FactKind.PAID, {"number": number}, key=f"{theirs.id}/paid", by="provider"
            )
            return "paid"
        if theirs.status is InvoiceStatus.OPEN and theirs.attempts > 0:
            key = f"{theirs.id}/failed/{theirs.attempts}"
            await self._desk.tell(subscription_id, FactKind.PAYMENT_FAILED, {"number": number}, key=key, by="provider")
            return "unpaid"
        return theirs.status.value

    async def _take_tax(self, subscription_id: UUID, number: int, theirs: Invoice) -> None:
        if theirs.tax.minor and theirs.status is not InvoiceStatus.DRAFT:
            data = {"number": number, "minor": theirs.tax.minor}
            await self._desk.tell(
                subscription_id, FactKind.TAXED, data, key=f"{theirs.id}/taxed", by="provider"
            )  # the same key again does nothing

    async def tax_on(self, payer_id: UUID, bill: Bill) -> Money | None:
        """The tax that would come to a bill; ``None`` while the provider cannot say: tax is off, no card is saved."""
        payer = await self._desk.payer(payer_id)
        if not self.tax or payer.provider_id is None or not bill.due.minor:
            return None
        amounts = [line.amount for line in bill.lines if line.amount.minor]
        if bill.credit_used.minor:
            amounts.append(-bill.credit_used)
        items = [InvoiceItemDraft(payer.provider_id, amount, "preview", taxed=True) for amount in amounts]
        try:
            return await self._provider.preview_tax(payer.provider_id, items)
        except MowthosError as error:
            log.warning("billing.no_tax_preview", error=error.message)
            return None

    async def retry(self, row: OutboxRow) -> str:
        """A stage of dunning: try every unpaid bill of the subscription once more."""
        return f"{await self.collect(UUID(row.subject.split('/')[0]), key=str(row.id))} paid"

    async def collect(self, subscription_id: UUID, *, key: str) -> int:
        """Try to collect what the subscription owes; how many bills were paid. Refused cards leave it as it is."""
        paid = 0
        for ours in await self.open_invoices(subscription_id):
            theirs = await self._provider.invoice(ours.provider_id or "")
            if theirs.status is InvoiceStatus.OPEN and await self._provider.cards(theirs.customer):
                with suppress(CardDeclined):  # still unpaid: the next stage tries again
                    theirs = await self._provider.pay(theirs.id, key=f"{key}-{ours.number}")
            await self.take_status(subscription_id, ours.number, theirs)
            paid += theirs.status is InvoiceStatus.PAID
        return paid

    async def void(self, row: OutboxRow) -> str:
        _subscription, ours = await self._bill(row.subject)
        if ours.provider_id is None:
            return "unknown there"
        return (await self._provider.void(ours.provider_id, key=f"{row.id}")).status.value

    async def refund(self, row: OutboxRow) -> str:
        _subscription, ours = await self._bill(row.subject)
        if ours.provider_id is None:
            raise Conflict(N_("this bill was not paid through the provider: refund it where it was paid"))
        amount = Money(row.data["minor"], ours.currency)
        if row.data.get("tax_minor"):  # a credit note takes its part of the tax back in the provider's tax report, too
            gross = amount + Money(row.data["tax_minor"], ours.currency)
            reason = row.data["reason"]
            note = await self._provider.credit(
                ours.provider_id, amount=gross, to_card=True, reason=reason, key=f"{row.id}"
            )
            return note.id
        made = await self._provider.refund(ours.provider_id, amount=amount, reason=row.data["reason"], key=f"{row.id}")
        return made.id

    async def meter(self, row: OutboxRow) -> str:
        """Minutes of one entry, told once; below zero where it takes back what was told. Too old for the provider:
        ours alone knows them, except that what was told is taken back in the oldest minute that is still open."""
        now, at = self._clock.now(), datetime.fromtimestamp(row.data["end_minute"] * 60, UTC)
        if "of" in row.data:
            if not await self._was_told(UUID(row.data["of"])):
                return NEVER_TOLD
            at = max(at, now - METER_AGE)
        elif now - at > METER_AGE:
            return TOO_OLD
        customer = await self.customer_of(UUID(row.data["payer"]))
        await self.meter_id()
        report = UsageReport(
            identifier=str(row.id), event_name=METER_EVENT, customer=customer, units=row.data["minutes"],
            at=min(at, now),
        )  # fmt: skip
        try:
            await self._provider.report_usage(report)
        except Conflict:
            return "told before"
        return "told"

    async def meter_id(self) -> str:
        """The provider's name of the meter, which is made there when first needed."""
        if self._meter is None:
            self._meter = await self._provider.put_meter(
                event_name=METER_EVENT, name="Mowed minutes", key=f"meter-{METER_EVENT}"
            )
        return self._meter

    async def _was_told(self, outbox_id: UUID) -> bool:
        """Whether the provider heard of it. One that was refused must not be told any more; one on its way is waited
        for (``Unavailable``)."""
        async with self._database.session() as session:
            told = await session.get(OutboxRow, outbox_id)
            if told is None or told.state == "waiting":
                raise Unavailable(N_("the minutes to be taken back are still on their way to the provider"))
            if told.state == "failed":
                told.state, told.answer = "done", NEVER_TOLD
                session.add(told)
        return told.answer not in (TOO_OLD, NEVER_TOLD)

    async def _bill(self, subject: str) -> tuple[SubscriptionRow, InvoiceRow]:
        owner, number = subject.split("/")[:2]
        async with self._database.session() as session:
            subscription = await session.get(SubscriptionRow, UUID(owner))
            query = select(InvoiceRow).where(
                col(InvoiceRow.subscription_id) == UUID(owner), col(InvoiceRow.number) == int(number)
            )
            ours = (await session.exec(query)).first()
        if subscription is None or ours is None:
            raise NeedsHuman(Text("there is no bill {subject}", subject=subject))
        return subscription, ours

    async def open_invoices(self, subscription_id: UUID) -> list[InvoiceRow]:
        query = select(InvoiceRow).where(
            col(InvoiceRow.subscription_id) == subscription_id,
            col(InvoiceRow.state) == "open",
            col(InvoiceRow.provider_id).is_not(None),
        )
        async with self._database.session() as session:
            return list((await session.exec(query.order_by(col(InvoiceRow.number)))).all())


def _span(line: dict[str, str]) -> Span | None:
    if "start" not in line or line["start"] == line["end"]:
        return None
    return Span(datetime.fromisoformat(line["start"]), datetime.fromisoformat(line["end"]))
