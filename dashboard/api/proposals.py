"""The best clusters of an area over REST: ask, follow, cancel, accept, and whom to win next."""

import asyncio
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from core.accounts import Right, Viewer
from core.neighbourhood.clusters import ClusterRules
from core.neighbourhood.partition import Asked, LeftOutReason, PartitionRules, Proposals, ProposalStatus, ProposalView
from dashboard.api.bearer import Bearer
from dashboard.api.cluster_requests import HomeId
from dashboard.api.clusters import Caller
from dashboard.api.models import Place
from dashboard.api.problems import problems

WAIT_S = 8.0
"""How long a small area's caller waits for the result before the answer is 202."""

MOST_HOMES = 100_000


class Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class ProposedPlace(Place):
    """A home of a proposal."""

    model_config = ConfigDict(from_attributes=True)


class AreaIn(BaseModel):
    """An area: a box or a list of homes."""

    bbox: tuple[float, float, float, float] | None = Field(None, description="West, south, east, north in degrees")
    homes: list[HomeId] | None = Field(None, min_length=1, max_length=MOST_HOMES, description="Keys of address points")
    rule: str | None = Field(None, max_length=40, description="Who reaches whom; the house rule by default")
    min_neighbours: int | None = Field(None, description="Fewest neighbours of a cluster")
    max_neighbours: int | None = Field(None, description="Most neighbours of a cluster")


class ProposeIn(AreaIn):
    """What to search for."""

    time_limit_s: float = Field(60, description="Seconds, 0.1 to 3600")
    weights: dict[HomeId, int] = Field(default_factory=dict, max_length=MOST_HOMES, description="By home; 1 otherwise")
    no_hosts: list[HomeId] = Field(default_factory=list, max_length=MOST_HOMES, description="May join, may not host")
    keep_clusters: list[UUID] | None = Field(
        None, max_length=10_000, description="Clusters that stay as they are; all live ones by default"
    )


class ProposedClusterOut(Out):
    number: int = Field(description="Names the cluster when it is accepted")
    host: ProposedPlace
    neighbours: list[ProposedPlace]
    draft_id: UUID | None = Field(description="The draft it has become")


class LeftOutOut(Out):
    home: ProposedPlace
    reason: str = Field(validation_alias="words")
    reason_code: LeftOutReason = Field(validation_alias="reason")


class ProposalBrief(Out):
    """A proposal without its homes."""

    id: UUID
    href: str = ""
    status: ProposalStatus
    progress: float = Field(description="0 to 1")
    served: int = Field(description="The weight of the homes in clusters: their number where no weights were given")
    bound: int | None = Field(description="No plan is worth more; null before the first plan")
    gap: float | None = Field(description="How far from best it may be, as a part of the bound; 0 is proven best")
    homes: int = Field(description="Homes asked about")
    homes_served: int
    homes_fixed: int = Field(description="In clusters that stay as they are")
    left_out_count: int
    corridor_m: float = Field(description="All corridors together")
    rule: str
    min_neighbours: int
    max_neighbours: int
    time_limit_s: float
    started_at: datetime
    finished_at: datetime | None
    message: str = Field(description="Why it failed")


class ProposalOut(ProposalBrief):
    clusters: list[ProposedClusterOut]
    left_out: list[LeftOutOut]


class AcceptIn(BaseModel):
    clusters: list[Annotated[int, Field(ge=0, le=1_000_000)]] | None = Field(
        None, max_length=MOST_HOMES, description="Numbers of clusters; all by default"
    )


class AcceptedOut(Out):
    """What became of one cluster: a draft, or why not."""

    number: int
    draft_id: UUID | None
    refusal: str


class NextHomeOut(Out):
    home: ProposedPlace
    gain: int = Field(description="Signed-up homes left out today that would be served")
    unlocks: int = Field(description="Clusters there would be more")
    completes: int = Field(description="Clusters more that would have all their neighbours")
    words: str


class NextHomesIn(AreaIn):
    limit: int = Field(20, ge=1, le=200)


