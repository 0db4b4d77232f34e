"""What billing has to say reaches the household's people: each notice once, through the outbox of notices.

The rows of the outbox and the mark on ours are written in one transaction, and the outbox knows each notice by its key:
a process killed in between tells it later, never twice. What nobody could be told within a week is not told any more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col

from core.billing.notices import NOTICE_BODIES, NOTICE_WORDS
from core.billing.tables import BillingNotice
from core.clock import Clock
from core.db import Database
from core.notices import Notice as Telling
from core.notices import Weight, put_notices
from core.texts import Amount, Moment, Text

FRESH = timedelta(days=7)
BATCH = 200
LOUD = frozenset({"payment_failed", "dunning", "suspended"})
AMOUNTS = ("price", "owed", "due", "rate")


@dataclass(frozen=True, slots=True)
class Untold:
    """A notice that waits, with the people of its household; ``invoice_id`` is that of the bill it speaks of, ``at``
    when it fell due."""

    id: UUID
    kind: str
    data: Mapping[str, Any]
    address: str
    invoice_id: UUID | None
    people: tuple[UUID, ...]
    at: datetime


class Audience(Protocol):
    """Notices whose household has people; `core.db.reads.billing_people.BillingPeople` is one."""

    async def untold(self, since: datetime, limit: int) -> Sequence[Untold]: ...


class Teller:
    """Hands billing's notices over."""

    def __init__(self, database: Database, clock: Clock, audience: Audience) -> None:
        self._database, self._clock, self._audience = database, clock, audience

    async def run(self) -> int:
        """Everything that waits; how many notices were handed over, counted by person."""
        told = 0
        while waiting := await self._audience.untold(self._clock.now() - FRESH, BATCH):
            async with self._database.session() as session:
                told += await put_notices(session, [one for each in waiting for one in told_of(each)], self._clock)
                mine = col(BillingNotice.id).in_([one.id for one in waiting])
                await session.exec(update(BillingNotice).where(mine).values(told_at=self._clock.now()))
        return told


def told_of(untold: Untold) -> list[Telling]:
    """One notice for each person. Pure."""
    return [
        Telling(
            key=f"billing/{untold.id}/{person}",
            person_id=person,
            kind=f"billing_{untold.kind}",
            title=title_of(untold.kind, untold.data),
            body=body_of(untold),
            link=f"/billing/invoices/{untold.invoice_id}" if untold.invoice_id else "/home",
            weight=Weight.WARNING if untold.kind in LOUD else Weight.INFO,
        )
        for person in untold.people
    ]


def title_of(kind: str, data: Mapping[str, Any]) -> Text:
    """The notice in words; amounts of money are written as their reader writes them."""
    currency = data.get("currency", "")
    amounts = {name: Amount(data[name], currency) for name in AMOUNTS if name in data}
    return Text(NOTICE_WORDS[kind], **{**data, **amounts})


def body_of(untold: Untold) -> Text:
    """What stands below the title: whose home it is about, and what follows."""
    facts: dict[str, Any] = {**untold.data, "address": untold.address}
    if untold.kind == "trial_reminder":
        facts["ends"] = Moment(untold.at + timedelta(days=untold.data["days"]))
    words = NOTICE_BODIES[untold.kind]
    return Text(words, **{name: fact for name, fact in facts.items() if f"{{{name}" in words})
