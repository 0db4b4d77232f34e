"""The API's words for alarms, rules, rota and notices. Spans in seconds, times in UTC."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from core.fleet import FaultLexicon, Severity
from core.fleet.alarms import (
    AlarmDetail,
    AlarmKind,
    AlarmView,
    RuleChange,
    Step,
    SubjectKind,
    alarm_title,
    alarm_words,
    fault_of,
)
from core.notices import Weight


class Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class AlarmOut(Out):
    """One alarm. ``subject`` is a device name, an account, or empty for the vendor as a whole."""

    id: UUID
    kind: AlarmKind
    severity: Severity
    title: str = ""
    likely_cause: str = ""
    next_step: str = ""
    subject_kind: SubjectKind
    subject: str
    account: str | None
    fault_code: int | None
    member_count: int = Field(description="Mowers or accounts that a common alarm tells now")
    since: datetime = Field(description="Its cause lasts since")
    raised_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str
    owner_id: UUID | None
    owner: str
    cleared_at: datetime | None
    cleared_by: str = Field(description="Empty while open, and when evidence cleared it")
    clear_reason: str
    rota_steps: int = Field(description="Steps of the rota that were told")


class TimelineOut(Out):
    at: datetime
    kind: str = Field(description="raised, acknowledged, taken, assigned, comment, climbed, joined, left, cleared, ...")
    actor: str = Field(description="Empty for the system itself")
    words: str


class MemberOut(Out):
    kind: SubjectKind
    name: str
    joined_at: datetime
    left_at: datetime | None


class AlarmDetailOut(AlarmOut):
    timeline: list[TimelineOut]
    members: list[MemberOut]


def alarm_fields(alarm: AlarmView, lexicon: FaultLexicon) -> dict[str, object]:
    fault = fault_of(lexicon, alarm.kind, alarm.code)
    cause, step = alarm_words(alarm.kind, alarm.subject, fault)
    return {
        **{name: getattr(alarm, name) for name in AlarmOut.model_fields if hasattr(alarm, name)},
        "title": str(alarm_title(alarm.kind, alarm.subject, alarm.member_count, fault)),
        "likely_cause": str(cause),
        "next_step": str(step),
        "subject_kind": alarm.subject.kind,
        "subject": alarm.subject.name,
        "fault_code": alarm.code,
        "rota_steps": alarm.climbed,
    }


def alarm_out(alarm: AlarmView, lexicon: FaultLexicon) -> AlarmOut:
    return AlarmOut.model_validate(alarm_fields(alarm, lexicon))


def detail_out(detail: AlarmDetail, lexicon: FaultLexicon) -> AlarmDetailOut:
    fields = alarm_fields(detail.alarm, lexicon) | {"timeline": detail.timeline, "members": detail.members}
    return AlarmDetailOut.model_validate(fields, from_attributes=True)


class AssignIn(BaseModel):
    person_id: UUID | None = Field(None, description="Who takes care of it; the caller by default")


class CommentIn(BaseModel):
    words: str = Field(min_length=1, max_length=1000)


class ClearIn(BaseModel):
    reason: str = Field(min_length=1, max_length=500)


class PersonOut(Out):
    person_id: UUID
    name: str


class RuleOut(Out):
    """One rule; a built-in rule's key is its kind. ``threshold`` and ``hysteresis`` are in ``unit``."""

    key: str
    kind: AlarmKind
    name: str
    enabled: bool
    severity: Severity
    duration_s: int = Field(description="The condition must last so long")
    clear_after_s: int = Field(description="And be over for so long")
    threshold: float | None
    hysteresis: float
    unit: str = ""


type Seconds = Annotated[int, Field(ge=0, le=604_800)]
type Number = Annotated[float, Field(ge=0, le=86_400)]


class RuleIn(BaseModel):
    """What to set; what is left out stays."""

    enabled: bool | None = None
    severity: Severity | None = None
    duration_s: Seconds | None = None
    clear_after_s: Annotated[int, Field(ge=0, le=86_400)] | None = None
    threshold: Number | None = None
    hysteresis: Number | None = None
    name: str | None = Field(None, max_length=80)

    def change(self) -> RuleChange:
        return RuleChange(**self.model_dump(include=set(RuleIn.model_fields)))


class NewRuleIn(RuleIn):
    kind: AlarmKind
    name: str = Field(min_length=1, max_length=80)  # type: ignore[assignment]


class FiringOut(Out):
    mower: str
    raised_at: datetime
    cleared_at: datetime | None


class PreviewOut(Out):
    """What a rule would have raised in the last 7 days, told from stored telemetry."""

    since: datetime
    until: datetime
    count: int
    days: list[int] = Field(description="A day each, oldest first")
    mowers: int = Field(description="Played back")
    of_mowers: int
    newest: list[FiringOut]


class StepIn(BaseModel):
    after_minutes: int = Field(ge=1, le=1440, description="Minutes untouched")
    people: list[UUID] = Field(min_length=1, max_length=20, description="A week each, in this order")

    def step(self) -> Step:
        return Step(self.after_minutes, tuple(self.people))


class StepOut(Out):
    after_minutes: int
    people: list[UUID]
    this_week: UUID


class RotaIn(BaseModel):
    steps: list[StepIn] = Field(max_length=8)


class NoticeOut(Out):
    id: UUID
    kind: str
    title: str
    body: str
    link: str
    group: str
    weight: Weight
    created_at: datetime
    delivered_at: datetime | None
    read_at: datetime | None


class ReadIn(BaseModel):
    ids: list[UUID] | None = Field(None, max_length=1000, description="Notices to mark read; all by default")


class ReadOut(BaseModel):
    marked: int
    unread: int
