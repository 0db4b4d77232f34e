"""The bell: what a person has not read, grouped, and marking it read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from uuid import UUID

from sqlalchemy import ColumnElement, func, update
from sqlmodel import col, select

from core.clock import Clock
from core.db import Database
from core.db.pages import Page, paged
from core.errors import NotFound
from core.events import Event
from core.notices.model import Channel, NoticeView, Readers
from core.notices.outbox import InApp, notice_view
from core.notices.tables import NoticeOutbox
from core.texts import N_

SHOWN = 30


@dataclass(frozen=True, slots=True)
class Bell:
    """What the bell shows: how many are unread, and the newest, read or not. One entry a group, newest first."""

    unread: int
    groups: Sequence[Sequence[NoticeView]]


class NoticeDesk:
    """Reads and marks. ``changed`` tells whose bell is another; counts are kept, so showing one asks no database.

    Without ``readers`` everybody's times are told in UTC."""

    def __init__(self, database: Database, clock: Clock, in_app: InApp, readers: Readers | None = None) -> None:
        self.changed: Event[UUID] = Event("bell_changed")
        self.arrived = in_app.delivered
        self._database = database
        self._clock = clock
        self._readers = readers
        self._counts: dict[UUID, int] = {}
        in_app.delivered.subscribe(self._delivered)

    async def unread(self, person_id: UUID) -> int:
        if person_id not in self._counts:
            query = select(func.count()).select_from(NoticeOutbox).where(*_unread(person_id))
            async with self._database.session() as session:
                self._counts[person_id] = (await session.exec(query)).one()
        return self._counts[person_id]

    async def bell(self, person_id: UUID, *, since: datetime | None = None) -> Bell:
        """The newest notices by group; a group holds its unread ones, or its newest one when all are read. ``since``
        leaves out older ones, and takes them for read."""
        if since is not None:
            await self.mark_read(person_id, before=since)
        query = (
            select(NoticeOutbox)
            .where(NoticeOutbox.person_id == person_id, NoticeOutbox.channel == Channel.IN_APP)
            .order_by(col(NoticeOutbox.created_at).desc(), col(NoticeOutbox.id).desc())
            .limit(SHOWN * 5)
        )
        if since is not None:
            query = query.where(col(NoticeOutbox.created_at) >= since)
        async with self._database.session() as session:
            rows = [notice_view(row) for row in (await session.exec(query)).all()]
        grouped: dict[str, list[NoticeView]] = {}
        for row in rows:
            mine = grouped.setdefault(row.group or str(row.id), [])
            if not mine or row.read_at is None:
                mine.append(row)
        return Bell(await self.unread(person_id), list(grouped.values())[:SHOWN])

    async def zone(self, person_id: UUID) -> tzinfo:
        """The time zone in which a person is told of times."""
        reader = None if self._readers is None else (await self._readers([person_id])).get(person_id)
        return UTC if reader is None else reader.zone

    async def notice(self, person_id: UUID, notice_id: UUID) -> NoticeView:
        """One notice of this person; ``NotFound`` also for one of somebody else's."""
        async with self._database.session() as session:
            row = await session.get(NoticeOutbox, notice_id)
        if row is None or row.person_id != person_id:
            raise NotFound(N_("there is no such notice, or it is not yours"))
        return notice_view(row)

    async def notices(
        self,
        person_id: UUID,
        *,
        unread_only: bool = False,
        since: datetime | None = None,
        limit: int = 100,
        page: Page | None = None,
    ) -> Sequence[NoticeView]:
        """A person's notices, newest first; with ``page`` those of it and one more."""
        where = _unread(person_id) if unread_only else (col(NoticeOutbox.person_id) == person_id,)
        if since is not None:
            where = (*where, col(NoticeOutbox.created_at) >= since)
        query = select(NoticeOutbox).where(*where).order_by(col(NoticeOutbox.created_at).desc()).limit(limit)
        if page is not None:
            query = paged(query, (col(NoticeOutbox.created_at), col(NoticeOutbox.id)), page)
        async with self._database.session() as session:
            return [notice_view(row) for row in (await session.exec(query)).all()]

    async def mark_read(
        self,
        person_id: UUID,
        *,
        ids: Sequence[UUID] | None = None,
        link: str | None = None,
        before: datetime | None = None,
    ) -> int:
        """Mark these read (``None``: all), all that lead to ``link``, or all older than ``before``. Returns how many
        were unread."""
        where = [*_unread(person_id)]
        if ids is not None:
            where.append(col(NoticeOutbox.id).in_(ids))
        if link is not None:
            where.append(col(NoticeOutbox.link) == link)
        if before is not None:
            where.append(col(NoticeOutbox.created_at) < before)
        async with self._database.connection() as connection:
            done = await connection.execute(update(NoticeOutbox).where(*where).values(read_at=self._clock.now()))
        if done.rowcount:
            self._counts.pop(person_id, None)
            self.changed.emit(person_id)
        return done.rowcount

    def hear(self, person_id: UUID) -> None:
        """Another process told that somebody's bell is another."""
        self._counts.pop(person_id, None)
        self.changed.emit(person_id)

    def _delivered(self, told: tuple[UUID, NoticeView]) -> None:
        self._counts.pop(told[0], None)
        self.changed.emit(told[0])


def _unread(person_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return (
        col(NoticeOutbox.person_id) == person_id,
        col(NoticeOutbox.channel) == Channel.IN_APP,
        col(NoticeOutbox.read_at).is_(None),
    )
