"""Addresses over REST: check one, register a host's or neighbour's home, take homes in from a file and back."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query
from pydantic import BaseModel, Field

from core.accounts import Right, Viewer
from core.errors import Unavailable
from core.neighbourhood.registration import AddressVerdict, HomeCsv, HomePart, Registration
from dashboard.api.bearer import Bearer
from dashboard.api.land_models import (
    AddressCheckOut,
    AddressIn,
    HomeImportOut,
    HostIn,
    NeighbourIn,
    RegisteredOut,
    UndoOut,
    check_out,
    import_out,
    registered_out,
    request_of,
)
from dashboard.api.models import Place
from dashboard.api.ports import AddressSearch
from dashboard.api.problems import problems

CSV_LIMIT = 20_000_000


class SearchOut(BaseModel):
    homes: list[Place] = Field(description="Those that begin with the text, then the most alike")


def addresses_router(*, bearer: Bearer, registration: Registration, homes: HomeCsv, search: AddressSearch) -> APIRouter:
    router = APIRouter(prefix="/addresses", tags=["addresses"])
    registers = bearer.caller(Right.REGISTER_HOMES)
    looks = bearer.caller(Right.REGISTER_HOMES, Right.SEE_NEIGHBOURS)

    @router.get("/search", responses=problems(403, 422), summary="Homes for a search box")
    async def find(
        _viewer: Annotated[Viewer, looks],
        q: Annotated[str, Query(min_length=1, max_length=200)],
        limit: Annotated[int, Query(ge=1, le=100)] = 10,
    ) -> SearchOut:
        return SearchOut(homes=[Place.model_validate(home, from_attributes=True) for home in await search(q, limit)])

    @router.post("/validate", responses=problems(403, 422, 503), summary="Whether an address is known, and which it is")
    async def validate(asked: AddressIn, _viewer: Annotated[Viewer, looks]) -> AddressCheckOut:
        check = await registration.check_address(asked.address, limit=asked.limit)
        if check.verdict is AddressVerdict.TRY_AGAIN:
            raise Unavailable(check.words, reasons=[match.home.label for match in check.matches])
        return check_out(check)

    @router.post(
        "/register-host", status_code=201, responses=problems(403, 404, 409, 422, 503), summary="A home with a dock"
    )
    async def register_host(given: HostIn, viewer: Annotated[Viewer, registers]) -> RegisteredOut:
        request = request_of(given, HomePart.HOST)
        return registered_out(await registration.register_home(request, by=viewer, source="api"))

    @router.post(
        "/register-neighbor", status_code=201, responses=problems(403, 404, 409, 422, 503), summary="A home that shares"
    )
    async def register_neighbor(given: NeighbourIn, viewer: Annotated[Viewer, registers]) -> RegisteredOut:
        request = request_of(given, HomePart.NEIGHBOUR)
        return registered_out(await registration.register_home(request, by=viewer, source="api"))

    @router.post(
        "/imports",
        responses=problems(403, 422, 503),
        summary="Homes and customers from a CSV: every sound row is registered, every other told",
    )
    async def import_homes(
        viewer: Annotated[Viewer, registers],
        text: Annotated[str, Body(media_type="text/csv", max_length=CSV_LIMIT)],
        name: Annotated[str, Query(min_length=1, max_length=120)] = "homes.csv",
        dry_run: Annotated[bool, Query(description="Tell what would happen, write nothing")] = False,
    ) -> HomeImportOut:
        if dry_run:
            return import_out(await homes.dry_run(text, name=name, by=viewer))
        return import_out(await homes.apply(text, name=name, by=viewer, source="api"))

    @router.get("/imports", responses=problems(403), summary="The last files, newest first, without their rows")
    async def list_imports(_viewer: Annotated[Viewer, registers]) -> list[HomeImportOut]:
        return [import_out(report) for report in await homes.imports()]

    @router.get("/imports/{import_id}", responses=problems(403, 404, 422), summary="One file with every row as given")
    async def one_import(import_id: UUID, _viewer: Annotated[Viewer, registers]) -> HomeImportOut:
        return import_out(await homes.get(import_id))

    @router.post(
        "/imports/{import_id}/undo",
        responses=problems(403, 404, 409, 422, 503),
        summary="Take a whole file back; refused, with the reasons, once its homes are used",
    )
    async def undo(import_id: UUID, viewer: Annotated[Viewer, registers]) -> UndoOut:
        return UndoOut.model_validate(await homes.undo(import_id, by=viewer, source="api"))

    return router
