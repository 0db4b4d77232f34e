"""The provider's books against ours, each night: what differs is listed with both values, and can be put right."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from core.accounts import Audit
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


class Reconciling:
    """Compares, lists, fixes."""

    def __init__(
        self, *, database: Database, clock: Clock, provider: PaymentProvider, jobs: ProviderJobs, audit: Audit
    ) -> None:
        self._database, self._clock, self._provider = database, clock, provider
        self._jobs, self._audit = jobs, audit

    async def run(self) -> int:
        """Compare every invoice of the last 60 days; how many drifts stand open afterwards."""
        since = self._clock.now() - timedelta(days=DAYS)
        query = select(InvoiceRow).where(
            col(InvoiceRow.closed_at) >= since, col(InvoiceRow.due_minor) > 0, col(InvoiceRow.state) != "held"
        )
        async with self._database.session() as session:
            invoices = (await session.exec(query)).all()
        seen: set[tuple[str, str]] = set()
        for ours in invoices:
            for field, mine, theirs in await self._differences(ours):
                seen.add((f"invoice/{ours.id}", field))
                await self._list(ours, field, mine, theirs)
        return await self._forget_others(seen)

    async def _differences(self, ours: InvoiceRow) -> list[tuple[str, str, str]]:
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
            found.append(("amount", str(ours.due_minor), str(theirs.subtotal.minor)))
        if STATES[theirs.status] != ours.state:
            found.append(("state", ours.state, STATES[theirs.status]))
        return found

    async def _list(self, ours: InvoiceRow, field: str, mine: str, theirs: str) -> None:
        now = self._clock.now()
        subject = f"invoice/{ours.id}"
        open_one = (col(DriftRow.subject) == subject, col(DriftRow.field) == field, col(DriftRow.fixed_at).is_(None))
        try:
            async with self._database.session() as session:
                known = await session.exec(
                    update(DriftRow).where(*open_one).values(ours=mine, theirs=theirs, seen_at=now)
                )
                if known.rowcount == 0:
                    session.add(
                        DriftRow(
                            subject=subject, field=field, subscription_id=ours.subscription_id,
                            ours=mine, theirs=theirs, found_at=now, seen_at=now,
                        )
                    )  # fmt: skip
        except IntegrityError:
            return  # another run listed it in the same moment

    async def _forget_others(self, seen: set[tuple[str, str]]) -> int:
        async with self._database.session() as session:
            standing = (await session.exec(select(DriftRow).where(col(DriftRow.fixed_at).is_(None)))).all()
            gone = [one for one in standing if (one.subject, one.field) not in seen]
            for one in gone:
                one.fixed_at, one.fixed_by = self._clock.now(), "gone by itself"
                session.add(one)
        return len(standing) - len(gone)

    async def drifts(self) -> list[DriftRow]:
        """Open ones, oldest first."""
        query = select(DriftRow).where(col(DriftRow.fixed_at).is_(None)).order_by(col(DriftRow.found_at))
        async with self._database.session() as session:
            return list((await session.exec(query)).all())

    async def fix(self, drift_id: UUID, *, by: str) -> str:
        """Put it right: take over what the provider says of a payment, or send a missing invoice again.

        ``Conflict`` when amounts differ: that needs a person in the provider's own screens.
        """
        async with self._database.session() as session:
            drift = await session.get(DriftRow, drift_id)
            if drift is None or drift.fixed_at is not None:
                raise NotFound(N_("this difference is gone already"))
            ours = await session.get(InvoiceRow, UUID(drift.subject.removeprefix("invoice/")))
        assert ours is not None
        if drift.field == "amount":
            raise Conflict(N_("amounts differ: void the provider's invoice there, then send ours again"))
        done = await (self._send_again(ours) if drift.field == "invoice" else self._take_over(ours))
        async with self._database.session() as session:
            await session.exec(
                update(DriftRow)
                .where(col(DriftRow.id) == drift_id)
                .values(fixed_at=self._clock.now(), fixed_by=by[:254])
            )
            await self._audit.record(
                actor=by, action="billing.drift_fixed", object_type="invoice", object_id=str(ours.id),
                before={"ours": drift.ours, "theirs": drift.theirs}, after={"done": done}, session=session,
            )  # fmt: skip
        return done

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
