"""What billing's screens and files read: lists, one invoice with the minutes behind its lines, the journal."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_
from sqlmodel import col, select

from core.billing.facts import FactKind
from core.billing.periods import Period
from core.billing.tables import (
    BillingNotice,
    DriftRow,
    FactRow,
    InvoiceRow,
    JournalRow,
    OutboxRow,
    Payer,
    SubscriptionRow,
    WebhookRow,
)
from core.billing.usage import UsageLedger
from core.billing.usage_tables import PowerEntry, UsageEntry
from core.billing.usage_view import first_minute
from core.clock import from_epoch_ms
from core.db import Database
from core.db.pages import Page, paged
from core.errors import NotFound
from core.texts import N_

MOST_ROWS = 200
PAGE_ROWS = 50


@dataclass(frozen=True, slots=True)
class Attention:
    """How many things of each kind wait for a person."""

    held: int
    unattributed: int
    """Entries of minutes without a lot."""
    webhooks: int
    outbox: int
    drift: int
    suspended: int

    @property
    def total(self) -> int:
        return self.held + self.unattributed + self.webhooks + self.outbox + self.drift


@dataclass(frozen=True, slots=True)
class HouseholdRow:
    """One line of the list."""

    row: SubscriptionRow
    payer: str
    email: str


@dataclass(frozen=True, slots=True)
class Households:
    """One page of the list; ``total`` counts all pages."""

    rows: list[HouseholdRow]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_ROWS))


@dataclass(frozen=True, slots=True)
class LineProof:
    """A line of an invoice with the entries it rests on; empty for lines that rest on none."""

    line: dict[str, Any]
    entries: tuple[UsageEntry, ...]
    """Of minutes."""
    visits: tuple[PowerEntry, ...] = ()
    """Of power."""


class BillingReads:
    """Reads only."""

    def __init__(self, database: Database, ledger: UsageLedger) -> None:
        self._database, self._ledger = database, ledger

    async def attention(self) -> Attention:
        async with self._database.session() as session:

            async def count(model: Any, *conditions: Any) -> int:
                return int((await session.exec(select(func.count()).select_from(model).where(*conditions))).one())

            return Attention(
                held=await count(InvoiceRow, col(InvoiceRow.state) == "held"),
                unattributed=len(await self._ledger.unattributed()),
                webhooks=await count(WebhookRow, col(WebhookRow.state) == "failed"),
                outbox=await count(OutboxRow, col(OutboxRow.state) == "failed"),
                drift=await count(DriftRow, col(DriftRow.fixed_at).is_(None)),
                suspended=await count(SubscriptionRow, col(SubscriptionRow.status) == "suspended"),
            )

    async def households(self, *, search: str = "", status: str = "", page: int = 1) -> Households:
        """By address, `PAGE_ROWS` a page; the nearest page that exists when ``page`` (from 1) does not."""
        wanted = []
        if status:
            wanted.append(col(SubscriptionRow.status) == status)
        if search:
            wanted.append(
                or_(
                    col(SubscriptionRow.address).icontains(search, autoescape=True),
                    col(Payer.name).icontains(search, autoescape=True),
                    col(Payer.email).icontains(search, autoescape=True),
                )
            )
        payer = col(Payer.id) == col(SubscriptionRow.payer_id)
        counted = select(func.count()).select_from(SubscriptionRow).join(Payer, payer).where(*wanted)
        query = select(SubscriptionRow, Payer.name, Payer.email).join(Payer, payer).where(*wanted)
        query = query.order_by(col(SubscriptionRow.address), col(SubscriptionRow.id))
        async with self._database.session() as session:
            total = (await session.exec(counted)).one()
            here = max(1, min(page, -(-total // PAGE_ROWS)))
            rows = (await session.exec(query.offset((here - 1) * PAGE_ROWS).limit(PAGE_ROWS))).all()
        return Households([HouseholdRow(*found) for found in rows], total, here)

    async def addresses(self, subscription_ids: Iterable[UUID]) -> Mapping[UUID, str]:
        """Where these subscriptions are for."""
        query = select(SubscriptionRow.id, SubscriptionRow.address)
        async with self._database.session() as session:
            rows = (await session.exec(query.where(col(SubscriptionRow.id).in_(list(subscription_ids))))).all()
        return {subscription: address for subscription, address in rows}

    async def of_lots(self, lot_ids: Iterable[UUID]) -> list[SubscriptionRow]:
        """The subscriptions of these lots, by address, the newest of a lot last."""
        query = select(SubscriptionRow).where(col(SubscriptionRow.lot_id).in_(list(lot_ids)))
        async with self._database.session() as session:
            return list(
                (
                    await session.exec(query.order_by(col(SubscriptionRow.address), col(SubscriptionRow.created_at)))
                ).all()
            )

    async def invoices(
        self, subscription_id: UUID | None = None, *, state: str = "", page: Page | None = None
    ) -> list[InvoiceRow]:
        """Newest first; with ``page`` those of it and one more."""
        query = select(InvoiceRow).order_by(col(InvoiceRow.made_at).desc(), col(InvoiceRow.number).desc())
        if subscription_id is not None:
            query = query.where(col(InvoiceRow.subscription_id) == subscription_id)
        if state:
            query = query.where(col(InvoiceRow.state) == state)
        query = query.limit(MOST_ROWS)
        if page is not None:
            query = paged(query, (col(InvoiceRow.made_at), col(InvoiceRow.id)), page)
        async with self._database.session() as session:
            return list((await session.exec(query)).all())

    async def invoices_between(self, since: datetime, until: datetime) -> Sequence[InvoiceRow]:
        """All that were made in [since, until), newest first."""
        query = select(InvoiceRow).where(col(InvoiceRow.made_at) >= since, col(InvoiceRow.made_at) < until)
        async with self._database.session() as session:
            return (await session.exec(query.order_by(col(InvoiceRow.made_at).desc(), col(InvoiceRow.id).desc()))).all()

    async def invoice(self, invoice_id: UUID) -> tuple[InvoiceRow, SubscriptionRow, list[LineProof]]:
        """``NotFound`` when there is none."""
        async with self._database.session() as session:
            invoice = await session.get(InvoiceRow, invoice_id)
            if invoice is None:
                raise NotFound(N_("there is no such invoice"))
            owner = await session.get(SubscriptionRow, invoice.subscription_id)
        assert owner is not None
        proofs = [
            LineProof(line, await self._entries(owner, invoice, line), await self._visits(owner, invoice, line))
            for line in invoice.lines
        ]
        return invoice, owner, proofs

    async def _visits(
        self, owner: SubscriptionRow, invoice: InvoiceRow, line: Mapping[str, Any]
    ) -> tuple[PowerEntry, ...]:
        """The visits that a line of power credits: known by this bill, and not by the one that settled before it."""
        if line["kind"] != "power":
            return ()
        since, until = datetime.fromisoformat(line["start"]), datetime.fromisoformat(line["end"])
        mine = (col(FactRow.subscription_id) == owner.id, col(FactRow.kind) == FactKind.JOINED.value)
        before = select(InvoiceRow.known_by).where(
            col(InvoiceRow.subscription_id) == owner.id,
            col(InvoiceRow.number) < invoice.number,
            col(InvoiceRow.made_at) == since,
        )
        async with self._database.session() as session:
            joined = (await session.exec(select(FactRow.at).where(*mine))).one()
            known = (await session.exec(before.order_by(col(InvoiceRow.number).desc()))).first()
        found = await self._ledger.visits(owner.lot_id, Period(joined, until), invoice.known_by)
        settled = await self._ledger.visits(owner.lot_id, Period(joined, since), known or invoice.known_by)
        earlier = {one.id for one in settled}
        return tuple(one for one in found if one.id not in earlier)

    async def _entries(
        self, owner: SubscriptionRow, invoice: InvoiceRow, line: Mapping[str, Any]
    ) -> tuple[UsageEntry, ...]:
        """The minutes of the line's span that were known when the bill was made, cut to the span."""
        if line["kind"] not in ("overage", "late"):
            return ()
        span = Period(datetime.fromisoformat(line["start"]), datetime.fromisoformat(line["end"]))
        first, end = first_minute(span.start), first_minute(span.end)
        found = await self._ledger.entries(owner.lot_id, first, end, invoice.known_by)
        for entry in found:
            start, stop = max(entry.start_minute, first), min(entry.start_minute + entry.minutes, end)
            entry.start_minute, entry.minutes = start, stop - start
        return tuple(found)

    async def timeline(self, subscription_id: UUID) -> Sequence[FactRow]:
        """Everything that happened, newest first."""
        query = select(FactRow).where(col(FactRow.subscription_id) == subscription_id).order_by(col(FactRow.seq).desc())
        async with self._database.session() as session:
            return (await session.exec(query.limit(MOST_ROWS))).all()

    async def notices(self, subscription_id: UUID) -> Sequence[BillingNotice]:
        query = select(BillingNotice).where(col(BillingNotice.subscription_id) == subscription_id)
        async with self._database.session() as session:
            return (await session.exec(query.order_by(col(BillingNotice.at).desc()).limit(MOST_ROWS))).all()

    async def journal(self, since: datetime, until: datetime) -> Sequence[JournalRow]:
        """Whole bookings of [since, until), oldest first."""
        query = (
            select(JournalRow)
            .where(col(JournalRow.at) >= since, col(JournalRow.at) < until)
            .order_by(col(JournalRow.at), col(JournalRow.booking), col(JournalRow.line))
        )
        async with self._database.session() as session:
            return (await session.exec(query)).all()


