"""Loading and extending the facts of subscriptions. A row's count of facts guards against two writers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.billing.facts import Fact, FactKind
from core.billing.life import due
from core.billing.life_model import BillingRules, Life
from core.billing.notices import next_notice_at
from core.billing.status import Status, status_of
from core.billing.tables import FactRow, SubscriptionRow
from core.errors import Conflict, NotFound
from core.texts import N_

BATCH = 500


class ChangedMeanwhile(Conflict):
    """Somebody else wrote first; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Book:
    """A subscription and its facts, in order."""

    row: SubscriptionRow
    facts: tuple[Fact, ...]

    @property
    def last_at(self) -> datetime:
        return self.facts[-1].at


@dataclass(frozen=True, slots=True)
class NewFact:
    """A fact to append; ``key`` makes telling it twice do nothing."""

    fact: Fact
    key: str
    actor: str


async def load(session: AsyncSession, subscription_id: UUID) -> Book:
    """``NotFound`` when there is none; ``NeedsHuman`` when its status is none that we know."""
    found = await load_many(session, [subscription_id])
    if not found:
        raise NotFound(N_("there is no such subscription"))
    return found[0]


async def load_many(session: AsyncSession, ids: Sequence[UUID]) -> list[Book]:
    """The books of ``ids`` that exist, in their order."""
    rows: dict[UUID, SubscriptionRow] = {}
    facts: dict[UUID, list[Fact]] = {}
    for at in range(0, len(ids), BATCH):
        some = list(ids[at : at + BATCH])
        for row in (await session.exec(select(SubscriptionRow).where(col(SubscriptionRow.id).in_(some)))).all():
            status_of(row.status)
            rows[row.id] = row
        query = select(FactRow.subscription_id, FactRow.at, FactRow.kind, FactRow.data).where(
            col(FactRow.subscription_id).in_(some)
        )
        for owner, moment, kind, data in await session.exec(query.order_by(col(FactRow.seq))):
            facts.setdefault(owner, []).append(Fact(moment, FactKind(kind), dict(data)))
    return [Book(rows[one], tuple(facts.get(one, ()))) for one in ids if one in rows]


async def told(session: AsyncSession, keys: Iterable[str]) -> set[str]:
    """Which facts were told before."""
    found = await session.exec(select(FactRow.key).where(col(FactRow.key).in_(list(keys))))
    return set(found.all())


async def append(
    session: AsyncSession, book: Book, life: Life, new: Sequence[NewFact], *, now: datetime, rules: BillingRules
) -> None:
    """Write facts and bring the row's columns to ``life``. `ChangedMeanwhile` when facts were added since ``book``."""
    row, count = book.row, len(book.facts)
    columns = snapshot(life, rules) | {"facts": count + len(new)}
    done = await session.exec(
        update(SubscriptionRow)
        .where(col(SubscriptionRow.id) == row.id, col(SubscriptionRow.facts) == count)
        .values(**columns)
    )
    if done.rowcount != 1:
        raise ChangedMeanwhile(N_("this subscription was changed at the same moment: look again"))
    if new:
        await session.exec(insert(FactRow), params=fact_rows(row.id, count, new, now))


def fact_rows(subscription_id: UUID, count: int, new: Sequence[NewFact], now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "subscription_id": subscription_id,
            "seq": count + number,
            "at": one.fact.at,
            "kind": one.fact.kind.value,
            "data": one.fact.data,
            "key": one.key,
            "actor": one.actor[:254],
            "recorded_at": now,
        }
        for number, one in enumerate(new)
    ]


def snapshot(life: Life, rules: BillingRules) -> dict[str, Any]:
    """The columns of a row that lists go by."""
    moments = [due(life, rules), next_notice_at(life, rules)]
    waiting = [bill.at for bill in life.drafts]
    running = life.trial if life.status is Status.TRIALING else life.period
    return {
        "status": life.status.value,
        "plan_version_id": life.terms.version_id,
        "next_at": min([moment for moment in moments if moment is not None] + waiting, default=None),
        "period_start": running.start if running else None,
        "period_end": running.end if running else None,
        "percent_off": life.percent_off,
        "ended_at": life.at if life.status is Status.CANCELED else None,
    }
