"""Clusters in the database, read as views."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.db import Database
from core.errors import NotFound
from core.neighbourhood.clusters.codec import (
    finding_of,
    member_of,
    member_of_row,
)
from core.neighbourhood.clusters.life import SHAPING, Action
from core.neighbourhood.clusters.model import ClusterRules, ClusterState, ClusterView, MemberView, Part
from core.neighbourhood.clusters.tables import ClusterEvent, ClusterMember, ClusterRow, ClusterVersion, ClusterWaiting
from core.neighbourhood.clusters.views import EventView, VersionView
from core.texts import Text, recalled


class ClusterStore:
    """Reads the tables of clusters."""

    def __init__(self, database: Database, rules: ClusterRules) -> None:
        self.database = database
        self._rules = rules

    async def get(self, cluster_id: UUID) -> ClusterView:
        """One cluster; ``NotFound`` when there is none."""
        found = await self.find(ids=[cluster_id])
        if not found:
            raise NotFound(Text("there is no cluster {cluster}", cluster=cluster_id))
        return found[0]

    async def find(
        self,
        *,
        ids: Collection[UUID] | None = None,
        states: Collection[ClusterState] | None = None,
        holding: Collection[int] | None = None,
    ) -> tuple[ClusterView, ...]:
        """By code; ``holding`` asks for a member among these homes."""
        query = select(ClusterRow, ClusterVersion.findings).join(ClusterVersion, _present())
        if ids is not None:
            query = query.where(col(ClusterRow.id).in_(ids))
        if states is not None:
            query = query.where(col(ClusterRow.state).in_([state.value for state in states]))
        if holding is not None:
            homes = select(ClusterMember.cluster_id).where(col(ClusterMember.home_id).in_(holding))
            query = query.where(col(ClusterRow.id).in_(homes))
        async with self.database.session() as session:
            rows = (await session.exec(query.order_by(col(ClusterRow.number)))).all()
            own = [row.id for row, _ in rows]
            members = await self._members(session, own if ids is not None or holding is not None else None)
            waiting = await _waiting(session)
        return tuple(
            self._view(row, members[row.id], findings, *waiting.get(row.id, (0, 0)))
            for row, findings in rows
            if row.id in members
        )

    async def _members(self, session: AsyncSession, ids: Sequence[UUID] | None) -> dict[UUID, list[MemberView]]:
        query = select(ClusterMember).order_by(col(ClusterMember.part), col(ClusterMember.distance_m))
        if ids is not None:
            query = query.where(col(ClusterMember.cluster_id).in_(ids))
        found: dict[UUID, list[MemberView]] = {}
        for row in await session.exec(query):
            found.setdefault(row.cluster_id, []).append(member_of_row(row))
        return found

    def _view(
        self, row: ClusterRow, members: list[MemberView], findings: Sequence[Any], waiting: int, held: int
    ) -> ClusterView:
        names = ("id", "name", "version", "author_id", "author", "submitted_by", "decided_by", "comment")
        times = ("stale_at", "created_at", "changed_at")
        return ClusterView(
            **{name: getattr(row, name) for name in (*names, *times)},
            code=code_of(row.number),
            state=ClusterState(row.state),
            host=next(member for member in members if member.part is Part.HOST),
            neighbours=tuple(member for member in members if member.part is Part.NEIGHBOUR),
            findings=tuple(finding_of(stored) for stored in findings),
            stale_reason=recalled(row.stale_reason),
            waiting=waiting,
            held=held,
            max_neighbours=self._rules.max_neighbours,
            min_neighbours=self._rules.min_neighbours,
        )

    async def versions(self, cluster_id: UUID) -> tuple[VersionView, ...]:
        """Oldest first."""
        query = select(ClusterVersion).where(ClusterVersion.cluster_id == cluster_id)
        async with self.database.session() as session:
            rows = (await session.exec(query.order_by(col(ClusterVersion.version)))).all()
        return tuple(_version(row) for row in rows)

    async def events(self, cluster_id: UUID, *, after_version: int = 0) -> tuple[EventView, ...]:
        """Oldest first."""
        query = select(ClusterEvent).where(
            ClusterEvent.cluster_id == cluster_id, col(ClusterEvent.version) > after_version
        )
        async with self.database.session() as session:
            rows = (await session.exec(query.order_by(col(ClusterEvent.id)))).all()
        return tuple(_event(row) for row in rows)

    async def shapers(self, cluster_id: UUID) -> frozenset[UUID]:
        """Who drew, changed or submitted it since it was last approved."""
        query = select(ClusterEvent.action, ClusterEvent.person_id).where(ClusterEvent.cluster_id == cluster_id)
        people: set[UUID] = set()
        async with self.database.session() as session:
            for action, person_id in await session.exec(query.order_by(col(ClusterEvent.id))):
                if action == Action.APPROVE:
                    people.clear()
                elif action in SHAPING and person_id is not None:
                    people.add(person_id)
        return frozenset(people)

    async def next_number(self) -> int:
        async with self.database.session() as session:
            return ((await session.exec(select(func.max(ClusterRow.number)))).one() or 0) + 1


def code_of(number: int) -> str:
    return f"C-{number:04d}"


def _present() -> Any:
    same = col(ClusterVersion.cluster_id) == col(ClusterRow.id)
    return same & (col(ClusterVersion.version) == col(ClusterRow.version))


async def _waiting(session: AsyncSession) -> dict[UUID, tuple[int, int]]:
    """How many wait for a place in each cluster, and for how many of them one is held."""
    held = func.count(col(ClusterWaiting.offered_until))  # counts what is not null
    query = select(ClusterWaiting.cluster_id, func.count(), held).where(col(ClusterWaiting.ended_at).is_(None))
    rows = (await session.exec(query.group_by(col(ClusterWaiting.cluster_id)))).all()
    return {cluster_id: (waiting, offered) for cluster_id, waiting, offered in rows}


def _version(row: ClusterVersion) -> VersionView:
    members = [member_of(stored) for stored in row.members]
    return VersionView(
        version=row.version,
        at=row.at,
        by=row.by,
        action=row.action,
        comment=recalled(row.comment),
        name=row.name,
        state=ClusterState(row.state),
        host=members[0],
        neighbours=tuple(members[1:]),
        findings=tuple(finding_of(stored) for stored in row.findings),
        parameters=row.parameters,
        provenance=row.provenance,
    )


def _event(row: ClusterEvent) -> EventView:
    return EventView(
        at=row.at,
        by=row.actor,
        action=row.action,
        version=row.version,
        state_before=ClusterState(row.state_before) if row.state_before else None,
        state_after=ClusterState(row.state_after),
        comment=recalled(row.comment),
    )
