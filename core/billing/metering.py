"""Minutes go to the provider's meter once: each ledger entry makes one outbox row, found again after any crash.

What was told and is taken back later is told again with the opposite sign, to the payer it was told for; what was taken
back before it was told is never told at all.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from core.billing.effects import Effects
from core.billing.tables import OutboxRow, SubscriptionRow
from core.billing.usage_tables import UsageEntry
from core.clock import Clock
from core.db import Database

BATCH = 1_000


class Metering:
    """Queues what was mowed for paying members, and what of it was taken back, where it is not queued yet."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def run(self) -> int:
        """How many entries were queued."""
        effects = Effects()
        async with self._database.session() as session:
            for entry_id, start, minutes, payer in await self._mowed(session):
                self._queue(effects, entry_id, start + minutes, {"payer": str(payer), "minutes": minutes})
            for entry_id, start, minutes, told_id, told in await self._taken_back(session):
                data = {"payer": told["payer"], "minutes": -minutes, "of": str(told_id)}
                self._queue(effects, entry_id, start + minutes, data)
            if effects.outbox:
                put = postgresql.insert if self._database.dialect == "postgresql" else sqlite.insert
                statement = put(OutboxRow).on_conflict_do_nothing(index_elements=["kind", "subject"])
                await session.exec(statement, params=effects.outbox)
        return len(effects.outbox)

    def _queue(self, effects: Effects, entry_id: int, end_minute: int, data: dict[str, Any]) -> None:
        effects.tell_provider("meter", str(entry_id), data | {"end_minute": end_minute}, self._clock.now())
        effects.outbox[-1]["number"] = entry_id

    async def _mowed(self, session: AsyncSession) -> list[tuple[int, int, int, UUID]]:
        reversal = aliased(UsageEntry)
        query = (
            select(UsageEntry.id, UsageEntry.start_minute, UsageEntry.minutes, SubscriptionRow.payer_id)  # type: ignore[call-overload]
            .join(SubscriptionRow, col(SubscriptionRow.lot_id) == col(UsageEntry.lot_id))
            .where(
                col(UsageEntry.sign) == 1,
                col(SubscriptionRow.status) != "canceled",
                ~_queued(),
                ~exists().where(col(reversal.reverses) == col(UsageEntry.id)),
            )
            .order_by(col(UsageEntry.id))
            .limit(BATCH)
        )
        return [tuple(row) for row in (await session.exec(query)).all()]

    async def _taken_back(self, session: AsyncSession) -> list[tuple[int, int, int, UUID, dict[str, Any]]]:
        told = aliased(OutboxRow)
        query = (
            select(UsageEntry.id, UsageEntry.start_minute, UsageEntry.minutes, told.id, told.data)  # type: ignore[call-overload]
            .join(told, (col(told.kind) == "meter") & (col(told.number) == col(UsageEntry.reverses)))
            .where(col(UsageEntry.sign) == -1, ~_queued())
            .order_by(col(UsageEntry.id))
            .limit(BATCH)
        )
        return [tuple(row) for row in (await session.exec(query)).all()]


def _queued() -> ColumnElement[bool]:
    return exists().where(col(OutboxRow.kind) == "meter", col(OutboxRow.number) == col(UsageEntry.id))
