"""Invite codes: sixteen letters and digits (80 bits) that nobody guesses, told once, kept as a digest only."""

import secrets
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select

from core.accounts import Right
from core.errors import Conflict, Invalid, NotFound
from core.neighbourhood.clusters.desk import ClusterDesk, need
from core.neighbourhood.clusters.life import Action
from core.neighbourhood.clusters.model import ClusterState, ClusterView
from core.neighbourhood.clusters.ports import By
from core.neighbourhood.clusters.record import Hand
from core.neighbourhood.clusters.tables import ClusterInvite
from core.neighbourhood.clusters.views import Invite
from core.texts import N_, Text

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: nothing that is easily taken for something else."""
LETTERS = 16
GROUP = 4
MOST_DAYS = 365


class Invites(ClusterDesk):
    """One code in force for each cluster."""

    async def invite_code(self, cluster_id: UUID, by: By, *, days: int = 30) -> Invite:
        """A fresh code, good for ``days``; an earlier one stops working."""
        need(by, Right.DRAW_CLUSTERS)
        if not 1 <= days <= MOST_DAYS:
            raise Invalid(Text("days {days}: expected 1 to {most}", days=days, most=MOST_DAYS))
        cluster = await self.get(cluster_id)
        if cluster.state is ClusterState.RETIRED:
            raise Conflict(Text("{code} is retired", code=cluster.code))
        code, now = new_code(), self._clock.now()
        record = ClusterInvite(
            cluster_id=cluster_id,
            code_hash=digest(code),
            made_by=by.name or by.email,
            made_at=now,
            expires_at=now + timedelta(days=days),
        )
        await self._end_codes(cluster, Action.INVITE, by, record)
        return _view(record, code)

    async def revoke_invite(self, cluster_id: UUID, by: By) -> None:
        """The code in force stops working; without one nothing happens."""
        need(by, Right.DRAW_CLUSTERS)
        await self._end_codes(await self.get(cluster_id), Action.REVOKE_INVITE, by)

    async def invite(self, cluster_id: UUID) -> Invite | None:
        """The code in force, without the code itself."""
        query = select(ClusterInvite).where(
            ClusterInvite.cluster_id == cluster_id,
            col(ClusterInvite.revoked_at).is_(None),
            col(ClusterInvite.expires_at) > self._clock.now(),
        )
        async with self._database.session() as session:
            row = (await session.exec(query)).first()
        return None if row is None else _view(row, "")

    async def invited_to(self, code: str) -> UUID:
        """The cluster a code lets its bearer join; ``NotFound`` for one that is unknown, revoked or over."""
        query = select(ClusterInvite).where(ClusterInvite.code_hash == digest(code))
        async with self._database.session() as session:
            row = (await session.exec(query)).first()
        if row is None or row.revoked_at is not None or row.expires_at <= self._clock.now():
            raise NotFound(N_("this invite code is unknown or no longer good"))
        return row.cluster_id

    async def _end_codes(
        self, cluster: ClusterView, action: Action, by: By, fresh: ClusterInvite | None = None
    ) -> None:
        now, hand = self._clock.now(), Hand.of(by)
        mine = (col(ClusterInvite.cluster_id) == cluster.id, col(ClusterInvite.revoked_at).is_(None))
        async with self._database.session() as session:
            await session.exec(update(ClusterInvite).where(*mine).values(revoked_at=now))
            if fresh is not None:
                session.add(fresh)
            await self._recorder.tell(session, action, cluster, hand, now)


def new_code() -> str:
    letters = "".join(secrets.choice(ALPHABET) for _ in range(LETTERS))
    return "-".join(letters[start : start + GROUP] for start in range(0, LETTERS, GROUP))


def digest(code: str) -> str:
    """Spaces, dashes and small letters make no difference."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return sha256(plain.encode()).hexdigest()


def _view(row: ClusterInvite, code: str) -> Invite:
    return Invite(
        id=row.id,
        cluster_id=row.cluster_id,
        code=code,
        made_by=row.made_by,
        made_at=row.made_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )
