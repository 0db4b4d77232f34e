"""The ground each mower may be on (B10): its own lots and the corridors of its approved cluster, never an estimate.

Geometry is metric around the host's lot; what is compared every second is in degrees, one polygon a mower.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely.geometry import shape

from core.control.ports import ClusterBook, GroundReader, LotGround
from core.control.sites import APPROVED_STATES, Site, SiteBook
from core.geo import Floats, LocalFrame, Point
from core.texts import N_, Text

EDGE_M = 2.0
"""A mower so near outside still counts as on its ground: surveyed lines and antennas have that much play."""
CORRIDOR_M = 1.5
"""Half the width of a corridor around its centre line."""
GRID_M = 0.001
"""Without a grid GEOS 3.14.1 may lose one of two neighbours in a union: a whole lot would be off limits."""


@dataclass(frozen=True, slots=True, eq=False)
class Fence:
    """One mower's ground. ``degrees`` is prepared for many points; ``metres`` is in ``frame``, without the edge."""

    frame: LocalFrame
    metres: shapely.Geometry = field(repr=False)
    degrees: shapely.Geometry = field(repr=False)
    lots: int
    corridors: int

    def distance_m(self, place: Point) -> float:
        """Metres outside the ground proper; 0 inside."""
        x, y = self.frame.to_metres(np.array([place.longitude]), np.array([place.latitude]))
        return float(self.metres.distance(shapely.Point(float(x[0]), float(y[0]))))


@dataclass(frozen=True, slots=True)
class NoFence:
    """Why a mower has none."""

    why: str


type Standing = Fence | NoFence
NO_LOT = NoFence(N_("No lot is assigned to it."))


class Lots:
    """Every registered lot, by its id and by its place."""

    def __init__(self, grounds: Iterable[LotGround]) -> None:
        self.by_id = {ground.id: ground for ground in grounds}
        self.by_place = {(one.address.casefold(), one.city.casefold()): one for one in self.by_id.values()}

    def own(self, site: Site) -> list[LotGround | None]:
        """The lots a mower is assigned to, the host's first."""
        return [self.by_id.get(lot.id) for lot in site.row.lots]

    def of_cluster(self, site: Site) -> list[LotGround]:
        """The lots of its cluster's homes that are known."""
        members = () if site.cluster is None else site.cluster.members
        return [self.by_place[place] for place in members if place in self.by_place]


def fence_of(site: Site, known: Lots) -> Standing:
    """The fence of one site. All its lots must be surveyed or drawn: half a fence would call work a breach."""
    host = site.row.host or next(iter(site.row.lots), None)
    if host is None:
        return NO_LOT
    own = known.own(site)
    missing = next(
        (lot for lot, ground in zip(site.row.lots, own, strict=True) if not (ground and ground.boundary)), None
    )
    if missing is not None:
        return NoFence(Text("{address} has no surveyed or drawn boundary.", address=missing.address))
    approved = site.cluster is not None and site.cluster.state in APPROVED_STATES
    lots = {ground.id: ground for ground in [*own, *(known.of_cluster(site) if approved else ())] if ground}
    frame = LocalFrame(Point(host.longitude, host.latitude))
    drawn = [_moved(frame, shape(ground.boundary)) for ground in lots.values() if ground.boundary]
    lines = site.cluster.corridors if approved and site.cluster is not None else ()
    ways = [_moved(frame, shapely.LineString(line)).buffer(CORRIDOR_M) for line in lines if len(line) > 1]
    metres = shapely.union_all([*drawn, *ways], grid_size=GRID_M)
    degrees = shapely.transform(metres.buffer(EDGE_M, quad_segs=8), lambda xy: _back(frame, xy))
    shapely.prepare(degrees)
    shapely.prepare(metres)
    return Fence(frame, metres, degrees, len(drawn), len(ways))


def _moved(frame: LocalFrame, geometry: shapely.Geometry) -> shapely.Geometry:
    def move(xy: Floats) -> Floats:
        x, y = frame.to_metres(xy[:, 0], xy[:, 1])
        return np.column_stack([x, y])

    return shapely.make_valid(shapely.transform(geometry, move))


def _back(frame: LocalFrame, xy: Floats) -> Floats:
    longitude, latitude = frame.to_lonlat(xy[:, 0], xy[:, 1])
    return np.column_stack([longitude, latitude])


class FenceBook:
    """The fences of all mowers, built anew where a site or a lot changed."""

    def __init__(self, sites: SiteBook, grounds: GroundReader, clusters: ClusterBook) -> None:
        self._sites, self._grounds, self._clusters = sites, grounds, clusters
        self._fences: dict[str, Standing] = {}
        self._built_of: dict[str, object] = {}
        self.version = 0

    def of(self, device_name: str) -> Standing:
        """The fence, or why there is none."""
        return self._fences.get(device_name, NO_LOT)

    async def refresh(self) -> int:
        """Build what changed, away from the event loop; returns how many fences are others now."""
        await self._clusters.learn()
        self._sites.outdated()
        sites = await self._sites.all()
        known = Lots(await self._grounds())
        marks = {name: _mark(site, known) for name, site in sites.items()}
        changed = [name for name, mark in marks.items() if self._built_of.get(name) != mark]
        built = await asyncio.to_thread(lambda: {name: fence_of(sites[name], known) for name in changed})
        gone = self._fences.keys() - sites.keys()
        if built or gone:
            kept = {name: fence for name, fence in self._fences.items() if name not in gone}
            self._fences, self._built_of = kept | built, marks
            self.version += 1
        return len(built)


def _mark(site: Site, known: Lots) -> object:
    """What a fence rests on."""
    lots = [*known.own(site), *known.of_cluster(site)]
    state = None if site.cluster is None else (site.cluster.state, site.cluster.corridors)
    return state, tuple(lot.id for lot in site.row.lots), tuple(str(ground and ground.boundary) for ground in lots)
