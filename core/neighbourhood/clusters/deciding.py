"""The moves of a cluster's life. What is submitted or approved is judged again at that very moment."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from core.neighbourhood.clusters.codec import with_approval
from core.neighbourhood.clusters.desk import ClusterDesk, clean_comment, refuse
from core.neighbourhood.clusters.life import Action, check_move, move_of
from core.neighbourhood.clusters.model import CheckResult, ClusterView, Finding
from core.neighbourhood.clusters.ports import By


class Deciding(ClusterDesk):
    """Submit, approve, reject, activate, suspend, retire. Each raises ``Conflict`` when the cluster was changed since
    ``expected_version`` or its state does not allow the move, ``NotAllowed`` without the right."""

    async def submit(self, cluster_id: UUID, expected_version: int, by: By, comment: str = "") -> ClusterView:
        """Ask another person to approve a draft; ``Conflict`` while a rule is broken."""
        return await self._decide(Action.SUBMIT, cluster_id, expected_version, by, comment)

    async def approve(self, cluster_id: UUID, expected_version: int, by: By, comment: str = "") -> ClusterView:
        """Approve what another person submitted, or renew an approval that has gone stale; ``Conflict`` when a rule is
        broken by now, a way still needs review, or a consent is missing."""
        return await self._decide(Action.APPROVE, cluster_id, expected_version, by, comment)

    async def reject(self, cluster_id: UUID, expected_version: int, by: By, comment: str) -> ClusterView:
        """Send a submission back, with what must change."""
        return await self._decide(Action.REJECT, cluster_id, expected_version, by, comment)

    async def activate(self, cluster_id: UUID, expected_version: int, by: By, comment: str = "") -> ClusterView:
        """Let the mower begin, or begin again after a suspension."""
        return await self._decide(Action.ACTIVATE, cluster_id, expected_version, by, comment)

    async def suspend(self, cluster_id: UUID, expected_version: int, by: By, comment: str) -> ClusterView:
        """Pause service; the homes stay held."""
        return await self._decide(Action.SUSPEND, cluster_id, expected_version, by, comment)

    async def retire(self, cluster_id: UUID, expected_version: int, by: By, comment: str = "") -> ClusterView:
        """End it for good and free its homes; an explanation is needed once it was approved."""
        return await self._decide(Action.RETIRE, cluster_id, expected_version, by, comment)

    async def _decide(
        self, action: Action, cluster_id: UUID, expected_version: int, by: By, comment: str
    ) -> ClusterView:
        before = await self._seen(cluster_id, expected_version)
        comment = clean_comment(comment)
        move = move_of(action, before)
        shapers = await self._store.shapers(before.id) if move.by_another else ()
        check_move(move, before, by, shapers=shapers, comment=comment)
        if action is Action.RETIRE:
            return await self._step(before, self._retired(before, comment), action, by, comment=comment)
        after = self._next(before, state=move.to or before.state, comment=comment)
        check = None
        if action in (Action.SUBMIT, Action.APPROVE):
            check = await self._judge(before)
            refuse(before.code, _against(action, check))
            after = _judged(after, check, approve=action is Action.APPROVE)
        name = by.name or by.email
        if action is Action.SUBMIT:
            after = replace(after, submitted_by=name)
        elif action in (Action.APPROVE, Action.REJECT):
            after = replace(after, decided_by=name)
        return await self._step(before, after, action, by, comment=comment, check=check)


def _against(action: Action, check: CheckResult) -> Sequence[Finding]:
    return check.broken if action is Action.SUBMIT else check.blocking


def _judged(after: ClusterView, check: CheckResult, *, approve: bool) -> ClusterView:
    """With the members as they are now; an approval is theirs all."""
    host, *neighbours = with_approval(check.members, None if approve else set())
    after = replace(after, host=host, neighbours=tuple(neighbours), findings=check.findings)
    return replace(after, stale_reason="", stale_at=None) if approve else after
