"""The append-only audit: who did what, to what, when. The database itself refuses to change a line."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from structlog.contextvars import get_contextvars

from core.accounts.tables import AuditEntry
from core.clock import Clock
from core.db import Database
from core.texts import kept, recalled

REASON_LENGTH = 500
PAGE = 1_000


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line as screens read it, newest first."""

    id: int
    at: datetime
    actor: str
    action: str
    object_type: str
    object_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reason: str
    source: str
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which lines; what is left empty does not narrow. ``actor``, ``object`` and ``search`` look anywhere in the words,
    ``action`` at their beginning; ``object_id`` is one object's whole story; ``since`` belongs to it, ``until`` not.
    """

    search: str = ""
    action: str = ""
    actor: str = ""
    object: str = ""
    object_id: str = ""
    request_id: str = ""
    since: datetime | None = None
    until: datetime | None = None


EVERY_LINE = AuditFilter()


class Audit:
    """Writes and reads the audit."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def record(
        self,
        *,
        actor: str,
        action: str,
        object_type: str,
        object_id: str,
        person_id: UUID | None = None,
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
        reason: str = "",
        source: str = "web",
        session: AsyncSession | None = None,
    ) -> None:
        """Add one line; give ``session`` to write it in the transaction of the act itself. Never pass a secret.

        The id of the request under way goes with it, the one that its log lines have (``request_id`` there)."""
        entry = AuditEntry(
            at=self._clock.now(),
            person_id=person_id,
            actor=actor[:254],
            action=action,
            object_type=object_type,
            object_id=object_id[:80],
            before=before,
            after=after,
            reason=kept(reason, most=REASON_LENGTH),
            source=source,
            request_id=str(get_contextvars().get("request_id", ""))[:20],
        )
        if session is not None:
            session.add(entry)
            return
        async with self._database.session() as own:
            own.add(entry)

    async def lines(
        self, *, search: str = "", action: str = "", object_id: str = "", before_id: int | None = None, limit: int = 100
    ) -> list[AuditLine]:
        """`find` by what is asked for most."""
        wanted = AuditFilter(search=search, action=action, object_id=object_id)
        return await self.find(wanted, before_id=before_id, limit=limit)

    async def find(
        self, wanted: AuditFilter = EVERY_LINE, *, before_id: int | None = None, limit: int = 100
    ) -> list[AuditLine]:
        """Newest first; ``before_id`` pages on."""
        query = select(AuditEntry).where(*_conditions(wanted)).order_by(col(AuditEntry.id).desc()).limit(limit)
        if before_id is not None:
            query = query.where(col(AuditEntry.id) < before_id)
        async with self._database.session() as session:
            return [_line(entry) for entry in (await session.exec(query)).all()]

    async def every(self, wanted: AuditFilter = EVERY_LINE, *, most: int) -> list[AuditLine]:
        """Newest first, read page by page so that nobody else waits long; ``most`` of them."""
        found: list[AuditLine] = []
        while len(found) < most:
            limit = min(PAGE, most - len(found))
            page = await self.find(wanted, before_id=found[-1].id if found else None, limit=limit)
            found += page
            if len(page) < limit:
                break
        return found

    async def actions(self) -> list[str]:
        """Everything that was ever done, by its stable name, in order."""
        query = select(AuditEntry.action).distinct().order_by(AuditEntry.action)
        async with self._database.session() as session:
            return list((await session.exec(query)).all())


def _conditions(wanted: AuditFilter) -> Iterator[ColumnElement[bool]]:
    texts = (
        (wanted.search, (AuditEntry.actor, AuditEntry.object_type, AuditEntry.object_id, AuditEntry.reason)),
        (wanted.actor, (AuditEntry.actor,)),
        (wanted.object, (AuditEntry.object_type, AuditEntry.object_id)),
    )
    for text, fields in texts:
        if text:
            yield or_(*(col(field).icontains(text, autoescape=True) for field in fields))
    if wanted.action:
        yield col(AuditEntry.action).startswith(wanted.action, autoescape=True)
    if wanted.object_id:
        yield col(AuditEntry.object_id) == wanted.object_id
    if wanted.request_id:
        yield col(AuditEntry.request_id) == wanted.request_id
    if wanted.since is not None:
        yield col(AuditEntry.at) >= wanted.since
    if wanted.until is not None:
        yield col(AuditEntry.at) < wanted.until


def _line(entry: AuditEntry) -> AuditLine:
    assert entry.id is not None
    return AuditLine(
        id=entry.id,
        at=entry.at,
        actor=entry.actor,
        action=entry.action,
        object_type=entry.object_type,
        object_id=entry.object_id,
        before=entry.before,
        after=entry.after,
        reason=recalled(entry.reason),
        source=entry.source,
        request_id=entry.request_id,
    )
