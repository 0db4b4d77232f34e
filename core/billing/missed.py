"""Webhooks that stay away: what the provider has on its list of events and no webhook brought is fetched (G6).

An event fetched is one like any other: kept once by its id, its object read afresh. A webhook that comes for it after
all counts as a delivery more. One that was fetched and never delivered has no delivery: that is how pages and people
hear of an outage, and how they hear of its end.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, func, select

from core.billing.inbox import Inbox
from core.billing.payment_values import ObjectKind
from core.billing.ports import PaymentProvider
from core.billing.tables import WebhookRow
from core.clock import Clock
from core.db import Database
from core.notices import Notice, Weight, put_notices
from core.texts import Text

GRACE = timedelta(seconds=60)
"""A webhook this young may still be on its way."""
OVERLAP = timedelta(minutes=10)
FURTHEST = timedelta(hours=24)
"""After a stop the first look reaches back to the newest event known, and no further than this."""
TOLD_FOR = timedelta(hours=1)

type Managers = Callable[[], Awaitable[Sequence[UUID]]]
"""Everybody who manages billing."""


@dataclass(frozen=True, slots=True)
class WebhooksAway:
    """How many events of the last hour came by no webhook, when the first of them happened and when it was fetched."""

    count: int
    since: datetime
    noticed_at: datetime


class MissedEvents:
    """Fetches what did not come, and tells of it."""

    def __init__(
        self, *, database: Database, clock: Clock, provider: PaymentProvider, inbox: Inbox, managers: Managers
    ) -> None:
        self._database, self._clock, self._provider = database, clock, provider
        self._inbox, self._managers = inbox, managers
        self._looked_at: datetime | None = None

    async def run(self) -> int:
        """One look at the provider's list. Returns how many events were fetched. ``Unavailable`` as it is."""
        now = self._clock.now()
        since = max(now - FURTHEST, (self._looked_at or await self._newest() or now) - OVERLAP)
        listed = [
            document
            async for document in self._provider.list_all(ObjectKind.EVENT, since=since)
            if self._provider.event_of(document).created <= now - GRACE
        ]
        fetched = 0
        for document in reversed(await self._unknown(listed)):  # the list is newest first
            body = json.dumps(document).encode()
            fetched += await self._inbox.store(self._provider.event_of(document), body, deliveries=0)
        self._looked_at = now
        if fetched:
            await self._tell()
        return fetched

    async def away(self) -> WebhooksAway | None:
        """Whether webhooks stay away now."""
        recent = col(WebhookRow.received_at) > self._clock.now() - TOLD_FOR
        query = (
            select(WebhookRow.created, WebhookRow.received_at)
            .where(col(WebhookRow.deliveries) == 0, recent)
            .order_by(col(WebhookRow.received_at))
        )
        async with self._database.session() as session:
            rows = (await session.exec(query)).all()
        if not rows:
            return None
        return WebhooksAway(len(rows), min(created for created, _ in rows), rows[0][1])

    async def _newest(self) -> datetime | None:
        """When the newest event known was taken in; ``None`` where there is none: nothing older is missed."""
        async with self._database.session() as session:
            return (await session.exec(select(func.max(WebhookRow.received_at)))).one()

    async def _unknown(self, listed: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        if not listed:
            return []
        ids = [str(document["id"]) for document in listed]
        known: set[str] = set()
        async with self._database.session() as session:
            for start in range(0, len(ids), 500):
                query = select(WebhookRow.event_id).where(col(WebhookRow.event_id).in_(ids[start : start + 500]))
                known.update((await session.exec(query)).all())
        return [document for document in listed if document["id"] not in known]

    async def _tell(self) -> None:
        """One notice an outage and person: it is named after its first event."""
        away = await self.away()
        if away is None:
            return
        words = Text(
            "Webhooks of the payment provider stay away: {n} events were fetched from its list instead.", n=away.count
        )
        people = await self._managers()
        async with self._database.session() as session:
            await put_notices(
                session,
                [
                    Notice(
                        key=f"webhooks-away/{away.since.isoformat()}/{person}", person_id=person,
                        kind="billing.webhooks_away", title=words, link="/billing/webhooks",
                        group="billing.webhooks_away", weight=Weight.WARNING,
                    )
                    for person in people
                ],
                self._clock,
            )  # fmt: skip
