"""Looking through a homeowner's eyes: a session of its own, short, that reads what they read and changes nothing.

It belongs to whoever looks and counts beside their own session alone: its secret opens nothing without that one, and
it is no token for programs. The person sees it in the list of their sessions.
"""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from sqlmodel import col, select

from core.accounts.people import People, SignedIn
from core.accounts.roles import Right, Role
from core.accounts.sessions import SessionKind, end_sessions, hashed, is_alive, open_session
from core.accounts.tables import Person, SignInSession
from core.accounts.viewer import Viewer
from core.clock import Clock
from core.db import Database
from core.errors import Conflict, NotAllowed, NotFound
from core.texts import N_

LASTS = timedelta(minutes=15)
"""It does not slide: who needs longer begins anew, which is another line in the audit."""


class ViewAs:
    """Starts, resolves and ends looks."""

    def __init__(self, database: Database, clock: Clock, people: People) -> None:
        self._database, self._clock, self._people = database, clock, people

    async def start(self, person_id: UUID, *, by: Viewer, source: str = "web") -> SignedIn:
        """Look as a homeowner. ``NotAllowed`` without the right, or while looking; ``NotFound`` for a stranger;
        ``Conflict`` for somebody who is no homeowner or may not sign in. Another look of the same person ends."""
        if by.watcher or not by.may(Right.VIEW_AS):
            raise NotAllowed(N_("your role may not look through others' eyes"))
        now = self._clock.now()
        async with self._database.session() as session:
            person = await session.get(Person, person_id)
            if person is None:
                raise NotFound(N_("no such person"))
            if person.role != Role.HOMEOWNER or not person.active:
                raise Conflict(N_("only a homeowner whose account is open is looked at"))
            former = select(SignInSession.id).where(
                SignInSession.watcher_id == by.person_id, col(SignInSession.revoked_at).is_(None)
            )
            ended = [
                one for row in (await session.exec(former)).all() for one in await end_sessions(
                    session, now, session_id=row
                )
            ]  # fmt: skip
            secret, row = await open_session(session, person_id, SessionKind.VIEW, now, self._people.rules, by.email)
            row.watcher_id, row.expires_at = by.person_id, now + LASTS
            session.add(row)
            await self._people.audit.record(
                actor=by.email, person_id=by.person_id, action="person.view_as", object_type="person",
                object_id=str(person_id), after={"until": row.expires_at.isoformat()}, source=source, session=session,
            )  # fmt: skip
        for session_id in ended:
            self._people.session_ended.emit(session_id)
        viewer = await self.viewer(secret, by)
        assert viewer is not None
        return SignedIn(secret, viewer)

    async def viewer(self, secret: str, watcher: Viewer) -> Viewer | None:
        """Whom ``watcher`` looks as; ``None`` when the look is over, somebody else's, or no longer theirs to have."""
        if not watcher.may(Right.VIEW_AS):
            return None
        async with self._database.session() as session:
            query = select(SignInSession).where(SignInSession.token_hash == hashed(secret))
            row = (await session.exec(query)).first()
        if row is None or row.kind != SessionKind.VIEW or row.watcher_id != watcher.person_id:
            return None
        if not is_alive(row, self._clock.now()):
            return None
        seen = await self._people.viewer_of(row.person_id, row)
        if seen is None or seen.role is not Role.HOMEOWNER:
            return None
        rights = {Right.SEE_OWN_LOT} | ({Right.SEE_OWN_BILL} if watcher.may(Right.SEE_BILLING) else set())
        return replace(
            seen, only=frozenset(rights), watcher=watcher.email, language=watcher.language, units=watcher.units,
            hours=watcher.hours,
        )  # fmt: skip

    async def end(self, viewer: Viewer, *, source: str = "web") -> None:
        """Stop looking; once is enough."""
        if not viewer.watcher or viewer.session_id is None:
            return
        async with self._database.session() as session:
            ended = await end_sessions(session, self._clock.now(), session_id=viewer.session_id)
            if ended:
                await self._people.audit.record(
                    actor=viewer.watcher, action="person.view_as_end", object_type="person",
                    object_id=str(viewer.person_id), source=source, session=session,
                )  # fmt: skip
        for session_id in ended:
            self._people.session_ended.emit(session_id)
