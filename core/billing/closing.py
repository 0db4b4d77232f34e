"""Bills are put to households: each is worked out twice, held when anything stands against it, and closed once.

`run` takes every subscription for which time has done something: it lets the life advance, closes the drafts in order,
and writes facts, invoices, bookings, notices and what the provider must be told in one transaction a batch. Killed at
any point, the next run finds the same work: a bill is closed by one fact of one key.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Update, bindparam, insert, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.accounts import Audit
from core.billing import effects, journal, store
from core.billing.billing_run import Context
from core.billing.bills import Bill
from core.billing.effects import Effects, bill_key, invoice_row
from core.billing.facts import Fact, FactKind
from core.billing.judging import Held, Hold, holds
from core.billing.life import replay
from core.billing.life_model import BillingRules, Life
from core.billing.moves import apply
from core.billing.notices import notices_of
from core.billing.periods import to_second
from core.billing.shadow import Drawn, Mown, Row, ShadowBill, shadow_bills
from core.billing.tables import FactRow, InvoiceRow, SubscriptionRow
from core.billing.unattributed import Unattributed
from core.billing.usage import UsageLedger
from core.billing.usage_view import UsageView, minute_of
from core.clock import Clock
from core.db import Database
from core.errors import Conflict, Invalid, NotFound
from core.texts import N_, kept

BATCH = 250
HELD_AGAIN = timedelta(minutes=10)


@dataclass(slots=True)
class Closed:
    """What a run did."""

    closed: int = 0
    held: int = 0
    moved: int = 0
    """Subscriptions in which only time did something: a trial ended, a stage was climbed."""


@dataclass(slots=True)
class _Step:
    """One subscription's part of a batch."""

    book: store.Book
    life: Life
    new: list[store.NewFact] = field(default_factory=list)
    invoices: list[dict[str, Any]] = field(default_factory=list)
    held: tuple[Bill, int | None, list[Held]] | None = None
    effects: Effects = field(default_factory=Effects)


