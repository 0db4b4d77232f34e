"""What lies around one lot, read in the transaction that judges by it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import shapely
from shapely.geometry import shape
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from core.errors import NotFound
from core.neighbourhood.book import Book
from core.neighbourhood.land_events import Box
from core.neighbourhood.lawns.model import Drawing, NearLot, Surroundings
from core.neighbourhood.lot_shapes import firm_boundary
from core.neighbourhood.lots.near_roads import grown, roads_near
from core.neighbourhood.lots.shelf import LOT_REACH_M, parcels_in
from core.neighbourhood.tables import Lot
from core.texts import Text

AROUND_M = 60.0
FAR_DEG = 0.02
"""What is drawn farther from the home than this (some 2 km) is outside the lot anyway and draws no neighbours in."""

COLUMNS = (
    "id", "household_id", "address", "city", "longitude", "latitude", "boundary", "house", "lawns", "source",
    "version", "dock_longitude", "dock_latitude",
)  # fmt: skip


async def read_lot(connection: AsyncConnection, lot_id: UUID) -> Any:
    """The lot's record as a row of ``COLUMNS``. ``NotFound``."""
    query = select(*(getattr(Lot, name) for name in COLUMNS)).where(col(Lot.id) == lot_id)
    lot = (await connection.execute(query)).one_or_none()
    if lot is None:
        raise NotFound(Text("there is no lot {lot}", lot=lot_id))
    return lot


async def surroundings_of(connection: AsyncConnection, book: Book, lot: Any, drawing: Drawing) -> Surroundings:
    """The lots, parcels and roads near a lot and near what is drawn for it."""
    box = grown(extent(lot, drawing), AROUND_M)
    window = shapely.box(*box)
    west, south, east, north = grown(box, LOT_REACH_M)
    columns = (Lot.id, Lot.address, Lot.longitude, Lot.latitude, Lot.boundary, Lot.lawns, Lot.source)
    query = select(*columns).where(  # type: ignore[call-overload]
        col(Lot.longitude).between(west, east), col(Lot.latitude).between(south, north), col(Lot.id) != lot.id
    )
    others = (await connection.execute(query)).all()
    parcels = await parcels_in(connection, box)
    points = [shapely.Point(one.longitude, one.latitude) for one in (lot, *others)]
    neighbours = [near for one in others if _meets(near := _near_lot(one), window)]
    neighbours += [
        NearLot(None, parcel.address or parcel.layer, parcel.boundary)
        for parcel in parcels
        if not _holds_any(parcel.boundary, points)
    ]
    return Surroundings(
        boundary=firm_boundary(lot.boundary, lot.source),
        house=lot.house,
        address_point=(lot.longitude, lot.latitude),
        neighbours=tuple(neighbours),
        roads=roads_near(book, box),
        estimate=lot.boundary if lot.source == "estimated" else None,
    )


def extent(lot: Any, drawing: Drawing) -> Box:
    """The box of a lot as stored and as drawn (degrees). What is no geometry is left out."""
    west = east = lot.longitude
    south = north = lot.latitude
    for polygon in (lot.boundary, drawing.boundary, *lot.lawns, *drawing.lawns):
        for longitude, latitude in _places(polygon):
            if abs(longitude - lot.longitude) < FAR_DEG and abs(latitude - lot.latitude) < FAR_DEG:
                west, east = min(west, longitude), max(east, longitude)
                south, north = min(south, latitude), max(north, latitude)
    return west, south, east, north


def _places(polygon: Any) -> list[tuple[float, float]]:
    rings = polygon.get("coordinates") if isinstance(polygon, dict) else None
    if not isinstance(rings, list | tuple):
        return []
    places = [place for ring in rings if _is_list(ring) for place in ring]
    return [(place[0], place[1]) for place in places if _is_list(place) and len(place) >= 2 and _are_numbers(place[:2])]


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _are_numbers(values: Sequence[Any]) -> bool:
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


def _near_lot(row: Any) -> NearLot:
    return NearLot(row.id, row.address, firm_boundary(row.boundary, row.source), tuple(row.lawns))


def _meets(near: NearLot, window: shapely.Polygon) -> bool:
    grounds = [near.boundary, *near.lawns]
    return any(ground is not None and shape(ground).intersects(window) for ground in grounds)


def _holds_any(boundary: dict[str, Any], points: Sequence[shapely.Point]) -> bool:
    ground = shape(boundary)
    return any(ground.covers(point) for point in points)