def evidence_of(
    invoice: InvoiceRow, owner: SubscriptionRow, proof: LineProof, mowers: Mapping[int, str], *, private: bool = False
) -> dict[str, Any]:
    """What an evidence file says of one line: the line, and every stretch of minutes behind it.

    ``private`` (for the household itself) leaves out what tells when the mower was at the others': a session may begin
    and end there, it is recorded when all of it is over, and the power of a host's dock is that of whole rounds. Such
    moments are told as days, and a session as begun when it came to this lot.
    """
    return {
        "invoice": str(invoice.id),
        "number": invoice.number,
        "made_at": invoice.made_at.isoformat(),
        "known_by": invoice.known_by.isoformat(),
        "household": str(owner.household_id),
        "address": owner.address,
        "currency": invoice.currency,
        "line": proof.line,
        "entries": [
            {
                "entry": entry.id,
                "mower": mowers.get(entry.mower, str(entry.mower)),
                "session_started_ms": max(entry.session_ms, entry.start_minute * 60_000)
                if private
                else entry.session_ms,
                "start_minute": entry.start_minute,
                "minutes": entry.minutes,
                "sign": entry.sign,
                "recorded_at": _told_at(entry.recorded_at, private=private),
                "reason": entry.reason,
            }
            for entry in proof.entries
        ]
        if proof.line["kind"] in ("overage", "late")
        else None,
        "visits": [
            {
                "entry": visit.id,
                "mower": mowers.get(visit.mower, str(visit.mower)),
                **_round(visit, private=private),
                "battery_used_percent": visit.battery_used,
                "watt_hours": visit.watt_hours,
                "recorded_at": _told_at(visit.recorded_at, private=private),
            }
            for visit in proof.visits
        ]
        if proof.line["kind"] == "power"
        else None,
    }


def _round(visit: PowerEntry, *, private: bool) -> dict[str, Any]:
    if private:
        return {"day": from_epoch_ms(visit.session_ms).date().isoformat()}
    return {"session_started_ms": visit.session_ms, "session_ended_ms": visit.ended_ms}


def _told_at(moment: datetime, *, private: bool) -> str:
    return moment.date().isoformat() if private else moment.isoformat()
