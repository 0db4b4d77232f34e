"""What the drawing map shows of a box of the world, as GeoJSON: homes, roads, lots, lawns, clusters."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import shapely
from sqlalchemy import select
from sqlmodel import col

from core.db import Database
from core.db.reads.geojson import bare, collection, feature, point
from core.db.reads.road_lines import road_features
from core.db.reads.scope import Box
from core.errors import Invalid
from core.geo import Point
from core.neighbourhood import Home
from core.neighbourhood.book import Book, Version
from core.neighbourhood.clusters import ClusterState, ClusterView
from core.neighbourhood.tables import Lot
from core.sight import ALL, Sight
from core.texts import Text
from dashboard.clusters.shapes import frame_at, hull_of
from dashboard.live.scenery import DEFAULT_ROAD_M, ROAD_WIDTH_M

MOST_HOMES = 3_000
"""Homes told one by one; a box with more is told as counts in a grid."""
MOST_LOTS = 3_000
GRID = (48, 32)
"""Cells across and down."""
WIDEST_DEG = 3.0


class Books(Protocol):
    """The imported address book; `core.neighbourhood.NeighbourFinder` is one."""

    async def book(self) -> Book: ...


class ClusterList(Protocol):
    """Clusters with a member in a box; `core.neighbourhood.clusters.Clusters` is one."""

    async def list(
        self, states: Sequence[ClusterState] | None = None, *, bbox: Box | None = None
    ) -> tuple[ClusterView, ...]: ...


@dataclass(frozen=True, slots=True)
class Roads:
    """Every road to draw, findable by box; unchanging."""

    version: Version
    features: tuple[dict[str, Any], ...]
    tree: shapely.STRtree

    def within(self, box: Box) -> list[dict[str, Any]]:
        return [self.features[position] for position in sorted(self.tree.query(shapely.box(*box)))]


class MapData:
    """Answers boxes from the address book in memory and one query for lots."""

    def __init__(self, *, database: Database, books: Books, clusters: ClusterList) -> None:
        self._database = database
        self._books = books
        self._clusters = clusters
        self._roads: Roads | None = None
        self._reading = asyncio.Lock()

    async def within(self, box: Box, sight: Sight = ALL) -> dict[str, Any]:
        """All layers of a box (west, south, east, north; degrees), as far as they are in sight; roads are public.
        ``Invalid`` for a box turned inside out.

        ``homes`` is empty where there are too many to tell apart; ``grid`` then holds ``[longitude, latitude, count]``.
        """
        check_box(box)
        book = await self._books.book()
        near = positions_in(book, box)
        if sight.bounded:
            standing = sight.ground.which(book.longitude[near], book.latitude[near])
            near = [position for position, inside in zip(near, standing.tolist(), strict=True) if inside]
        lots = [lot for lot in await self._lots(box) if sight.lot(lot.id)]
        known = {(address.casefold(), city.casefold()): str(id_) for id_, address, city, *_ in lots}
        few = len(near) <= MOST_HOMES
        views = [view for view in await self._clusters.list(bbox=box) if sight.cluster(view.id)]
        return {
            "homes": collection(home_feature(book.homes[n], known) for n in near) if few else collection(()),
            "grid": [] if few else grid_of(book, near, box),
            "count": len(near),
            "roads": collection((await self._all_roads(book.version)).within(box)),
            "lots": collection(_lot_features(lots)),
            "houses": collection(feature(bare(house)) for *_, house, _lawns in lots if house),
            "lawns": collection(feature(bare(lawn), lot=str(id_)) for id_, *_, lawns in lots for lawn in lawns),
            "clusters": collection(cluster_feature(view) for view in views),
        }

    async def bounds(self, sight: Sight = ALL) -> Box | None:
        """Of all homes, or of the areas in sight; ``None`` while there are none."""
        if sight.bounded:
            return sight.ground.bounds
        book = await self._books.book()
        if not book.homes:
            return None
        return (
            float(book.longitude.min()), float(book.latitude.min()),
            float(book.longitude.max()), float(book.latitude.max()),
        )  # fmt: skip

    async def _all_roads(self, version: Version) -> Roads:
        async with self._reading:
            if self._roads is None or self._roads.version != version:
                async with self._database.connection() as connection:
                    found = await road_features(connection, None, most=100_000)
                self._roads = await asyncio.to_thread(_roads, version, found)
            return self._roads

    async def _lots(self, box: Box) -> list[Any]:
        west, south, east, north = box
        columns = (Lot.id, Lot.address, Lot.city, Lot.source, Lot.boundary, Lot.house, Lot.lawns)
        query = (
            select(*(col(column) for column in columns))
            .where(col(Lot.longitude).between(west, east), col(Lot.latitude).between(south, north))
            .order_by(col(Lot.address), col(Lot.id))
            .limit(MOST_LOTS)
        )
        async with self._database.connection() as connection:
            return list((await connection.execute(query)).all())


def check_box(box: Box) -> None:
    west, south, east, north = box
    if not (west < east and south < north and east - west <= WIDEST_DEG and north - south <= WIDEST_DEG):
        raise Invalid(
            Text(
                "box {west}, {south}, {east}, {north}: expected west < east, south < north, at most {most} degrees",
                west=west, south=south, east=east, north=north, most=WIDEST_DEG,
            )
        )  # fmt: skip


def positions_in(book: Book, box: Box) -> list[int]:
    """Positions of the book's homes inside a box."""
    west, south, east, north = box
    low, high = np.searchsorted(book.latitude, [south, north])
    inside = (book.longitude[low:high] >= west) & (book.longitude[low:high] <= east)
    return [int(position) for position in np.flatnonzero(inside) + low]


