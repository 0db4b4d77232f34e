"""What links need, in one hand: the desk, the live fleet, and the small map's roads, kept for the cells asked for."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from core.clock import Clock
from core.db import Database
from core.db.reads.shared import (
    SharedMower,
    Surroundings,
    coarse,
    mower_id_of,
    shared_cluster,
    shared_mower,
    surroundings,
)
from core.errors import NotFound
from core.fleet import LiveFleet, StateLimits, aged
from core.fleet.model import MowerSnapshot
from core.geo import Point
from core.neighbourhood.clusters import Clusters
from core.shares import ShareDesk, ShareKind, ShareView
from core.texts import N_

KEPT_CELLS = 64


@dataclass(frozen=True, slots=True)
class Shown:
    """All that a link's page tells."""

    title: str
    city: str
    homes: int
    mowers: Sequence[tuple[SharedMower, MowerSnapshot | None]]
    around: Surroundings | None


class Shares:
    """Everything about links but their pages."""

    def __init__(
        self, *, database: Database, clock: Clock, desk: ShareDesk, live: LiveFleet, clusters: Clusters,
        limits: StateLimits,
    ) -> None:  # fmt: skip
        self.desk, self.clock = desk, clock
        self._database, self._live, self._clusters, self._limits = database, live, clusters, limits
        self._cells: OrderedDict[Point, Surroundings] = OrderedDict()

    async def subject(self, kind: ShareKind, name: str) -> tuple[UUID, str]:
        """A mower by its device name, a cluster by its id; ``NotFound`` for what there is none of."""
        if kind is ShareKind.MOWER:
            found = await mower_id_of(self._database, name)
            if found is None:
                raise NotFound(N_("no such mower"))
            return found, name
        try:
            cluster = await self._clusters.get(UUID(name))
        except ValueError as error:
            raise NotFound(N_("no such cluster")) from error
        return cluster.id, cluster.code

    async def shown(self, link: ShareView) -> Shown:
        """``NotFound`` once the mower or cluster is gone."""
        if link.kind is ShareKind.CLUSTER:
            cluster = await shared_cluster(self._database, link.subject_id)
            if cluster is None:
                raise NotFound(N_("this cluster is no more"))
            around = await self._around(cluster.place)
            mowers = [(mower, self._now(mower.device_name)) for mower in cluster.mowers]
            return Shown(cluster.code, cluster.city, cluster.homes, mowers, around)
        found = await shared_mower(self._database, link.subject_id)
        if found is None:
            raise NotFound(N_("this mower is no more"))
        mower, kept = found
        snapshot = self._now(mower.device_name)
        heard = None if snapshot is None or snapshot.reading is None else snapshot.reading.position
        place = heard or kept
        around = None if place is None else await self._around(place)
        return Shown(mower.device_name, mower.city, 0, [(mower, snapshot)], around)

    def _now(self, device_name: str) -> MowerSnapshot | None:
        """As it is this moment: what is old says so."""
        if device_name not in self._live:
            return None
        return aged(self._live.get(device_name), self.clock.now(), self._limits)

    async def _around(self, place: Point) -> Surroundings:
        cell = coarse(place)
        if cell not in self._cells:
            self._cells[cell] = await surroundings(self._database, cell)
            if len(self._cells) > KEPT_CELLS:
                self._cells.popitem(last=False)
        return self._cells[cell]
