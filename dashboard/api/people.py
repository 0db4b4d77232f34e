"""People over REST: who may sign in, their sessions, one's own language and units, the audit."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from core.accounts import LANGUAGES, AuditFilter, People, Right, Role, Viewer
from core.measures import Hours, Units
from dashboard.api.auth import SessionOut
from dashboard.api.bearer import Bearer
from dashboard.api.manners.keyset import KeyPage, keyed
from dashboard.api.problems import problems

BIGGEST_ID = 2**63 - 1
NO_NUL = r"^[^\x00]*$"


class PersonIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    email: str = Field(max_length=254, examples=["tom@elm.example"])
    role: Role
    password: str = Field(max_length=200, json_schema_extra={"format": "password"})
    name: str = Field("", max_length=120, examples=["Tom Technician"])
    language: str = Field("en", max_length=10, examples=list(LANGUAGES))


class PersonChange(BaseModel):
    """What is left out stays."""

    model_config = ConfigDict(extra="forbid")

    role: Role | None = None
    active: bool | None = None


class LanguageIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    language: str = Field(max_length=10, examples=list(LANGUAGES))


class MeasuresIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    units: Units | Literal[""] = Field(description="Empty: as the browser's language has it", examples=["metric"])
    hours: Hours | Literal[""] = Field(description="12 or 24; empty: as the browser's language has it", examples=["24"])


class PersonOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    email: str
    name: str
    role: Role
    language: str
    active: bool
    created_at: datetime
    sessions: int = Field(description="Live ones")
    last_seen_at: datetime | None


class AuditOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    at: datetime
    actor: str
    action: str
    object_type: str
    object_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reason: str
    source: str
    request_id: str = Field(description="As in the header X-Request-Id of the answer, and in the log; empty for jobs")


def people_router(*, bearer: Bearer, people: People) -> APIRouter:
    router = APIRouter(tags=["people"])
    type Manager = Annotated[Viewer, bearer.caller(Right.MANAGE_PEOPLE)]

    @router.get("/people", responses=problems(403), summary="Everyone who may sign in, by address")
    async def everyone(_viewer: Manager) -> list[PersonOut]:
        return [PersonOut.model_validate(one) for one in await people.people()]

    @router.post("/people", status_code=201, responses=problems(403, 409, 422), summary="Add someone")
    async def add(body: PersonIn, viewer: Manager) -> PersonOut:
        made = await people.create_person(**body.model_dump(), by=viewer, source="api")
        return PersonOut.model_validate(made)

    @router.patch(
        "/people/{person_id}", status_code=204, responses=problems(403, 404, 409, 422), summary="Another role, or none"
    )
    async def change(person_id: UUID, body: PersonChange, viewer: Manager) -> Response:
        """Their sessions end, so that it holds at once."""
        await people.change_person(person_id, by=viewer, role=body.role, active=body.active)
        return Response(status_code=204)

    @router.get("/people/{person_id}/sessions", responses=problems(403, 422), summary="Their live sessions")
    async def sessions(person_id: UUID, viewer: Manager) -> list[SessionOut]:
        return [SessionOut.of(one, viewer) for one in await people.sessions(person_id)]

    @router.delete(
        "/people/{person_id}/sessions",
        status_code=204,
        responses=problems(403, 422),
        summary="Sign them out everywhere",
    )
    async def sign_out(person_id: UUID, viewer: Manager) -> Response:
        await people.revoke(person_id, by=viewer)
        return Response(status_code=204)

    @router.delete(
        "/sessions/{session_id}", status_code=204, responses=problems(403, 404, 422), summary="End a session"
    )
    async def end(session_id: UUID, viewer: Manager) -> Response:
        await people.revoke_session(session_id, by=viewer)
        return Response(status_code=204)

    @router.put("/account/language", status_code=204, responses=problems(422), summary="One's own language")
    async def language(body: LanguageIn, viewer: Annotated[Viewer, bearer.caller()]) -> Response:
        await people.set_language(viewer, body.language)
        return Response(status_code=204)

    @router.put("/account/measures", status_code=204, responses=problems(422), summary="One's own units and clock")
    async def measures(body: MeasuresIn, viewer: Annotated[Viewer, bearer.caller()]) -> Response:
        await people.set_measures(viewer, units=body.units, hours=body.hours)
        return Response(status_code=204)

    @router.get("/audit", responses=problems(403, 422), summary="Who did what, newest first")
    async def audit(
        _viewer: Annotated[Viewer, bearer.caller(Right.SEE_AUDIT)],
        search: Annotated[str, Query(max_length=120, pattern=NO_NUL)] = "",
        action: Annotated[str, Query(max_length=60, pattern=NO_NUL, description="How the action begins")] = "",
        actor: Annotated[str, Query(max_length=120, pattern=NO_NUL, description="Part of who did it")] = "",
        object_id: Annotated[str, Query(max_length=80, pattern=NO_NUL, description="One object's whole story")] = "",
        request_id: Annotated[str, Query(max_length=20, pattern=NO_NUL)] = "",
        since: Annotated[AwareDatetime | None, Query(description="From this moment on")] = None,
        until: Annotated[AwareDatetime | None, Query(description="Before this moment")] = None,
        before_id: Annotated[int | None, Query(ge=1, le=BIGGEST_ID)] = None,
        limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
        *,
        paging: Annotated[KeyPage, keyed(int)],
    ) -> list[AuditOut]:
        wanted = AuditFilter(
            search=search, action=action, actor=actor, object_id=object_id, request_id=request_id, since=since,
            until=until,
        )  # fmt: skip
        if paging.page is not None:
            limit = paging.page.size + 1
            before_id = paging.page.after[0] if paging.page.after else before_id
        lines = await people.audit.find(wanted, before_id=before_id, limit=limit)
        return [AuditOut.model_validate(one) for one in paging.cut(lines, lambda one: (one.id,))]

    return router
