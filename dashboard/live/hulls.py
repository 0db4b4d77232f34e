"""The ground of each live cluster as an outline to draw: its homes' lots, joined into one shape.

Approved, active and suspended clusters are drawn: they hold their homes. Drafts and proposals are left out, because a
home may lie in several of them and none decides what a mower does. Nothing of this is ever built for a household.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

import shapely
from shapely.geometry import mapping, shape

from core.db.reads.geojson import bare, feature
from core.events import Event
from core.geo import Point
from core.neighbourhood.clusters import LIVE, ClusterState, ClusterView, MemberView
from core.sight import ALL, Sight
from dashboard.clusters.shapes import AROUND_M, Ground, frame_at

CLOSE_M = 4.0
"""Lots nearer to each other than twice this, as over a path or a sliver between surveys, become one piece."""
STRIP_M = 2.0
"""Width of the strip that ties pieces further apart: it says that they belong together, not which way a mower takes."""
SIMPLE_M = 0.4
"""An outline may be off by this much: each of its corners is an edge that is drawn thick."""
DIGITS = 7
"""A centimetre."""

type Lots = Sequence[Mapping[str, Any]]
"""Features with ``id address city``, as ``core.db.reads.map_layers`` gives them."""


class ClusterSource(Protocol):
    """`core.neighbourhood.clusters.Clusters` is one."""

    changed: Event[tuple[UUID, ...]]

    async def list(self, states: frozenset[ClusterState]) -> tuple[ClusterView, ...]: ...


async def read_hulls(clusters: ClusterSource, lots: Lots, sight: Sight = ALL) -> list[dict[str, Any]]:
    """The outlines of the live clusters in sight as they stand now."""
    found = [one for one in await clusters.list(LIVE) if sight.cluster(one.id)]
    return await asyncio.to_thread(lambda: list(hull_features(found, lots)))


def hull_features(clusters: Iterable[ClusterView], lots: Lots) -> Iterable[dict[str, Any]]:
    """One polygon a cluster, with its name, whether it is suspended, where the name stands (at its
    northern edge, clear of the mowers inside), and its box."""
    grounds: dict[object, Mapping[str, Any]] = {}
    for lot in lots:
        properties = lot["properties"]
        grounds[properties["id"]] = lot["geometry"]
        grounds[(properties["address"].casefold(), properties["city"].casefold())] = lot["geometry"]
    for cluster in clusters:
        ground = frame_at(Point(cluster.host.longitude, cluster.host.latitude))
        outline = outline_of([_piece(member, grounds, ground) for member in cluster.members])
        told = shapely.set_precision(ground.degrees(outline), 10**-DIGITS)
        label = ground.degrees(_top(outline))
        yield feature(
            bare(mapping(told)),
            name=cluster.name or cluster.code,
            code=cluster.code,
            suspended=cluster.state is ClusterState.SUSPENDED,
            label=[round(label.x, DIGITS), round(label.y, DIGITS)],
            box=[round(side, DIGITS) for side in told.bounds],
        )


def outline_of(pieces: Sequence[shapely.Geometry]) -> shapely.Polygon:
    """One polygon around the pieces (metres): near ones grow together, the others are tied by strips."""
    joined = shapely.union_all(pieces).buffer(CLOSE_M, join_style="mitre").buffer(-CLOSE_M, join_style="mitre")
    parts = list(shapely.get_parts(joined))
    whole = parts.pop(0)
    while parts:
        nearest = min(parts, key=whole.distance)
        parts.remove(nearest)
        strip = shapely.shortest_line(whole, nearest).buffer(STRIP_M / 2, cap_style="square")
        whole = shapely.union_all([whole, strip, nearest])
    outline = whole.simplify(SIMPLE_M)
    return outline if outline.geom_type == "Polygon" else outline.convex_hull


def _top(outline: shapely.Polygon) -> shapely.Point:
    """The northernmost place of the outline above its middle."""
    middle, (_west, south, _east, north) = outline.representative_point(), outline.bounds
    upright = shapely.LineString([(middle.x, south - 1), (middle.x, north + 1)])
    return shapely.Point(middle.x, outline.intersection(upright).bounds[3])


def _piece(member: MemberView, grounds: Mapping[object, Mapping[str, Any]], ground: Ground) -> shapely.Geometry:
    """The lot of a home in metres; a circle about half a lot wide where none is known."""
    place = (member.address.casefold(), member.city.casefold())
    lot = grounds.get(str(member.lot_id)) or grounds.get(place)
    if lot is not None:
        shape_m = shapely.make_valid(ground.metres(shape(lot)))
        if shape_m.area > 0:
            return shape_m
    return ground.metres(shapely.Point(member.longitude, member.latitude)).buffer(AROUND_M, quad_segs=4)
