"""The words of households over REST: keep-offs, notes, reports, ratings, problems."""

from base64 import b64decode
from binascii import Error as NotBase64
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from core.accounts import Right, Viewer
from core.errors import Invalid
from core.fleet import FaultLexicon
from core.geo import Point
from core.household.keep_off import Told
from core.household.keep_off_desk import KeepOffView
from core.household.notes import Notes
from core.household.problem_desk import Reported
from core.household.problems import Problem, ProblemKind, ProblemState, Rating
from core.scheduling import VisitReason, VisitState
from core.texts import N_
from dashboard.home.report_desk import VisitReport

type Words = Annotated[str, Field(max_length=1_000, pattern=r"^[^\x00]*$")]
type Note = Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$")]
LONGEST_BASE64 = 16_000_000


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class KeepOffIn(_In):
    minutes: int = Field(60, ge=1, le=1_440)


class KeepOffOut(BaseModel):
    id: UUID
    lot_id: UUID
    address: str
    asked_at: datetime
    until: datetime
    active: bool
    told: Told = Field(description="How far the newest order came: clear = no mower was on the lot")
    sent_s: float | None = Field(description="Seconds after it was asked for; null = not yet")
    acknowledged_s: float | None
    seen_s: float | None


class NotesIn(_In):
    gate: Note = ""
    pets: Note = ""
    access: Note = ""
    expected_version: int = Field(0, ge=0, le=2**31 - 2)


class NotesOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    lot_id: UUID
    address: str
    gate: str
    pets: str
    access: str
    version: int
    changed_at: datetime | None


class RatingIn(_In):
    stars: int = Field(ge=1, le=5)
    words: Words = ""


class RatingOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    visit_id: UUID
    stars: int
    words: str
    rated_at: datetime


class PinIn(_In):
    longitude: float = Field(ge=-180, le=180)
    latitude: float = Field(ge=-90, le=90)


class ProblemIn(_In):
    kind: ProblemKind
    words: Words = ""
    visit_id: UUID | None = None
    pin: PinIn | None = Field(None, description="A place on the own lot")
    photo: str | None = Field(None, max_length=LONGEST_BASE64, description="JPEG, PNG or WebP as base64")

    def picture(self) -> bytes | None:
        """``Invalid`` for what is no base64."""
        if self.photo is None:
            return None
        try:
            return b64decode(self.photo, validate=True)
        except (NotBase64, ValueError) as error:
            raise Invalid(N_("the photo: expected base64")) from error

    def place(self) -> Point | None:
        return None if self.pin is None else Point(self.pin.longitude, self.pin.latitude)


class ProblemOut(BaseModel):
    id: UUID
    lot_id: UUID
    visit_id: UUID | None
    kind: ProblemKind
    words: str
    pin: tuple[float, float] | None = Field(description="Longitude, latitude")
    has_photo: bool
    reported_at: datetime
    state: ProblemState
    answer: str
    remow_visit_id: UUID | None
    credit_minor: int | None
    currency: str
    version: int


class RemowIn(_In):
    visit_id: UUID = Field(description="A visit of the same lot that is to come")
    answer: Words = ""


class ExtraVisitIn(_In):
    begins_at: AwareDatetime | None = Field(None, description="Left out: the first allowed hour that is free")
    minutes: int | None = Field(None, ge=5, le=600, description="Left out: as long as the plan's visits")
    answer: Words = ""


class CreditIn(_In):
    minor: int = Field(ge=1, le=50_000, description="Cents")
    answer: Words = ""


class AnswerIn(_In):
    answer: Words


class FaultOut(BaseModel):
    at: datetime
    code: int
    words: str


class CheckOut(BaseModel):
    kind: str
    value: float | None
    limit: float
    unit: str
    holds: bool | None


class ReportOut(BaseModel):
    """One visit of one lot; nothing in it comes from any other ground."""

    visit_id: UUID
    state: VisitState
    reason: VisitReason
    begins_at: datetime
    ends_at: datetime
    mowing_from: datetime | None = Field(description="When it was first seen mowing on the lot")
    mowing_until: datetime | None
    minutes: int | None = Field(description="Whole minutes that count for the bill; null while the visit is ahead")
    covered_percent: float | None = Field(description="Of the lot's own lawns")
    missed_m2: float | None
    faults: list[FaultOut]
    weather: str = Field(description="The decision of the weather gate in words; empty where none was made")
    weather_checks: list[CheckOut]
    bill: dict[str, Any] | None


def keep_off_out(view: KeepOffView, now: datetime) -> KeepOffOut:
    kept, told = view.keep_off, view.progress
    return KeepOffOut(
        id=kept.id, lot_id=kept.lot_id, address=view.address, asked_at=kept.asked_at, until=kept.until,
        active=kept.active(now), told=told.told, sent_s=told.sent_s, acknowledged_s=told.acknowledged_s,
        seen_s=told.seen_s,
    )  # fmt: skip


def notes_out(notes: Notes) -> NotesOut:
    return NotesOut.model_validate(notes)


def rating_out(rating: Rating) -> RatingOut:
    return RatingOut.model_validate(rating)


def problem_out(problem: Problem) -> ProblemOut:
    pin = None if problem.pin is None else (problem.pin.longitude, problem.pin.latitude)
    fields = {name: getattr(problem, name) for name in ProblemOut.model_fields if name != "pin"}
    return ProblemOut(**fields, pin=pin)


def reported_out(found: Reported) -> ProblemOut:
    return problem_out(found.problem)


def report_out(report: VisitReport, viewer: Viewer, lexicon: FaultLexicon) -> ReportOut:
    """``viewer`` may not see money: then nothing of the bill."""
    coverage, decision, bill = report.coverage, report.weather, report.bill
    money = bill is not None and (viewer.may(Right.SEE_OWN_BILL) or viewer.may(Right.SEE_BILLING))
    return ReportOut(
        visit_id=report.visit.id, state=report.visit.state, reason=report.visit.reason,
        begins_at=report.visit.begins_at, ends_at=report.visit.ends_at, mowing_from=report.first_at,
        mowing_until=report.last_at, minutes=bill.minutes if bill is not None else report.visit.mowed_minutes,
        covered_percent=None if coverage is None else round(coverage.percent, 1),
        missed_m2=None if coverage is None else round(coverage.missed_m2, 1),
        faults=[
            FaultOut(at=one.at, code=one.code, words=str(lexicon.explain(one.code).what) if one.code else "")
            for work in report.work
            for one in work.faults
        ],
        weather="" if decision is None else str(decision.words),
        weather_checks=[] if decision is None else [
            CheckOut(kind=one.kind.value, value=one.value, limit=one.limit, unit=one.unit, holds=one.holds)
            for one in decision.checks
        ],
        bill=None if not money or bill is None else {
            "minutes": bill.minutes, "included": bill.included, "beyond": bill.beyond, "trial": bill.trial,
            "cost_minor": bill.cost.minor, "currency": bill.cost.currency,
        },
    )  # fmt: skip
