"""The append-only audit: who did what, to what, when. The database itself refuses to change a line."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.accounts.tables import AuditEntry
from core.clock import Clock
from core.db import Database
from core.texts import kept, recalled

REASON_LENGTH = 500


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
        """Add one line; give ``session`` to write it in the transaction of the act itself. Never pass a secret."""
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
        )
        if session is not None:
            session.add(entry)
            return
        async with self._database.session() as own:
            own.add(entry)

    async def lines(
        self, *, search: str = "", action: str = "", before_id: int | None = None, limit: int = 100
    ) -> list[AuditLine]:
        """Newest first. ``search`` looks in actor, object and reason; ``before_id`` pages on."""
        query = select(AuditEntry).order_by(col(AuditEntry.id).desc()).limit(limit)
        if action:
            query = query.where(col(AuditEntry.action).startswith(action, autoescape=True))
        if search:
            fields = (AuditEntry.actor, AuditEntry.object_type, AuditEntry.object_id, AuditEntry.reason)
            query = query.where(or_(*(col(field).icontains(search, autoescape=True) for field in fields)))
        if before_id is not None:
            query = query.where(col(AuditEntry.id) < before_id)
        async with self._database.session() as session:
            return [_line(entry) for entry in (await session.exec(query)).all()]


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
    )
