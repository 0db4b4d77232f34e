"""The ground of every home in a box: drawn, imported, or estimated and marked so."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col
from sqlmodel import select as select_records

from core.db import Database
from core.errors import Invalid
from core.neighbourhood.answers import Home
from core.neighbourhood.book import Book
from core.neighbourhood.households import LotView, lot_view
from core.neighbourhood.land_events import Box
from core.neighbourhood.lot_shapes import area_m2, firm_boundary
from core.neighbourhood.lots.estimate import estimate_lots
from core.neighbourhood.lots.model import LotShape, LotSource
from core.neighbourhood.lots.near_roads import grown, roads_near, strips_of
from core.neighbourhood.lots.plane import geojson
from core.neighbourhood.lots.ports import Books
from core.neighbourhood.lots.tables import Parcel
from core.neighbourhood.tables import DataImport, Lot
from core.texts import Text

MOST_HOMES = 4_000
AROUND_M = 150.0
"""Homes beyond the box count, too, or lots at its edge would come out too large."""

LOT_REACH_M = 400.0
"""A lot whose address point lies so far outside the box may still reach into it."""


class LotShelf:
    """Answers from the database and the address book in memory."""

    def __init__(self, *, database: Database, books: Books) -> None:
        self._database = database
        self._books = books

    async def within(self, box: Box, *, estimates: bool = True) -> tuple[LotShape, ...]:
        """Every known lot that meets the box (west, south, east, north), and an estimate for every home without one.

        ``Invalid`` for a box turned inside out or one with more than 4,000 homes.
        """
        west, south, east, north = box
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
            raise Invalid(Text("box {box}: expected west, south, east, north in degrees", box=list(box)))
        book = await self._books.book()
        homes = homes_within(book, grown(box, AROUND_M))
        if estimates and len(homes) > MOST_HOMES:
            raise Invalid(Text("{n:,} homes in this area; expected at most {most:,}", n=len(homes), most=MOST_HOMES))
        lots = await self.lots_near(box)
        async with self._database.connection() as connection:
            parcels = await parcels_in(connection, box)
        known = _known(lots, parcels, box)
        if not estimates:
            return known
        return known + await asyncio.to_thread(_estimates, book, box, homes, known)

    async def lots_near(self, box: Box) -> tuple[LotView, ...]:
        """The registered lots whose address point stands in or near the box."""
        west, south, east, north = grown(box, LOT_REACH_M)
        query = select_records(Lot).where(
            col(Lot.longitude).between(west, east), col(Lot.latitude).between(south, north)
        )
        async with self._database.session() as session:
            return tuple(lot_view(lot) for lot in await session.exec(query.order_by(col(Lot.id))))

    async def estimate(self, home: Home | tuple[float, float]) -> dict[str, Any] | None:
        """The estimated ground around one home; ``None`` where no land is."""
        longitude, latitude = home if isinstance(home, tuple) else (home.longitude, home.latitude)
        book = await self._books.book()
        return await asyncio.to_thread(_estimate_of, book, longitude, latitude)


def homes_within(book: Book, box: Box) -> list[Home]:
    """The homes of the address book in a box."""
    west, south, east, north = box
    low, high = np.searchsorted(book.latitude, [south, north])
    inside = np.flatnonzero((book.longitude[low:high] >= west) & (book.longitude[low:high] <= east)) + low
    return [book.homes[position] for position in inside]


def _known(lots: Sequence[LotView], parcels: Iterable[Any], box: Box) -> tuple[LotShape, ...]:
    """Registered lots with a boundary first; a parcel counts where no lot stands on it. The newest import wins."""
    window = shapely.box(*box)
    found = [_of_lot(lot, lot.boundary) for lot in lots if lot.boundary and shape(lot.boundary).intersects(window)]
    points = [shapely.Point(lot.longitude, lot.latitude) for lot in lots if firm_boundary(lot.boundary, lot.source)]
    taken: set[int] = set()
    for parcel in parcels:
        ground = shape(parcel.boundary)
        homes = set(parcel.home_ids)
        if any(ground.covers(point) for point in points) or (homes and homes <= taken):
            continue
        taken |= homes
        found.append(_of_parcel(parcel))
    return tuple(found)


def _of_lot(lot: LotView, boundary: dict[str, Any]) -> LotShape:
    return LotShape(
        boundary, LotSource(lot.source), lot.home_id, lot.id, lot.address, lot.area_m2, "", "", None
    )  # fmt: skip


def _of_parcel(parcel: Any) -> LotShape:
    return LotShape(
        boundary=parcel.boundary,
        source=LotSource.IMPORTED,
        home_id=parcel.home_ids[0] if len(parcel.home_ids) == 1 else None,
        lot_id=None,
        address=parcel.address,
        area_m2=area_m2(parcel.boundary),
        origin=parcel.layer,
        attribution=parcel.attribution,
        data_date=parcel.data_date,
    )


def _estimates(book: Book, box: Box, homes: Sequence[Home], known: Sequence[LotShape]) -> tuple[LotShape, ...]:
    """An estimate for each home in the box that stands on no known lot; what is known is cut out of it."""
    firm = np.array([shape(lot.boundary) for lot in known if not lot.estimated], dtype=object)
    tree = shapely.STRtree(firm)
    places = [(home.longitude, home.latitude) for home in homes]
    housed = set(tree.query(shapely.points(places), predicate="intersects")[0].tolist()) if len(homes) else set()
    west, south, east, north = box
    found = []
    for cell in estimate_lots(places, strips_of(roads_near(book, grown(box, AROUND_M)))):
        home = homes[cell.home]
        if cell.home in housed or not (west <= home.longitude <= east and south <= home.latitude <= north):
            continue
        ground = shape(cell.boundary)
        near = tree.query(ground, predicate="intersects")
        left = ground.difference(shapely.union_all(firm[near])) if len(near) else ground
        parts = [part for part in shapely.get_parts(left) if part.geom_type == "Polygon"]
        if parts:
            boundary = geojson(min(parts, key=lambda part: part.distance(shapely.Point(places[cell.home]))))
            found.append(
                LotShape(boundary, LotSource.ESTIMATED, home.id, None, home.address, None, "", "", None)
            )  # fmt: skip
    return tuple(found)


def _estimate_of(book: Book, longitude: float, latitude: float) -> dict[str, Any] | None:
    box = grown((longitude, latitude, longitude, latitude), AROUND_M)
    homes = [(home.longitude, home.latitude) for home in homes_within(book, box)]
    places = [(longitude, latitude), *(place for place in homes if place != (longitude, latitude))]
    cells = estimate_lots(places, strips_of(roads_near(book, box)))
    return next((cell.boundary for cell in cells if cell.home == 0), None)


async def parcels_in(connection: AsyncConnection, box: Box) -> list[Any]:
    """The imported parcels that meet a box, newest import first: id, layer, address, boundary, home_ids, attribution,
    data_date."""
    west, south, east, north = box
    query = (
        select(
            col(Parcel.id), col(Parcel.layer), col(Parcel.address), col(Parcel.boundary), col(Parcel.home_ids),
            col(DataImport.attribution), col(DataImport.data_date),
        )
        .join(DataImport, col(DataImport.id) == col(Parcel.import_id))
        .where(col(Parcel.south) <= north, col(Parcel.north) >= south)
        .where(col(Parcel.west) <= east, col(Parcel.east) >= west)
        .order_by(col(Parcel.import_id).desc(), col(Parcel.id))
    )  # fmt: skip
    return list((await connection.execute(query)).all())
