"""Clusters over REST: draw, judge, submit, approve, compare, and every move of their life.

Whoever edits names the version they saw: in the body as ``expected_version``, or as ``If-Match`` with the ETag that
came with the cluster. An older one is answered with 409 and who changed it when.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response

from core.accounts import Right, Viewer
from core.errors import Invalid
from core.neighbourhood.clusters import Clusters, ClusterState, ClusterView
from dashboard.api.bearer import Bearer
from dashboard.api.cluster_models import (
    ClusterBrief,
    ClusterOut,
    ClusterStatsOut,
    EventOut,
    VersionDiffOut,
    VersionOut,
    cluster_out,
)
from dashboard.api.cluster_requests import ConfirmIn, ConsentIn, DraftIn, HomeId, MoveIn, ReviseIn, Version
from dashboard.api.problems import problems

type IfMatch = Annotated[str | None, Header(max_length=40, description="The ETag that came with the cluster")]


class MoveWord(StrEnum):
    """The moves of a cluster's life."""

    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"
    ACTIVATE = "activate"
    SUSPEND = "suspend"
    RETIRE = "retire"


@dataclass(frozen=True, slots=True)
class Caller:
    """The viewer, come by the door of the API."""

    viewer: Viewer
    source: str = "api"

    @property
    def person_id(self) -> UUID:
        return self.viewer.person_id

    @property
    def name(self) -> str:
        return self.viewer.name

    @property
    def email(self) -> str:
        return self.viewer.email

    @property
    def household_ids(self) -> frozenset[UUID]:
        return self.viewer.household_ids

    def may(self, right: Right) -> bool:
        return self.viewer.may(right)


def expected(in_body: int | None, if_match: str | None) -> int:
    """The version the caller saw; ``Invalid`` without one, or with an ETag that none of ours looks like."""
    if in_body is not None:
        return in_body
    if if_match is None:
        raise Invalid("expected_version: name the version you saw, here or as If-Match")
    number = if_match.removeprefix("W/").strip('"')
    if not (number.isascii() and number.isdigit() and len(number) <= 9):
        raise Invalid('If-Match: expected the ETag of a cluster, such as "3"')
    return int(number)


def box(text: str | None) -> tuple[float, float, float, float] | None:
    """``west,south,east,north`` in degrees."""
    if text is None:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise Invalid("bbox: expected west,south,east,north in degrees") from None
    return west, south, east, north


