"""What every use case of clusters shares: the parts it works with, and the one way by which something is written."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from core.accounts import Right
from core.clock import Clock
from core.db import Database
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.events import Event
from core.neighbourhood.clusters.codec import with_approval
from core.neighbourhood.clusters.judging import Judging
from core.neighbourhood.clusters.life import Action
from core.neighbourhood.clusters.model import CheckResult, ClusterRules, ClusterState, ClusterView, Finding, Level
from core.neighbourhood.clusters.ports import AuditTrail, Books, By, HomesById, NoPrices, PlaceTeller, Prices, Ways
from core.neighbourhood.clusters.record import Also, ClusterRecorder, Hand, Step
from core.neighbourhood.clusters.rules import Facts
from core.neighbourhood.clusters.store import ClusterStore
from core.texts import N_, Text, joined

NAME_LENGTH = 120
MOST_DRAWN = 60
"""Homes that a draft may hold, however wrong it is."""
COMMENT_LENGTH = 1000


class ClusterDesk:
    """The base of `Clusters`. ``changed`` names the clusters of each write once it is stored. A free place is held for
    ``hold``; ``tell_place`` tells those who wait for one."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        reach: Ways,
        books: Books,
        audit: AuditTrail,
        rules: ClusterRules = ClusterRules(),  # noqa: B008 - frozen
        prices: Prices = NoPrices(),  # noqa: B008 - frozen
        hold: timedelta = timedelta(hours=48),
        tell_place: PlaceTeller | None = None,
    ) -> None:
        self.rules = rules
        self.changed: Event[tuple[UUID, ...]] = Event("clusters_changed")
        self._database = database
        self._clock = clock
        self._ways = reach
        self._homes = HomesById(books)
        self._prices = prices
        self._hold, self._tell_place = hold, tell_place
        self._store = ClusterStore(database, rules)
        self._recorder = ClusterRecorder(self._store, audit)
        self._judging = Judging(database, self._homes, reach, rules)

    async def get(self, cluster_id: UUID) -> ClusterView:
        """One cluster; ``NotFound`` when there is none."""
        return await self._store.get(cluster_id)

    async def _seen(self, cluster_id: UUID, expected_version: int) -> ClusterView:
        """The cluster, if it is still as the asker saw it; ``Conflict`` tells what happened since."""
        cluster = await self._store.get(cluster_id)
        if cluster.version != expected_version:
            raise await self._recorder.changed_meanwhile(cluster.id, cluster.code, expected_version)
        return cluster

    async def _judge(self, cluster: ClusterView, adjust: Callable[[Facts], Facts] | None = None) -> CheckResult:
        """The rules for a cluster as it stands."""
        homes = [member.home_id for member in cluster.neighbours]
        judged = await self._judging.judge(cluster.host.home_id, homes, cluster_id=cluster.id, adjust=adjust)
        return judged.result

    async def _write(self, steps: Sequence[Step], by: By | Hand, also: Also | None = None) -> tuple[ClusterView, ...]:
        """All steps, and ``also`` in the same transaction, or nothing."""
        hand = by if isinstance(by, Hand) else Hand.of(by)
        await self._recorder.write(steps, hand, self._clock.now(), also)
        self.changed.emit(tuple(step.after.id for step in steps))
        return tuple([await self._store.get(step.after.id) for step in steps])

    async def _step(
        self,
        before: ClusterView,
        after: ClusterView,
        action: Action,
        by: By | Hand,
        *,
        comment: str = "",
        check: CheckResult | None = None,
        also: Also | None = None,
    ) -> ClusterView:
        """Write one step on one cluster."""
        return (await self._write([Step(before, after, action, comment, check)], by, also))[0]

    def _next(self, cluster: ClusterView, **changes: object) -> ClusterView:
        """The cluster one version on."""
        return replace(cluster, version=cluster.version + 1, changed_at=self._clock.now(), **changes)  # type: ignore[arg-type]

    def _retired(self, cluster: ClusterView, comment: str = "") -> ClusterView:
        """The cluster at its end: it holds no home, and no approval stands any longer."""
        host, *neighbours = with_approval(cluster.members, set())
        ended = replace(cluster, host=host, neighbours=tuple(neighbours), stale_reason="", stale_at=None)
        return self._next(ended, state=ClusterState.RETIRED, comment=comment)

    def _stale(self, cluster: ClusterView, reasons: Sequence[str]) -> ClusterView:
        """The cluster with its approval marked stale for these reasons, beside those it has."""
        known = str(cluster.stale_reason)
        fresh = [reason for reason in dict.fromkeys(reasons) if reason not in known]
        if not cluster.live or not fresh:
            return cluster
        told = [cluster.stale_reason] if cluster.stale_reason else []
        return replace(cluster, stale_reason=joined([*told, *fresh]), stale_at=cluster.stale_at or self._clock.now())

    def _taken_over(
        self,
        before: ClusterView,
        check: CheckResult,
        home_ids: Sequence[int],
        state: ClusterState | None = None,
    ) -> ClusterView:
        """The next version with these homes, host first, and the findings of ``check``. In a live cluster those
        approved before stay so and newcomers wait; in any other nothing that was decided stands any longer."""
        after = self._next(before, state=state or before.state, findings=check.findings)
        approved = {member.home_id for member in before.members if member.approved}
        if not after.live:
            approved = set()
            after = replace(after, submitted_by="", decided_by="", stale_reason="", stale_at=None)
        known = {member.home_id: member for member in (*before.members, *check.members)}  # a home may leave the book
        host, *neighbours = with_approval(tuple(known[home_id] for home_id in home_ids), approved)
        return replace(after, host=host, neighbours=tuple(neighbours))


def need(by: By, *any_of: Right) -> None:
    """``NotAllowed`` unless the person holds one of the rights."""
    if not any(by.may(right) for right in any_of):
        raise NotAllowed(Text("this needs the right {right}", right=" or ".join(any_of)))


def clean_name(name: str, fallback: str) -> str:
    """The name as kept; ``Invalid`` when it is too long."""
    if len(name.strip()) > NAME_LENGTH:
        raise Invalid(Text("cluster name: expected at most {most} characters", most=NAME_LENGTH))
    return name.strip() or fallback[:NAME_LENGTH]


def clean_comment(comment: str) -> str:
    if len(comment) > COMMENT_LENGTH:
        raise Invalid(Text("comment: expected at most {most} characters", most=COMMENT_LENGTH))
    return comment.strip()


def all_known(check: CheckResult, host_id: int, home_ids: Sequence[int]) -> None:
    """``NotFound`` when a home of the group is not in the address book; ``Invalid`` for far too many homes."""
    if len(set(home_ids)) > MOST_DRAWN:
        raise Invalid(Text("{n} homes: a draft holds at most {most}", n=len(set(home_ids)), most=MOST_DRAWN))
    known = {member.home_id for member in check.members}
    missing = [home_id for home_id in dict.fromkeys((host_id, *home_ids)) if home_id not in known]
    if missing:
        raise NotFound(
            N_("a home is not in the address book"),
            reasons=[Text("Home {home} is not in the address book.", home=home_id) for home_id in missing],
        )


def refuse(code: str, findings: Sequence[Finding]) -> None:
    """``Conflict`` with the words of the findings, when there are any."""
    if findings:
        reasons = [finding.words for finding in findings]
        raise Conflict(Text("the rules stand against {code}", code=code), reasons=reasons)


def worsened(before: Sequence[Finding], after: Sequence[Finding]) -> tuple[Finding, ...]:
    """Findings that were not there before and are not well."""
    known = {(finding.rule, finding.level, finding.home_id) for finding in before}
    return tuple(
        finding
        for finding in after
        if finding.level is not Level.OK and (finding.rule, finding.level, finding.home_id) not in known
    )


def changes(before: ClusterView, after: ClusterView) -> tuple[str, ...]:
    """What of a change an approver has not seen: homes that came, a minimum no longer met, rules newly hurt."""
    known = set(before.home_ids)
    came = [
        Text("{address} came after the approval.", address=new.address)
        for new in after.members
        if new.home_id not in known
    ]
    return (*came, *(finding.words for finding in worsened(before.findings, after.findings)))
