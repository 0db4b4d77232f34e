"""Every mower with the lots it serves and the quiet hours of its host's lot, for the start guard and the geofence."""

from collections import defaultdict
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from core.control.ports import LotGround, SiteLot, SiteRow
from core.control.quiet import QuietWindow
from core.control.tables import QuietHours
from core.db import Database
from core.fleet.tables import Mower
from core.neighbourhood.lot_shapes import firm_boundary
from core.neighbourhood.tables import Lot, LotMower


async def control_sites(database: Database) -> tuple[SiteRow, ...]:
    """By mower number."""
    mowers = select(col(Mower.id), col(Mower.device_name)).where(col(Mower.removed_at).is_(None))
    served = (
        select(
            col(LotMower.mower_id), col(LotMower.part), col(Lot.id), col(Lot.address), col(Lot.city),
            col(Lot.time_zone), col(Lot.longitude), col(Lot.latitude),
        )
        .join(Lot, col(Lot.id) == col(LotMower.lot_id))
        .order_by(col(LotMower.part), col(Lot.address), col(Lot.id))
    )  # fmt: skip
    quiet_rows = select(
        col(QuietHours.lot_id), col(QuietHours.days), col(QuietHours.begins_minute), col(QuietHours.ends_minute)
    ).order_by(col(QuietHours.position))
    lots: dict[UUID, list[SiteLot]] = defaultdict(list)
    async with database.connection() as connection:
        known = (await connection.execute(mowers.order_by(col(Mower.number)))).all()
        rows = (await connection.execute(served)).all()
        windows = (await connection.execute(quiet_rows)).all()
    for mower_id, part, lot_id, address, city, zone, longitude, latitude in rows:
        lots[mower_id].append(
            SiteLot(
                id=lot_id,
                address=address,
                city=city,
                time_zone=zone,
                longitude=longitude,
                latitude=latitude,
                host=part == "host",
            )
        )
    quiet: dict[UUID, list[QuietWindow]] = defaultdict(list)
    for row in windows:
        quiet[row.lot_id].append(QuietWindow.kept(row.days, row.begins_minute, row.ends_minute))
    return tuple(
        SiteRow(
            mower_id=mower_id,
            device_name=device_name,
            lots=tuple(lots[mower_id]),
            windows=tuple(window for lot in lots[mower_id] if lot.host for window in quiet[lot.id]),
        )
        for mower_id, device_name in known
    )


async def lot_grounds(database: Database) -> tuple[LotGround, ...]:
    """Every registered lot. A boundary that is but an estimate is left out."""
    query = select(col(Lot.id), col(Lot.address), col(Lot.city), col(Lot.boundary), col(Lot.source))
    async with database.connection() as connection:
        rows = (await connection.execute(query)).all()
    return tuple(LotGround(row.id, row.address, row.city, firm_boundary(row.boundary, row.source)) for row in rows)
