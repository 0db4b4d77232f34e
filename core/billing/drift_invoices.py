"""Invoices of the last 60 days: are they there, of the same amount and tax, in the same state?"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select

from core.billing.drift import Drift
from core.billing.invoice_values import Invoice, InvoiceStatus
from core.billing.ports import PaymentProvider
from core.billing.provider_jobs import ProviderJobs
from core.billing.tables import DriftRow, InvoiceRow, OutboxRow
from core.clock import Clock
from core.db import Database
from core.errors import Conflict, NotFound
from core.texts import N_

DAYS = 60
ON_ITS_WAY = timedelta(hours=1)
STATES = {
    InvoiceStatus.DRAFT: "draft",
    InvoiceStatus.OPEN: "open",
    InvoiceStatus.PAID: "paid",
    InvoiceStatus.VOID: "void",
    InvoiceStatus.UNCOLLECTIBLE: "uncollectible",
}


class InvoiceCheck:
    """Takes over what the provider says of a payment, or sends a missing invoice again."""

    def __init__(self, *, database: Database, clock: Clock, provider: PaymentProvider, jobs: ProviderJobs) -> None:
        self._database, self._clock, self._provider, self._jobs = database, clock, provider, jobs

    async def differences(self) -> list[Drift]:
        since = self._clock.now() - timedelta(days=DAYS)
        query = select(InvoiceRow).where(
            col(InvoiceRow.closed_at) >= since, col(InvoiceRow.due_minor) > 0, col(InvoiceRow.state) != "held"
        )
        async with self._database.session() as session:
            invoices = (await session.exec(query)).all()
        return [
            Drift(f"invoice/{ours.id}", field, mine, theirs, ours.subscription_id)
            for ours in invoices
            for field, mine, theirs in await self._of(ours)
        ]

    async def _of(self, ours: InvoiceRow) -> list[tuple[str, str, str]]:
        """(field, ours, theirs)"""
        if ours.provider_id is None:
            late = ours.closed_at is not None and self._clock.now() - ours.closed_at > ON_ITS_WAY
            return [("invoice", ours.state, "missing")] if late else []
        try:
            theirs = await self._provider.invoice(ours.provider_id)
        except NotFound:
            return [("invoice", ours.state, "missing")]
        found = []
        if theirs.subtotal.minor != ours.due_minor:
            found.append(("amount", *_both(ours.due_minor, theirs.subtotal.minor, ours.currency)))
        if theirs.status is not InvoiceStatus.DRAFT and theirs.tax.minor != ours.tax_minor:
            found.append(("tax", *_both(ours.tax_minor, theirs.tax.minor, ours.currency)))
        if STATES[theirs.status] != ours.state:
            found.append(("state", ours.state, STATES[theirs.status]))
        return found

    async def fix(self, drift: DriftRow) -> str:
        """``Conflict`` when amounts or taxes differ: that needs a person in the provider's own screens."""
        async with self._database.session() as session:
            ours = await session.get(InvoiceRow, UUID(drift.subject.split("/")[1]))
        assert ours is not None
        if drift.field in {"amount", "tax"}:
            raise Conflict(N_("amounts differ: void the provider's invoice there, then send ours again"))
        return await (self._send_again(ours) if drift.field == "invoice" else self._take_over(ours))

    async def _take_over(self, ours: InvoiceRow) -> str:
        theirs: Invoice = await self._provider.invoice(ours.provider_id or "")
        if theirs.status is InvoiceStatus.OPEN and ours.state == "paid":
            raise Conflict(N_("ours says paid, the provider says open: look at the payment before changing anything"))
        return await self._jobs.take_status(ours.subscription_id, ours.number, theirs)

    async def _send_again(self, ours: InvoiceRow) -> str:
        subject = f"{ours.subscription_id}/{ours.number}"
        async with self._database.session() as session:
            await session.exec(
                update(OutboxRow)
                .where(col(OutboxRow.kind) == "invoice", col(OutboxRow.subject) == subject)
                .values(state="waiting", next_at=self._clock.now())
            )
        return "sent again"


def _both(ours: int, theirs: int, currency: str) -> tuple[str, str]:
    """Two amounts in minor units, each with its currency: ``2999 USD``."""
    return f"{ours} {currency}", f"{theirs} {currency}"
