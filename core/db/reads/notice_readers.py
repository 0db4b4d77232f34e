"""Whom notices are for: people with their language, the zone of their home, and what they chose."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from core.accounts import Role
from core.accounts.tables import Person
from core.db import Database
from core.neighbourhood.tables import HouseholdPerson, Lot
from core.notices import Reader, choices_of, settings_of
from core.notices.tables import NoticeChoice, NoticePhone, NoticeSettings

NOWHERE = "UTC"
"""The zone of somebody without a home, where no home is registered yet."""


class NoticeReaders:
    """`core.notices.Readers`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, person_ids: Collection[UUID]) -> Mapping[UUID, Reader]:
        """Those of these people who exist. Who has no home takes the zone that most of our homes are in."""
        ids = list(person_ids)
        async with self._database.connection() as connection:
            people = (await connection.execute(select(*_PERSON).where(col(Person.id).in_(ids)))).all()
            homes = await self._homes(connection, ids)
            common = NOWHERE if len(homes) == len(people) else await self._common_zone(connection)
            choices: dict[UUID, list[NoticeChoice]] = defaultdict(list)
            for row in (await connection.execute(_of(NoticeChoice, ids))).all():
                choices[row.person_id].append(NoticeChoice(**row._mapping))
            settings = {row.person_id: row for row in (await connection.execute(_of(NoticeSettings, ids))).all()}
            phones = {row.person_id: row for row in (await connection.execute(_of(NoticePhone, ids))).all()}
        return {
            person.id: _reader(
                person, homes.get(person.id), common, choices[person.id], settings.get(person.id), phones.get(person.id)
            )
            for person in people
        }

    @staticmethod
    async def _homes(connection: AsyncConnection, ids: Sequence[UUID]) -> dict[UUID, str]:
        """The zone of each one's home: of the first lot they were given."""
        query = (
            select(col(HouseholdPerson.person_id), col(Lot.time_zone))
            .join(Lot, col(Lot.household_id) == col(HouseholdPerson.household_id))
            .where(col(HouseholdPerson.person_id).in_(ids))
            .order_by(col(Lot.id).desc())
        )
        return {person: zone for person, zone in await connection.execute(query)}

    @staticmethod
    async def _common_zone(connection: AsyncConnection) -> str:
        query = select(col(Lot.time_zone)).group_by(col(Lot.time_zone)).order_by(func.count().desc()).limit(1)
        return (await connection.execute(query)).scalar() or NOWHERE


_PERSON = (
    col(Person.id), col(Person.name), col(Person.email), col(Person.language), col(Person.units), col(Person.hours),
    col(Person.role), col(Person.active),
)  # fmt: skip


def _of(table: type[Any], ids: Sequence[UUID]) -> Any:
    return select(table.__table__).where(col(table.person_id).in_(ids))


def _reader(
    person: Any,
    home: str | None,
    common: str,
    choices: Sequence[NoticeChoice],
    settings: Any,
    phone: Any,
) -> Reader:
    role = Role(person.role)
    usable = phone is not None and phone.verified_at is not None and phone.stopped_at is None
    return Reader(
        person_id=person.id,
        name=person.name,
        email=person.email,
        language=person.language,
        units=person.units,
        hours=person.hours,
        role=role,
        active=person.active,
        at_home=home is not None,
        phone=phone.number if usable else "",
        choices=choices_of(choices),
        **settings_of(settings, role, home or common),
    )
