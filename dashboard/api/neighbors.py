"""Which homes can be neighbours of a home, with the reason for each."""

from dataclasses import asdict
from math import isnan
from typing import Annotated

from fastapi import APIRouter, Query

from core.accounts import Right, Viewer
from core.neighbourhood import DEFAULT_RULE, answer_dict, home_dict
from core.neighbourhood.qualification import VERDICTS
from core.neighbourhood.reach import Area
from dashboard.api.bearer import Bearer
from dashboard.api.models import RULE_WORDS, AreaIn, AreaOut, NeighborsOut, PairOut, Place
from dashboard.api.ports import Neighbours
from dashboard.api.problems import problems


def neighbors_router(*, bearer: Bearer, neighbours: Neighbours) -> APIRouter:
    router = APIRouter(tags=["neighbors"])

    @router.get(
        "/neighbors", responses=problems(403, 404, 409, 422, 503), summary="Homes within a radius, and their verdicts"
    )
    async def neighbors(
        _viewer: Annotated[Viewer, bearer.caller(Right.SEE_NEIGHBOURS)],
        lat: Annotated[float, Query(ge=-90, le=90, description="Degrees, WGS84")],
        lon: Annotated[float, Query(ge=-180, le=180, description="Degrees, WGS84")],
        radius_m: Annotated[float, Query(ge=1, le=500, description="Metres")] = 80.0,
        rule: Annotated[str, Query(max_length=40, description=RULE_WORDS)] = DEFAULT_RULE,
    ) -> NeighborsOut:
        answer = await neighbours.find(longitude=lon, latitude=lat, radius_m=radius_m, rule=rule)
        return NeighborsOut.model_validate(answer_dict(answer))

    @router.get(
        "/addresses/neighbors",
        tags=["addresses"],
        responses=problems(403, 404, 409, 422, 503),
        summary="The same for an address; 409 lists the homes meant perhaps",
    )
    async def neighbors_of_address(
        _viewer: Annotated[Viewer, bearer.caller(Right.SEE_NEIGHBOURS)],
        address: Annotated[str, Query(min_length=1, max_length=200)],
        radius_m: Annotated[float, Query(ge=1, le=500, description="Metres")] = 80.0,
        rule: Annotated[str, Query(max_length=40, description=RULE_WORDS)] = DEFAULT_RULE,
    ) -> NeighborsOut:
        answer = await neighbours.find_by_address(address, radius_m=radius_m, rule=rule)
        return NeighborsOut.model_validate(answer_dict(answer))

    @router.post(
        "/neighbors/batch",
        responses=problems(403, 422, 503),
        summary="All pairs of an area within a radius, with verdicts",
    )
    async def batch(_viewer: Annotated[Viewer, bearer.caller(Right.SEE_NEIGHBOURS)], wanted: AreaIn) -> AreaOut:
        area = Area(None if wanted.homes is None else tuple(wanted.homes), wanted.bbox)
        answer = await neighbours.area(area, rule=wanted.rule, radius_m=wanted.radius_m)
        table = answer.table
        homes = {home.id: home for home in answer.book.homes}
        pairs = zip(
            table.pairs.first.tolist(),
            table.pairs.second.tolist(),
            table.pairs.distance_m.tolist(),
            table.verdict.tolist(),
            table.length_m.tolist(),
            strict=True,
        )
        return AreaOut(
            rule=wanted.rule,
            parameters=asdict(answer.parameters),
            homes=[Place.model_validate(home_dict(homes[key])) for key in table.ids.tolist()],
            pairs=[
                PairOut(
                    first=first,
                    second=second,
                    distance_m=round(far, 2),
                    verdict=VERDICTS[verdict],
                    length_m=None if isnan(length) else round(length, 2),
                )
                for first, second, far, verdict, length in pairs
            ],
        )

    return router
