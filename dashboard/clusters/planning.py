"""The addresses under ``/clusters/data/proposals``: plan an area, follow it live, stop it, make drafts of it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

import numpy as np
import shapely
from fastapi import APIRouter
from pydantic import BaseModel, Field

from core.accounts import Right, Viewer
from core.clock import Clock
from core.db.reads.scope import Box
from core.errors import Conflict, Invalid
from core.neighbourhood.book import Book
from core.neighbourhood.clusters import ClusterRules
from core.neighbourhood.partition import Asked, PartitionRules, Proposals, ProposalView
from core.texts import Text
from dashboard.asks import asks
from dashboard.clusters.data import Books, check_box
from dashboard.clusters.routes import home_told
from dashboard.clusters.screen_api import ScreenRoute
from dashboard.i18n import N_, _, told

MOST_CORNERS = 2_000
WAIT_S = 0.4
"""A small area is often done by then: its first answer is the last."""
NEXT_LIMIT = 12

STATUS_WORDS = {
    "running": N_("Searching"),
    "optimal": N_("Proven best"),
    "feasible": N_("Time is up"),
    "cancelled": N_("Stopped"),
    "failed": N_("Failed"),
}

type Place = tuple[float, float]
type SignedUp = Callable[[], Awaitable[frozenset[int]]]
"""Homes of registered households."""


class PlanAsked(BaseModel):
    """An area drawn on the map, and how large clusters may be."""

    ring: Annotated[list[Place], Field(min_length=3, max_length=MOST_CORNERS)]
    least: int = 3
    most: int = 5
    limit_s: float = 10.0
    keep: bool = True
    """Whether the homes of live clusters stay where they are."""


class Chosen(BaseModel):
    clusters: list[int] | None = None


def planning_router(
    *, proposals: Proposals, books: Books, rules: ClusterRules, signed_up: SignedUp, clock: Clock
) -> APIRouter:
    """What the proposal screen asks."""
    router = APIRouter(prefix="/clusters/data/proposals", include_in_schema=False, route_class=ScreenRoute)

    def asked_of(plan: PlanAsked, book: Book) -> Asked:
        box = box_of(plan.ring)
        return Asked(
            bbox=box,
            home_ids=() if box else homes_inside(book, plan.ring),
            rule=rules.rule,
            radius_m=rules.radius_m,
            rules=PartitionRules(min_neighbours=plan.least, max_neighbours=plan.most),
            time_limit_s=plan.limit_s,
            fixed_clusters=None if plan.keep else (),
        )

    @router.post("")
    async def start(viewer: Annotated[Viewer, asks(Right.DRAW_CLUSTERS)], plan: PlanAsked) -> dict[str, Any]:
        book = await books.book()
        asked = await asyncio.to_thread(asked_of, plan, book)
        view = await proposals.start(asked, by=viewer.name, wait_s=WAIT_S)
        return proposal_told(view, clock)

    @router.get("/{proposal_id}")
    async def one(_viewer: Annotated[Viewer, asks(Right.SEE_CLUSTERS)], proposal_id: UUID) -> dict[str, Any]:
        return proposal_told(await proposals.get(proposal_id), clock)

    @router.post("/{proposal_id}/cancel")
    async def cancel(_viewer: Annotated[Viewer, asks(Right.DRAW_CLUSTERS)], proposal_id: UUID) -> dict[str, Any]:
        return proposal_told(await proposals.cancel(proposal_id), clock)

    @router.post("/{proposal_id}/accept")
    async def accept(
        viewer: Annotated[Viewer, asks(Right.DRAW_CLUSTERS)], proposal_id: UUID, chosen: Chosen
    ) -> dict[str, Any]:
        answers = await proposals.accept(proposal_id, chosen.clusters, by=viewer)
        made = [answer for answer in answers if answer.draft_id is not None]
        refused = [answer for answer in answers if answer.draft_id is None]
        if refused and not made:
            reasons = tuple(Text("{n}: {why}", n=one.number + 1, why=one.refusal) for one in refused)
            raise Conflict(N_("none of these clusters can be made a draft"), reasons=reasons)
        return {
            "made": [{"number": one.number, "draft": str(one.draft_id)} for one in made],
            "refused": [{"number": one.number, "words": told(one.refusal)} for one in refused],
        }

    @router.get("/{proposal_id}/next")
    async def next_best(_viewer: Annotated[Viewer, asks(Right.SEE_CLUSTERS)], proposal_id: UUID) -> dict[str, Any]:
        view = await proposals.get(proposal_id)
        wanted = {home.id for cluster in view.clusters for home in (cluster.host, *cluster.neighbours)}
        wanted |= {one.home.id for one in view.left_out}
        signed = sorted(home for home in wanted & set(await signed_up()) if home is not None)
        if not signed:
            return {"homes": []}
        asked = Asked(
            home_ids=tuple(signed),
            rule=view.rule,
            radius_m=view.radius_m,
            rules=PartitionRules(view.min_neighbours, view.max_neighbours),
        )
        found = await proposals.next_best(asked, limit=NEXT_LIMIT)
        return {"homes": [{"home": home_told(one.home), "words": told(one.words)} for one in found]}

    return router


def proposal_told(view: ProposalView, clock: Clock) -> dict[str, Any]:
    """A proposal as the screen reads it; an unknown bound is told as every home asked about."""
    bound = view.homes - view.homes_fixed if view.bound is None else view.bound
    ended = view.finished_at or clock.now()
    return {
        "id": str(view.id),
        "status": view.status.value,
        "status_word": _(STATUS_WORDS[view.status.value]),
        "message": told(view.message),
        "progress": view.progress,
        "served": view.served,
        "homes": view.homes,
        "fixed": view.homes_fixed,
        "bound": bound,
        "gap": 1.0 if view.gap is None else view.gap,
        "corridor_m": view.corridor_m,
        "elapsed_s": (ended - view.started_at).total_seconds(),
        "limit_s": view.time_limit_s,
        "clusters": [
            {
                "number": cluster.number,
                "host": home_told(cluster.host),
                "neighbours": [home_told(home) for home in cluster.neighbours],
                "draft": str(cluster.draft_id) if cluster.draft_id else None,
            }
            for cluster in view.clusters
        ],
        "left_out": [{"home": home_told(one.home), "reason": told(one.words)} for one in view.left_out],
        "left_out_count": view.left_out_count,
    }


def box_of(ring: list[Place]) -> Box | None:
    """The box that a ring of four corners is; ``None`` for any other shape."""
    longitudes, latitudes = {x for x, _y in ring}, {y for _x, y in ring}
    sides = zip(ring, [*ring[1:], ring[0]], strict=True)
    upright = all((a[0] == b[0]) != (a[1] == b[1]) for a, b in sides)
    if not upright or len(ring) != 4 or len(longitudes) != 2 or len(latitudes) != 2:
        return None
    box = min(longitudes), min(latitudes), max(longitudes), max(latitudes)
    check_box(box)
    return box


def homes_inside(book: Book, ring: list[Place]) -> tuple[int, ...]:
    """Keys of the homes inside a drawn ring; ``Invalid`` for one that crosses itself or holds none."""
    area = shapely.Polygon(ring)
    if not area.is_valid:
        raise Invalid(N_("the drawn area crosses itself: draw it anew"))
    shapely.prepare(area)
    inside = np.flatnonzero(shapely.contains_xy(area, book.longitude, book.latitude))
    found = [book.homes[position].id for position in inside]
    if not found:
        raise Invalid(N_("no home of the address book stands in this area"))
    return tuple(home for home in found if home is not None)
