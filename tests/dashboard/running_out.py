"""Twelve hours without use, at once."""

from sqlmodel import col, select, update

from core.accounts.tables import Person, SignInSession
from core.clock import Clock
from core.db import Database


async def run_out(database: Database, clock: Clock, email: str) -> None:
    """End a person's sessions as time does."""
    theirs = select(Person.id).where(Person.email == email).scalar_subquery()
    sessions = update(SignInSession).where(col(SignInSession.person_id) == theirs)
    async with database.session() as session:
        await session.exec(sessions.values(expires_at=clock.now()))
