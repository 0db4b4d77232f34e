"""Minutes that were mowed on lots, from the ledger of usage: what became of visits is told by them."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlmodel import col

from core.billing.usage_tables import UsageEntry
from core.clock import to_epoch_ms
from core.db import Database
from core.scheduling.settling import LotTime

MINUTE_MS = 60_000


async def mowed_minutes(database: Database, asked: Sequence[LotTime]) -> Sequence[int]:
    """Whole minutes attributed to each lot that began in each stretch, in the order asked; what was taken back is taken
    off."""
    found: list[int] = []
    async with database.connection() as connection:
        for one in asked:
            first, last = (to_epoch_ms(at) // MINUTE_MS for at in (one.span.begins, one.span.ends))
            total = select(func.coalesce(func.sum(col(UsageEntry.minutes) * col(UsageEntry.sign)), 0)).where(
                col(UsageEntry.lot_id) == one.lot_id,
                col(UsageEntry.start_minute) >= first,
                col(UsageEntry.start_minute) < last,
            )
            found.append(int((await connection.execute(total)).scalar_one()))
    return found
