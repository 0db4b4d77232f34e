"""The people of a lot's household, for those who tell them something."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.accounts.tables import Person
from core.neighbourhood.tables import HouseholdPerson, Lot


async def people_of_lot(session: AsyncSession, lot_id: UUID) -> Sequence[tuple[UUID, str, str]]:
    """(person, email, address of the lot) of everybody of its household who may sign in, in the caller's
    transaction."""
    query = (
        select(Person.id, Person.email, Lot.address)
        .join(HouseholdPerson, col(HouseholdPerson.person_id) == col(Person.id))
        .join(Lot, col(Lot.household_id) == col(HouseholdPerson.household_id))
        .where(col(Lot.id) == lot_id, col(Person.active))
        .order_by(col(Person.email))
    )
    rows = (await session.exec(query)).all()
    return [(person_id, email, address) for person_id, email, address in rows]
