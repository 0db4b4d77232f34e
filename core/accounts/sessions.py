"""Browser sessions and bearer tokens: the row decides, the cookie or token only names it by a random secret."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.accounts.lockout import SignInRules
from core.accounts.tables import Person, SignInSession

TOUCH_EVERY = timedelta(seconds=60)
"""A session's expiry is moved at most this often, so that reading pages does not write all day."""


class SessionKind(StrEnum):
    BROWSER = "browser"  # slides with use
    TOKEN = "token"  # ends when it said it would
    VIEW = "view"  # of somebody who looks through the person's eyes (core.accounts.view_as)
    PROGRAM = "program"  # goes on with each refresh of its tokens (core.accounts.tokens)


@dataclass(frozen=True, slots=True)
class SessionView:
    """A live session as screens list it."""

    id: UUID
    person_id: UUID
    kind: SessionKind
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    user_agent: str


def new_secret() -> str:
    """256 random bits, safe in a cookie and in a header."""
    return secrets.token_urlsafe(32)


def hashed(secret: str) -> str:
    """What the database keeps. A plain hash will do: the secret is random, not guessable."""
    return sha256(secret.encode()).hexdigest()


def lifetime(kind: SessionKind, created_at: datetime, now: datetime, rules: SignInRules) -> datetime:
    """When a session used at ``now`` ends."""
    if kind is SessionKind.TOKEN:
        return created_at + timedelta(minutes=rules.token_minutes)
    if kind is SessionKind.PROGRAM:
        return min(now + timedelta(days=rules.refresh_days), created_at + timedelta(days=rules.refresh_max_days))
    return min(now + timedelta(hours=rules.session_hours), created_at + timedelta(days=rules.session_max_days))


def is_alive(row: SignInSession, now: datetime) -> bool:
    return row.revoked_at is None and row.expires_at > now


def ran_out(row: SignInSession, now: datetime) -> bool:
    """Whether time alone ended somebody's own browser session, and nobody."""
    return row.kind == SessionKind.BROWSER and row.revoked_at is None and row.expires_at <= now


async def open_session(
    session: AsyncSession, person_id: UUID, kind: SessionKind, now: datetime, rules: SignInRules, user_agent: str
) -> tuple[str, SignInSession]:
    """Add a session row; the secret is returned once and kept nowhere."""
    secret = new_secret()
    row = SignInSession(
        person_id=person_id,
        token_hash=hashed(secret),
        kind=kind,
        created_at=now,
        seen_at=now,
        expires_at=lifetime(kind, now, now, rules),
        user_agent=user_agent[:200],
    )
    session.add(row)
    return secret, row


async def find_session(
    session: AsyncSession, secret: str, now: datetime, rules: SignInRules
) -> tuple[SignInSession, Person] | None:
    """The live session and its active person; a browser session's expiry slides on."""
    query = (
        select(SignInSession, Person)
        .join(Person, col(Person.id) == col(SignInSession.person_id))
        .where(SignInSession.token_hash == hashed(secret))
    )
    found = (await session.exec(query)).first()
    if found is None or not is_alive(found[0], now) or not found[1].active:
        return None
    row = found[0]
    if row.kind == SessionKind.VIEW:  # it counts beside the session of whoever looks, and never alone
        return None
    if row.kind == SessionKind.BROWSER and now - row.seen_at >= TOUCH_EVERY:
        row.seen_at, row.expires_at = now, lifetime(SessionKind.BROWSER, row.created_at, now, rules)
        session.add(row)
    return row, found[1]


async def end_sessions(
    session: AsyncSession,
    now: datetime,
    *,
    person_id: UUID | None = None,
    session_id: UUID | None = None,
    keep: UUID | None = None,
) -> list[UUID]:
    """Revoke one session, or all of a person but ``keep``; returns the ids that were alive until now."""
    query = select(SignInSession.id).where(col(SignInSession.revoked_at).is_(None), SignInSession.expires_at > now)
    if person_id is not None:
        query = query.where(SignInSession.person_id == person_id)
    if session_id is not None:
        query = query.where(SignInSession.id == session_id)
    if keep is not None:
        query = query.where(SignInSession.id != keep)
    ids = list((await session.exec(query)).all())
    if ids:
        await session.exec(update(SignInSession).where(col(SignInSession.id).in_(ids)).values(revoked_at=now))
    return ids


def session_view(row: SignInSession) -> SessionView:
    return SessionView(
        id=row.id,
        person_id=row.person_id,
        kind=SessionKind(row.kind),
        created_at=row.created_at,
        seen_at=row.seen_at,
        expires_at=row.expires_at,
        user_agent=row.user_agent,
    )
