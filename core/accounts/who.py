"""Who holds a right now, for those who hand out work and notices."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select

from core.accounts.roles import PERMISSIONS, Right
from core.accounts.tables import Person
from core.db import Database


@dataclass(frozen=True, slots=True)
class PersonName:
    """Somebody, by name."""

    person_id: UUID
    name: str


async def who_may(database: Database, right: Right) -> Sequence[PersonName]:
    """Every active person whose role holds ``right``, by name."""
    roles = [role.value for role, rights in PERMISSIONS.items() if right in rights]
    query = select(Person.id, Person.name).where(col(Person.role).in_(roles), col(Person.active))
    async with database.session() as session:
        rows = (await session.exec(query.order_by(col(Person.name)))).all()
    return [PersonName(person_id, name) for person_id, name in rows]
