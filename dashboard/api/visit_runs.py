"""Running visits over REST: the exceptions board with its fixes, and the rain-out of a day with its preview."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from core.accounts import Right, Viewer
from core.db.reads.visits import VisitLine
from core.errors import NotFound
from core.fleet.model import DailyHours
from core.scheduling import Fix, ProblemKind, VisitReason
from core.scheduling.device_hours_desk import HeldHours
from core.scheduling.problem_desk import BoardLine
from core.scheduling.rain_desk import RainOutPreview
from core.scheduling.service import Scheduling
from core.texts import Text
from dashboard.api.bearer import Bearer
from dashboard.api.problems import problems
from dashboard.api.visit_models import Typed, VisitOut, visit_out


class ExceptionOut(BaseModel):
    """``visit`` is what it is about."""

    id: UUID
    kind: ProblemKind
    reason: VisitReason
    opened_at: datetime
    fixes: list[Fix] = Field(description="What may be done about it")
    visit: VisitOut


class FixIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    fix: Fix
    reason: Typed = Field("", description="Needed to skip: the household reads it")


class FixedOut(BaseModel):
    closed_at: datetime | None
    closed_by: str
    fix: str
    visit: VisitOut


class PutOffOut(BaseModel):
    """A visit of a rained-out day. ``instead`` null: it stays where it is, ``why`` says so."""

    visit_id: UUID
    address: str
    mower: str
    begins_at: datetime
    instead: datetime | None
    why: str


class RainOutOut(BaseModel):
    day: date
    visits: list[PutOffOut]
    households: int = Field(description="Households that get a message, one each")
    mark: str = Field(description="Names exactly this preview; it is carried out with it or not at all")


class RainOutIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    day: date
    mark: str = Field(max_length=64)
    cluster_id: UUID | None = Field(None, description="null = every cluster")


class DailyOut(BaseModel):
    begins: str = Field(description="HH:MM of the site; an end that is not later is on the next day")
    ends: str


class HeldHoursOut(BaseModel):
    requested: DailyOut | None = Field(description="Null: none")
    requested_at: datetime | None
    reported: DailyOut | None
    reported_at: datetime | None = Field(description="Null: the mower never said")
    agrees: bool | None
    problem: str


def visit_runs_router(*, bearer: Bearer, scheduling: Scheduling) -> APIRouter:
    """To be included before the visits themselves, whose ids take any last word."""
    router = APIRouter(tags=["visits"])
    sees, plans = bearer.caller(Right.SEE_SCHEDULE), bearer.caller(Right.PLAN_VISITS)

    @router.get("/visits/exceptions", responses=problems(403), summary="What needs a person, oldest first")
    async def exceptions(viewer: Annotated[Viewer, sees]) -> list[ExceptionOut]:
        return [_exception(line, viewer) for line in await scheduling.problems.lines(viewer)]

    @router.post(
        "/visits/exceptions/{exception_id}/fix",
        responses=problems(403, 404, 409, 422, 503),
        summary="Do something about it; 409 lists every reason against it",
    )
    async def fix(
        exception_id: Annotated[UUID, Path(description="A line of the board")],
        given: FixIn,
        viewer: Annotated[Viewer, plans],
    ) -> FixedOut:
        closed, visit = await scheduling.problems.fix(
            exception_id, given.fix, reason=given.reason, by=viewer, source="api"
        )
        site = await scheduling.plans.site(visit.lot_id)
        return FixedOut(
            closed_at=closed.closed_at, closed_by=closed.closed_by, fix=closed.fix,
            visit=visit_out(VisitLine(visit, site), viewer),
        )  # fmt: skip

    @router.get("/visits/rain-out", responses=problems(403, 422), summary="What raining a day out would do")
    async def preview(
        viewer: Annotated[Viewer, plans], day: date, cluster_id: Annotated[UUID | None, Query()] = None
    ) -> RainOutOut:
        return _preview(await scheduling.rain.preview(day, cluster_id=cluster_id, by=viewer))

    @router.post(
        "/visits/rain-out",
        responses=problems(403, 409, 422),
        summary="Move the whole day as it was shown; 409 when it would be another by now",
    )
    async def rain_out(given: RainOutIn, viewer: Annotated[Viewer, plans]) -> RainOutOut:
        done = await scheduling.rain.rain_out(
            given.day, mark=given.mark, cluster_id=given.cluster_id, by=viewer, source="api"
        )
        return _preview(done)

    @router.get(
        "/mowers/{name}/device-hours",
        responses=problems(403, 404, 422),
        summary="Hours without mowing that the mower holds itself: asked beside reported",
    )
    async def device_hours(
        name: Annotated[str, Path(max_length=64, description="The mower's device name")],
        _viewer: Annotated[Viewer, bearer.caller(Right.SEE_FLEET)],
    ) -> HeldHoursOut:
        if scheduling.device_hours is None:
            raise NotFound(Text("no mower named {device_name!r}", device_name=name))
        return _held(await scheduling.device_hours.of(name))

    return router


def _held(held: HeldHours) -> HeldHoursOut:
    return HeldHoursOut(
        requested=_daily(held.requested), requested_at=held.requested_at, reported=_daily(held.reported),
        reported_at=held.reported_at, agrees=held.agrees, problem=held.problem,
    )  # fmt: skip


def _daily(hours: DailyHours | None) -> DailyOut | None:
    if hours is None:
        return None
    begins, ends = (f"{minute // 60:02d}:{minute % 60:02d}" for minute in (hours.begins, hours.ends))
    return DailyOut(begins=begins, ends=ends)


def _exception(line: BoardLine, viewer: Viewer) -> ExceptionOut:
    problem = line.problem
    return ExceptionOut(
        id=problem.id, kind=problem.kind, reason=problem.reason, opened_at=problem.opened_at,
        fixes=list(problem.fixes), visit=visit_out(VisitLine(line.visit, line.site), viewer),
    )  # fmt: skip


def _preview(shown: RainOutPreview) -> RainOutOut:
    moves = [(one.visit, one.to.begins, "") for one in shown.moves]
    stay = [(one.visit, None, one.words) for one in shown.clashes]
    visits = [
        PutOffOut(
            visit_id=visit.id, address=visit.lawn, mower=shown.sites[visit.id].device_name,
            begins_at=visit.span.begins, instead=instead, why=why,
        )
        for visit, instead, why in (*moves, *stay)
    ]  # fmt: skip
    return RainOutOut(day=shown.day, visits=visits, households=len(shown.messages), mark=shown.mark)
