"""What households ask and are told, over REST: keep-offs, notes, visit reports, ratings, problems."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from core.accounts import Right, Viewer
from core.clock import Clock
from core.fleet import FaultLexicon
from dashboard.api.bearer import Bearer
from dashboard.api.household_models import (
    AnswerIn,
    CreditIn,
    ExtraVisitIn,
    KeepOffIn,
    KeepOffOut,
    NotesIn,
    NotesOut,
    ProblemIn,
    ProblemOut,
    RatingIn,
    RatingOut,
    RemowIn,
    ReportOut,
    keep_off_out,
    notes_out,
    problem_out,
    rating_out,
    report_out,
    reported_out,
)
from dashboard.api.mowers import DeviceName
from dashboard.api.problems import problems
from dashboard.api.visits import LotId, VisitId
from dashboard.households import Households

type ProblemId = Annotated[UUID, Path(description="A reported problem")]
SEEN, CHANGED = problems(403, 404, 422), problems(403, 404, 409, 422)


def households_router(*, bearer: Bearer, households: Households, lexicon: FaultLexicon, clock: Clock) -> APIRouter:
    """A household its own lots alone; the office all of them."""
    router = APIRouter(tags=["households"])
    sees = bearer.caller(Right.SEE_SCHEDULE, Right.SEE_OWN_LOT)
    _keep_off_routes(router, households, sees, bearer.caller(Right.SEE_SCHEDULE), clock)
    _note_routes(router, households, sees, bearer.caller(Right.SEE_FLEET))
    _visit_routes(router, households, sees, lexicon)
    _problem_routes(router, households, sees)
    office = (bearer.caller(Right.SEE_SCHEDULE), bearer.caller(Right.PLAN_VISITS), bearer.caller(Right.MANAGE_BILLING))
    _office_routes(router, households, *office)
    return router


def _keep_off_routes(router: APIRouter, households: Households, sees: object, office: object, clock: Clock) -> None:
    desk = households.keep_off

    @router.post(
        "/lots/{lot_id}/keep-off", status_code=201, responses=CHANGED,
        summary="No mower on this lawn for some minutes; one that is there is sent away before this answers",
    )  # fmt: skip
    async def ask(lot_id: LotId, given: KeepOffIn, viewer: Annotated[Viewer, sees]) -> KeepOffOut:
        return keep_off_out(await desk.ask(lot_id=lot_id, minutes=given.minutes, by=viewer, source="api"), clock.now())

    @router.get("/lots/{lot_id}/keep-off", responses=SEEN, summary="The one that holds now; null = none")
    async def now(lot_id: LotId, viewer: Annotated[Viewer, sees]) -> KeepOffOut | None:
        found = await desk.of_lot(lot_id, viewer=viewer)
        return None if found is None else keep_off_out(found, clock.now())

    @router.delete("/keep-offs/{keep_off_id}", responses=CHANGED, summary="Mowers may come again from now on")
    async def end(
        keep_off_id: Annotated[UUID, Path(description="A keep-off")], viewer: Annotated[Viewer, sees]
    ) -> KeepOffOut:
        return keep_off_out(await desk.end(keep_off_id, by=viewer, source="api"), clock.now())

    @router.get("/keep-offs", responses=problems(403), summary="Those of the last days, newest first")
    async def listed(viewer: Annotated[Viewer, office]) -> list[KeepOffOut]:
        return [keep_off_out(one, clock.now()) for one in await desk.all(viewer=viewer)]


def _note_routes(router: APIRouter, households: Households, sees: object, fleet: object) -> None:
    desk = households.notes

    @router.get("/lots/{lot_id}/notes", responses=SEEN, summary="Gate, pets, way in")
    async def notes(lot_id: LotId, viewer: Annotated[Viewer, sees]) -> NotesOut:
        return notes_out(await desk.of(lot_id, viewer=viewer))

    @router.put("/lots/{lot_id}/notes", responses=CHANGED, summary="Replace them; 409 when somebody wrote in between")
    async def write(lot_id: LotId, given: NotesIn, viewer: Annotated[Viewer, sees]) -> NotesOut:
        return notes_out(await desk.write(lot_id, **given.model_dump(), by=viewer, source="api"))

    @router.get("/mowers/{name}/notes", responses=SEEN, summary="Those of the lots that a mower serves")
    async def of_mower(name: DeviceName, viewer: Annotated[Viewer, fleet]) -> list[NotesOut]:
        return [notes_out(one) for one in await desk.of_mower(name, viewer=viewer)]


def _visit_routes(router: APIRouter, households: Households, sees: object, lexicon: FaultLexicon) -> None:
    @router.get(
        "/visits/{visit_id}/report", responses=SEEN, summary="What became of a visit: times, coverage, weather, bill"
    )
    async def report(visit_id: VisitId, viewer: Annotated[Viewer, sees]) -> ReportOut:
        return report_out(await households.reports.report(visit_id, viewer=viewer), viewer, lexicon)

    @router.put("/visits/{visit_id}/rating", responses=CHANGED, summary="Your word on a visit; another replaces it")
    async def rate(visit_id: VisitId, given: RatingIn, viewer: Annotated[Viewer, sees]) -> RatingOut:
        return rating_out(
            await households.problems.rate(visit_id=visit_id, **given.model_dump(), by=viewer, source="api")
        )


def _problem_routes(router: APIRouter, households: Households, sees: object) -> None:
    desk = households.problems

    @router.post("/lots/{lot_id}/problems", status_code=201, responses=CHANGED, summary="Report a problem")
    async def report(lot_id: LotId, given: ProblemIn, viewer: Annotated[Viewer, sees]) -> ProblemOut:
        made = await desk.report(
            lot_id=lot_id, kind=given.kind, words=given.words, visit_id=given.visit_id, pin=given.place(),
            photo=given.picture(), by=viewer, source="api",
        )  # fmt: skip
        return problem_out(made)

    @router.get("/lots/{lot_id}/problems", responses=SEEN, summary="Those of a lot, newest first")
    async def of_lot(lot_id: LotId, viewer: Annotated[Viewer, sees]) -> list[ProblemOut]:
        return [reported_out(one) for one in await desk.of_lots([lot_id], viewer=viewer)]

    @router.get(
        "/problems/{problem_id}/photo", responses=SEEN | {200: {"content": {"image/jpeg": {}}}}, summary="Its photo",
        response_class=Response,
    )  # fmt: skip
    async def photo(problem_id: ProblemId, viewer: Annotated[Viewer, sees]) -> Response:
        return Response((await desk.photo(problem_id, viewer=viewer)).content, media_type="image/jpeg")


def _office_routes(router: APIRouter, households: Households, sees: object, plans: object, books: object) -> None:
    desk = households.problems

    @router.get("/problems", responses=problems(403, 422), summary="Every household's, newest first")
    async def listed(viewer: Annotated[Viewer, sees], only_open: bool = True) -> list[ProblemOut]:
        return [reported_out(one) for one in await desk.all(viewer=viewer, only_open=only_open)]

    @router.post("/problems/{problem_id}/remow", responses=CHANGED, summary="Mow again with a visit that is to come")
    async def remow(problem_id: ProblemId, given: RemowIn, viewer: Annotated[Viewer, plans]) -> ProblemOut:
        return problem_out(await desk.mow_again(problem_id, **given.model_dump(), by=viewer, source="api"))

    @router.post(
        "/problems/{problem_id}/extra-visit", responses=CHANGED,
        summary="Mow again with a visit beside the plan; its minutes are not billed",
    )  # fmt: skip
    async def extra(problem_id: ProblemId, given: ExtraVisitIn, viewer: Annotated[Viewer, plans]) -> ProblemOut:
        return problem_out(await desk.mow_extra(problem_id, **given.model_dump(), by=viewer, source="api"))

    @router.post("/problems/{problem_id}/credit", responses=CHANGED, summary="Offer a credit")
    async def credit(problem_id: ProblemId, given: CreditIn, viewer: Annotated[Viewer, plans]) -> ProblemOut:
        return problem_out(await desk.offer_credit(problem_id, **given.model_dump(), by=viewer, source="api"))

    @router.post("/problems/{problem_id}/book", responses=CHANGED, summary="Book the credit that was offered")
    async def book(problem_id: ProblemId, viewer: Annotated[Viewer, books]) -> ProblemOut:
        return problem_out(await desk.book_credit(problem_id, by=viewer, source="api"))

    @router.post("/problems/{problem_id}/close", responses=CHANGED, summary="Answer in words")
    async def close(problem_id: ProblemId, given: AnswerIn, viewer: Annotated[Viewer, plans]) -> ProblemOut:
        return problem_out(await desk.close(problem_id, answer=given.answer, by=viewer, source="api"))
