"""The words of scheduling over REST: plans, visits, pauses, bans, calendar addresses."""

from datetime import date, datetime, time
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from core.accounts import Right, Viewer
from core.db.reads.visits import VisitLine
from core.scheduling import (
    Ban,
    BanKind,
    Clash,
    ClashKind,
    FeedView,
    Pause,
    PauseKind,
    PlanVersion,
    Rhythm,
    ServicePlan,
    VisitReason,
    VisitState,
)

type Typed = Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$")]
type WallTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["09:00"])]
type Minutes = Annotated[int, Field(ge=5, le=600)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PlanFields(BaseModel):
    rhythm: Rhythm
    starts_on: date
    ends_on: date | None = Field(None, description="The last day that may be due; null = until changed")
    weekdays: list[Annotated[int, Field(ge=0, le=6)]] = Field([], max_length=7, description="0 = Monday")
    every_days: int = Field(7, ge=2, le=60)
    month_day: int = Field(1, ge=1, le=31, description="In a shorter month its last day")
    window_begins: WallTime = Field("09:00", description="In the site's wall time")
    window_ends: WallTime = Field("17:00", description="00:00 = the end of the day")
    minutes: Minutes = 60
    blackouts: list[date] = Field([], max_length=400, description="Days on which nobody is to come")


class PlanIn(_In, PlanFields):
    valid_from: date = Field(description="The first day on which this version holds")
    expected_version: int = Field(0, ge=0, le=2**31 - 1, description="The version it was drawn from; 0 = the first")

    def plan(self) -> ServicePlan:
        return ServicePlan(
            rhythm=self.rhythm, starts_on=self.starts_on, ends_on=self.ends_on, weekdays=frozenset(self.weekdays),
            every_days=self.every_days, month_day=self.month_day, minutes=self.minutes,
            window_begins=time.fromisoformat(self.window_begins), window_ends=time.fromisoformat(self.window_ends),
            blackouts=frozenset(self.blackouts),
        )  # fmt: skip


class PlanOut(PlanFields):
    version: int
    valid_from: date
    saved_at: datetime
    saved_by: str = Field(description="Empty for those who do not plan visits")


class VisitOut(BaseModel):
    id: UUID
    lot_id: UUID
    address: str
    time_zone: str
    due_on: date = Field(description="The site's day the plan asked for")
    state: VisitState
    reason: VisitReason
    note: str
    begins_at: datetime
    ends_at: datetime
    pinned: bool
    extra: bool = Field(description="Beside the plan: mown again, and not billed")
    moved_from: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    mowed_minutes: int | None
    version: int
    mower: str = Field(description="Empty where none serves the lot")
    cluster: str = Field(description="The live cluster's code; empty for a household's own eyes")
    changed_by: str = Field(description="Empty for a household's own eyes")


class SkipIn(_In):
    reason: Typed = ""


class MoveIn(_In):
    begins_at: AwareDatetime
    minutes: Minutes | None = Field(None, description="null = as long as before")
    expected_version: int | None = Field(None, ge=1, le=2**31 - 1)


class PinIn(_In):
    pinned: bool


class ClashOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    kind: ClashKind
    words: str


class PauseIn(_In):
    kind: PauseKind = PauseKind.VACATION
    from_on: date
    restarts_on: date = Field(description="The first day on which visits come again")
    reason: Typed = ""


class PauseOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: UUID
    lot_id: UUID
    kind: PauseKind
    from_on: date
    restarts_on: date
    reason: str
    made_at: datetime
    ended_at: datetime | None


class PausedOut(BaseModel):
    pause: PauseOut
    too_late: list[date] = Field(description="Due days whose visit takes place all the same: their cut-off had passed")


class BanOut(BaseModel):
    begins_at: datetime
    ends_at: datetime
    kind: BanKind
    reason: str


class VisitRulesOut(BaseModel):
    horizon_days: int
    cutoff_hours: int
    billing_rule: str


class GeneratedOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    lots: int
    added: int
    changed: int


class FeedIn(_In):
    cluster_id: UUID | None = Field(None, description="null = everything you may see")


class FeedOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: UUID
    cluster_id: UUID | None
    made_at: datetime
    read_at: datetime | None


class NewFeedOut(FeedOut):
    path: str = Field(description="Where a calendar program reads it; told once")


def visit_out(line: VisitLine, viewer: Viewer) -> VisitOut:
    """``line`` as ``viewer`` may see it."""
    visit, site, staff = line.visit, line.site, viewer.may(Right.SEE_SCHEDULE)
    fields = {name: getattr(visit, name) for name in VisitOut.model_fields if hasattr(visit, name)}
    return VisitOut(
        **fields | {"changed_by": visit.changed_by if staff else ""},
        address=site.address, time_zone=site.time_zone, mower=site.device_name, cluster=site.cluster if staff else "",
    )  # fmt: skip


def plan_out(version: PlanVersion, viewer: Viewer) -> PlanOut:
    plan = version.plan
    return PlanOut(
        rhythm=plan.rhythm, starts_on=plan.starts_on, ends_on=plan.ends_on, weekdays=sorted(plan.weekdays),
        every_days=plan.every_days, month_day=plan.month_day, minutes=plan.minutes, blackouts=sorted(plan.blackouts),
        window_begins=f"{plan.window_begins:%H:%M}", window_ends=f"{plan.window_ends:%H:%M}", version=version.version,
        valid_from=version.valid_from, saved_at=version.saved_at,
        saved_by=version.saved_by if viewer.may(Right.SEE_SCHEDULE) else "",
    )  # fmt: skip


def clash_out(clash: Clash) -> ClashOut:
    return ClashOut.model_validate(clash)


def pause_out(pause: Pause) -> PauseOut:
    return PauseOut.model_validate(pause)


def ban_out(ban: Ban) -> BanOut:
    return BanOut(begins_at=ban.span.begins, ends_at=ban.span.ends, kind=ban.kind, reason=ban.reason)


def feed_out(feed: FeedView) -> FeedOut:
    return FeedOut.model_validate(feed)
