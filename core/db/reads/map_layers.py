"""The layers of the map as GeoJSON: plain queries that return what a screen draws, no domain object."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from core.db import Database
from core.db.reads.geojson import bare, collection, feature, point
from core.db.reads.road_lines import road_features
from core.db.reads.roster import RosterRow, read_roster
from core.db.reads.scope import EVERYTHING, Box, ReadScope, grown
from core.neighbourhood.tables import AddressPoint, Lot, TownFeature

MOST_LOTS = 20_000
MOST_HOMES = 100_000
NEARBY_DEG = 0.0012
"""About a hundred metres: the roads around a homeowner's lot."""


class _LotRow(NamedTuple):
    id: UUID
    address: str
    city: str
    longitude: float
    latitude: float
    boundary: dict[str, Any] | None
    house: dict[str, Any] | None
    lawns: list[dict[str, Any]]
    source: str
    time_zone: str


async def map_layers(database: Database, scope: ReadScope = EVERYTHING) -> dict[str, dict[str, Any]]:
    """``lots``, ``houses``, ``lawns``, ``homes``, ``docks``, ``roads`` and ``features`` as FeatureCollections.

    Properties: lots ``id address city source mower``; houses and lawns ``lot``, lawns also ``part``; homes
    ``address city lot``, own ones ``time_zone``; docks ``mower lot``; roads ``name road_class layer attribution``;
    features ``kind name lot``.
    An own-lots scope holds those lots, what stands on them, and the public roads around; nothing of anyone else.
    """
    async with database.connection() as connection:
        lots = await _lots(connection, scope)
        roster = await read_roster(connection, scope)
        box = scope.box if scope.everything else _around(lots)
        roads = [] if box is None and not scope.everything else await road_features(connection, box)
        features = await _features(connection, scope, lots)
        homes = await _homes(connection, scope, lots)
    served = {row.lot_ids[0]: row for row in roster if row.lot_ids and row.host_address is not None}
    return {
        "lots": collection(_lot_features(lots, served)),
        "houses": collection(feature(bare(lot.house), lot=str(lot.id)) for lot in lots if lot.house),
        "lawns": collection(
            feature(bare(lawn), lot=str(lot.id), part=lawn.get("part", "")) for lot in lots for lawn in lot.lawns
        ),
        "homes": collection(homes),
        "docks": collection(
            feature(point(*row.dock), mower=row.device_name, lot=str(row.lot_ids[0]) if row.lot_ids else None)
            for row in roster
            if row.dock is not None and _inside(scope.box, *row.dock)
        ),
        "roads": collection(roads),
        "features": collection(features),
    }


async def _lots(connection: AsyncConnection, scope: ReadScope) -> list[_LotRow]:
    query = select(
        col(Lot.id),
        col(Lot.address),
        col(Lot.city),
        col(Lot.longitude),
        col(Lot.latitude),
        col(Lot.boundary),
        col(Lot.house),
        col(Lot.lawns),
        col(Lot.source),
        col(Lot.time_zone),
    ).order_by(col(Lot.address), col(Lot.id))
    if scope.household_ids is not None:
        query = query.where(col(Lot.household_id).in_(scope.household_ids))
    if scope.box is not None:
        query = query.where(*_within(Lot, scope.box))
    return [_LotRow(*row) for row in (await connection.execute(query.limit(MOST_LOTS))).all()]


def _lot_features(lots: Sequence[_LotRow], hosts: dict[UUID, RosterRow]) -> list[dict[str, Any]]:
    return [
        feature(
            bare(lot.boundary),
            id=str(lot.id),
            address=lot.address,
            city=lot.city,
            source=lot.source,
            mower=hosts[lot.id].device_name if lot.id in hosts else None,
        )
        for lot in lots
        if lot.boundary
    ]


async def _homes(connection: AsyncConnection, scope: ReadScope, lots: Sequence[_LotRow]) -> list[dict[str, Any]]:
    """Every address of the address book, tied to its lot where there is one; own lots: only theirs."""
    known = {(lot.address.lower(), lot.city.lower()): str(lot.id) for lot in lots}
    if not scope.everything:
        return [
            feature(
                point(lot.longitude, lot.latitude),
                address=lot.address,
                city=lot.city,
                lot=str(lot.id),
                time_zone=lot.time_zone,
            )
            for lot in lots
        ]
    query = select(
        col(AddressPoint.address), col(AddressPoint.city), col(AddressPoint.longitude), col(AddressPoint.latitude)
    )
    if scope.box is not None:
        query = query.where(*_within(AddressPoint, scope.box))
    rows = (await connection.execute(query.order_by(col(AddressPoint.id)).limit(MOST_HOMES))).all()
    return [
        feature(point(longitude, latitude), address=address, city=city, lot=known.get((address.lower(), city.lower())))
        for address, city, longitude, latitude in rows
    ]


async def _features(connection: AsyncConnection, scope: ReadScope, lots: Sequence[_LotRow]) -> list[dict[str, Any]]:
    """Scenery, ground first as it was stored. Public scenery is for those who see everything."""
    own = {lot.id for lot in lots}
    query = select(col(TownFeature.kind), col(TownFeature.name), col(TownFeature.lot_id), col(TownFeature.geometry))
    query = query.where(col(TownFeature.kind) != "dock").order_by(col(TownFeature.id))
    if not scope.everything:
        query = query.where(col(TownFeature.lot_id).in_(own))
    return [
        feature(geometry, kind=kind, name=name, lot=None if lot_id is None else str(lot_id))
        for kind, name, lot_id, geometry in (await connection.execute(query)).all()
        if lot_id is None or lot_id in own
    ]


def _within(table: Any, box: Box) -> tuple[Any, ...]:
    west, south, east, north = box
    return col(table.longitude).between(west, east), col(table.latitude).between(south, north)


def _inside(box: Box | None, longitude: float, latitude: float) -> bool:
    return box is None or (box[0] <= longitude <= box[2] and box[1] <= latitude <= box[3])


def _around(lots: Sequence[_LotRow]) -> Box | None:
    if not lots:
        return None
    longitudes, latitudes = [lot.longitude for lot in lots], [lot.latitude for lot in lots]
    return grown((min(longitudes), min(latitudes), max(longitudes), max(latitudes)), NEARBY_DEG)
