"""Who holds a right now, for those who hand out work and notices."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select

from core.accounts.roles import PERMISSIONS, Right, Role
from core.accounts.tables import Person
from core.accounts.viewer import HouseholdIds, SeenBy, Viewer, sees_all
from core.db import Database
from core.sight import ALL, Sight


@dataclass(frozen=True, slots=True)
class PersonName:
    """Somebody, by name, and what they see."""

    person_id: UUID
    name: str
    sight: Sight = ALL


async def who_may(database: Database, right: Right, sight_of: SeenBy = sees_all) -> Sequence[PersonName]:
    """Every active person whose role holds ``right``, by name; no service account, which is a program and reads no
    mail."""
    roles = [role.value for role, rights in PERMISSIONS.items() if right in rights and role != Role.SERVICE]
    query = select(Person.id, Person.name, Person.role).where(col(Person.role).in_(roles), col(Person.active))
    async with database.session() as session:
        rows = (await session.exec(query.order_by(col(Person.name)))).all()
    return [PersonName(person_id, name, await sight_of(person_id, Role(role))) for person_id, name, role in rows]


async def viewer_by_id(
    database: Database, person_id: UUID, household_ids: HouseholdIds, sight_of: SeenBy = sees_all
) -> Viewer | None:
    """A person as they are now, for what is read in their name without a session; ``None`` for one who may not sign
    in."""
    async with database.session() as session:
        person = await session.get(Person, person_id)
    if person is None or not person.active:
        return None
    sight = await sight_of(person.id, Role(person.role))
    return viewer_from(person, await household_ids(person.id), sight)


def viewer_from(person: Person, household_ids: frozenset[UUID], sight: Sight) -> Viewer:
    """A person as their record has them, without a session."""
    return Viewer(
        person_id=person.id,
        email=person.email,
        name=person.name,
        role=Role(person.role),
        language=person.language,
        units=person.units,
        hours=person.hours,
        household_ids=household_ids,
        sight=sight,
    )
