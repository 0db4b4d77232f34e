"""What admins do with areas: draw, change, delete, and say who works where. Each act leaves a line in the audit."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.accounts import Audit, PersonName, PersonView, Right, Role, Viewer
from core.areas.shapes import outline_of
from core.areas.tables import AreaPerson, AreaRow
from core.clock import Clock
from core.db import Database
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.events import Event
from core.texts import N_, Text

MOST_AREAS = 200
NAME_LENGTH = 80
BOUNDED_ROLES = frozenset({Role.DISPATCHER, Role.TECHNICIAN, Role.AUDITOR, Role.SERVICE})
"""Who may be given areas: admins see everything, and a homeowner sees the own lot."""


class Accounts(Protocol):
    """What areas need of people; `core.accounts.People` has it."""

    async def people(self) -> Sequence[PersonView]: ...

    async def revoke(self, person_id: UUID, *, by: Viewer) -> object:
        """End every session of a person: what is open was made for what they saw before."""


@dataclass(frozen=True, slots=True)
class AreaView:
    """An area with its people, by name."""

    id: UUID
    name: str
    shape: dict[str, Any] = field(hash=False)
    version: int
    changed_at: datetime
    changed_by: str
    people: tuple[PersonName, ...] = ()


class AreaDesk:
    """The use cases of areas. ``changed`` tells that somebody sees other things than before."""

    def __init__(self, database: Database, clock: Clock, audit: Audit, accounts: Accounts) -> None:
        self.changed: Event[None] = Event("areas_changed")
        self._database, self._clock, self._audit = database, clock, audit
        self._accounts = accounts

    async def all(self) -> Sequence[AreaView]:
        """Every area, by name."""
        async with self._database.session() as session:
            rows = (await session.exec(select(AreaRow).order_by(col(AreaRow.name)))).all()
            people = (await session.exec(select(AreaPerson))).all()
        of_area: dict[UUID, list[PersonName]] = defaultdict(list)
        names = {one.id: one.name for one in await self._accounts.people()}
        for one in people:
            of_area[one.area_id].append(PersonName(one.person_id, names[one.person_id]))
        return [_view(row, sorted(of_area[row.id], key=lambda person: person.name)) for row in rows]

    async def get(self, area_id: UUID) -> AreaView:
        """``NotFound`` for no such area."""
        found = next((one for one in await self.all() if one.id == area_id), None)
        if found is None:
            raise _no_such()
        return found

    async def of_person(self, person_id: UUID) -> frozenset[UUID]:
        async with self._database.session() as session:
            query = select(AreaPerson.area_id).where(col(AreaPerson.person_id) == person_id)
            return frozenset((await session.exec(query)).all())

    async def add(self, name: str, shape: Any, *, by: Viewer, source: str = "web") -> AreaView:
        """``Invalid`` for a name or outline that will not do; ``Conflict`` for a name that is taken."""
        _may(by)
        name, outline, now = _name(name), outline_of(shape), self._clock.now()
        async with self._database.session() as session:
            if (await session.exec(select(func.count()).select_from(AreaRow))).one() >= MOST_AREAS:
                raise Conflict(Text("there are {n} areas already", n=MOST_AREAS))
            await self._free(session, name, None)
            row = AreaRow(
                name=name, shape=outline, created_at=now, created_by=by.email, changed_at=now, changed_by=by.email
            )
            session.add(row)
            await self._record(session, "area.add", row, by, source, after={"name": name, "shape": outline})
        return _view(row, ())

    async def change(
        self, area_id: UUID, version: int, *, by: Viewer, name: str | None = None, shape: Any = None,
        source: str = "web",
    ) -> AreaView:  # fmt: skip
        """Another name or outline; with another outline its people sign in again. ``Conflict`` when somebody changed it
        since ``version``."""
        _may(by)
        async with self._database.session() as session:
            row = await session.get(AreaRow, area_id, with_for_update=True)
            if row is None:
                raise _no_such()
            if row.version != version:
                raise Conflict(Text("{name} changed it since you opened it: look again", name=row.changed_by))
            before = {"name": row.name, "shape": row.shape}
            if name is not None:
                row.name = _name(name)
                await self._free(session, row.name, area_id)
            row.shape = row.shape if shape is None else outline_of(shape)
            after = {"name": row.name, "shape": row.shape}
            moved = before["shape"] != row.shape
            if before != after:
                row.version, row.changed_at, row.changed_by = row.version + 1, self._clock.now(), by.email
                session.add(row)
                await self._record(session, "area.change", row, by, source, before=before, after=after)
            people = (await session.exec(select(AreaPerson.person_id).where(AreaPerson.area_id == area_id))).all()
        if moved:
            await self._seen_anew(people, by)
        return await self.get(area_id)

    async def remove(self, area_id: UUID, *, by: Viewer, source: str = "web") -> None:
        """``Conflict`` while people work there: without it they would see everything."""
        _may(by)
        async with self._database.session() as session:
            row = await session.get(AreaRow, area_id, with_for_update=True)
            if row is None:
                raise _no_such()
            query = select(func.count()).select_from(AreaPerson).where(col(AreaPerson.area_id) == area_id)
            people = (await session.exec(query)).one()
            if people:
                raise Conflict(
                    Text("{n} people work in this area: give them others first, or none, which is to see all", n=people)
                )
            await session.delete(row)
            await self._record(session, "area.remove", row, by, source, before={"name": row.name, "shape": row.shape})

    async def assign(
        self, person_id: UUID, area_ids: Collection[UUID], *, by: Viewer, source: str = "web"
    ) -> frozenset[UUID]:
        """Say where somebody works; in no area: everywhere. Their sessions end, so that it holds at once."""
        _may(by)
        person = next((one for one in await self._accounts.people() if one.id == person_id), None)
        if person is None:
            raise NotFound(N_("no such person"))
        wanted = frozenset(area_ids)
        if wanted and person.role not in BOUNDED_ROLES:
            raise Invalid(
                N_("only people of the office have areas: admins see everything, and homeowners their own lot")
            )
        async with self._database.session() as session:
            names = {row.id: row.name for row in (await session.exec(select(AreaRow))).all()}
            if wanted - set(names):
                raise _no_such()
            rows = (await session.exec(select(AreaPerson).where(AreaPerson.person_id == person_id))).all()
            had = frozenset(row.area_id for row in rows)
            if had == wanted:
                return wanted
            now = self._clock.now()
            for row in rows:
                if row.area_id in wanted:
                    row.since = now
                    session.add(row)
                else:
                    await session.delete(row)
            session.add_all(AreaPerson(area_id=one, person_id=person_id, since=now) for one in wanted - had)
            await self._audit.record(
                actor=by.email, person_id=by.person_id, action="area.assign", object_type="person",
                object_id=str(person_id), before={"areas": sorted(names[one] for one in had)},
                after={"areas": sorted(names[one] for one in wanted)}, source=source, session=session,
            )  # fmt: skip
        await self._seen_anew([person_id], by)
        return wanted

    async def _seen_anew(self, people: Collection[UUID], by: Viewer) -> None:
        for person_id in people:
            await self._accounts.revoke(person_id, by=by)
        self.changed.emit(None)

    @staticmethod
    async def _free(session: AsyncSession, name: str, own: UUID | None) -> None:
        same = (await session.exec(select(AreaRow).where(func.lower(col(AreaRow.name)) == name.lower()))).first()
        if same is not None and same.id != own:
            raise Conflict(Text("there is an area named {name} already", name=same.name))

    async def _record(
        self, session: AsyncSession, action: str, row: AreaRow, by: Viewer, source: str,
        *, before: dict[str, Any] | None = None, after: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        await self._audit.record(
            actor=by.email, person_id=by.person_id, action=action, object_type="area", object_id=str(row.id),
            before=before, after=after, source=source, session=session,
        )  # fmt: skip


def _view(row: AreaRow, people: Collection[PersonName]) -> AreaView:
    return AreaView(row.id, row.name, row.shape, row.version, row.changed_at, row.changed_by, tuple(people))


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not 1 <= len(name) <= NAME_LENGTH:
        raise Invalid(Text("name: expected 1 to {n} characters", n=NAME_LENGTH))
    return name


def _may(by: Viewer) -> None:
    if not by.may(Right.MANAGE_PEOPLE):
        raise NotAllowed(N_("your role may not manage people"))


def _no_such() -> NotFound:
    return NotFound(N_("no such area"))
