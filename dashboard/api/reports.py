"""``/reports``: the exports that the caller gets by mail, at set times."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from core.accounts import Right, Viewer
from core.exports import Form
from core.reports import Cadence, ReportDesk, ReportView, ReportWanted, RunState, SentView
from dashboard.api.bearer import Bearer
from dashboard.api.manners.keyset import KeyPage, keyed
from dashboard.api.problems import problems


class ReportIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    export: str = Field(max_length=40, pattern=r"^[a-z]+$", description="A name of GET /exports", examples=["sessions"])
    form: Form = Field(examples=["xlsx"])
    cadence: Cadence = Field(description="Of the day before; on Mondays of the week before; on the 1st of the month")
    hour: int = Field(ge=0, le=23, description="Full hour of the caller's day", examples=[7])
    mower: str = Field("", max_length=64, pattern=r"^[^\x00]*$", description="Of one mower", examples=[""])


class ReportOut(BaseModel):
    id: UUID
    export: str
    form: Form
    cadence: Cadence
    hour: int
    mower: str
    created_at: datetime
    next_at: datetime
    time_zone: str = Field(description="The caller's, in which the hour and the days are meant")

    @classmethod
    def of(cls, view: ReportView) -> "ReportOut":
        wanted = view.wanted
        return cls(
            id=view.id, export=wanted.export, form=Form(wanted.form), cadence=wanted.cadence, hour=wanted.hour,
            mower=wanted.mower, created_at=view.created_at, next_at=view.next_at, time_zone=view.zone,
        )  # fmt: skip


class SentReportOut(BaseModel):
    id: UUID
    report_id: UUID
    export: str
    form: Form
    mower: str
    first_day: date
    last_day: date
    time_zone: str
    state: RunState = Field(description="dropped: its reader may not have it, or ended it; dead: given up")
    due_at: datetime = Field(description="Of one that waits: when it is tried next")
    attempts: int
    sent_at: datetime | None
    linked: bool = Field(description="It was too large for a mail, which led to the page of exports instead")
    error: str

    @classmethod
    def of(cls, one: SentView) -> "SentReportOut":
        return cls(
            id=one.id, report_id=one.report_id, export=one.wanted.export, form=Form(one.wanted.form),
            mower=one.wanted.mower, first_day=one.first, last_day=one.last, time_zone=one.zone, state=one.state,
            due_at=one.due_at, attempts=one.attempts, sent_at=one.sent_at, linked=one.linked, error=str(one.error),
        )  # fmt: skip


def reports_router(*, bearer: Bearer, desk: ReportDesk) -> APIRouter:
    """Gated by the fleet, which the whole office sees; whose export may be had the desk decides by its rights."""
    router = APIRouter(prefix="/reports", tags=["exports"])
    type Caller = Annotated[Viewer, bearer.caller(Right.SEE_FLEET)]

    @router.get("", responses=problems(403), summary="The reports that the caller gets by mail")
    async def mine(viewer: Caller) -> list[ReportOut]:
        return [ReportOut.of(one) for one in await desk.reports(viewer.person_id)]

    @router.post("", status_code=201, responses=problems(403, 404, 409, 422), summary="Get an export by mail")
    async def subscribe(body: ReportIn, viewer: Caller) -> ReportOut:
        wanted = ReportWanted(
            export=body.export, form=body.form, cadence=body.cadence, hour=body.hour, mower=body.mower
        )  # fmt: skip
        return ReportOut.of(await desk.subscribe(wanted, by=viewer, source="api"))

    @router.get("/sent", responses=problems(403, 422), summary="What was sent to the caller, newest first")
    async def sent(
        viewer: Caller,
        paging: Annotated[KeyPage, keyed(datetime, UUID)],
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> list[SentReportOut]:
        rows = await desk.sent(viewer.person_id, limit=limit, page=paging.page)
        return [SentReportOut.of(one) for one in paging.cut(rows, lambda one: (one.created_at, one.id))]

    @router.delete("/{report_id}", status_code=204, responses=problems(403, 404, 422), summary="Get it no more")
    async def end(report_id: UUID, viewer: Caller) -> Response:
        await desk.end(report_id, by=viewer, source="api")
        return Response(status_code=204)

    return router
