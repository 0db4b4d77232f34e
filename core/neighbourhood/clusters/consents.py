"""What people say for a cluster: a household lets the mower cross its lot; someone has looked where rules cannot tell.

Both belong to one cluster and are never carried over to another.
"""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.accounts import Right
from core.errors import Conflict, Invalid, NotFound
from core.neighbourhood.clusters.desk import ClusterDesk, changes, need
from core.neighbourhood.clusters.life import Action
from core.neighbourhood.clusters.model import ClusterState, ClusterView
from core.neighbourhood.clusters.ports import By
from core.neighbourhood.clusters.record import Also
from core.neighbourhood.clusters.rules import Facts
from core.neighbourhood.clusters.tables import CrossingConsent, ReachConfirmation
from core.neighbourhood.clusters.views import ConsentView
from core.texts import N_, Text

GIVEN_LENGTH = 120
NOTE_LENGTH = 500


class Consents(ClusterDesk):
    """Consents and confirmations."""

    async def consent(
        self, cluster_id: UUID, expected_version: int, home_id: int, by: By, *, given_by: str, note: str = ""
    ) -> ClusterView:
        """Record that the household of ``home_id`` lets the mower cross its lot, who said so and how.

        ``Conflict`` when it stands recorded already.
        """
        before = await self._unretired(cluster_id, expected_version, by)
        if not 1 <= len(given_by.strip()) <= GIVEN_LENGTH:
            raise Invalid(Text("given by: expected 1 to {most} characters", most=GIVEN_LENGTH))
        home = (await self._homes.of([home_id])).get(home_id)
        if home is None:
            raise NotFound(Text("Home {home} is not in the address book.", home=home_id))
        record = CrossingConsent(
            cluster_id=cluster_id,
            home_id=home_id,
            address=home.address,
            given_by=given_by.strip(),
            note=_note(note),
            recorded_by=by.name or by.email,
            recorded_at=self._clock.now(),
        )
        said = Text("{address}: {who}", address=home.address, who=record.given_by)

        async def keep(session: AsyncSession) -> None:
            session.add(record)
            await session.flush()

        return await self._said(before, Action.CONSENT, by, said, keep, lambda facts: _with(facts, home_id))

    async def withdraw_consent(
        self, cluster_id: UUID, expected_version: int, home_id: int, by: By, *, note: str = ""
    ) -> ClusterView:
        """The household takes its word back; the approval of a live cluster goes stale. ``NotFound`` without one."""
        before = await self._unretired(cluster_id, expected_version, by)
        mine = (
            col(CrossingConsent.cluster_id) == cluster_id,
            col(CrossingConsent.home_id) == home_id,
            col(CrossingConsent.withdrawn_at).is_(None),
        )
        ended = {"withdrawn_at": self._clock.now(), "withdrawn_by": by.name or by.email}

        async def end(session: AsyncSession) -> None:
            if (await session.exec(update(CrossingConsent).where(*mine).values(**ended))).rowcount == 0:
                raise NotFound(N_("no consent of this home stands recorded"))

        return await self._said(
            before, Action.WITHDRAW_CONSENT, by, _note(note), end, lambda facts: _without(facts, home_id)
        )

    async def consents(self, cluster_id: UUID) -> tuple[ConsentView, ...]:
        """Every consent ever recorded for a cluster, oldest first."""
        query = select(CrossingConsent).where(CrossingConsent.cluster_id == cluster_id)
        async with self._database.session() as session:
            rows = await session.exec(query.order_by(col(CrossingConsent.recorded_at)))
            fields = ConsentView.__dataclass_fields__
            return tuple(ConsentView(**{name: getattr(row, name) for name in fields}) for row in rows)

    async def confirm_reach(
        self, cluster_id: UUID, expected_version: int, home_id: int, by: By, reason: str
    ) -> ClusterView:
        """A person has looked at the way from the host to a neighbour that needs review, and says why it is sound."""
        before = await self._unretired(cluster_id, expected_version, by)
        if not 1 <= len(reason.strip()) <= NOTE_LENGTH:
            raise Invalid(Text("reason: expected 1 to {most} characters", most=NOTE_LENGTH))
        member = next((member for member in before.neighbours if member.home_id == home_id), None)
        if member is None:
            raise NotFound(Text("home {home} is no neighbour of {code}", home=home_id, code=before.code))
        record = ReachConfirmation(
            cluster_id=before.id,
            host_id=before.host.home_id,
            home_id=home_id,
            reason=reason.strip(),
            person_id=by.person_id,
            confirmed_by=by.name or by.email,
            confirmed_at=self._clock.now(),
        )
        said = Text("{address}: {why}", address=member.address, why=record.reason)

        async def keep(session: AsyncSession) -> None:
            pair = (col(ReachConfirmation.host_id) == record.host_id, col(ReachConfirmation.home_id) == home_id)
            await session.exec(delete(ReachConfirmation).where(col(ReachConfirmation.cluster_id) == before.id, *pair))
            session.add(record)

        def confirmed(facts: Facts) -> Facts:
            return replace(facts, confirmed=facts.confirmed | {home_id})

        return await self._said(before, Action.CONFIRM_REACH, by, said, keep, confirmed)

    async def _unretired(self, cluster_id: UUID, expected_version: int, by: By) -> ClusterView:
        need(by, Right.DRAW_CLUSTERS, Right.APPROVE_CLUSTERS)
        cluster = await self._seen(cluster_id, expected_version)
        if cluster.state is ClusterState.RETIRED:
            raise Conflict(Text("{code} is retired", code=cluster.code))
        return cluster

    async def _said(
        self,
        before: ClusterView,
        action: Action,
        by: By,
        comment: str,
        also: Also,
        adjust: Callable[[Facts], Facts],
    ) -> ClusterView:
        """The next version, with what the rules say now."""
        check = await self._judge(before, adjust)
        consent = {member.home_id: member.consent for member in check.members}
        neighbours = tuple(
            replace(member, consent=consent.get(member.home_id, member.consent)) for member in before.neighbours
        )
        after = self._next(before, findings=check.findings, neighbours=neighbours)
        after = self._stale(after, changes(before, after))
        return await self._step(before, after, action, by, comment=comment, check=check, also=also)


def _with(facts: Facts, home_id: int) -> Facts:
    return replace(facts, consents=facts.consents | {home_id})


def _without(facts: Facts, home_id: int) -> Facts:
    return replace(facts, consents=facts.consents - {home_id})


def _note(note: str) -> str:
    if len(note) > NOTE_LENGTH:
        raise Invalid(Text("note: expected at most {most} characters", most=NOTE_LENGTH))
    return note.strip()
