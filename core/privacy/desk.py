"""Export and erase a person. Who may is decided by whoever calls; both are audited."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.accounts import ERASURE, ConsentView, People, Role, Viewer, redact_audit, redacted, seal_lines
from core.clock import Clock
from core.db import Database
from core.db.personal import (
    Subject,
    close_pass,
    erase,
    kept_about,
    obstacles,
    open_pass,
    places_to_leave,
    subject_of,
)
from core.db.reads.consents import consents_of
from core.db.tables import metadata
from core.errors import Conflict, Invalid, NotFound
from core.ids import new_id
from core.privacy.bundle import bundle
from core.texts import N_

REASON_LENGTH = 500

type Leave = Callable[[UUID, int, Viewer], Awaitable[Any]]
"""(cluster, home, who acts) ends a neighbour's place; `Clusters.leave` is one."""


@dataclass(frozen=True, slots=True)
class Export:
    """A file to be handed out."""

    name: str
    content: bytes


class Privacy:
    """The use cases around what is kept about a person."""

    def __init__(self, database: Database, clock: Clock, people: People, leave: Leave) -> None:
        self._database, self._clock, self._people, self._leave = database, clock, people, leave

    async def consents(self, person_id: UUID) -> Sequence[ConsentView]:
        """What they agreed to, the newest first."""
        return await consents_of(self._database, person_id)

    async def export(self, person_id: UUID, *, by: Viewer, source: str = "web") -> Export:
        """A ZIP with everything that is kept about them; ``NotFound`` for a stranger."""
        now = self._clock.now()
        async with self._database.session() as session:
            read = await session.connection()
            subject = await self._subject(read, person_id)
            sections = await kept_about(read, subject)
            await self._people.audit.record(
                actor=by.email, person_id=by.person_id, action="person.export", object_type="person",
                object_id=str(person_id), after={"rows": sum(map(len, sections.values()))}, source=source,
                session=session,
            )  # fmt: skip
        content = bundle(at=now, name=subject.name, email=subject.email, sections=sections)
        return Export(f"person-{person_id.hex[-12:]}-{now:%Y-%m-%d}.zip", content)

    async def against(self, person_id: UUID, *, by: Viewer) -> Sequence[str]:
        """Every reason why they cannot be erased now; ``NotFound`` for a stranger."""
        async with self._database.connection() as read:
            return await self._against(read, await self._subject(read, person_id), by)

    async def erase(self, person_id: UUID, *, by: Viewer, typed: str, reason: str, source: str = "web") -> None:
        """Take somebody out of the database for ever: what is theirs alone goes, what stays has no name any more.

        ``typed`` is their email, so that nobody erases the wrong one; ``Invalid`` if it is another, or without a
        reason. ``Conflict`` with every reason against it. Their neighbours' places end as if they had left; invoices,
        minutes and visits stay; the audit keeps its lines and its chain (`core.accounts.chain`).
        """
        async with self._database.connection() as read:
            subject = await self._subject(read, person_id)
            reasons = await self._against(read, subject, by)
            places = await places_to_leave(read, subject)
        if typed.strip().lower() != subject.email:
            raise Invalid(N_("type the person's email to confirm"))
        if not 1 <= len(reason.strip()) <= REASON_LENGTH:
            raise Invalid(N_("reason: expected 1 to 500 characters"))
        if reasons:
            raise Conflict(N_("this person cannot be erased now"), reasons=reasons)
        for cluster_id, home_id in places:
            await self._leave(cluster_id, home_id, by)
        await self._people.revoke(person_id, by=by)
        await seal_lines(self._database)
        async with self._database.session() as session:
            connection = await session.connection()
            await open_pass(connection)
            subject = await self._subject(connection, person_id)
            if reasons := await self._against(connection, subject, by):
                raise Conflict(N_("this person cannot be erased now"), reasons=reasons)
            rows = await erase(connection, subject)
            now, erasure_id = self._clock.now(), new_id()
            lines, digest = await redact_audit(
                session, person_id=person_id, words=subject.words, erasure_id=erasure_id, at=now
            )
            await close_pass(connection)
            after = {"rows": rows, "lines": lines} | ({"digest": digest} if digest else {})
            await self._people.audit.record(
                actor=by.email, person_id=by.person_id, action=ERASURE, object_type="person",
                object_id=str(person_id), after=after, reason=redacted(reason.strip(), subject.words), source=source,
                session=session,
            )  # fmt: skip

    async def _against(self, read: AsyncConnection, subject: Subject, by: Viewer) -> Sequence[str]:
        reasons = list(await obstacles(read, subject))
        if subject.person_id == by.person_id:
            reasons.append(N_("This is your own account: another admin has to erase it."))
        if subject.role == Role.ADMIN and await self._last_admin(read, subject.person_id):
            reasons.append(N_("They are the last admin."))
        return reasons

    @staticmethod
    async def _last_admin(read: AsyncConnection, person_id: UUID) -> bool:
        person = metadata.tables["person"]
        query = (
            select(func.count())
            .select_from(person)
            .where(person.c.role == Role.ADMIN.value, person.c.active, person.c.id != person_id)
        )
        return bool((await read.execute(query)).scalar_one() == 0)

    @staticmethod
    async def _subject(read: AsyncConnection, person_id: UUID) -> Subject:
        subject = await subject_of(read, person_id)
        if subject is None:
            raise NotFound(N_("no such person"))
        return subject