def grid_of(book: Book, near: Sequence[int], box: Box) -> list[list[float]]:
    """How many homes lie in each cell, told at the cell's own middle of homes."""
    west, south, east, north = box
    longitude, latitude = book.longitude[near], book.latitude[near]
    column = np.minimum(((longitude - west) / (east - west) * GRID[0]).astype(int), GRID[0] - 1)
    row = np.minimum(((latitude - south) / (north - south) * GRID[1]).astype(int), GRID[1] - 1)
    cell = row * GRID[0] + column
    count = np.bincount(cell, minlength=GRID[0] * GRID[1])
    full = np.flatnonzero(count)
    middle_x = np.bincount(cell, longitude, minlength=len(count))[full] / count[full]
    middle_y = np.bincount(cell, latitude, minlength=len(count))[full] / count[full]
    return [
        [round(float(x), 6), round(float(y), 6), int(n)]
        for x, y, n in zip(middle_x, middle_y, count[full], strict=True)
    ]


def home_feature(home: Home, lots: dict[tuple[str, str], str]) -> dict[str, Any]:
    lot = lots.get((home.address.casefold(), home.city.casefold()))
    return feature(point(home.longitude, home.latitude), id=home.id, address=home.address, city=home.city, lot=lot)


def cluster_feature(view: ClusterView) -> dict[str, Any]:
    """The ground around the homes of a cluster, with what its label says."""
    places = [Point(member.longitude, member.latitude) for member in view.members]
    return feature(
        hull_of(places),
        id=str(view.id), code=view.code, name=view.name, state=view.state.value, stale=bool(view.stale_reason),
        host=view.host.home_id, members=list(view.home_ids), neighbours=len(view.neighbours), most=view.max_neighbours,
    )  # fmt: skip


def _lot_features(lots: Sequence[Any]) -> list[dict[str, Any]]:
    found = []
    for id_, address, _city, source, boundary, _house, lawns in lots:
        if boundary:
            shape = shapely.geometry.shape(bare(boundary)).representative_point()
            area = sum(frame_at(Point(shape.x, shape.y)).area(bare(lawn)) for lawn in lawns)
            found.append(
                feature(bare(boundary), id=str(id_), address=address, source=source, lawn_m2=round(area) or None)
            )
    return found


def _roads(version: Version, found: list[dict[str, Any]]) -> Roads:
    for item in found:
        item["properties"]["width"] = ROAD_WIDTH_M.get(item["properties"]["road_class"], DEFAULT_ROAD_M)
    lines = [shapely.LineString(item["geometry"]["coordinates"]) for item in found]
    return Roads(version, tuple(found), shapely.STRtree(lines))
