"""Visits over REST: plans, the calendar, skip and restore, move and pin, pauses, bans, calendar addresses."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from pydantic import AwareDatetime

from core.accounts import Right, Viewer
from core.db.reads.visits import VisitLine
from core.scheduling import Visit, billing_rule
from core.scheduling.service import Scheduling
from dashboard.api.bearer import Bearer
from dashboard.api.manners.keyset import KeyPage, keyed
from dashboard.api.problems import problems
from dashboard.api.visit_models import (
    BanOut,
    ClashOut,
    FeedIn,
    FeedOut,
    GeneratedOut,
    MoveIn,
    NewFeedOut,
    PausedOut,
    PauseIn,
    PauseOut,
    PinIn,
    PlanIn,
    PlanOut,
    SkipIn,
    VisitOut,
    VisitRulesOut,
    ban_out,
    clash_out,
    feed_out,
    pause_out,
    plan_out,
    visit_out,
)
from dashboard.visits.feed import feed_path

type LotId = Annotated[UUID, Path(description="A registered lot")]
type VisitId = Annotated[UUID, Path(description="A visit")]
SEEN, CHANGED = problems(403, 404, 422), problems(403, 404, 409, 422)


def visits_router(*, bearer: Bearer, scheduling: Scheduling) -> APIRouter:
    """Those who plan visits may all; a household its own lot alone, until the cut-off."""
    router = APIRouter(tags=["visits"])
    sees = bearer.caller(Right.SEE_SCHEDULE, Right.SEE_OWN_LOT)
    plans = bearer.caller(Right.PLAN_VISITS)
    _plan_routes(router, scheduling, sees, plans)
    _visit_routes(router, scheduling, sees, plans)
    _pause_routes(router, scheduling, sees)
    _feed_routes(router, scheduling, sees)
    return router


def _plan_routes(router: APIRouter, scheduling: Scheduling, sees: object, plans: object) -> None:
    @router.get("/lots/{lot_id}/service-plan", responses=SEEN, summary="Every version of a plan, oldest first")
    async def versions(lot_id: LotId, viewer: Annotated[Viewer, sees]) -> list[PlanOut]:
        return [plan_out(one, viewer) for one in await scheduling.plans.versions(lot_id, viewer=viewer)]

    @router.put(
        "/lots/{lot_id}/service-plan",
        responses=CHANGED,
        summary="Save as the next version, for all days from valid_from on; 409 when somebody saved in between",
    )
    async def save(lot_id: LotId, given: PlanIn, viewer: Annotated[Viewer, plans]) -> PlanOut:
        version = await scheduling.plans.save(
            lot_id=lot_id, plan=given.plan(), valid_from=given.valid_from, expected_version=given.expected_version,
            by=viewer, source="api",
        )  # fmt: skip
        return plan_out(version, viewer)

    @router.get("/lots/{lot_id}/bans", responses=SEEN, summary="What is forbidden on a day at a lot, and why")
    async def bans(lot_id: LotId, viewer: Annotated[Viewer, sees], day: date) -> list[BanOut]:
        return [ban_out(one) for one in await scheduling.bans(viewer, lot_id, day)]

    @router.post("/visits/generate", responses=problems(403, 422), summary="Make the visits ahead now; twice is once")
    async def generate(viewer: Annotated[Viewer, plans]) -> GeneratedOut:
        return GeneratedOut.model_validate(await scheduling.plans.generate(by=viewer.email))

    @router.get("/visits/rules", responses=problems(403), summary="How far ahead, the cut-off, and the billing rule")
    async def rules(_viewer: Annotated[Viewer, sees]) -> VisitRulesOut:
        kept = scheduling.rules
        return VisitRulesOut(
            horizon_days=kept.horizon_days, cutoff_hours=kept.cutoff_hours, billing_rule=billing_rule(kept)
        )


def _visit_routes(router: APIRouter, scheduling: Scheduling, sees: object, plans: object) -> None:
    desk = scheduling.visits

    async def answer(visit: Visit, viewer: Viewer) -> VisitOut:
        site = await scheduling.plans.site(visit.lot_id)
        return visit_out(VisitLine(visit, site), viewer)

    @router.get("/visits", responses=problems(403, 422), summary="Visits that meet a stretch of at most 400 days")
    async def calendar(
        viewer: Annotated[Viewer, sees],
        begins: Annotated[AwareDatetime, Query(alias="from")],
        ends: Annotated[AwareDatetime, Query(alias="to")],
        lot_id: UUID | None = None,
        cluster_id: UUID | None = None,
        mower: Annotated[str, Query(max_length=64)] = "",
        *,
        paging: Annotated[KeyPage, keyed(datetime, UUID)],
    ) -> list[VisitOut]:
        lines: Sequence[VisitLine] = await scheduling.calendar(
            viewer, begins, ends, lot_id=lot_id, cluster_id=cluster_id, mower=mower, page=paging.page
        )
        mine = paging.cut(lines, lambda line: (line.visit.begins_at, line.visit.id))
        return [visit_out(line, viewer) for line in mine]

    @router.get("/visits/{visit_id}", responses=SEEN, summary="One visit")
    async def one(visit_id: VisitId, viewer: Annotated[Viewer, sees]) -> VisitOut:
        visit, site = await desk.get(visit_id, viewer=viewer)
        return visit_out(VisitLine(visit, site), viewer)

    @router.post("/visits/{visit_id}/skip", responses=CHANGED, summary="Nobody comes for this one")
    async def skip(visit_id: VisitId, given: SkipIn, viewer: Annotated[Viewer, sees]) -> VisitOut:
        return await answer(await desk.skip(visit_id, reason=given.reason, by=viewer, source="api"), viewer)

    @router.post("/visits/{visit_id}/unskip", responses=CHANGED, summary="Let a skipped one take place")
    async def unskip(visit_id: VisitId, viewer: Annotated[Viewer, sees]) -> VisitOut:
        return await answer(await desk.unskip(visit_id, by=viewer, source="api"), viewer)

    @router.get("/visits/{visit_id}/clashes", responses=SEEN, summary="Why it may not stand at a time; empty = it may")
    async def clashes(
        visit_id: VisitId,
        viewer: Annotated[Viewer, plans],
        begins_at: AwareDatetime,
        minutes: Annotated[int | None, Query(ge=5, le=600)] = None,
    ) -> list[ClashOut]:
        found = await desk.clashes(visit_id, begins_at=begins_at, minutes=minutes, viewer=viewer)
        return [clash_out(one) for one in found]

    @router.post(
        "/visits/{visit_id}/move", responses=CHANGED, summary="Another time; 409 lists every reason against it"
    )
    async def move(visit_id: VisitId, given: MoveIn, viewer: Annotated[Viewer, plans]) -> VisitOut:
        moved = await desk.move_visit(
            visit_id, begins_at=given.begins_at, minutes=given.minutes, expected_version=given.expected_version,
            by=viewer, source="api",
        )  # fmt: skip
        return await answer(moved, viewer)

    @router.post("/visits/{visit_id}/pin", responses=CHANGED, summary="Hold it at its time, or let it go")
    async def pin(visit_id: VisitId, given: PinIn, viewer: Annotated[Viewer, plans]) -> VisitOut:
        return await answer(await desk.pin(visit_id, pinned=given.pinned, by=viewer, source="api"), viewer)


def _pause_routes(router: APIRouter, scheduling: Scheduling, sees: object) -> None:
    desk = scheduling.pauses

    @router.get("/lots/{lot_id}/pauses", responses=SEEN, summary="Pauses that hold or are to come")
    async def pauses(lot_id: LotId, viewer: Annotated[Viewer, sees]) -> list[PauseOut]:
        return [pause_out(one) for one in await desk.of(lot_id, viewer=viewer)]

    @router.post(
        "/lots/{lot_id}/pauses", status_code=201, responses=CHANGED, summary="No visits for a range, vacation or season"
    )
    async def pause(lot_id: LotId, given: PauseIn, viewer: Annotated[Viewer, sees]) -> PausedOut:
        made = await desk.vacation(lot_id=lot_id, **given.model_dump(), by=viewer, source="api")
        return PausedOut(pause=pause_out(made.pause), too_late=[visit.due_on for visit in made.too_late])

    @router.delete("/pauses/{pause_id}", responses=CHANGED, summary="Visits come again from today on")
    async def end(pause_id: Annotated[UUID, Path(description="A pause")], viewer: Annotated[Viewer, sees]) -> PauseOut:
        return pause_out(await desk.end(pause_id, by=viewer, source="api"))


def _feed_routes(router: APIRouter, scheduling: Scheduling, sees: object) -> None:
    desk = scheduling.feeds

    @router.get("/calendar-feeds", responses=problems(403), summary="Your calendar addresses")
    async def feeds(viewer: Annotated[Viewer, sees]) -> list[FeedOut]:
        return [feed_out(one) for one in await desk.of(viewer)]

    @router.post(
        "/calendar-feeds",
        status_code=201,
        responses=problems(403, 409, 422),
        summary="A new one; its path is told once",
    )
    async def make(given: FeedIn, viewer: Annotated[Viewer, sees]) -> NewFeedOut:
        feed, secret = await desk.make(by=viewer, cluster_id=given.cluster_id, source="api")
        return NewFeedOut(**feed_out(feed).model_dump(), path=feed_path(secret))

    @router.delete("/calendar-feeds/{feed_id}", status_code=204, responses=SEEN, summary="It answers no longer")
    async def revoke(
        feed_id: Annotated[UUID, Path(description="A calendar address")], viewer: Annotated[Viewer, sees]
    ) -> Response:
        await desk.revoke(feed_id, by=viewer, source="api")
        return Response(status_code=204)
