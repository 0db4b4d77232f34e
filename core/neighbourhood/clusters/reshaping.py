"""Split, merge, move a home: previewed with who moves and what it means for each bill, then carried out as one.

A split makes a new draft of the homes that go; a merge hands all homes over and retires the cluster they came from; a
move takes one home from one cluster to another. Homes that come into a live cluster wait there for a second person.
Consents belong to a cluster and are asked for anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from core.accounts import Right
from core.errors import Conflict, Invalid
from core.neighbourhood.clusters.desk import changes, need
from core.neighbourhood.clusters.drawing import Drawing
from core.neighbourhood.clusters.life import Action
from core.neighbourhood.clusters.model import CheckResult, ClusterState, ClusterView, Part
from core.neighbourhood.clusters.ports import By
from core.neighbourhood.clusters.record import Hand, Step
from core.neighbourhood.clusters.rules import group
from core.neighbourhood.clusters.views import Change, ChangePreview, ClusterAfter, HomeMove
from core.texts import N_, Text


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of one cluster; ``before`` is ``None`` for one to be made, ``check`` where it retires."""

    before: ClusterView | None
    home_ids: tuple[int, ...]
    """Host first."""
    check: CheckResult | None


class Reshaping(Drawing):
    """Changes that touch two clusters at once."""

    async def preview_split(
        self, cluster_id: UUID, *, host_id: int, home_ids: Sequence[int], name: str = ""
    ) -> ChangePreview:
        """``host_id`` and ``home_ids`` leave and become a draft of their own."""
        source = await self._open(cluster_id)
        going = (host_id, *group(host_id, home_ids))
        _check_members(source, going)
        change = Change("split", source.id, None, going, host_id, name, ((source.id, source.version),))
        return await self._preview(change)

    async def preview_merge(self, source_id: UUID, target_id: UUID) -> ChangePreview:
        """All homes of the first go over to the second, its host too; the first retires."""
        source, target = await self._open(source_id), await self._open(target_id)
        return await self._preview(_change("merge", source, target, source.home_ids))

    async def preview_move(self, home_id: int, source_id: UUID, target_id: UUID) -> ChangePreview:
        """A neighbour of the first becomes one of the second."""
        source, target = await self._open(source_id), await self._open(target_id)
        _check_members(source, (home_id,))
        return await self._preview(_change("move", source, target, (home_id,)))

    async def apply(self, change: Change, by: By) -> tuple[ClusterView, ...]:
        """Carry out what was previewed, all of it or nothing; the clusters touched, as they are now.

        ``Conflict`` when one of them was changed since the preview, or a rule would be broken.
        """
        need(by, Right.DRAW_CLUSTERS)
        if change.kind == "merge":  # it retires a cluster
            need(by, Right.APPROVE_CLUSTERS)
        for cluster_id, version in change.expected:
            await self._seen(cluster_id, version)
        if await self._asked_again(change) != change:
            raise Invalid(N_("this change was never previewed: ask for a preview and send back what it gives"))
        outcomes = await self._outcomes(change)
        broken = [finding for outcome in outcomes if outcome.check for finding in outcome.check.broken]
        if broken:
            raise Conflict(N_("the rules stand against this change"), reasons=[finding.words for finding in broken])
        steps = [await self._to_step(change, outcome, Hand.of(by)) for outcome in outcomes]
        return await self._write(steps, by)

    async def _asked_again(self, change: Change) -> Change:
        """The change as a preview of the same wish gives it now: what comes back from outside is not believed."""
        if change.kind == "split":
            host_id = change.host_id or 0
            preview = await self.preview_split(
                change.source_id, host_id=host_id, home_ids=change.home_ids, name=change.name
            )
        elif change.target_id is None:
            raise Invalid(N_("target: is missing"))
        elif change.kind == "merge":
            preview = await self.preview_merge(change.source_id, change.target_id)
        else:
            preview = await self.preview_move(change.home_ids[0], change.source_id, change.target_id)
        return preview.change

    async def _open(self, cluster_id: UUID) -> ClusterView:
        cluster = await self.get(cluster_id)
        if cluster.state is ClusterState.RETIRED:
            raise Conflict(Text("{code} is retired", code=cluster.code))
        return cluster

    async def _preview(self, change: Change) -> ChangePreview:
        outcomes = await self._outcomes(change)
        source, target = await self.get(change.source_id), None
        if change.target_id is not None:
            target = await self.get(change.target_id)
        known = {member.home_id: member for member in source.members}
        prices = await self._prices.effects(
            [(home_id, change.source_id, change.target_id) for home_id in change.home_ids]
        )
        moves = tuple(
            HomeMove(
                home_id=home_id,
                address=known[home_id].address,
                from_code=source.code,
                to_code=target.code if target else "",
                part=Part.HOST if home_id == change.host_id else Part.NEIGHBOUR,
                price=prices[home_id],
            )
            for home_id in change.home_ids
        )
        return ChangePreview(change, moves, tuple(_after(outcome) for outcome in outcomes), _words(outcomes, source))

    async def _outcomes(self, change: Change) -> tuple[Outcome, ...]:
        source = await self.get(change.source_id)
        own = {change.source_id} if change.target_id is None else {change.source_id, change.target_id}
        if change.kind == "merge":
            left = Outcome(source, source.home_ids, None)
        else:
            staying = tuple(home_id for home_id in source.home_ids if home_id not in change.home_ids)
            left = Outcome(source, staying, await self._check(staying, source.id, own))
        if change.target_id is None:
            fresh = await self._check(change.home_ids, None, own)
            return (left, Outcome(None, change.home_ids, fresh))
        target = await self.get(change.target_id)
        homes = (*target.home_ids, *(home_id for home_id in change.home_ids if home_id not in target.home_ids))
        return (left, Outcome(target, homes, await self._check(homes, target.id, own)))

    async def _check(self, home_ids: Sequence[int], cluster_id: UUID | None, own: set[UUID]) -> CheckResult:
        judged = await self._judging.judge(home_ids[0], home_ids[1:], cluster_id=cluster_id, ignoring=own)
        return judged.result

    async def _to_step(self, change: Change, outcome: Outcome, hand: Hand) -> Step:
        action, before, check = Action(change.kind), outcome.before, outcome.check
        if before is None:
            assert check is not None
            return Step(None, await self._draft(check, change.name, hand), action, check=check)
        if check is None:
            return Step(before, self._retired(before), action)
        state = before.state if before.live else ClusterState.DRAFT
        after = self._taken_over(before, check, outcome.home_ids, state)
        return Step(before, self._stale(after, changes(before, after)), action, check=check)


