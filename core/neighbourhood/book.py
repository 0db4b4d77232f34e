"""The address book and the road layers in memory, as one unchanging picture of what was imported last."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from shapely.geometry import shape
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from core.geo import METRES_PER_DEGREE, Floats, distance_m
from core.neighbourhood.address_search import AddressSearch
from core.neighbourhood.answers import Home
from core.neighbourhood.layers import Indices, LayerSource, PreparedLayer, RoadInfo
from core.neighbourhood.path.land import Land
from core.neighbourhood.path.parameters import PathParameters
from core.neighbourhood.qualification import by_precedence
from core.neighbourhood.tables import AddressPoint, DataImport, Road, RoadLayer, TownFeature

type Version = tuple[int, UUID | None]

HOME_COLUMNS = ("address", "city", "state", "postcode", "longitude", "latitude", "id")
OBSTACLE_KINDS = ("water", "building", "fence", "wall")
BATCH = 5_000
SLACK = 1.001


@dataclass(frozen=True)
class Book:
    """Homes sorted by latitude, with the layers that judge them, most trusted first. Safe to read from any thread."""

    version: Version
    homes: tuple[Home, ...]
    longitude: Floats
    latitude: Floats
    layers: tuple[PreparedLayer, ...]
    obstacles: tuple[shapely.Geometry, ...] = ()
    """Water, buildings and fences known to all, in degrees: no corridor crosses them."""
    _lands: dict[tuple[int, PathParameters], Land] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def search(self) -> AddressSearch:
        """Finds homes by text; built when first asked for."""
        return AddressSearch(self.homes)

    def land(self, position: int, parameters: PathParameters) -> Land:
        """The land of the layer at this position, made when first asked for and kept with the picture."""
        key = position, parameters
        if key not in self._lands:
            self._lands[key] = Land(self.layers[position], parameters, self.obstacles)
        return self._lands[key]

    def within(self, longitude: float, latitude: float, radius_m: float) -> tuple[Indices, Floats]:
        """Positions of the homes at most ``radius_m`` from a point, nearest first, and their distances in metres."""
        reach = radius_m / METRES_PER_DEGREE * SLACK
        low, high = np.searchsorted(self.latitude, [latitude - reach, latitude + reach])
        distance = distance_m(
            np.array(longitude), np.array(latitude), self.longitude[low:high], self.latitude[low:high]
        )
        near = np.flatnonzero(distance <= radius_m)
        order = near[np.argsort(distance[near], kind="stable")]
        return order + low, distance[order]


def build_book(
    version: Version, rows: list[Any], layers: list[PreparedLayer], obstacles: Iterable[dict[str, Any]] = ()
) -> Book:
    """Sort and index; takes a few tenths of a second for a county, so call it off the event loop."""
    homes = sorted((Home(*row) for row in rows), key=lambda home: (home.latitude, home.id))
    return Book(
        version=version,
        homes=tuple(homes),
        longitude=np.array([home.longitude for home in homes], dtype=np.float64),
        latitude=np.array([home.latitude for home in homes], dtype=np.float64),
        layers=tuple(layers[position] for position in by_precedence(layers)),
        obstacles=tuple(shape(geometry) for geometry in obstacles),
    )


def build_layer(row: Any, roads: list[Any]) -> PreparedLayer:
    """A layer from its record joined with its import, and its road records."""
    name, source, rank, coverage, data_date, imported_at, attribution = row
    return PreparedLayer(
        LayerSource(name, source, rank, data_date, imported_at, attribution),
        shape(coverage),
        [RoadInfo(road.way_id, road.name, road.road_class) for road in roads],
        [shapely.LineString(road.line) for road in roads],
    )


async def stored_version(connection: AsyncConnection) -> Version:
    """What changes whenever an import lands."""
    count = (await connection.execute(select(func.count()).select_from(DataImport))).scalar_one()
    newest = select(col(DataImport.id)).order_by(col(DataImport.id).desc()).limit(1)
    return count, (await connection.execute(newest)).scalar_one_or_none()


async def address_rows(connection: AsyncConnection) -> list[Any]:
    """``HOME_COLUMNS`` of every home, read in batches."""
    columns = [getattr(AddressPoint, field) for field in HOME_COLUMNS]
    result = await connection.stream(select(*columns))
    return [row async for batch in result.partitions(BATCH) for row in batch]


async def obstacle_rows(connection: AsyncConnection) -> list[dict[str, Any]]:
    """GeoJSON of what bars a corridor wherever it stands; what stands on one lot is that lot's own matter."""
    wanted = col(TownFeature.lot_id).is_(None) & col(TownFeature.kind).in_(OBSTACLE_KINDS)
    return list((await connection.execute(select(col(TownFeature.geometry)).where(wanted))).scalars())


async def layer_rows(connection: AsyncConnection) -> list[tuple[Any, list[Any]]]:
    """Every layer's record with its roads."""
    columns = [col(RoadLayer.id), *(getattr(RoadLayer, field) for field in ("name", "source", "rank", "coverage"))]
    columns += [getattr(DataImport, field) for field in ("data_date", "imported_at", "attribution")]
    layers = await connection.execute(select(*columns).join(DataImport, col(DataImport.id) == col(RoadLayer.import_id)))
    found = []
    for layer_id, *row in layers.all():
        roads = select(col(Road.way_id), col(Road.name), col(Road.road_class), col(Road.line))
        mine = roads.where(col(Road.layer_id) == layer_id).order_by(col(Road.id))
        found.append((row, list((await connection.execute(mine)).all())))
    return found
