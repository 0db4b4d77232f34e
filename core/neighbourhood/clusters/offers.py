"""Free places and who waits for them: the first in line is told, and a place is held for them until a stated time.

A place that nobody takes until then goes to the next; who let it go is told so and may wait again. A place is free
when a member leaves, when more neighbours may share a mower, or when somebody in line gives theirs up: `offer_places`
looks at the line, whatever the cause. Whom the rules forbid to join keeps waiting, and the next is asked.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.neighbourhood.answers import Home
from core.neighbourhood.clusters.desk import worsened
from core.neighbourhood.clusters.invites import Invites
from core.neighbourhood.clusters.life import Action
from core.neighbourhood.clusters.model import LIVE, CheckResult, ClusterState, ClusterView, Finding, Level
from core.neighbourhood.clusters.ports import PlaceTold
from core.neighbourhood.clusters.record import JOB
from core.neighbourhood.clusters.tables import ClusterWaiting
from core.neighbourhood.clusters.views import WaitingView

JOINABLE = frozenset({ClusterState.DRAFT, *LIVE})


class Offers(Invites):
    """The line of a cluster, and the places held for those in it."""

    async def waiting(self, cluster_id: UUID) -> tuple[WaitingView, ...]:
        """Who waits for a place, first come first."""
        query = select(ClusterWaiting).where(
            ClusterWaiting.cluster_id == cluster_id, col(ClusterWaiting.ended_at).is_(None)
        )
        async with self._database.session() as session:
            rows = (await session.exec(query.order_by(col(ClusterWaiting.asked_at), col(ClusterWaiting.id)))).all()
        return _in_line(rows)

    async def offer_all(self) -> int:
        """The job: places that are free are offered wherever somebody waits; how many were."""
        query = select(ClusterWaiting.cluster_id).where(col(ClusterWaiting.ended_at).is_(None)).distinct()
        async with self._database.session() as session:
            clusters = sorted((await session.exec(query)).all())
        return sum([await self.offer_places(cluster_id) for cluster_id in clusters])

    async def offer_places(self, cluster_id: UUID) -> int:
        """Let lapsed offers go, and offer each free place to the first in line who may join; how many were offered."""
        now, cluster = self._clock.now(), await self.get(cluster_id)
        line = await self.waiting(cluster_id)
        for one in line:
            if one.offered_until is not None and one.offered_until <= now:
                await self._lapse(cluster, one, now)
        if cluster.state not in JOINABLE:
            return 0
        free, made = self._free(cluster, line), 0
        for one in line:
            if made >= free:
                break
            if one.offered_until is None and await self._may_join(cluster, one.home_id):
                await self._offer(cluster, one, now)
                made += 1
        return made

    def _free(self, cluster: ClusterView, line: Sequence[WaitingView], home_id: int | None = None) -> int:
        """Places that nobody has, and that are held for none but this home."""
        now = self._clock.now()
        held = sum(one.offered_until is not None and one.offered_until > now and one.home_id != home_id for one in line)
        return max(0, cluster.max_neighbours - len(cluster.neighbours) - held)

    async def _offer(self, cluster: ClusterView, one: WaitingView, now: datetime) -> None:
        until = now + self._hold
        mine = (col(ClusterWaiting.id) == one.id, col(ClusterWaiting.offered_until).is_(None), _OPEN)
        async with self._database.session() as session:
            done = await session.exec(update(ClusterWaiting).where(*mine).values(offered_until=until))
            if done.rowcount == 1:  # another process was not quicker
                await self._recorder.tell(session, Action.OFFER, cluster, JOB, now, comment=one.address)
                await self._tell_of(session, PlaceTold.OFFERED, cluster, one, until)

    async def _lapse(self, cluster: ClusterView, one: WaitingView, now: datetime) -> None:
        mine = (col(ClusterWaiting.id) == one.id, col(ClusterWaiting.offered_until) == one.offered_until, _OPEN)
        async with self._database.session() as session:
            done = await session.exec(update(ClusterWaiting).where(*mine).values(ended_at=now, outcome="lapsed"))
            if done.rowcount == 1:
                await self._recorder.tell(session, Action.LAPSE, cluster, JOB, now, comment=one.address)
                assert one.offered_until is not None
                await self._tell_of(session, PlaceTold.LAPSED, cluster, one, one.offered_until)

    async def _tell_of(
        self, session: AsyncSession, told: PlaceTold, cluster: ClusterView, one: WaitingView, until: datetime
    ) -> None:
        if self._tell_place is None:
            return
        homes = await self._homes.of([one.home_id])
        lot = (await self._judging.lots(homes)).get(one.home_id)
        await self._tell_place(
            session, told, waiting=one, code=cluster.code, until=until,
            household_id=None if lot is None else lot.household_id,
        )  # fmt: skip

    async def _may_join(self, cluster: ClusterView, home_id: int) -> bool:
        home = (await self._homes.of([home_id])).get(home_id)
        if home is None or home_id in cluster.home_ids:
            return False
        return not (await self._judged(cluster, home))[1]

    async def _judged(self, before: ClusterView, home: Home) -> tuple[CheckResult, Sequence[Finding]]:
        """What the rules say of the cluster with one more home, and what of it forbids that home."""
        assert home.id is not None
        judged = await self._judging.judge(before.host.home_id, [*before.home_ids[1:], home.id], cluster_id=before.id)
        against = [
            new for new in worsened(before.findings, judged.result.findings) if new.level is Level.BROKEN
        ]  # fmt: skip
        return judged.result, against

    async def _end_waiting(self, session: AsyncSession, cluster_id: UUID, home_id: int, outcome: str) -> None:
        mine = (col(ClusterWaiting.cluster_id) == cluster_id, col(ClusterWaiting.home_id) == home_id, _OPEN)
        await session.exec(update(ClusterWaiting).where(*mine).values(ended_at=self._clock.now(), outcome=outcome))


_OPEN = col(ClusterWaiting.ended_at).is_(None)


def _in_line(rows: Sequence[ClusterWaiting]) -> tuple[WaitingView, ...]:
    return tuple(
        WaitingView(
            id=row.id,
            cluster_id=row.cluster_id,
            home_id=row.home_id,
            address=row.address,
            position=position,
            asked_by=row.asked_by,
            asked_at=row.asked_at,
            person_id=row.person_id,
            offered_until=row.offered_until,
        )
        for position, row in enumerate(rows, 1)
    )
