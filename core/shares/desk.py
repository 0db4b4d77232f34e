"""Links that show one mower or one cluster to whoever has them, until they end or are taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func, update
from sqlmodel import col, select

from core.accounts import Audit, Right, Viewer, hashed, new_secret
from core.clock import Clock
from core.db import Database
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.shares.tables import ShareLink
from core.texts import N_, Text

MOST_HOURS = 24 * 30
MOST_LIVE = 20
"""Links of one mower or cluster that are good at once."""
NOTE_LENGTH = 120
TOUCH_EVERY = timedelta(seconds=60)
"""A page that refreshes itself writes its last use at most this often."""


class ShareKind(StrEnum):
    MOWER = "mower"
    CLUSTER = "cluster"


class ShareState(StrEnum):
    """Whether a link opens."""

    LIVE = "live"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class ShareView:
    """A link as lists show it; never its secret."""

    id: UUID
    kind: ShareKind
    subject_id: UUID
    subject: str
    note: str
    made_by: str
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None
    uses: int
    revoked_at: datetime | None
    revoked_by: str
    state: ShareState


@dataclass(frozen=True, slots=True)
class MadeShare:
    """A new link; ``secret`` is told once, here."""

    view: ShareView
    secret: str


class ShareDesk:
    """The use cases of links."""

    def __init__(self, database: Database, clock: Clock, audit: Audit) -> None:
        self._database, self._clock, self._audit = database, clock, audit

    async def make(
        self, kind: ShareKind, subject_id: UUID, subject: str, *, hours: int, by: Viewer, note: str = "",
        source: str = "web",
    ) -> MadeShare:  # fmt: skip
        """A link to a mower or cluster that exists: the caller has looked. ``Invalid`` for hours or a note out of
        bounds; ``Conflict`` once too many are live."""
        _may(by)
        note = " ".join(note.split())
        if not 1 <= hours <= MOST_HOURS:
            raise Invalid(Text("hours: expected 1 to {most}", most=MOST_HOURS))
        if len(note) > NOTE_LENGTH:
            raise Invalid(Text("note: expected at most {most} characters", most=NOTE_LENGTH))
        now, secret = self._clock.now(), new_secret()
        row = ShareLink(
            kind=kind, subject_id=subject_id, subject=subject[:64], note=note, token_hash=hashed(secret),
            made_by=by.email, person_id=by.person_id, made_at=now, expires_at=now + timedelta(hours=hours),
        )  # fmt: skip
        live = select(func.count()).where(
            ShareLink.subject_id == subject_id, col(ShareLink.revoked_at).is_(None), ShareLink.expires_at > now
        )
        async with self._database.session() as session:
            if (await session.exec(live)).one() >= MOST_LIVE:
                raise Conflict(Text("{n} links are live already: take one back first", n=MOST_LIVE))
            session.add(row)
            await self._audit.record(
                actor=by.email, person_id=by.person_id, action="share.make", object_type="share_link",
                object_id=str(row.id), after={"kind": kind, "subject": subject, "hours": hours, "note": note},
                source=source, session=session,
            )  # fmt: skip
        return MadeShare(_view(row, now), secret)

    async def revoke(self, link_id: UUID, *, by: Viewer, source: str = "web") -> None:
        """Take a link back at once; ``NotFound`` for one there is none of, ``Conflict`` when it opens no more."""
        _may(by)
        now = self._clock.now()
        async with self._database.session() as session:
            row = await session.get(ShareLink, link_id)
            if row is None:
                raise NotFound(N_("no such link"))
            if _view(row, now).state is not ShareState.LIVE:
                raise Conflict(N_("that link opens no more already"))
            row.revoked_at, row.revoked_by = now, by.email
            session.add(row)
            await self._audit.record(
                actor=by.email, person_id=by.person_id, action="share.revoke", object_type="share_link",
                object_id=str(row.id), before={"subject": row.subject}, source=source, session=session,
            )  # fmt: skip

    async def links(self, *, by: Viewer, subject_id: UUID | None = None, most: int = 200) -> Sequence[ShareView]:
        """Everybody's, the newest first; of one mower or cluster, or of all."""
        _may(by)
        query = select(ShareLink).order_by(col(ShareLink.made_at).desc(), col(ShareLink.id)).limit(most)
        if subject_id is not None:
            query = query.where(ShareLink.subject_id == subject_id)
        now = self._clock.now()
        async with self._database.session() as session:
            return [_view(row, now) for row in (await session.exec(query)).all()]

    async def opened(self, secret: str) -> ShareView:
        """The link behind a secret, also one that opens no more; its use is noted while it does. ``NotFound``."""
        now = self._clock.now()
        async with self._database.session() as session:
            row = (await session.exec(select(ShareLink).where(ShareLink.token_hash == hashed(secret)))).first()
            if row is None:
                raise NotFound(N_("there is no such link"))
            view = _view(row, now)
            if view.state is ShareState.LIVE and (row.used_at is None or now - row.used_at >= TOUCH_EVERY):
                used = update(ShareLink).where(col(ShareLink.id) == row.id)
                await session.exec(used.values(used_at=now, uses=col(ShareLink.uses) + 1))
        return view


def _may(by: Viewer) -> None:
    if not by.may(Right.SHARE_LINKS):
        raise NotAllowed(N_("your role may not share links"))


def _view(row: ShareLink, now: datetime) -> ShareView:
    ended = ShareState.EXPIRED if row.expires_at <= now else ShareState.LIVE
    return ShareView(
        id=row.id, kind=ShareKind(row.kind), subject_id=row.subject_id, subject=row.subject, note=row.note,
        made_by=row.made_by, made_at=row.made_at, expires_at=row.expires_at, used_at=row.used_at, uses=row.uses,
        revoked_at=row.revoked_at, revoked_by=row.revoked_by,
        state=ShareState.REVOKED if row.revoked_at is not None else ended,
    )  # fmt: skip
