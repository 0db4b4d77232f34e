"""Tries to sign in, kept by hashed address: known and unknown addresses leave the same trace."""

from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.accounts.lockout import Attempts, SignInRules, next_attempt
from core.accounts.tables import SignInAttempts
from core.db import Database

FORGET_AFTER = timedelta(days=1)


async def count_attempt(database: Database, email: str, now: datetime, rules: SignInRules) -> tuple[Attempts, bool]:
    """Count a try at an address (or another name of what is tried) in its own transaction, before the secret is looked
    at; parallel tries queue on the row."""
    key = _key(email)
    insert = sqlite_insert if database.dialect == "sqlite" else postgresql_insert
    async with database.session() as session:
        # The insert comes first: it takes SQLite's write lock, so that the read below is never out of date.
        await session.exec(
            insert(SignInAttempts).values(address_hash=key, count=0, last_at=now).on_conflict_do_nothing()
        )
        await session.exec(delete(SignInAttempts).where(col(SignInAttempts.last_at) < now - FORGET_AFTER))
        row = (
            await session.exec(select(SignInAttempts).where(SignInAttempts.address_hash == key).with_for_update())
        ).first()
        if row is None:  # its last try was over a day ago: forgotten just above
            row = SignInAttempts(address_hash=key, count=0, last_at=now)
        attempts, allowed = next_attempt(Attempts(row.count, row.last_at, row.locked_until), now, rules)
        row.count, row.last_at, row.locked_until = attempts.count, attempts.last_at or now, attempts.locked_until
        session.add(row)
    return attempts, allowed


async def clear_attempts(session: AsyncSession, email: str) -> None:
    """Forget the tries of an address that signed in."""
    await session.exec(delete(SignInAttempts).where(col(SignInAttempts.address_hash) == _key(email)))


def _key(email: str) -> str:
    return sha256(email.encode()).hexdigest()
