"""The desk of subscriptions: join, change, pause, cancel, undo, credit, refund - each shown before it is confirmed.

Every verb is one fact. `preview` works out what the fact would do at one named second; confirming with that second does
exactly this, because it is the same calculation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from core.billing import effects, store
from core.billing.bills import Bill, Line
from core.billing.facts import Fact, FactKind
from core.billing.joining import Joining
from core.billing.life import boundary, replay
from core.billing.life_model import BillingRules, Life
from core.billing.notices import notices_of
from core.billing.periods import to_second
from core.billing.status import Status
from core.billing.tables import Payer, SubscriptionRow
from core.billing.terms import PlanTerms, terms_dict
from core.billing.usage_view import UsageView
from core.errors import Conflict, Invalid, NotAllowed
from core.ids import new_id
from core.texts import N_, Text

PREVIEW_MINUTES = 15
TRIES = 5
MOVES_OF_PEOPLE = frozenset(
    {
        FactKind.PLAN_CHANGED, FactKind.PAUSED, FactKind.RESUMED, FactKind.CANCELLED, FactKind.CANCEL_UNDONE,
        FactKind.COUPON_GIVEN, FactKind.COUPON_ENDED, FactKind.CREDITED, FactKind.CHARGED, FactKind.REFUNDED,
        FactKind.BILL_VOIDED,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Preview:
    """What a step would do at ``at``: ``now`` is billed at once, ``waiting`` comes with the ``next`` bill."""

    at: datetime
    before: Life
    after: Life
    now: tuple[Bill, ...]
    waiting: tuple[Line, ...]
    next: Bill | None
    """The next bill as it would be if nothing more happened."""
    next_without: Bill | None


class Subscriptions(Joining):
    """Reads and moves subscriptions."""

    async def tell(
        self,
        subscription_id: UUID,
        kind: FactKind,
        data: Mapping[str, Any] | None = None,
        *,
        key: str,
        by: str,
        at: datetime | None = None,
        reason: str = "",
    ) -> Life:
        """Add a fact; the life after it. The same ``key`` again does nothing. ``Conflict`` when it is not possible.

        ``at`` is the second of a preview, at most a quarter of an hour ago.
        """
        for _ in range(TRIES):
            try:
                return await self._tell(subscription_id, kind, dict(data or {}), key, by, at, reason)
            except (store.ChangedMeanwhile, IntegrityError):
                continue
        raise Conflict(N_("this subscription was changed at the same moment: look again"))

    async def _tell(
        self,
        subscription_id: UUID,
        kind: FactKind,
        data: dict[str, Any],
        key: str,
        by: str,
        at: datetime | None,
        reason: str,
    ) -> Life:
        now = to_second(self._clock.now())
        async with self._database.session() as session:
            book = await store.load(session, subscription_id)
            usage = await self._ledger.view(book.row.lot_id)
            if await store.told(session, [key]):
                return replay(book.facts, max(now, book.last_at), usage, self.rules)
            moment = self._moment(book, at, now)
            before = replay(book.facts, moment, usage, self.rules)
            fact = Fact(moment, kind, data)
            after = replay([*book.facts, fact], moment, usage, self.rules)
            await store.append(session, book, after, [store.NewFact(fact, key, by)], now=now, rules=self.rules)
            follow = effects.of_facts(subscription_id, before, after, [fact], now)
            follow.notify(subscription_id, notices_of(after, usage, self.rules))
            await effects.write(session, follow)
            if kind in MOVES_OF_PEOPLE:
                await self._record(session, book.row, fact, by, reason)
        return after

    def _moment(self, book: store.Book, at: datetime | None, now: datetime) -> datetime:
        if at is None:
            return max(now, book.last_at)
        if at < book.last_at or not timedelta(0) <= now - at <= timedelta(minutes=PREVIEW_MINUTES):
            raise Conflict(N_("this preview is out of date: look at it again before you confirm"))
        return to_second(at)

    async def preview(self, subscription_id: UUID, kind: FactKind, data: Mapping[str, Any] | None = None) -> Preview:
        """What the step would do now, without doing it. ``Conflict`` when it is not possible."""
        async with self._database.session() as session:
            book = await store.load(session, subscription_id)
        usage = await self._ledger.view(book.row.lot_id)
        at = max(to_second(self._clock.now()), book.last_at)
        facts = [*book.facts, Fact(at, kind, dict(data or {}))]
        before, after = replay(book.facts, at, usage, self.rules), replay(facts, at, usage, self.rules)
        return Preview(
            at=at,
            before=before,
            after=after,
            now=after.bills[len(before.bills) :],
            waiting=after.pending[len(before.pending) :]
            if len(after.pending) >= len(before.pending)
            else after.pending,
            next=next_bill(facts, after, usage, self.rules),
            next_without=next_bill(book.facts, before, usage, self.rules),
        )

    async def _choose_again(self, subscription_id: UUID, terms: PlanTerms, by: str) -> None:
        await self.tell(subscription_id, FactKind.PLAN_CHANGED, {"terms": terms_dict(terms)}, key=str(new_id()), by=by)

    async def life(self, subscription_id: UUID, at: datetime | None = None) -> tuple[SubscriptionRow, Life, UsageView]:
        """A subscription as of ``at``: now, any past date, or a dry run of any date to come (G8)."""
        async with self._database.session() as session:
            book = await store.load(session, subscription_id)
        usage = await self._ledger.view(book.row.lot_id)
        moment = at or max(self._clock.now(), book.last_at)
        if moment < book.facts[0].at:
            raise Invalid(Text("{date}: the household joined later", date=f"{moment:%Y-%m-%d}"))
        return book.row, replay(book.facts, moment, usage, self.rules), usage

    async def facts(self, subscription_id: UUID) -> Sequence[Fact]:
        async with self._database.session() as session:
            return (await store.load(session, subscription_id)).facts

    async def next_bill(self, subscription_id: UUID) -> Bill | None:
        """The next bill if nothing more happened: the forecast."""
        async with self._database.session() as session:
            book = await store.load(session, subscription_id)
        usage = await self._ledger.view(book.row.lot_id)
        now = max(self._clock.now(), book.last_at)
        return next_bill(book.facts, replay(book.facts, now, usage, self.rules), usage, self.rules)

    async def of_households(self, household_ids: frozenset[UUID]) -> Sequence[SubscriptionRow]:
        """Subscriptions of these homes, live ones first."""
        query = select(SubscriptionRow).where(col(SubscriptionRow.household_id).in_(list(household_ids)))
        async with self._database.session() as session:
            rows = (await session.exec(query.order_by(col(SubscriptionRow.created_at).desc()))).all()
        return sorted(rows, key=lambda row: row.status == Status.CANCELED)

    async def owned(self, subscription_id: UUID, household_ids: frozenset[UUID]) -> SubscriptionRow:
        """``NotAllowed`` when it belongs to another home."""
        async with self._database.session() as session:
            row = (await store.load(session, subscription_id)).row
        if row.household_id not in household_ids:
            raise NotAllowed(N_("this subscription belongs to another home"))
        return row

    async def payer(self, payer_id: UUID) -> Payer:
        async with self._database.session() as session:
            found = await session.get(Payer, payer_id)
        assert found is not None
        return found


def next_bill(facts: Sequence[Fact], life: Life, usage: UsageView, rules: BillingRules) -> Bill | None:
    """The bill that the next bound would make; ``None`` when none is ahead."""
    bound = boundary(life)
    if bound is None:
        return None
    later = replay(facts, max(bound, life.at), usage, rules)
    return later.bills[-1] if len(later.bills) > len(life.bills) else None


def offer_price(terms: PlanTerms, *, host: bool) -> int:
    """What a home would pay for a period, in minor units."""
    return terms.price_for(host=host).minor
