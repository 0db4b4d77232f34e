"""Minutes go to the provider's meter once: each ledger entry makes one outbox row, found again after any crash."""

from sqlalchemy import exists, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from core.billing.effects import Effects
from core.billing.tables import OutboxRow, SubscriptionRow
from core.billing.usage_tables import UsageEntry
from core.clock import Clock
from core.db import Database

BATCH = 1_000


class Metering:
    """Queues what was mowed for paying members and is not queued yet; entries taken back before that are left out."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def run(self) -> int:
        """How many entries were queued."""
        now = self._clock.now()
        query = (
            select(UsageEntry.id, UsageEntry.start_minute, UsageEntry.minutes, SubscriptionRow.payer_id)  # type: ignore[call-overload]
            .join(SubscriptionRow, col(SubscriptionRow.lot_id) == col(UsageEntry.lot_id))
            .where(
                col(UsageEntry.sign) == 1,
                col(SubscriptionRow.status) != "canceled",
                ~exists().where(col(OutboxRow.kind) == "meter", col(OutboxRow.number) == col(UsageEntry.id)),
            )
            .order_by(col(UsageEntry.id))
            .limit(BATCH)
        )
        effects = Effects()
        async with self._database.session() as session:
            for entry_id, start, minutes, payer in (await session.exec(query)).all():
                data = {"payer": str(payer), "minutes": minutes, "end_minute": start + minutes}
                effects.tell_provider("meter", str(entry_id), data, now)
                effects.outbox[-1]["number"] = entry_id
            if effects.outbox:
                put = postgresql.insert if self._database.dialect == "postgresql" else sqlite.insert
                statement = put(OutboxRow).on_conflict_do_nothing(index_elements=["kind", "subject"])
                await session.exec(statement, params=effects.outbox)
        return len(effects.outbox)
