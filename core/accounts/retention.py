"""What of accounts is forgotten with time."""

from datetime import timedelta

from sqlalchemy import delete, func
from sqlmodel import col, select

from core.accounts.tables import SignInSession
from core.clock import Clock
from core.db import Database

KEEP_ENDED = timedelta(days=30)
"""How long a session that ended stays on record."""


async def forget_old_sessions(database: Database, clock: Clock) -> int:
    """Delete sessions that ended more than 30 days ago, but each person's newest: it tells when they were last here."""
    until = clock.now() - KEEP_ENDED
    async with database.session() as session:
        seen = select(SignInSession.person_id, func.max(SignInSession.seen_at)).group_by(col(SignInSession.person_id))
        last = dict((await session.exec(seen)).all())
        old = select(SignInSession.id, SignInSession.person_id, SignInSession.seen_at).where(
            (col(SignInSession.expires_at) < until) | (col(SignInSession.revoked_at) < until)
        )
        ids = [row_id for row_id, person, at in (await session.exec(old)).all() if at != last[person]]
        for start in range(0, len(ids), 500):
            await session.exec(delete(SignInSession).where(col(SignInSession.id).in_(ids[start : start + 500])))
    return len(ids)