def proposals_router(*, bearer: Bearer, proposals: Proposals, rules: ClusterRules, prefix: str) -> APIRouter:
    """``prefix`` is where the whole API is mounted, for ``href``."""
    router = APIRouter(prefix="/clusters", tags=["proposals"])
    sees, draws = bearer.caller(Right.SEE_CLUSTERS), bearer.caller(Right.DRAW_CLUSTERS)

    def href(view: ProposalView) -> str:
        return f"{prefix}/clusters/proposals/{view.id}"

    def asked_of(area: AreaIn, **more: Any) -> Asked:
        low = rules.min_neighbours if area.min_neighbours is None else area.min_neighbours
        high = rules.max_neighbours if area.max_neighbours is None else area.max_neighbours
        return Asked(
            bbox=area.bbox,
            home_ids=tuple(area.homes or ()),
            rule=area.rule or rules.rule,
            radius_m=rules.radius_m,
            rules=PartitionRules(low, high),
            **more,
        )

    @router.post(
        "/propose",
        status_code=202,
        response_model=ProposalBrief,
        responses=problems(403, 422) | {200: {"model": ProposalOut, "description": "A small area, done at once"}},
        summary="Search for the best clusters of an area",
    )
    async def propose(wanted: ProposeIn, viewer: Annotated[Viewer, draws]) -> Response:
        asked = asked_of(
            wanted,
            time_limit_s=wanted.time_limit_s,
            weights=wanted.weights,
            no_hosts=tuple(wanted.no_hosts),
            fixed_clusters=None if wanted.keep_clusters is None else tuple(wanted.keep_clusters),
        )
        view = await proposals.start(asked, by=viewer.email, wait_s=WAIT_S)
        running = view.status is ProposalStatus.RUNNING
        answer = await _told(ProposalBrief if running else ProposalOut, view, href(view), 202 if running else 200)
        answer.headers["Location"] = href(view)
        return answer

    @router.get("/proposals", responses=problems(403, 422), summary="The latest proposals, without their homes")
    async def list_proposals(
        _viewer: Annotated[Viewer, sees], limit: Annotated[int, Query(ge=1, le=200)] = 50
    ) -> list[ProposalBrief]:
        return [_out(ProposalBrief, view, href(view)) for view in await proposals.list(limit)]

    @router.get(
        "/proposals/{proposal_id}",
        response_model=ProposalOut,
        responses=problems(403, 404, 422),
        summary="A proposal as far as it is",
    )
    async def one(proposal_id: UUID, _viewer: Annotated[Viewer, sees]) -> Response:
        view = await proposals.get(proposal_id)
        return await _told(ProposalOut, view, href(view))

    @router.post(
        "/proposals/{proposal_id}/cancel",
        response_model=ProposalOut,
        responses=problems(403, 404, 422),
        summary="End the search; what it has found so far stays",
    )
    async def cancel(proposal_id: UUID, _viewer: Annotated[Viewer, draws]) -> Response:
        view = await proposals.cancel(proposal_id)
        return await _told(ProposalOut, view, href(view))

    @router.post(
        "/proposals/{proposal_id}/accept",
        responses=problems(403, 404, 409, 422),
        summary="Make drafts of some clusters or all; each that is refused says why",
    )
    async def accept(proposal_id: UUID, chosen: AcceptIn, viewer: Annotated[Viewer, draws]) -> list[AcceptedOut]:
        done = await proposals.accept(proposal_id, chosen.clusters, by=Caller(viewer))
        return [AcceptedOut.model_validate(one) for one in done]

    @router.post(
        "/next-homes",
        responses=problems(403, 422),
        summary="Of the homes around those that signed up (the area): whose sign-up would serve most of them",
    )
    async def next_homes(wanted: NextHomesIn, _viewer: Annotated[Viewer, sees]) -> list[NextHomeOut]:
        found = await proposals.next_best(asked_of(wanted), limit=wanted.limit)
        return [NextHomeOut.model_validate(one) for one in found]

    return router


def _out[Model: ProposalBrief](model: type[Model], view: ProposalView, href: str) -> Model:
    return model.model_validate(view).model_copy(update={"href": href})


async def _told(model: type[ProposalBrief], view: ProposalView, href: str, status: int = 200) -> Response:
    """The answer as bytes, put together on a thread: a county has 70,000 homes."""
    content = await asyncio.to_thread(lambda: _out(model, view, href).model_dump_json())
    return Response(content, status, media_type="application/json")
