"""Joining and leaving: places are limited, who finds none waits in line, and a free place is held for the first there.

A home that joins a live cluster waits there until another person has approved it; one that leaves is out at once.
"""

from collections.abc import Collection
from contextlib import suppress
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from core.accounts import Right
from core.errors import Conflict, NotAllowed, NotFound
from core.neighbourhood.answers import Home
from core.neighbourhood.clusters.desk import changes, clean_comment
from core.neighbourhood.clusters.judging import Place, place_of
from core.neighbourhood.clusters.life import Action
from core.neighbourhood.clusters.model import ClusterState, ClusterView, MemberView
from core.neighbourhood.clusters.offers import JOINABLE, Offers
from core.neighbourhood.clusters.ports import By
from core.neighbourhood.clusters.record import ChangedMeanwhile, Hand
from core.neighbourhood.clusters.tables import ClusterWaiting
from core.neighbourhood.clusters.views import JoinResult
from core.texts import N_, Text

TRIES = 8


class Joining(Offers):
    """Join, leave, wait."""

    async def join(self, code_or_id: str | UUID, home_id: int, by: By) -> JoinResult:
        """Take a place for a home, by invite code, or by the cluster itself for those who draw clusters; in a full
        cluster a place in the queue.

        ``NotAllowed`` for a home that is not one's own; ``Conflict`` with reasons when the rules forbid it.
        """
        home = await self._own_home(home_id, by)
        if isinstance(code_or_id, UUID):
            if not by.may(Right.DRAW_CLUSTERS):
                raise NotAllowed(N_("joining needs an invite code"))
            cluster_id = code_or_id
        else:
            cluster_id = await self.invited_to(code_or_id)
        hand = Hand.of(by)
        for _ in range(TRIES):
            try:
                return await self._join(cluster_id, home, hand)
            except ChangedMeanwhile:  # another home was quicker: look again whether there is a place
                continue
        raise Conflict(N_("too many people change this cluster at once: try again"))

    async def _own_home(self, home_id: int, by: By) -> Home:
        found = await self._homes.of([home_id])
        if home_id not in found:
            raise NotFound(Text("Home {home} is not in the address book.", home=home_id))
        if not by.may(Right.DRAW_CLUSTERS):
            lot = (await self._judging.lots(found)).get(home_id)
            if lot is None or lot.household_id not in by.household_ids:
                raise NotAllowed(N_("this home is not one of yours"))
        return found[home_id]

    async def _join(self, cluster_id: UUID, home: Home, hand: Hand) -> JoinResult:
        before, home_id = await self.get(cluster_id), home.id
        assert home_id is not None
        if before.state not in JOINABLE:
            raise Conflict(Text("{code} takes nobody now", code=before.code))
        if home_id in before.home_ids:
            raise Conflict(N_("this home is a member already"))
        if not self._free(before, await self.waiting(cluster_id), home_id):
            return await self._queue(before, home_id, home.address, hand)
        members = (*before.home_ids, home_id)
        check, against = await self._judged(before, home)
        if against:
            raise Conflict(N_("the rules do not let this home join"), reasons=[new.words for new in against])
        after = self._taken_over(before, check, members)
        after = self._stale(after, changes(before, after))

        async def out_of_line(session: AsyncSession) -> None:
            await self._end_waiting(session, cluster_id, home_id, "joined")

        joined = await self._step(before, after, Action.JOIN, hand, comment=home.address, check=check, also=out_of_line)
        words = N_("The home has joined; it is served once a second person has approved it.")
        return JoinResult(joined, True, None, words)

    async def _queue(self, cluster: ClusterView, home_id: int, address: str, hand: Hand) -> JoinResult:
        if all(waiting.home_id != home_id for waiting in await self.waiting(cluster.id)):
            record = ClusterWaiting(
                cluster_id=cluster.id,
                home_id=home_id,
                address=address,
                person_id=hand.person_id,
                asked_by=hand.name,
                asked_at=self._clock.now(),
            )
            with suppress(IntegrityError):  # asked twice at the same moment: once in line is enough
                async with self._database.session() as session:
                    session.add(record)
                    await self._recorder.tell(session, Action.WAIT, cluster, hand, self._clock.now(), comment=address)
        mine = next(waiting for waiting in await self.waiting(cluster.id) if waiting.home_id == home_id)
        words = Text("The cluster is full; this home is number {position} in line.", position=mine.position)
        return JoinResult(await self.get(cluster.id), False, mine, words)

    async def leave(self, cluster_id: UUID, home_id: int, by: By, comment: str = "") -> ClusterView:
        """A neighbour leaves, or leaves the queue; the place is held for the first in line. The host cannot leave.

        ``NotFound`` for a home that is no member, or not one's own. Below the minimum the cluster is *forming* again,
        and the approval of a live one goes stale.
        """
        comment = clean_comment(comment)
        for _ in range(TRIES):
            try:
                return await self._leave(await self.get(cluster_id), home_id, by, comment)
            except ChangedMeanwhile:
                continue
        raise Conflict(N_("too many people change this cluster at once: try again"))

    async def _leave(self, before: ClusterView, home_id: int, by: By, comment: str) -> ClusterView:
        queued = [waiting for waiting in await self.waiting(before.id) if waiting.home_id == home_id]
        if queued:
            await self._own_home(home_id, by)
            async with self._database.session() as session:
                await self._end_waiting(session, before.id, home_id, "gone")
            await self.offer_places(before.id)
            return await self.get(before.id)
        own = await self._judging.places_of(by.household_ids)
        member = _leaving(before, home_id, own, by)
        members = [other for other in before.home_ids if other != home_id]
        check = (await self._judging.judge(members[0], members[1:], cluster_id=before.id)).result
        state = before.state if before.live else ClusterState.DRAFT
        after = self._taken_over(before, check, members, state)
        after = self._stale(after, changes(before, after))
        said = Text("{address}: {why}", address=member.address, why=comment) if comment else member.address
        await self._step(before, after, Action.LEAVE, by, comment=said, check=check)
        await self.offer_places(before.id)
        return await self.get(before.id)


def _leaving(cluster: ClusterView, home_id: int, own: Collection[Place], by: By) -> MemberView:
    member = next((member for member in cluster.members if member.home_id == home_id), None)
    if member is None or not (place_of(member) in own or by.may(Right.DRAW_CLUSTERS)):
        raise NotFound(N_("this home is no member of the cluster"))
    if member is cluster.host:
        raise Conflict(N_("the host cannot leave: split the cluster, or retire it"))
    if cluster.state is ClusterState.RETIRED:
        raise Conflict(Text("{code} is retired", code=cluster.code))
    return member