def _change(kind: str, source: ClusterView, target: ClusterView, home_ids: tuple[int, ...]) -> Change:
    if source.id == target.id:
        raise Invalid(N_("a cluster cannot be merged with itself, nor a home moved within it"))
    expected = tuple((cluster.id, cluster.version) for cluster in (source, target))
    return Change(kind, source.id, target.id, home_ids, None, "", expected)


def _check_members(source: ClusterView, going: Sequence[int]) -> None:
    for home_id in going:
        if home_id == source.host.home_id:
            raise Invalid(Text("the host of {code} stays: name its neighbours", code=source.code))
        if home_id not in source.home_ids:
            raise Invalid(Text("home {home} is no neighbour of {code}", home=home_id, code=source.code))


def _after(outcome: Outcome) -> ClusterAfter:
    before, check = outcome.before, outcome.check
    if before is None:
        cluster_id, code, state = None, "", ClusterState.DRAFT
    else:
        cluster_id, code = before.id, before.code
        state = ClusterState.RETIRED if check is None else before.state if before.live else ClusterState.DRAFT
    return ClusterAfter(
        cluster_id=cluster_id,
        code=code,
        state=state,
        host_id=outcome.home_ids[0],
        neighbour_ids=() if check is None else outcome.home_ids[1:],
        findings=() if check is None else check.findings,
    )


def _words(outcomes: Sequence[Outcome], source: ClusterView) -> tuple[str, ...]:
    words: list[str] = []
    for outcome in outcomes:
        before, check = outcome.before, outcome.check
        if before is None:
            words.append(
                N_("The new cluster begins as a draft: its homes are not served until it is approved and active.")
            )
        elif check is None:
            words.append(Text("{code} retires.", code=before.code))
        elif before.live and set(outcome.home_ids) - set(before.home_ids):
            words.append(Text("Homes that come to {code} wait there until a second person approves.", code=before.code))
        elif not before.live and before.state is not ClusterState.DRAFT:
            words.append(Text("{code} becomes a draft again.", code=before.code))
    if any(member.consent == "given" for member in source.members):
        words.append(N_("Consents to cross a lot belong to one cluster and must be asked for anew."))
    return tuple(words)
