"""Gives every fresh notice its channels, once: deliveries for mail and SMS, and whether the bell rings.

One transaction for a batch; the unique pair (notice, channel) holds when two processes route at once.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert as insert_postgres
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlmodel import col, select

from core.clock import Clock
from core.db import Database
from core.ids import new_id
from core.notices.model import OUTSIDE, Channel, Reader, Readers, Weight
from core.notices.routing import Reason, Verdict, facts_of, route
from core.notices.tables import NoticeDelivery, NoticeOutbox

AT_ONCE = 500


class Router:
    """``open_channels`` are those that have a sender: others get no delivery."""

    def __init__(self, database: Database, clock: Clock, readers: Readers, open_channels: Sequence[Channel]) -> None:
        self._database, self._clock, self._readers = database, clock, readers
        self._open = tuple(channel for channel in OUTSIDE if channel in open_channels)

    async def route_fresh(self) -> int:
        """Everything that has no channels yet; how many notices there were."""
        routed = 0
        while batch := await self._fresh():
            await self._route(batch)
            routed += len(batch)
            if len(batch) < AT_ONCE:
                break
        return routed

    async def _fresh(self) -> list[NoticeOutbox]:
        query = select(NoticeOutbox).where(col(NoticeOutbox.routed_at).is_(None))
        async with self._database.session() as session:
            return list((await session.exec(query.order_by(col(NoticeOutbox.created_at)).limit(AT_ONCE))).all())

    async def _route(self, batch: Sequence[NoticeOutbox]) -> None:
        readers, now = await self._readers({row.person_id for row in batch}), self._clock.now()
        silent, deliveries = decide(batch, readers, self._open, now)
        ids = [row.id for row in batch]
        put: Any = insert_postgres if self._database.dialect == "postgresql" else insert_sqlite
        async with self._database.session() as session:
            if silent:
                quieted = update(NoticeOutbox).where(col(NoticeOutbox.id).in_(silent))
                await session.exec(quieted.values(delivered_at=now, read_at=now))
            if deliveries:
                fresh = put(NoticeDelivery).on_conflict_do_nothing(index_elements=["notice_id", "channel"])
                await session.exec(fresh, params=deliveries)
            await session.exec(update(NoticeOutbox).where(col(NoticeOutbox.id).in_(ids)).values(routed_at=now))


def decide(
    batch: Sequence[NoticeOutbox], readers: Mapping[UUID, Reader], open_channels: Sequence[Channel], now: datetime
) -> tuple[list[UUID], list[dict[str, Any]]]:
    """(notices that do not ring, rows of deliveries). A channel whose address is missing gets a delivery all the
    same: it may be there by the time the message is due, and else says why nothing came."""
    silent: list[UUID] = []
    deliveries: list[dict[str, Any]] = []
    for row in batch:
        reader = readers.get(row.person_id)
        if reader is None:
            continue
        weight = Weight(row.weight)
        if route(facts_of(reader, row.kind, weight, Channel.IN_APP, now=now)).verdict is Verdict.OFF:
            silent.append(row.id)
        for channel in open_channels:
            decision = route(facts_of(reader, row.kind, weight, channel, now=now))
            if decision.verdict is not Verdict.OFF or decision.reason is Reason.NO_ADDRESS:
                deliveries.append(_delivery(row, channel, now))
    return silent, deliveries


def _delivery(row: NoticeOutbox, channel: Channel, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "notice_id": row.id,
        "person_id": row.person_id,
        "channel": channel.value,
        "state": "waiting",
        "reason": "",
        "created_at": now,
        "due_at": now,
        "attempts": 0,
        "last_error": "",
        "tried_at": None,
        "confirmed_at": None,
        "reference": "",
        "receipt": "",
        "folded_into": None,
    }
