"""What part of the business somebody sees: all of it, or what lies in the areas they are assigned to.

`Sight` is the one object that answers "does this person see this mower, cluster, lot or place". It is a snapshot,
made by `core.areas.Sights` for each request; everybody of the same areas shares one.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from core.geo import Floats, Point

type Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


@dataclass(frozen=True, eq=False)
class Ground:
    """Some areas together. ``shapes`` are GeoJSON geometries, in degrees."""

    shapes: tuple[Mapping[str, Any], ...] = ()

    @cached_property
    def geometry(self) -> BaseGeometry:
        union = shapely.union_all([shape(one) for one in self.shapes])
        shapely.prepare(union)
        return union

    @property
    def bounds(self) -> Bounds | None:
        """``None`` of no ground at all."""
        if self.geometry.is_empty:
            return None
        west, south, east, north = self.geometry.bounds
        return west, south, east, north

    def holds(self, place: Point) -> bool:
        """Whether a place lies in it; its edge belongs to it."""
        return bool(shapely.intersects_xy(self.geometry, place.longitude, place.latitude))

    def which(self, longitude: Floats, latitude: Floats) -> NDArray[np.bool_]:
        """The same of many places; a place that is not a number lies nowhere."""
        known = np.isfinite(longitude) & np.isfinite(latitude)
        inside = np.zeros(len(longitude), dtype=np.bool_)
        inside[known] = shapely.intersects_xy(self.geometry, longitude[known], latitude[known])
        return inside


@dataclass(frozen=True, slots=True)
class Sight:
    """``everything``: there is no bound, and the rest means nothing.

    ``key`` is the same for the same areas with the same outlines, and then two are equal, whatever has moved since.
    Mowers are named by device name.
    """

    everything: bool = False
    key: str = ""
    area_ids: frozenset[UUID] = field(default=frozenset(), compare=False)
    ground: Ground = field(default_factory=Ground, compare=False, repr=False)
    mowers: frozenset[str] = field(default=frozenset(), compare=False, repr=False)
    clusters: frozenset[UUID] = field(default=frozenset(), compare=False, repr=False)
    lots: frozenset[UUID] = field(default=frozenset(), compare=False, repr=False)
    since: datetime | None = field(default=None, compare=False, repr=False)
    """From when on they have seen just this: what they were told before may be of elsewhere."""

    @property
    def bounded(self) -> bool:
        return not self.everything

    def mower(self, device_name: str | None) -> bool:
        return self.everything or device_name in self.mowers

    def some_mower(self, device_names: Iterable[str]) -> bool:
        """Whether one of them at least is seen."""
        return self.everything or not self.mowers.isdisjoint(device_names)

    def every_mower(self, device_names: Collection[str]) -> bool:
        """Whether there are any and all of them are seen."""
        return self.everything or (bool(device_names) and self.mowers.issuperset(device_names))

    def cluster(self, cluster_id: UUID | None) -> bool:
        return self.everything or cluster_id in self.clusters

    def lot(self, lot_id: UUID | None) -> bool:
        return self.everything or lot_id in self.lots

    def place(self, place: Point) -> bool:
        return self.everything or self.ground.holds(place)


ALL = Sight(everything=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class MowerPlace:
    """Where a mower is at home: its dock, else the lot of its host; ``None`` while nobody knows."""

    device_name: str
    home: Point | None
    lots: frozenset[UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterPlace:
    """A cluster: its host's place, the host's lot, and the lots it serves (none before it is live)."""

    cluster_id: UUID
    host: Point
    host_lot: UUID | None
    lots: frozenset[UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where everything is at home. ``lot_ids`` stand at ``longitude`` and ``latitude``, in the same order."""

    mowers: tuple[MowerPlace, ...]
    clusters: tuple[ClusterPlace, ...]
    lot_ids: tuple[UUID, ...]
    longitude: Floats
    latitude: Floats


def sight_of(area_ids: frozenset[UUID], key: str, ground: Ground, places: Places) -> Sight:
    """The rule of what lies in areas. A mower lies where its home stands, wherever it drives. A cluster lies where its
    mower does, and without a mower where its host does. A lot that is served lies where those lie that serve it, so
    that no cluster is cut by a line between two of its homes; any other lies where it stands."""
    mowers = {one.device_name for one in places.mowers if one.home is not None and ground.holds(one.home)}
    serving: dict[UUID, list[bool]] = {}
    for mower in places.mowers:
        for lot in mower.lots:
            serving.setdefault(lot, []).append(mower.device_name in mowers)
    clusters = set()
    for cluster in places.clusters:
        of_host = serving.get(cluster.host_lot) if cluster.host_lot is not None else None
        if any(of_host) if of_host else ground.holds(cluster.host):
            clusters.add(cluster.cluster_id)
    for cluster in places.clusters:
        for lot in cluster.lots:
            serving.setdefault(lot, []).append(cluster.cluster_id in clusters)
    standing = ground.which(places.longitude, places.latitude)
    lots = {
        lot_id
        for lot_id, inside in zip(places.lot_ids, standing.tolist(), strict=True)
        if (any(serving[lot_id]) if lot_id in serving else inside)
    }
    return Sight(
        area_ids=area_ids, key=key, ground=ground, mowers=frozenset(mowers), clusters=frozenset(clusters),
        lots=frozenset(lots),
    )  # fmt: skip