def clusters_router(*, bearer: Bearer, clusters: Clusters) -> APIRouter:
    router = APIRouter(prefix="/clusters", tags=["clusters"])
    sees, draws = bearer.caller(Right.SEE_CLUSTERS), bearer.caller(Right.DRAW_CLUSTERS)
    decides = bearer.caller(Right.DRAW_CLUSTERS, Right.APPROVE_CLUSTERS)

    def told(cluster: ClusterView, response: Response) -> ClusterOut:
        response.headers["ETag"] = f'"{cluster.version}"'
        return cluster_out(cluster)

    @router.get("", responses=problems(403, 422), summary="Clusters, by code")
    async def list_clusters(
        viewer: Annotated[Viewer, sees],
        state: Annotated[list[ClusterState] | None, Query(description="Any of these")] = None,
        search: Annotated[str, Query(max_length=120, description="In code, name, author, addresses")] = "",
        stale: Annotated[bool | None, Query(description="Whether the approval has gone stale")] = None,
        home_id: Annotated[HomeId | None, Query()] = None,
        bbox: Annotated[str | None, Query(max_length=120, description="west,south,east,north in degrees")] = None,
    ) -> list[ClusterOut]:
        found = await clusters.list(state, search=search, stale=stale, home_id=home_id, bbox=box(bbox))
        return [cluster_out(cluster) for cluster in found if viewer.sight.cluster(cluster.id)]

    @router.get("/mine", responses=problems(403), summary="The clusters of one's own homes, without other homes")
    async def mine(viewer: Annotated[Viewer, bearer.caller(Right.SEE_OWN_LOT)]) -> list[ClusterBrief]:
        found = await clusters.list(household_ids=viewer.household_ids)
        return [ClusterBrief.model_validate(one) for one in found if one.state is not ClusterState.RETIRED]

    @router.get("/stats", responses=problems(403), summary="Numbers over all clusters")
    async def stats(_viewer: Annotated[Viewer, sees]) -> ClusterStatsOut:
        return ClusterStatsOut.model_validate(await clusters.stats())

    @router.post("", status_code=201, responses=problems(403, 404, 409, 422), summary="Draw a draft")
    async def create(drawn: DraftIn, viewer: Annotated[Viewer, draws], response: Response) -> ClusterOut:
        cluster = await clusters.create_draft(drawn.host_id, drawn.home_ids, drawn.name, Caller(viewer))
        response.headers["Location"] = f"/api/v1/clusters/{cluster.id}"
        return told(cluster, response)

    @router.get("/{cluster_id:uuid}", responses=problems(403, 404, 422), summary="One cluster")
    async def get(cluster_id: UUID, _viewer: Annotated[Viewer, sees], response: Response) -> ClusterOut:
        return told(await clusters.get(cluster_id), response)

    @router.put("/{cluster_id:uuid}", responses=problems(403, 404, 409, 422), summary="Other homes, host or name")
    async def revise(
        cluster_id: UUID,
        drawn: ReviseIn,
        viewer: Annotated[Viewer, draws],
        response: Response,
        if_match: IfMatch = None,
    ) -> ClusterOut:
        version = expected(drawn.expected_version, if_match)
        cluster = await clusters.revise(cluster_id, version, drawn.host_id, drawn.home_ids, drawn.name, Caller(viewer))
        return told(cluster, response)

    acts: dict[MoveWord, Callable[..., Awaitable[ClusterView]]] = {
        MoveWord.SUBMIT: clusters.submit,
        MoveWord.APPROVE: clusters.approve,
        MoveWord.REJECT: clusters.reject,
        MoveWord.ACTIVATE: clusters.activate,
        MoveWord.SUSPEND: clusters.suspend,
        MoveWord.RETIRE: clusters.retire,
    }

    @router.post(
        "/{cluster_id:uuid}/{move}",
        responses=problems(403, 404, 409, 422),
        summary="Submit, approve, reject (say why), activate, suspend (say why) or retire",
    )
    async def decide(
        cluster_id: UUID,
        move: MoveWord,
        asked: MoveIn,
        viewer: Annotated[Viewer, decides],
        response: Response,
        if_match: IfMatch = None,
    ) -> ClusterOut:
        version = expected(asked.expected_version, if_match)
        return told(await acts[move](cluster_id, version, Caller(viewer), asked.comment), response)

    @router.get("/{cluster_id:uuid}/versions", responses=problems(403, 404, 422), summary="Every version, oldest first")
    async def versions(cluster_id: UUID, _viewer: Annotated[Viewer, sees]) -> list[VersionOut]:
        return [VersionOut.model_validate(version) for version in await clusters.versions(cluster_id)]

    @router.get("/{cluster_id:uuid}/diff", responses=problems(403, 404, 422), summary="Two versions compared")
    async def diff(
        cluster_id: UUID,
        _viewer: Annotated[Viewer, sees],
        before: Annotated[Version, Query()],
        after: Annotated[Version, Query()],
    ) -> VersionDiffOut:
        return VersionDiffOut.model_validate(await clusters.diff(cluster_id, before, after))

    @router.get("/{cluster_id:uuid}/events", responses=problems(403, 404, 422), summary="Its history, oldest first")
    async def events(cluster_id: UUID, _viewer: Annotated[Viewer, sees]) -> list[EventOut]:
        await clusters.get(cluster_id)
        return [EventOut.model_validate(event) for event in await clusters.events(cluster_id)]

    @router.put(
        "/{cluster_id:uuid}/consents",
        responses=problems(403, 404, 409, 422),
        summary="A household lets the mower cross its lot",
    )
    async def consent(
        cluster_id: UUID,
        given: ConsentIn,
        viewer: Annotated[Viewer, decides],
        response: Response,
        if_match: IfMatch = None,
    ) -> ClusterOut:
        version, by = expected(given.expected_version, if_match), Caller(viewer)
        cluster = await clusters.consent(
            cluster_id, version, given.home_id, by, given_by=given.given_by, note=given.note
        )
        return told(cluster, response)

    @router.delete(
        "/{cluster_id:uuid}/consents/{home_id}",
        responses=problems(403, 404, 409, 422),
        summary="The household takes its word back: the approval goes stale",
    )
    async def withdraw(
        cluster_id: UUID,
        home_id: HomeId,
        viewer: Annotated[Viewer, decides],
        response: Response,
        expected_version: Annotated[Version | None, Query()] = None,
        if_match: IfMatch = None,
    ) -> ClusterOut:
        version = expected(expected_version, if_match)
        return told(await clusters.withdraw_consent(cluster_id, version, home_id, Caller(viewer)), response)

    @router.put(
        "/{cluster_id:uuid}/confirmations",
        responses=problems(403, 404, 409, 422),
        summary="A person has looked at a way that needs review, and says why it is sound",
    )
    async def confirm(
        cluster_id: UUID,
        seen: ConfirmIn,
        viewer: Annotated[Viewer, decides],
        response: Response,
        if_match: IfMatch = None,
    ) -> ClusterOut:
        version = expected(seen.expected_version, if_match)
        cluster = await clusters.confirm_reach(cluster_id, version, seen.home_id, Caller(viewer), seen.reason)
        return told(cluster, response)

    return router
