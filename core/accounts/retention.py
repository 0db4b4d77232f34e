"""What of accounts is forgotten with time."""

from datetime import timedelta

from sqlalchemy import delete, func
from sqlmodel import col, select

from core.accounts.known_browsers import KNOWN_FOR, forget_browsers
from core.accounts.sessions import SessionKind
from core.accounts.sign_in_tables import SignInStep
from core.accounts.tables import AccountToken, SignInSession
from core.clock import Clock
from core.db import Database

KEEP_ENDED = timedelta(days=30)
"""How long a session that ended stays on record."""
KEEP_ASKED = timedelta(days=7)
"""How long it is known that a mail was asked for; its link ended days before."""


async def forget_old_sessions(database: Database, clock: Clock) -> int:
    """Delete sessions that ended more than 30 days ago, but each person's newest: it tells when they were last here."""
    until = clock.now() - KEEP_ENDED
    async with database.session() as session:
        seen = (
            select(SignInSession.person_id, func.max(SignInSession.seen_at))
            .where(SignInSession.kind != SessionKind.VIEW)  # another's look is no visit of theirs
            .group_by(col(SignInSession.person_id))
        )
        last = dict((await session.exec(seen)).all())
        old = select(SignInSession.id, SignInSession.person_id, SignInSession.seen_at).where(
            (col(SignInSession.expires_at) < until) | (col(SignInSession.revoked_at) < until)
        )
        ids = [row_id for row_id, person, at in (await session.exec(old)).all() if at != last.get(person)]
        for start in range(0, len(ids), 500):
            await session.exec(delete(SignInSession).where(col(SignInSession.id).in_(ids[start : start + 500])))
    return len(ids)


async def forget_account_mails(database: Database, clock: Clock) -> int:
    """Delete what was asked for by mail a week ago; how many."""
    async with database.session() as session:
        old = col(AccountToken.created_at) < clock.now() - KEEP_ASKED
        done = await session.exec(delete(AccountToken).where(old))
    return int(done.rowcount)


async def forget_sign_in_traces(database: Database, clock: Clock) -> int:
    """Delete sign-ins that were under way yesterday, and browsers not used for half a year; how many."""
    now = clock.now()
    async with database.session() as session:
        done = await session.exec(delete(SignInStep).where(col(SignInStep.created_at) < now - timedelta(days=1)))
        return int(done.rowcount) + await forget_browsers(session, unseen_since=now - KNOWN_FOR)
