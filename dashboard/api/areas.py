"""Areas over REST: draw, change, delete, and who works where."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from core.accounts import Right, Viewer
from core.areas import AreaDesk
from dashboard.api.bearer import Bearer
from dashboard.api.problems import problems

type Name = Annotated[str, Field(min_length=1, max_length=80, examples=["North side"])]
type Outline = Annotated[
    dict[str, Any],
    Field(
        description="GeoJSON with a Polygon or MultiPolygon (or Features of them): longitude and latitude in degrees",
        examples=[
            {
                "type": "Polygon",
                "coordinates": [[[-92.6, 44.0], [-92.4, 44.0], [-92.4, 44.1], [-92.6, 44.1], [-92.6, 44.0]]],
            }
        ],
    ),
]


class AreaPersonOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    person_id: UUID
    name: str


class WorkAreaOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    shape: dict[str, Any] = Field(description="GeoJSON Polygon or MultiPolygon")
    version: int
    changed_at: datetime
    changed_by: str
    people: list[AreaPersonOut] = Field(description="Who works there")


class WorkAreaIn(BaseModel):
    name: Name
    shape: Outline


class WorkAreaChange(BaseModel):
    """What is left out stays."""

    expected_version: int = Field(ge=1, le=2_000_000_000, description="The version you saw")
    name: Name | None = None
    shape: Outline | None = None


class AreasOfPerson(BaseModel):
    area_ids: list[UUID] = Field(max_length=200, description="Where they work; none: everywhere")


def areas_router(*, bearer: Bearer, areas: AreaDesk) -> APIRouter:
    router = APIRouter(tags=["areas"])
    type Manager = Annotated[Viewer, bearer.caller(Right.MANAGE_PEOPLE)]

    @router.get("/areas", responses=problems(403), summary="Every area with its people, by name")
    async def everything(_viewer: Manager) -> list[WorkAreaOut]:
        return [WorkAreaOut.model_validate(one) for one in await areas.all()]

    @router.post("/areas", status_code=201, responses=problems(403, 409, 422), summary="Draw an area")
    async def add(given: WorkAreaIn, viewer: Manager) -> WorkAreaOut:
        return WorkAreaOut.model_validate(await areas.add(given.name, given.shape, by=viewer, source="api"))

    @router.get("/areas/{area_id}", responses=problems(403, 404, 422), summary="One area")
    async def one(area_id: UUID, _viewer: Manager) -> WorkAreaOut:
        return WorkAreaOut.model_validate(await areas.get(area_id))

    @router.patch("/areas/{area_id}", responses=problems(403, 404, 409, 422), summary="Another name or outline")
    async def change(area_id: UUID, given: WorkAreaChange, viewer: Manager) -> WorkAreaOut:
        """With another outline the sessions of its people end, so that it holds at once."""
        changed = await areas.change(
            area_id, given.expected_version, by=viewer, name=given.name, shape=given.shape, source="api"
        )
        return WorkAreaOut.model_validate(changed)

    @router.delete(
        "/areas/{area_id}", status_code=204, responses=problems(403, 404, 409, 422), summary="Delete one without people"
    )
    async def remove(area_id: UUID, viewer: Manager) -> Response:
        await areas.remove(area_id, by=viewer, source="api")
        return Response(status_code=204)

    @router.get("/people/{person_id}/areas", responses=problems(403, 422), summary="Where somebody works")
    async def of_person(person_id: UUID, _viewer: Manager) -> AreasOfPerson:
        return AreasOfPerson(area_ids=sorted(await areas.of_person(person_id)))

    @router.put("/people/{person_id}/areas", responses=problems(403, 404, 422), summary="Say where somebody works")
    async def assign(person_id: UUID, given: AreasOfPerson, viewer: Manager) -> AreasOfPerson:
        """They see what lies there and nothing else; in no area: everything. Their sessions end."""
        wanted = await areas.assign(person_id, given.area_ids, by=viewer, source="api")
        return AreasOfPerson(area_ids=sorted(wanted))

    return router
