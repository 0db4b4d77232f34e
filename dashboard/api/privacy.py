"""What is kept about a person, over REST: handed out, what they agreed to, and taken out for ever."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from core.accounts import ConsentKind, Right, Viewer
from core.privacy import Privacy
from dashboard.api.bearer import Bearer
from dashboard.api.problems import problems


class ErasureIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    email: str = Field(
        max_length=254, pattern=r"^[^\x00]*$", description="Their address, so that nobody erases another"
    )
    reason: str = Field(min_length=1, max_length=500, pattern=r"^[^\x00]*$")


class ConsentOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    kind: ConsentKind
    subject: str = Field(description="Version of the text, end of the number, code of the cluster")
    given_at: datetime
    by: str
    withdrawn_at: datetime | None
    withdrawn_by: str


def privacy_router(*, bearer: Bearer, privacy: Privacy) -> APIRouter:
    router = APIRouter(prefix="/people/{person_id}", tags=["people"])
    type Manager = Annotated[Viewer, bearer.caller(Right.MANAGE_PEOPLE)]

    @router.get(
        "/export",
        response_class=Response,
        responses={**problems(403, 404, 422), 200: {"content": {"application/zip": {}}}},
        summary="Everything that is kept about them, as a ZIP",
    )
    async def export(person_id: UUID, viewer: Manager) -> Response:
        """A JSON document, their photos, and a README that says what is what."""
        file = await privacy.export(person_id, by=viewer, source="api")
        return Response(file.content, media_type="application/zip", headers=attachment(file.name))

    @router.get("/consents", responses=problems(403, 422), summary="What they agreed to, newest first")
    async def consents(person_id: UUID, _viewer: Manager) -> list[ConsentOut]:
        return [ConsentOut.model_validate(one) for one in await privacy.consents(person_id)]

    @router.post("/erase", status_code=204, responses=problems(403, 404, 409, 422), summary="Erase them for ever")
    async def erase(person_id: UUID, body: ErasureIn, viewer: Manager) -> Response:
        """Books, minutes and visits stay without their name. Refused while they host a live cluster, or owe a bill."""
        await privacy.erase(person_id, by=viewer, typed=body.email, reason=body.reason, source="api")
        return Response(status_code=204)

    return router


def attachment(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
