"""When lots were last mowed, and who lives there: for catch-up after rain, and for telling households."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlalchemy import select as columns
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.accounts.tables import Person
from core.billing.usage_tables import UsageEntry
from core.clock import from_epoch_ms
from core.db import Database
from core.db.reads.visit_sites import chunks
from core.neighbourhood.tables import HouseholdPerson

MINUTE_MS = 60_000


async def last_cuts(database: Database, lot_ids: Collection[UUID]) -> Mapping[UUID, datetime]:
    """When the last minute that stands in the ledger of usage ended on each lot; those without one are left out."""
    taken_back = columns(col(UsageEntry.reverses)).where(col(UsageEntry.reverses).is_not(None))
    found: dict[UUID, datetime] = {}
    async with database.connection() as connection:
        for some in chunks(lot_ids):
            cuts = (
                columns(col(UsageEntry.lot_id), func.max(col(UsageEntry.start_minute) + col(UsageEntry.minutes)))
                .where(col(UsageEntry.lot_id).in_(some))
                .where(col(UsageEntry.sign) == 1, col(UsageEntry.id).not_in(taken_back))
                .group_by(col(UsageEntry.lot_id))
            )
            for lot_id, minute in await connection.execute(cuts):
                if lot_id is not None:
                    found[lot_id] = from_epoch_ms(int(minute) * MINUTE_MS)
    return found


async def people_of_household(session: AsyncSession, household_id: UUID) -> Sequence[UUID]:
    """The active people of a household; reads in the caller's transaction."""
    query = (
        select(col(HouseholdPerson.person_id))
        .join(Person, col(Person.id) == col(HouseholdPerson.person_id))
        .where(col(HouseholdPerson.household_id) == household_id, col(Person.active))
        .order_by(col(HouseholdPerson.person_id))
    )
    return list((await session.exec(query)).all())
