"""A person's accounts at identity providers, as that person looks after them: shown, tied, and taken away."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from sqlmodel import col, select

from core.accounts.audit import Audit
from core.accounts.sign_in_tables import IdentityLink
from core.accounts.steps import StepKind, open_step
from core.accounts.tables import Person
from core.accounts.viewer import Viewer
from core.clock import Clock
from core.db import Database
from core.errors import Conflict, NotFound
from core.texts import N_


@dataclass(frozen=True, slots=True)
class LinkView:
    """An account at ``host`` that signs its owner in here. ``email`` is the one the provider told, if it told any."""

    id: UUID
    host: str
    email: str
    created_at: datetime
    used_at: datetime | None


class SignOnLinks:
    """Whoever calls ``ask_tie`` or ``remove`` has proven before that they are the viewer (`People.prove`)."""

    def __init__(self, database: Database, clock: Clock, audit: Audit) -> None:
        self._database, self._clock, self._audit = database, clock, audit

    async def of(self, viewer: Viewer) -> list[LinkView]:
        """The viewer's, oldest first."""
        query = select(IdentityLink).where(IdentityLink.person_id == viewer.person_id)
        async with self._database.session() as session:
            rows = (await session.exec(query.order_by(col(IdentityLink.created_at)))).all()
        return [
            LinkView(row.id, urlsplit(row.issuer).hostname or row.issuer, row.email, row.created_at, row.used_at)
            for row in rows
        ]

    async def ask_tie(self, viewer: Viewer) -> str:
        """The secret with which the viewer's own browser may go to the provider once and come back tied
        (`SignOn.begin`)."""
        async with self._database.session() as session:
            return await open_step(session, self._clock, StepKind.TIE, person_id=viewer.person_id)

    async def remove(self, viewer: Viewer, link_id: UUID) -> None:
        """``Conflict`` for the last one of somebody without a password: nothing else would let them in."""
        async with self._database.session() as session:
            row = await session.get(IdentityLink, link_id)
            if row is None or row.person_id != viewer.person_id:
                raise NotFound(N_("there is no such account of a provider"))
            person = await session.get_one(Person, viewer.person_id)
            others = select(IdentityLink.id).where(
                IdentityLink.person_id == viewer.person_id, col(IdentityLink.id) != link_id
            )
            if not person.password_hash and (await session.exec(others)).first() is None:
                raise Conflict(N_("you have no password: without this account you could not sign in any more"))
            await session.delete(row)
            await self._audit.record(
                actor=viewer.email, person_id=viewer.person_id, action="person.unlink", object_type="person",
                object_id=str(viewer.person_id), before={"issuer": row.issuer, "subject": row.subject},
                session=session,
            )  # fmt: skip
