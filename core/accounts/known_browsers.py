"""Browsers that somebody signed in with before, known by a cookie of their own.

Whoever guesses at an address from elsewhere uses up the tries of strangers, not those of a known browser: each of them
has its own (the "device cookie" of https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies).
So nobody can shut a person out of their own account for ever.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.accounts.sessions import hashed, new_secret
from core.accounts.sign_in_tables import KnownBrowser
from core.accounts.tables import Person

KNOWN_FOR = timedelta(days=180)
"""A browser not used for so long is a stranger again."""
MOST_KNOWN = 20
"""Browsers known of a person; the one used longest ago makes room."""


async def tries_key(session: AsyncSession, email: str, browser: str, now: datetime) -> str:
    """Under what the tries at an address are counted: its own for each browser known there, else that of strangers."""
    if browser:
        query = (
            select(KnownBrowser.id)
            .join(Person, col(Person.id) == col(KnownBrowser.person_id))
            .where(KnownBrowser.secret_hash == hashed(browser), KnownBrowser.seen_at > now - KNOWN_FOR)
            .where(Person.email == email)
        )
        known = (await session.exec(query)).first()
        if known is not None:
            return f"{email} {known}"
    return email


async def remember(session: AsyncSession, person_id: UUID, browser: str, now: datetime) -> str:
    """The secret for the browser's cookie: the one it has, where it is known for this person already."""
    mine = select(KnownBrowser).where(KnownBrowser.person_id == person_id)
    if browser:
        known = (await session.exec(mine.where(KnownBrowser.secret_hash == hashed(browser)))).first()
        if known is not None and known.seen_at > now - KNOWN_FOR:
            known.seen_at = now
            session.add(known)
            return browser
    secret = new_secret()
    session.add(KnownBrowser(person_id=person_id, secret_hash=hashed(secret), created_at=now, seen_at=now))
    await session.flush()
    newest = (await session.exec(mine.order_by(col(KnownBrowser.seen_at).desc()).offset(MOST_KNOWN))).all()
    for row in newest:
        await session.delete(row)
    return secret


async def forget_browsers(session: AsyncSession, *, person_id: UUID | None = None, unseen_since: datetime) -> int:
    """Make strangers of browsers; of one person, or of everybody those not seen since. How many."""
    which = col(KnownBrowser.seen_at) < unseen_since
    if person_id is not None:
        which = col(KnownBrowser.person_id) == person_id
    done = await session.exec(delete(KnownBrowser).where(which))
    return int(done.rowcount)
