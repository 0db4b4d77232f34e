"""Drawing and revising: drafts may be wrong, and say so; running clusters may not."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from core.accounts import Right
from core.errors import Conflict
from core.ids import new_id
from core.neighbourhood.clusters.desk import ClusterDesk, all_known, changes, clean_name, need, refuse
from core.neighbourhood.clusters.life import Action, check_move, move_of
from core.neighbourhood.clusters.model import CheckResult, ClusterState, ClusterView
from core.neighbourhood.clusters.ports import By
from core.neighbourhood.clusters.record import Hand, Step
from core.neighbourhood.clusters.rules import group
from core.neighbourhood.clusters.store import code_of
from core.texts import N_


class Drawing(ClusterDesk):
    """Makes clusters and changes who is in them."""

    async def create_draft(self, host_id: int, home_ids: Sequence[int], name: str, by: By) -> ClusterView:
        """A new draft of this host and these neighbours; what is wrong with it stands in its findings.

        ``NotFound`` when a home is not in the address book.
        """
        need(by, Right.DRAW_CLUSTERS)
        judged = await self._judging.judge(host_id, home_ids)
        all_known(judged.result, host_id, home_ids)
        draft = await self._draft(judged.result, name, Hand.of(by))
        return (await self._write([Step(None, draft, Action.CREATE, check=judged.result)], by))[0]

    async def revise(
        self, cluster_id: UUID, expected_version: int, host_id: int, home_ids: Sequence[int], name: str, by: By
    ) -> ClusterView:
        """Other homes, another host or name. What was submitted, rejected or approved becomes a draft again. A running
        cluster keeps running: who left is out at once, who came waits until another person approves.

        ``Conflict`` when it was changed meanwhile, or when a running cluster would break a rule or change its host.
        """
        before = await self._seen(cluster_id, expected_version)
        move = move_of(Action.REVISE, before)
        check_move(move, before, by)
        judged = await self._judging.judge(host_id, home_ids, cluster_id=before.id)
        check = judged.result
        all_known(check, host_id, home_ids)
        after = replace(
            self._taken_over(before, check, (host_id, *group(host_id, home_ids)), move.to),
            name=clean_name(name, before.name),
        )
        if after.live:
            if host_id != before.host.home_id:
                raise Conflict(N_("a running cluster keeps its host: split it, or retire it and draw another"))
            refuse(before.code, check.broken)
            after = self._stale(after, changes(before, after))
        return await self._step(before, after, Action.REVISE, by, check=check)

    async def _draft(self, check: CheckResult, name: str, hand: Hand, number: int | None = None) -> ClusterView:
        """A draft yet to be written."""
        now = self._clock.now()
        host, *neighbours = check.members
        return ClusterView(
            id=new_id(),
            code=code_of(number or await self._store.next_number()),
            name=clean_name(name, host.address),
            state=ClusterState.DRAFT,
            version=1,
            host=host,
            neighbours=tuple(neighbours),
            author_id=hand.person_id,
            author=hand.name,
            submitted_by="",
            decided_by="",
            comment="",
            findings=check.findings,
            stale_reason="",
            stale_at=None,
            created_at=now,
            changed_at=now,
            waiting=0,
            max_neighbours=self.rules.max_neighbours,
            min_neighbours=self.rules.min_neighbours,
        )
