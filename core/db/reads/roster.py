"""Every mower with the lots it serves, for lists, search, map and REST."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from core.db import Database
from core.db.reads.scope import EVERYTHING, ReadScope
from core.fleet.tables import Mower, MowerMap, VendorAccount
from core.geo import Point
from core.neighbourhood.tables import Lot, LotMower, TownFeature


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterRow:
    """Who a mower is and where it belongs; what the reader's scope does not cover is ``None`` or left out."""

    device_name: str
    number: int
    model: str
    account: str | None
    cluster: str | None  # short label of the cluster-to-be, from the mower's number
    host_address: str | None
    city: str | None
    lot_ids: tuple[UUID, ...]  # the host's first
    dock: tuple[float, float] | None  # longitude, latitude
    home: Point | None  # the dock, else the place of the host's lot


@dataclass(frozen=True, slots=True)
class _Served:
    lot: UUID
    household: UUID | None
    address: str
    city: str
    part: str
    place: Point


async def mower_roster(database: Database, scope: ReadScope = EVERYTHING) -> tuple[RosterRow, ...]:
    """The mowers in service, by number. An own-lots scope gets the mowers of its lots and no one else's address."""
    async with database.connection() as connection:
        return await read_roster(connection, scope)


async def read_roster(connection: AsyncConnection, scope: ReadScope) -> tuple[RosterRow, ...]:
    """The same inside a transaction that is open already."""
    mowers = (
        await connection.execute(
            select(
                col(Mower.id), col(Mower.device_name), col(Mower.number), col(Mower.model), col(VendorAccount.account)
            )
            .outerjoin(VendorAccount, col(VendorAccount.id) == col(Mower.vendor_account_id))
            .where(col(Mower.removed_at).is_(None))
            .order_by(col(Mower.number))
        )
    ).all()
    served = await _served(connection, scope)
    docks = await _docks(connection)
    rows = []
    for mower_id, device_name, number, model, account in mowers:
        lots = served.get(mower_id, [])
        if not scope.everything and not lots:
            continue
        host = next((lot for lot in lots if lot.part == "host"), None)
        known = scope.everything or host is not None
        rows.append(
            RosterRow(
                device_name=device_name,
                number=number,
                model=model,
                account=account if scope.everything else None,
                cluster=f"C{number:02d}" if lots and scope.everything else None,
                host_address=host.address if host else None,
                city=host.city if host else None,
                lot_ids=tuple(lot.lot for lot in lots),
                dock=docks.get(mower_id) if known else None,
                home=_home(docks.get(mower_id), host) if known else None,
            )
        )
    return tuple(rows)


async def _served(connection: AsyncConnection, scope: ReadScope) -> dict[UUID, list[_Served]]:
    query = select(
        col(LotMower.mower_id), col(Lot.id), col(Lot.household_id), col(Lot.address), col(Lot.city), col(LotMower.part),
        col(Lot.longitude), col(Lot.latitude),
    ).join(Lot, col(Lot.id) == col(LotMower.lot_id))  # fmt: skip
    if scope.household_ids is not None:
        query = query.where(col(Lot.household_id).in_(scope.household_ids))
    found: dict[UUID, list[_Served]] = defaultdict(list)
    for mower, lot, household, address, city, part, longitude, latitude in (
        await connection.execute(query.order_by(col(LotMower.part), col(Lot.address)))
    ).all():
        found[mower].append(_Served(lot, household, address, city, part, Point(longitude, latitude)))
    return found


async def _docks(connection: AsyncConnection) -> dict[UUID, tuple[float, float]]:
    """Where each dock stands: as the newest lawn map says, else as drawn on the host's lot."""
    drawn = (
        select(col(LotMower.mower_id), col(TownFeature.geometry))
        .join(TownFeature, col(TownFeature.lot_id) == col(LotMower.lot_id))
        .where(col(TownFeature.kind) == "dock", col(LotMower.part) == "host")
    )
    docks: dict[UUID, tuple[float, float]] = {}
    for mower, geometry in (await connection.execute(drawn)).all():
        longitude, latitude = geometry["coordinates"]
        docks[mower] = (longitude, latitude)
    synced = select(col(MowerMap.mower_id), col(MowerMap.content)["dock"]).order_by(col(MowerMap.synced_at))
    for mower, place in (await connection.execute(synced)).all():
        if place is not None:
            docks[mower] = _lonlat(place)
    return docks


def _home(dock: tuple[float, float] | None, host: _Served | None) -> Point | None:
    if dock is not None:
        return Point(*dock)
    return None if host is None else host.place


def _lonlat(place: Any) -> tuple[float, float]:
    if isinstance(place, dict):
        return float(place["longitude"]), float(place["latitude"])
    return float(place[0]), float(place[1])
