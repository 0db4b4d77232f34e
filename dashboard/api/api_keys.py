"""API keys over REST: made, listed, revoked by people who are signed in; the secret is in one answer only."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from core.accounts import ApiKeys, ApiKeyView, Right, Viewer
from dashboard.api.bearer import Bearer
from dashboard.api.problems import problems


class KeyIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=80, examples=["Home Assistant"])
    scopes: list[Right] = Field(min_length=1, max_length=60, examples=[["see_fleet"]])
    days: int | None = Field(90, ge=1, le=3_650, description="Until it ends; null: never")
    owner_id: UUID | None = Field(None, description="Somebody else, for who manages people")


class KeyOut(BaseModel):
    id: UUID
    person_id: UUID
    owner: str
    name: str
    start: str = Field(description="The key's first characters")
    scopes: list[Right]
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, view: ApiKeyView) -> "KeyOut":
        told = {name: getattr(view, name) for name in KeyOut.model_fields if name != "scopes"}
        return KeyOut(**told, scopes=sorted(view.scopes))


class MadeKeyOut(BaseModel):
    key: KeyOut
    secret: str = Field(description="Send it as a bearer token. It is shown here and never again")


def api_keys_router(*, bearer: Bearer, keys: ApiKeys) -> APIRouter:
    router = APIRouter(prefix="/api-keys", tags=["auth"])
    type Person = Annotated[Viewer, bearer.person()]

    @router.get("", responses=problems(403, 422), summary="One's own keys, newest first; or everybody's")
    async def list_keys(
        viewer: Person, everyone: Annotated[bool, Query(description="Needs manage_people")] = False
    ) -> list[KeyOut]:
        return [KeyOut.of(one) for one in await keys.keys(by=viewer, everyone=everyone)]

    @router.post("", status_code=201, responses=problems(403, 404, 409, 422), summary="Make a key")
    async def make(body: KeyIn, viewer: Person) -> MadeKeyOut:
        made = await keys.make(
            name=body.name, scopes=body.scopes, days=body.days, owner_id=body.owner_id, by=viewer, source="api"
        )
        return MadeKeyOut(key=KeyOut.of(made.view), secret=made.secret)

    @router.delete("/{key_id}", status_code=204, responses=problems(403, 404, 409, 422), summary="Revoke a key")
    async def revoke(key_id: UUID, viewer: Person) -> Response:
        await keys.revoke(key_id, by=viewer, source="api")
        return Response(status_code=204)

    return router