class Closing:
    """Closes what is due."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        ledger: UsageLedger,
        audit: Audit,
        unattributed: Unattributed,
        rules: BillingRules,
    ) -> None:
        self._database, self._clock, self._ledger, self._audit = database, clock, ledger, audit
        self._unattributed, self._rules = unattributed, rules

    async def run(self, *, only: Sequence[UUID] = ()) -> Closed:
        """Everything due now, or the subscriptions named."""
        now = to_second(self._clock.now())
        outcome = Closed()
        ids = list(only) or await self._due(now)
        for at in range(0, len(ids), BATCH):
            some = ids[at : at + BATCH]
            try:
                await self._batch(some, now, outcome)
            except (IntegrityError, store.ChangedMeanwhile):  # someone wrote in between: each by itself, the next run
                for one in some:
                    await self._alone(one, now, outcome)
        return outcome

    async def _alone(self, subscription_id: UUID, now: datetime, outcome: Closed) -> None:
        try:
            await self._batch([subscription_id], now, outcome)
        except (IntegrityError, store.ChangedMeanwhile):
            return  # still due: the next run takes it up

    async def _due(self, now: datetime) -> list[UUID]:
        query = select(SubscriptionRow.id).where(col(SubscriptionRow.next_at) <= now)
        async with self._database.session() as session:
            return list((await session.exec(query.order_by(col(SubscriptionRow.next_at)))).all())

    async def _batch(self, ids: Sequence[UUID], now: datetime, outcome: Closed) -> None:
        async with self._database.session() as session:
            books = await store.load_many(session, ids)
            approved = await self._approved(session, ids)
        usage = await self._ledger.views([book.row.lot_id for book in books])
        waiting = await self._unattributed.minutes_of([book.row.lot_id for book in books])
        steps = [self._step(book, usage[book.row.lot_id], waiting, approved, now) for book in books]
        async with self._database.session() as session:
            await self._write(session, steps, now)
        for step in steps:
            outcome.closed += len(step.invoices)
            outcome.held += step.held is not None
            outcome.moved += not step.invoices and step.held is None

    def _step(
        self,
        book: store.Book,
        usage: UsageView,
        waiting: dict[UUID, list[int]],
        approved: set[tuple[UUID, int]],
        now: datetime,
    ) -> _Step:
        moment = max(now, book.last_at)
        stored = book.facts
        life = replay(stored, moment, usage, self._rules)
        step = _Step(book, life)
        minutes = waiting.get(book.row.lot_id, [])
        shadow = _shadow(stored, usage, moment, self._rules) if life.drafts else {}
        for bill in life.drafts:
            blocked = sum(1 for minute in minutes if minute < minute_of(bill.at))
            earlier = [one.total.minor for one in life.bills if one.number < bill.number and one.total.minor > 0]
            found = holds(
                bill,
                shadow.get(bill.number),
                unattributed_minutes=blocked,
                earlier=earlier,
                times=self._rules.outlier_times,
                approved=(book.row.id, bill.number) in approved,
            )
            shade = shadow.get(bill.number)
            if found:
                step.held = (bill, shade.total if shade else None, found)
                break
            self._close(step, bill, shade, moment)
        facts, after = [one.fact for one in step.new], life
        context = Context(usage, {}, moment, self._rules)
        for fact in facts:
            after = apply(after, fact, context)
        quiet = life.dunning is None and all(bill.failed_at is None for bill in life.bills)
        before = life if quiet else replay(stored, book.last_at, usage, self._rules)
        follow = effects.of_facts(book.row.id, before, after, facts, moment)
        step.effects.bookings += follow.bookings
        step.effects.outbox += follow.outbox
        step.effects.invoices += follow.invoices
        step.effects.notify(book.row.id, notices_of(after, usage, self._rules))
        step.life = after
        return step

    def _close(self, step: _Step, bill: Bill, shade: ShadowBill | None, moment: datetime) -> None:
        owner = step.book.row.id
        key = bill_key(owner, bill.number)
        data = {"number": bill.number, "known_by": bill.known_by.isoformat()}
        step.new.append(store.NewFact(Fact(moment, FactKind.BILL_CLOSED, data), f"{key}/closed", "billing"))
        row = invoice_row(
            owner, bill, state="open" if bill.due.minor else "paid", shadow_minor=shade.total if shade else None
        )
        step.invoices.append(row | {"closed_at": moment, "paid_at": None if bill.due.minor else moment})
        step.effects.book(owner, bill.total.currency, journal.bill_closed(key, bill, moment))
        if bill.due.minor:
            step.effects.tell_provider("invoice", key, {"number": bill.number}, moment)

    async def _write(self, session: AsyncSession, steps: Sequence[_Step], now: datetime) -> None:
        rules = self._rules
        whole = Effects()
        facts: list[dict[str, Any]] = []
        moved: list[dict[str, Any]] = []
        for step in steps:
            row, count = step.book.row, len(step.book.facts)
            columns = dict(store.snapshot(step.life, rules)) | {"facts": count + len(step.new)}
            if step.held is not None:
                columns["next_at"] = now + HELD_AGAIN
            moved.append(columns | {"of_id": row.id, "of_facts": count})
            facts += store.fact_rows(row.id, count, step.new, now)
            for name in ("bookings", "outbox", "notices", "invoices"):
                getattr(whole, name).extend(getattr(step.effects, name))
        if moved:
            connection = await session.connection()
            if (await connection.execute(_move(moved[0]), moved)).rowcount != len(moved):
                raise store.ChangedMeanwhile(N_("this subscription was changed at the same moment: look again"))
        if facts:
            await session.exec(insert(FactRow), params=facts)
        await self._write_invoices(session, steps)
        await effects.write(session, whole)

    async def _write_invoices(self, session: AsyncSession, steps: Sequence[_Step]) -> None:
        """Held ones may stand there already: they are made anew."""
        keys = [(row["subscription_id"], row["number"]) for step in steps for row in step.invoices]
        keys += [(step.book.row.id, step.held[0].number) for step in steps if step.held]
        standing: dict[tuple[UUID, int], InvoiceRow] = {}
        if keys:
            query = select(InvoiceRow).where(
                col(InvoiceRow.state) == "held", col(InvoiceRow.subscription_id).in_({owner for owner, _ in keys})
            )
            standing = {(row.subscription_id, row.number): row for row in (await session.exec(query)).all()}
        new = []
        for step in steps:
            for columns in step.invoices:
                new += _merged(standing, columns)
            if step.held is not None:
                bill, shade, found = step.held
                columns = invoice_row(step.book.row.id, bill, state="held", shadow_minor=shade)
                columns["holds"] = [{"hold": one.hold.value, "words": kept(one.words)} for one in found]
                new += _merged(standing, columns | {"closed_at": None, "paid_at": None})
        if new:
            await session.exec(insert(InvoiceRow), params=new)

    async def approve(self, invoice_id: UUID, *, by: str, reason: str) -> None:
        """A person lets an unusually high bill go out. ``Conflict`` when it is held for anything else as well."""
        if not reason.strip():
            raise Invalid(N_("say why this bill is right"))
        async with self._database.session() as session:
            invoice = await session.get(InvoiceRow, invoice_id)
            if invoice is None:
                raise NotFound(N_("there is no such invoice"))
            others = [one for one in invoice.holds if one["hold"] != Hold.OUTLIER.value]
            if invoice.state != "held" or others or not invoice.holds:
                raise Conflict(N_("only a bill that is held for its height alone can be approved"))
            invoice.approved_by = by[:254]
            session.add(invoice)
            owner = invoice.subscription_id
            await self._audit.record(
                actor=by, action="billing.bill_approved", object_type="invoice", object_id=str(invoice_id),
                after={"number": invoice.number, "total_minor": invoice.total_minor}, reason=reason, session=session,
            )  # fmt: skip
        await self.run(only=[owner])

    async def _approved(self, session: AsyncSession, ids: Sequence[UUID]) -> set[tuple[UUID, int]]:
        query = select(InvoiceRow.subscription_id, InvoiceRow.number).where(
            col(InvoiceRow.subscription_id).in_(list(ids)),
            col(InvoiceRow.state) == "held",
            col(InvoiceRow.approved_by) != "",
        )
        return set((await session.exec(query)).all())


def _move(columns: dict[str, Any]) -> Update:
    """Rows brought to their new columns, each only while it has as many facts as were read."""
    table = SubscriptionRow.__table__  # type: ignore[attr-defined]
    values: dict[str, Any] = {name: bindparam(name) for name in columns if not name.startswith("of_")}
    same = (table.c.id == bindparam("of_id"), table.c.facts == bindparam("of_facts"))
    return update(table).where(*same).values(**values)


def _merged(standing: dict[tuple[UUID, int], InvoiceRow], columns: dict[str, Any]) -> list[dict[str, Any]]:
    """Into the held row of that bill, or as a new one."""
    held = standing.get((columns["subscription_id"], columns["number"]))
    if held is None:
        return [columns]
    for name, value in columns.items():
        if name not in ("id", "approved_by"):
            setattr(held, name, value)
    return []


def _shadow(facts: Sequence[Fact], usage: UsageView, until: datetime, rules: BillingRules) -> dict[int, ShadowBill]:
    rows = [Row(int(fact.at.timestamp()), fact.kind.value, fact.data) for fact in facts]
    mown = [Mown(piece.start, piece.minutes, piece.sign, piece.recorded_at.timestamp()) for piece in usage.pieces]
    bills = shadow_bills(
        rows,
        mown,
        until.timestamp(),
        drawn=[Drawn(one.at.timestamp(), one.watt_hours, one.recorded_at.timestamp()) for one in usage.power],
        stages=rules.stages,
        stage_days=rules.dunning_every_days,
        silence_days=rules.silence_days,
    )
    return {bill.number: bill for bill in bills}
