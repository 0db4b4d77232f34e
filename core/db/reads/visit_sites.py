"""Lots as scheduling sees them: place, household, the mower that serves them, its site's quiet hours, the cluster."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from core.control import QuietWindow
from core.control.tables import QuietHours
from core.db import Database
from core.fleet.tables import Mower
from core.geo import Point
from core.neighbourhood.clusters.tables import ClusterMember, ClusterRow
from core.neighbourhood.tables import AddressPoint, Lot, LotMower
from core.scheduling.model import VisitSite
from core.scheduling.tables import ServicePlanVersion

AT_ONCE = 400
"""Keys in one statement: SQLite takes no more than some thousands."""


async def visit_sites(database: Database, lot_ids: Collection[UUID] | None = None) -> Mapping[UUID, VisitSite]:
    """By lot, in order of mower and address; ``None`` = every lot with a service plan. Unknown ones are left out."""
    found: dict[UUID, VisitSite] = {}
    async with database.connection() as connection:
        if lot_ids is None:
            planned = select(col(ServicePlanVersion.lot_id)).distinct()
            lot_ids = list((await connection.execute(planned)).scalars())
        for some in chunks(lot_ids):
            found |= await _sites(connection, some)
    order = sorted(found.values(), key=lambda one: (one.device_name, one.address, one.lot_id))
    return {site.lot_id: site for site in order}


async def lots_of_same_mowers(database: Database, lot_ids: Collection[UUID]) -> frozenset[UUID]:
    """Every lot that shares a mower with one of these, these among them."""
    found = set(lot_ids)
    async with database.connection() as connection:
        for some in chunks(lot_ids):
            mowers = select(col(LotMower.mower_id)).where(col(LotMower.lot_id).in_(some))
            query = select(col(LotMower.lot_id)).where(col(LotMower.mower_id).in_(mowers))
            found |= set((await connection.execute(query)).scalars())
    return frozenset(found)


def chunks(keys: Iterable[UUID]) -> Iterator[list[UUID]]:
    """Keys in groups that one statement takes."""
    known = list(keys)
    for start in range(0, len(known), AT_ONCE):
        yield known[start : start + AT_ONCE]


async def _sites(connection: AsyncConnection, lot_ids: list[UUID]) -> dict[UUID, VisitSite]:
    lots = (
        select(
            col(Lot.id), col(Lot.address), col(Lot.city), col(Lot.time_zone), col(Lot.longitude), col(Lot.latitude),
            col(Lot.household_id), col(Lot.home_id), col(AddressPoint.state),
        )
        .outerjoin(AddressPoint, col(AddressPoint.id) == col(Lot.home_id))
        .where(col(Lot.id).in_(lot_ids))
    )  # fmt: skip
    rows = (await connection.execute(lots)).all()
    mowers = await _mowers(connection, lot_ids)
    hosts = await _hosts(connection, [mower_id for mower_id, _name in mowers.values()])
    quiet = await _quiet(connection, [lot_id for lot_id, _zone in hosts.values()])
    clusters = await _clusters(connection, rows)
    found = {}
    for row in rows:
        mower_id, device_name = mowers.get(row.id, (None, ""))
        host, zone = hosts.get(mower_id, (None, "")) if mower_id is not None else (None, "")
        cluster_id, number = clusters.get(row.id, (None, 0))
        found[row.id] = VisitSite(
            lot_id=row.id, address=row.address, city=row.city, time_zone=row.time_zone,
            at=Point(row.longitude, row.latitude), state=row.state or "", household_id=row.household_id,
            mower_id=mower_id, device_name=device_name, quiet=tuple(quiet.get(host, ())) if host else (),
            quiet_zone=zone, cluster_id=cluster_id, cluster=f"C-{number:04d}" if cluster_id else "",
        )  # fmt: skip
    return found


async def _mowers(connection: AsyncConnection, lot_ids: list[UUID]) -> dict[UUID, tuple[UUID, str]]:
    """The mower of each lot; of several the one that it hosts, else the oldest."""
    query = (
        select(col(LotMower.lot_id), col(Mower.id), col(Mower.device_name))
        .join(Mower, col(Mower.id) == col(LotMower.mower_id))
        .where(col(LotMower.lot_id).in_(lot_ids), col(Mower.removed_at).is_(None))
        .order_by(col(LotMower.part).desc(), col(Mower.number).desc())  # the last stays: host before neighbour
    )
    return {lot_id: (mower_id, name) for lot_id, mower_id, name in (await connection.execute(query)).all()}


async def _hosts(connection: AsyncConnection, mower_ids: list[UUID]) -> dict[UUID, tuple[UUID, str]]:
    """The host's lot of each mower, with its time zone: quiet hours hang on it."""
    query = (
        select(col(LotMower.mower_id), col(Lot.id), col(Lot.time_zone))
        .join(Lot, col(Lot.id) == col(LotMower.lot_id))
        .where(col(LotMower.mower_id).in_(mower_ids), col(LotMower.part) == "host")
    )
    return {mower_id: (lot_id, zone) for mower_id, lot_id, zone in (await connection.execute(query)).all()}


async def _quiet(connection: AsyncConnection, lot_ids: list[UUID]) -> Mapping[UUID, list[QuietWindow]]:
    query = select(
        col(QuietHours.lot_id), col(QuietHours.days), col(QuietHours.begins_minute), col(QuietHours.ends_minute)
    ).where(col(QuietHours.lot_id).in_(lot_ids))
    found: dict[UUID, list[QuietWindow]] = defaultdict(list)
    for row in (await connection.execute(query.order_by(col(QuietHours.position)))).all():
        found[row.lot_id].append(QuietWindow.kept(row.days, row.begins_minute, row.ends_minute))
    return found


async def _clusters(connection: AsyncConnection, lots: Iterable[Any]) -> dict[UUID, tuple[UUID, int]]:
    """The live cluster of each lot."""
    homes = {row.home_id: row.id for row in lots if row.home_id is not None}
    ids = {row.id for row in lots}
    query = (
        select(col(ClusterMember.lot_id), col(ClusterMember.home_id), col(ClusterRow.id), col(ClusterRow.number))
        .join(ClusterRow, col(ClusterRow.id) == col(ClusterMember.cluster_id))
        .where(col(ClusterMember.live))
        .where(col(ClusterMember.lot_id).in_(ids) | col(ClusterMember.home_id).in_(homes))
    )
    found = {}
    for lot_id, home_id, cluster_id, number in (await connection.execute(query)).all():
        lot = lot_id if lot_id in ids else homes.get(home_id)
        if lot is not None:
            found[lot] = (cluster_id, number)
    return found
