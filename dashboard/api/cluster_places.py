"""Clusters over REST: questions asked while drawing, joining and leaving, and changes to two clusters at once."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from core.accounts import Right, Viewer
from core.errors import Invalid
from core.neighbourhood import NeighbourAnswer
from core.neighbourhood.clusters import ChangePreview, Clusters
from dashboard.api.bearer import Bearer
from dashboard.api.cluster_models import (
    BestHostOut,
    CheckOut,
    ClusterBrief,
    ClusterOut,
    ConsentOut,
    ExistingNeighbourOut,
    InviteOut,
    JoinOut,
    QualifiedOut,
    QualifyingOut,
    RecheckOut,
    SuggestionOut,
    ValidateOut,
    WaitingOut,
    cluster_out,
    validate_out,
)
from dashboard.api.cluster_requests import (
    ChangeDoc,
    ChangeIn,
    CheckIn,
    Drawn,
    HomeId,
    JoinIn,
    LeaveIn,
    PreviewOut,
    change_of,
    preview_out,
)
from dashboard.api.clusters import Caller, box
from dashboard.api.problems import problems

type FindAddress = Callable[[str], Awaitable[NeighbourAnswer]]
"""The home with an address; ``NotFound`` or ``Conflict`` with those meant perhaps."""


class Homes(BaseModel):
    home_ids: list[HomeId] = Field(min_length=1, max_length=60)


class InviteIn(BaseModel):
    days: int = Field(30, ge=1, le=365)


class RecheckIn(BaseModel):
    cluster_ids: list[UUID] | None = Field(None, max_length=1000)
    bbox: str | None = Field(None, max_length=120, description="west,south,east,north in degrees")


def cluster_places_router(*, bearer: Bearer, clusters: Clusters, find_address: FindAddress) -> APIRouter:
    router = APIRouter(prefix="/clusters", tags=["clusters"])
    sees, draws = bearer.caller(Right.SEE_CLUSTERS), bearer.caller(Right.DRAW_CLUSTERS)
    anyone = bearer.caller(Right.SEE_CLUSTERS, Right.SEE_OWN_LOT)

    @router.post("/check", responses=problems(403, 422), summary="Every rule for a drawn group, with corridors")
    async def check(drawn: CheckIn, _viewer: Annotated[Viewer, sees]) -> CheckOut:
        result = await clusters.check(drawn.host_id, drawn.home_ids, cluster_id=drawn.cluster_id)
        return CheckOut.model_validate(result)

    @router.post("/validate", responses=problems(403, 422), summary="Whether a drawn group keeps the rules")
    async def validate(drawn: Drawn, _viewer: Annotated[Viewer, sees]) -> ValidateOut:
        return validate_out(await clusters.check(drawn.host_id, drawn.home_ids))

    @router.post("/best-host", responses=problems(403, 422), summary="Which home of a group should be host, and why")
    async def best_host(group: Homes, _viewer: Annotated[Viewer, sees]) -> BestHostOut:
        return BestHostOut.model_validate(await clusters.best_host(group.home_ids))

    @router.get("/suggest-clusters", responses=problems(403, 404, 422), summary="A cluster around one host")
    async def suggest(_viewer: Annotated[Viewer, sees], host_id: Annotated[HomeId, Query()]) -> SuggestionOut:
        return SuggestionOut.model_validate(await clusters.suggest(host_id))

    @router.get(
        "/existing-neighbors", responses=problems(403, 404, 422), summary="Members of live clusters near a home"
    )
    async def existing(
        _viewer: Annotated[Viewer, sees], home_id: Annotated[HomeId, Query()]
    ) -> list[ExistingNeighbourOut]:
        return [ExistingNeighbourOut.model_validate(one) for one in await clusters.existing_neighbours(home_id)]

    @router.get(
        "/qualified-clusters",
        responses=problems(403, 404, 409, 422),
        summary="Which clusters an address could join, or why not yet; names no other home",
    )
    async def qualified(
        _viewer: Annotated[Viewer, anyone],
        address: Annotated[str | None, Query(max_length=200)] = None,
        home_id: Annotated[HomeId | None, Query()] = None,
    ) -> QualifiedOut:
        if home_id is None:
            if address is None:
                raise Invalid("address: name one, or a home_id")
            home_id = (await find_address(address)).home.id
            assert home_id is not None  # an address found is a home of the book
        found = [QualifyingOut.model_validate(one) for one in await clusters.qualifying(home_id)]
        open_to = sum(one.qualifies for one in found)
        if open_to:
            words = f"{open_to} of {len(found)} clusters near by could take this home."
        elif found:
            words = "Not yet: see the reasons of each cluster near by."
        else:
            words = "Not yet: there is no cluster near by."
        return QualifiedOut(home_id=home_id, qualifies=bool(open_to), words=words, clusters=found)

    @router.post("/join", responses=problems(403, 404, 409, 422), summary="A home takes a place, or one in the queue")
    async def join(asked: JoinIn, viewer: Annotated[Viewer, anyone]) -> JoinOut:
        target = asked.code or asked.cluster_id
        if target is None:
            raise Invalid("code: name an invite code, or a cluster_id")
        result = await clusters.join(target, asked.home_id, Caller(viewer))
        return JoinOut(
            joined=result.joined,
            position=None if result.waiting is None else result.waiting.position,
            words=result.words,
            cluster=ClusterBrief.model_validate(result.cluster),
        )

    @router.post(
        "/{cluster_id:uuid}/leave", responses=problems(403, 404, 409, 422), summary="A neighbour leaves, or the queue"
    )
    async def leave(cluster_id: UUID, asked: LeaveIn, viewer: Annotated[Viewer, anyone]) -> ClusterBrief:
        cluster = await clusters.leave(cluster_id, asked.home_id, Caller(viewer), asked.comment)
        return ClusterBrief.model_validate(cluster)

    @router.get("/{cluster_id:uuid}/waiting", responses=problems(403, 404, 422), summary="Who waits, first come first")
    async def waiting(cluster_id: UUID, _viewer: Annotated[Viewer, sees]) -> list[WaitingOut]:
        await clusters.get(cluster_id)
        return [WaitingOut.model_validate(one) for one in await clusters.waiting(cluster_id)]

    @router.get("/{cluster_id:uuid}/consents", responses=problems(403, 404, 422), summary="Every consent recorded")
    async def consents(cluster_id: UUID, _viewer: Annotated[Viewer, sees]) -> list[ConsentOut]:
        await clusters.get(cluster_id)
        return [ConsentOut.model_validate(one) for one in await clusters.consents(cluster_id)]

    @router.put(
        "/{cluster_id:uuid}/invite", responses=problems(403, 404, 409, 422), summary="A fresh code; the old one ends"
    )
    async def invite(cluster_id: UUID, asked: InviteIn, viewer: Annotated[Viewer, draws]) -> InviteOut:
        return InviteOut.model_validate(await clusters.invite_code(cluster_id, Caller(viewer), days=asked.days))

    @router.delete(
        "/{cluster_id:uuid}/invite", status_code=204, responses=problems(403, 404, 422), summary="The code ends"
    )
    async def revoke(cluster_id: UUID, viewer: Annotated[Viewer, draws]) -> None:
        await clusters.revoke_invite(cluster_id, Caller(viewer))

    @router.post(
        "/changes/preview",
        responses=problems(403, 404, 409, 422),
        summary="What a split, merge or move would do: who moves, whose price changes",
    )
    async def preview(asked: ChangeIn, _viewer: Annotated[Viewer, draws]) -> PreviewOut:
        return preview_out(await previewed(asked))

    async def previewed(asked: ChangeIn) -> ChangePreview:
        if asked.kind == "split":
            if asked.host_id is None:
                raise Invalid("host_id: name the host of the new cluster")
            return await clusters.preview_split(
                asked.source_id, host_id=asked.host_id, home_ids=asked.home_ids, name=asked.name
            )
        if asked.target_id is None:
            raise Invalid("target_id: name the cluster that takes the homes")
        if asked.kind == "merge":
            return await clusters.preview_merge(asked.source_id, asked.target_id)
        if len(asked.home_ids) != 1:
            raise Invalid("home_ids: name the one home that moves")
        return await clusters.preview_move(asked.home_ids[0], asked.source_id, asked.target_id)

    @router.post(
        "/changes/apply", responses=problems(403, 404, 409, 422), summary="Carry out a previewed change, all or nothing"
    )
    async def apply(change: ChangeDoc, viewer: Annotated[Viewer, draws]) -> list[ClusterOut]:
        return [cluster_out(one) for one in await clusters.apply(change_of(change), Caller(viewer))]

    @router.post("/recheck", responses=problems(403, 422), summary="Put live clusters to the rules again")
    async def recheck(asked: RecheckIn, _viewer: Annotated[Viewer, draws]) -> RecheckOut:
        found = await clusters.recheck(asked.cluster_ids, bbox=box(asked.bbox))
        return RecheckOut(looked_at=found.looked_at, stale=dict(found.stale))

    return router
