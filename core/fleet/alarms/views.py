"""Alarms as screens, REST and the bell see them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from core.accounts import PersonName
from core.fleet.alarms.model import AlarmKind, Key, Subject, SubjectKind
from core.fleet.alarms.tables import AlarmEvent, AlarmMember, AlarmRow
from core.fleet.faults import Severity
from core.sight import Sight
from core.texts import recalled


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmView:
    """One alarm, open or over."""

    id: UUID
    key: Key
    kind: AlarmKind
    severity: Severity
    subject: Subject
    account: str | None
    code: int | None
    member_count: int
    since: datetime
    raised_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str
    owner_id: UUID | None
    owner: str
    cleared_at: datetime | None
    cleared_by: str
    clear_reason: str
    climbed: int

    @property
    def open(self) -> bool:
        return self.cleared_at is None

    @property
    def mower(self) -> str | None:
        return self.subject.name if self.subject.kind is SubjectKind.MOWER else None


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """One line of an alarm's life; ``actor`` is empty for the system itself."""

    at: datetime
    kind: str
    actor: str
    words: str


@dataclass(frozen=True, slots=True)
class MemberView:
    """A mower or account told by a common alarm."""

    kind: SubjectKind
    name: str
    joined_at: datetime
    left_at: datetime | None


@dataclass(frozen=True, slots=True)
class AlarmDetail:
    """An alarm with everything that happened to it."""

    alarm: AlarmView
    timeline: Sequence[TimelineLine]
    members: Sequence[MemberView]


def narrowed(detail: AlarmDetail, sight: Sight) -> AlarmDetail:
    """The same without members out of sight, and the lines of its timeline that name them."""
    if sight.everything:
        return detail
    members = [one for one in detail.members if one.kind is SubjectKind.MOWER and sight.mower(one.name)]
    hidden = {one.name for one in detail.members} - {one.name for one in members}
    return replace(
        detail, members=members, timeline=[line for line in detail.timeline if line.words not in hidden],
        alarm=replace(detail.alarm, member_count=len(members)) if detail.members else detail.alarm,
    )  # fmt: skip


type Audience = Callable[[], Awaitable[Sequence[PersonName]]]
"""Everybody who may handle alarms now."""


def alarm_view(row: AlarmRow) -> AlarmView:
    subject = Subject(SubjectKind(row.subject_kind), row.subject)
    return AlarmView(
        id=row.id,
        key=Key(row.rule_key, subject),
        kind=AlarmKind(row.kind),
        severity=Severity(row.severity),
        subject=subject,
        account=row.account,
        code=row.code,
        member_count=row.member_count,
        since=row.since,
        raised_at=row.raised_at,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by,
        owner_id=row.owner_id,
        owner=row.owner,
        cleared_at=row.cleared_at,
        cleared_by=row.cleared_by,
        clear_reason=row.clear_reason,
        climbed=row.climbed,
    )


def timeline_line(row: AlarmEvent) -> TimelineLine:
    return TimelineLine(row.at, row.kind, row.actor, recalled(row.words))


def member_view(row: AlarmMember) -> MemberView:
    return MemberView(SubjectKind(row.kind), row.name, row.joined_at, row.left_at)
