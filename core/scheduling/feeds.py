"""Addresses from which calendar programs read visits: a secret of their own, told once, that can be taken back."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import ColumnElement, and_
from sqlmodel import col, func, select

from core.accounts import Audit, Right, Viewer
from core.clock import Clock
from core.db import Database
from core.errors import Conflict, NotAllowed, NotFound
from core.ids import new_id
from core.scheduling.tables import CalendarFeed
from core.texts import N_, Text

MOST_FEEDS = 20
TOUCH_EVERY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class FeedView:
    """A feed as its owner lists it."""

    id: UUID
    cluster_id: UUID | None
    made_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class OpenFeed:
    """What a secret opens: whose eyes it reads with, and which cluster alone."""

    person_id: UUID
    cluster_id: UUID | None


class FeedDesk:
    """A person's feed shows what the person may see at the moment of reading, never more."""

    def __init__(self, database: Database, clock: Clock, audit: Audit) -> None:
        self._database, self._clock, self._audit = database, clock, audit

    async def make(self, *, by: Viewer, cluster_id: UUID | None = None, source: str = "web") -> tuple[FeedView, str]:
        """A feed and its secret, which is kept nowhere. A cluster's is for those who see the schedule."""
        if cluster_id is not None and not by.may(Right.SEE_SCHEDULE):
            raise NotAllowed(N_("your role does not include the schedule"))
        secret = secrets.token_urlsafe(32)
        row = CalendarFeed(
            id=new_id(), token_hash=_hashed(secret), person_id=by.person_id, cluster_id=cluster_id,
            made_at=self._clock.now(),
        )  # fmt: skip
        async with self._database.session() as session:
            count = select(func.count()).where(_open(by.person_id))
            if (await session.exec(count.select_from(CalendarFeed))).one() >= MOST_FEEDS:
                raise Conflict(Text("you have {n} calendar addresses already: take one back first", n=MOST_FEEDS))
            session.add(row)
            await self._audit.record(
                actor=by.email, person_id=by.person_id, action="calendar_feed.make", object_type="calendar_feed",
                object_id=str(row.id), after={"cluster": str(cluster_id) if cluster_id else ""}, source=source,
                session=session,
            )  # fmt: skip
        return _view(row), secret

    async def of(self, viewer: Viewer) -> Sequence[FeedView]:
        """The viewer's open feeds, newest first."""
        query = select(CalendarFeed).where(_open(viewer.person_id)).order_by(col(CalendarFeed.made_at).desc())
        async with self._database.session() as session:
            return [_view(row) for row in (await session.exec(query)).all()]

    async def revoke(self, feed_id: UUID, *, by: Viewer, source: str = "web") -> None:
        """Take one back: its address answers no longer. ``NotFound`` for one that is not the viewer's."""
        async with self._database.session() as session:
            row = await session.get(CalendarFeed, feed_id)
            if row is None or row.person_id != by.person_id or row.revoked_at is not None:
                raise NotFound(Text("no calendar address {id}", id=feed_id))
            row.revoked_at = self._clock.now()
            await self._audit.record(
                actor=by.email, person_id=by.person_id, action="calendar_feed.revoke", object_type="calendar_feed",
                object_id=str(feed_id), source=source, session=session,
            )  # fmt: skip

    async def open(self, secret: str) -> OpenFeed:
        """What a secret opens. ``NotFound`` for an unknown one and for one that was taken back alike."""
        now = self._clock.now()
        async with self._database.session() as session:
            query = select(CalendarFeed).where(
                CalendarFeed.token_hash == _hashed(secret), col(CalendarFeed.revoked_at).is_(None)
            )
            row = (await session.exec(query)).first()
            if row is None:
                raise NotFound(N_("no such calendar: its address was taken back, or is incomplete"))
            if row.read_at is None or now - row.read_at >= TOUCH_EVERY:
                row.read_at = now
            return OpenFeed(row.person_id, row.cluster_id)


def _open(person_id: UUID) -> ColumnElement[bool]:
    return and_(col(CalendarFeed.person_id) == person_id, col(CalendarFeed.revoked_at).is_(None))


def _hashed(secret: str) -> str:
    """What the database keeps. A plain hash will do: the secret is random, not guessable."""
    return sha256(secret.encode()).hexdigest()


def _view(row: CalendarFeed) -> FeedView:
    return FeedView(row.id, row.cluster_id, row.made_at, row.read_at)
