"""API keys: a program's way in, in somebody's name, with some of their rights. The secret is shown once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.accounts.people import People
from core.accounts.roles import PERMISSIONS, Right, Role
from core.accounts.sessions import TOUCH_EVERY, hashed, new_secret
from core.accounts.tables import Person
from core.accounts.token_tables import ApiKey
from core.accounts.viewer import Viewer
from core.clock import Clock
from core.db import Database
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.texts import N_, Text

START = "mow_"
"""By which a key is told from other tokens, also by tools that look for leaked secrets."""
MOST_KEYS = 50
MOST_DAYS = 3_650


@dataclass(frozen=True, slots=True)
class ApiKeyView:
    """A key as its owner and admins see it."""

    id: UUID
    person_id: UUID
    owner: str
    name: str
    start: str
    scopes: frozenset[Right]
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None

    def live(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A new key and its secret, which nobody can read again."""

    view: ApiKeyView
    secret: str


class ApiKeys:
    """Makes, lists and revokes keys, and says who stands behind one."""

    def __init__(self, database: Database, clock: Clock, people: People) -> None:
        self._database, self._clock, self._people, self._audit = database, clock, people, people.audit

    async def make(
        self,
        *,
        name: str,
        scopes: Collection[Right],
        by: Viewer,
        owner_id: UUID | None = None,
        days: int | None = 90,
        source: str = "web",
    ) -> MadeKey:
        """A key for oneself, or (who manages people) for somebody else, such as an account of a program.

        ``days`` until it ends; ``None``: never. ``Invalid`` for a scope its owner's role does not hold.
        """
        owner_id = owner_id or by.person_id
        _may_touch(by, owner_id)
        name = " ".join(name.split())
        if not 1 <= len(name) <= 80:
            raise Invalid(N_("name: expected 1 to 80 characters"))
        if days is not None and not 1 <= days <= MOST_DAYS:
            raise Invalid(Text("days: expected 1 to {most}, or none for a key that does not end", most=MOST_DAYS))
        if not scopes:
            raise Invalid(N_("scopes: expected one or more"))
        secret, now = START + new_secret(), self._clock.now()
        async with self._database.session() as session:
            owner = await session.get(Person, owner_id)
            if owner is None or not owner.active:
                raise NotFound(N_("no such person"))
            beyond = sorted(set(scopes) - PERMISSIONS[Role(owner.role)])
            if beyond:
                raise Invalid(
                    Text("the role {role} does not hold: {rights}", role=owner.role, rights=", ".join(beyond))
                )
            await self._room_for_one(session, owner_id, now)
            row = ApiKey(
                person_id=owner_id,
                name=name,
                start=secret[:10],
                key_hash=hashed(secret),
                scopes=sorted(scopes),
                created_at=now,
                created_by=by.email,
                expires_at=None if days is None else now + timedelta(days=days),
            )
            session.add(row)
            told: dict[str, object] = {"name": name, "owner": owner.email, "scopes": sorted(scopes), "days": days}
            await self._record(session, "api_key.make", row, by, source, after=told)
        return MadeKey(_view(row, owner.email), secret)

    async def revoke(self, key_id: UUID, *, by: Viewer, source: str = "web") -> None:
        """End a key at once; ``NotFound`` for one that is not there or is somebody else's."""
        async with self._database.session() as session:
            row = await session.get(ApiKey, key_id)
            if row is None or not (row.person_id == by.person_id or by.may(Right.MANAGE_PEOPLE)):
                raise NotFound(N_("no such key"))
            if row.revoked_at is not None:
                raise Conflict(N_("that key is revoked already"))
            row.revoked_at = self._clock.now()
            session.add(row)
            await self._record(session, "api_key.revoke", row, by, source, after={"name": row.name})

    async def keys(self, *, by: Viewer, everyone: bool = False) -> Sequence[ApiKeyView]:
        """One's own, newest first; ``everyone``: all there are, for who manages people."""
        query = select(ApiKey, Person.email).join(Person, col(Person.id) == col(ApiKey.person_id))
        if not everyone:
            query = query.where(ApiKey.person_id == by.person_id)
        elif not by.may(Right.MANAGE_PEOPLE):
            raise NotAllowed(N_("only who manages people sees everybody's keys"))
        async with self._database.session() as session:
            rows = (await session.exec(query.order_by(col(ApiKey.created_at).desc(), col(ApiKey.id)))).all()
        return [_view(row, email) for row, email in rows]

    async def viewer(self, secret: str) -> Viewer | None:
        """Who a key stands for; ``None`` for one that is unknown, over or revoked, or whose owner may not sign in."""
        now = self._clock.now()
        async with self._database.session() as session:
            row = (await session.exec(select(ApiKey).where(ApiKey.key_hash == hashed(secret)))).first()
            if row is None or not _view(row, "").live(now):
                return None
            if row.last_used_at is None or now - row.last_used_at >= TOUCH_EVERY:
                row.last_used_at = now
                session.add(row)
        viewer = await self._people.viewer_of(row.person_id)
        if viewer is None:
            return None
        return replace(viewer, expires_at=row.expires_at, only=_scopes(row), key_id=row.id)

    async def _room_for_one(self, session: AsyncSession, owner_id: UUID, now: datetime) -> None:
        over = col(ApiKey.expires_at) <= now
        live = select(func.count()).where(
            ApiKey.person_id == owner_id, col(ApiKey.revoked_at).is_(None), col(ApiKey.expires_at).is_(None) | ~over
        )
        if (await session.exec(live)).one() >= MOST_KEYS:
            raise Conflict(Text("{n} keys are live already: revoke one first", n=MOST_KEYS))

    async def _record(
        self, session: AsyncSession, action: str, row: ApiKey, by: Viewer, source: str, *, after: dict[str, object]
    ) -> None:
        await self._audit.record(
            actor=by.email, person_id=by.person_id, action=action, object_type="api_key", object_id=str(row.id),
            after=after, source=source, session=session,
        )  # fmt: skip


def _may_touch(by: Viewer, owner_id: UUID) -> None:
    if by.key_id is not None:
        raise NotAllowed(N_("a key cannot make keys: sign in"))
    if owner_id != by.person_id and not by.may(Right.MANAGE_PEOPLE):
        raise NotAllowed(N_("only who manages people makes keys for others"))


def _scopes(row: ApiKey) -> frozenset[Right]:
    """Rights that are gone from the program since are left out."""
    return frozenset(Right(name) for name in row.scopes if name in set(Right))


def _view(row: ApiKey, owner: str) -> ApiKeyView:
    return ApiKeyView(
        id=row.id,
        person_id=row.person_id,
        owner=owner,
        name=row.name,
        start=row.start,
        scopes=_scopes(row),
        created_at=row.created_at,
        created_by=row.created_by,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )
