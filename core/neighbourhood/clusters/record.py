"""Writing clusters: whole, guarded by the version seen, with version, history and audit in one transaction."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from core.errors import Conflict
from core.neighbourhood.clusters.codec import finding_json, member_json, member_row, told
from core.neighbourhood.clusters.life import DONE_WORDS, Action
from core.neighbourhood.clusters.model import CheckResult, ClusterView
from core.neighbourhood.clusters.ports import AuditTrail, By
from core.neighbourhood.clusters.store import ClusterStore
from core.neighbourhood.clusters.tables import ClusterEvent, ClusterMember, ClusterRow, ClusterVersion
from core.texts import N_, Text, kept, sentence

type Also = Callable[[AsyncSession], Awaitable[None]]
"""What else is written in the transaction of a step."""

COMMENT_LENGTH = 1000
STALE_LENGTH = 2000
SYSTEM = "recheck"


@dataclass(frozen=True, slots=True)
class Hand:
    """Who does it, as records name them; ``person_id`` is ``None`` for a job."""

    person_id: UUID | None
    name: str
    actor: str
    source: str = "web"

    @classmethod
    def of(cls, by: By) -> "Hand":
        """``source`` of the person, where there is one, says by which door they came."""
        return cls(by.person_id, by.name or by.email, by.email, getattr(by, "source", "web"))


JOB = Hand(None, SYSTEM, SYSTEM, "job")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing done to one cluster: ``before`` is ``None`` for a new one, ``check`` where the rules were not asked."""

    before: ClusterView | None
    after: ClusterView
    action: Action
    comment: str = ""
    check: CheckResult | None = None


class ClusterRecorder:
    """Writes the tables of clusters."""

    def __init__(self, store: ClusterStore, audit: AuditTrail) -> None:
        self._store = store
        self._audit = audit

    async def write(self, steps: Sequence[Step], hand: Hand, now: datetime, also: Also | None = None) -> None:
        """Carry out all steps, and ``also``, or nothing. `ChangedMeanwhile` when a cluster was changed since it was
        read, ``Conflict`` when another live cluster has one of the homes."""
        try:
            async with self._store.database.session() as session:
                for step in sorted(steps, key=lambda step: str(step.after.id)):
                    if not await self._claim(session, step):
                        raise _Overtaken(step)
                if also is not None:
                    await also(session)
                for step in steps:
                    await self._put(session, step, hand, now)
        except _Overtaken as overtaken:
            before = overtaken.step.before
            assert before is not None
            raise await self.changed_meanwhile(before.id, before.code, before.version) from None
        except IntegrityError as error:
            if "crossing_consent" in str(error.orig):
                raise Conflict(N_("this consent stands recorded already")) from error
            if "cluster_member" not in str(error.orig):
                raise Conflict(N_("another cluster was made at the same moment: try again")) from error
            raise Conflict(N_("another cluster has one of these homes already")) from error

    async def changed_meanwhile(self, cluster_id: UUID, code: str, seen: int) -> "ChangedMeanwhile":
        """The refusal that tells who changed what and when since version ``seen``."""
        reasons = [
            Text(
                "{who}: {what}, {when}",
                who=event.by,
                what=sentence(DONE_WORDS[Action(event.action)]),
                when=event.at.strftime("%Y-%m-%d %H:%M UTC"),
            )
            for event in await self._store.events(cluster_id, after_version=seen)
        ]
        return ChangedMeanwhile(Text("{code} has been changed since you opened it", code=code), reasons=reasons)

    async def _claim(self, session: AsyncSession, step: Step) -> bool:
        """Take the cluster at the version seen, and free its homes."""
        after, before = step.after, step.before
        values: dict[str, Any] = {
            "name": after.name,
            "state": after.state.value,
            "version": after.version,
            "submitted_by": after.submitted_by,
            "decided_by": after.decided_by,
            "comment": after.comment[:COMMENT_LENGTH],
            "stale_reason": kept(after.stale_reason, most=STALE_LENGTH),
            "stale_at": after.stale_at,
            "changed_at": after.changed_at,
        }
        if before is None:
            author: dict[str, Any] = {
                "author_id": after.author_id,
                "author": after.author,
                "created_at": after.created_at,
            }
            session.add(ClusterRow(id=after.id, number=int(after.code[2:]), **author, **values))
            await session.flush()
            return True
        mine = (col(ClusterRow.id) == before.id, col(ClusterRow.version) == before.version)
        if (await session.exec(update(ClusterRow).where(*mine).values(**values))).rowcount == 0:
            return False
        await session.exec(delete(ClusterMember).where(col(ClusterMember.cluster_id) == before.id))
        return True

    async def _put(self, session: AsyncSession, step: Step, hand: Hand, now: datetime) -> None:
        after, before, check = step.after, step.before, step.check
        session.add_all(member_row(after, member) for member in after.members)
        parameters, provenance = ({}, {}) if check is None else (dict(check.parameters), dict(check.provenance))
        if check is None and before is not None:
            last = await session.get(ClusterVersion, (before.id, before.version))
            parameters, provenance = (last.parameters, last.provenance) if last else ({}, {})
        session.add(
            ClusterVersion(
                cluster_id=after.id,
                version=after.version,
                at=now,
                by=hand.name,
                action=step.action,
                comment=step.comment[:COMMENT_LENGTH],
                name=after.name,
                state=after.state,
                members=[member_json(member) for member in after.members],
                findings=[finding_json(finding) for finding in after.findings],
                parameters=parameters,
                provenance=provenance,
            )
        )
        await self.tell(session, step.action, after, hand, now, comment=step.comment, before=before)
        await session.flush()

    async def tell(
        self,
        session: AsyncSession,
        action: Action,
        after: ClusterView,
        hand: Hand,
        now: datetime,
        *,
        comment: str = "",
        before: ClusterView | None = None,
    ) -> None:
        """One line of the history, and one of the audit."""
        session.add(
            ClusterEvent(
                cluster_id=after.id,
                at=now,
                person_id=hand.person_id,
                actor=hand.name,
                action=action,
                version=after.version,
                state_before="" if before is None else before.state,
                state_after=after.state,
                comment=kept(comment, most=STALE_LENGTH),
            )
        )
        await self._audit.record(
            actor=hand.actor,
            person_id=hand.person_id,
            action=f"cluster.{action}",
            object_type="cluster",
            object_id=after.code,
            before=None if before is None else told(before),
            after=told(after),
            reason=comment,
            source=hand.source,
            session=session,
        )


class ChangedMeanwhile(Conflict):
    """Somebody else was quicker; ``reasons`` tell who did what and when."""


class _Overtaken(Exception):
    def __init__(self, step: Step) -> None:
        super().__init__()
        self.step = step
