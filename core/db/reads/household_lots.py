"""A lot as what a household asks needs it: whose, where, its firm boundary, the mowers that serve it."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from core.db import Database
from core.db.reads.visit_sites import chunks
from core.fleet.tables import Mower
from core.household.model import HouseholdLot, Serving
from core.neighbourhood.lot_shapes import firm_boundary
from core.neighbourhood.own_lot import OwnLot
from core.neighbourhood.tables import Lot, LotMower


async def household_lots(database: Database, lot_ids: Collection[UUID]) -> Mapping[UUID, HouseholdLot]:
    """By lot; unknown ones are left out. The host's mower first."""
    found: dict[UUID, HouseholdLot] = {}
    async with database.connection() as connection:
        for some in chunks(lot_ids):
            lots = select(
                col(Lot.id), col(Lot.household_id), col(Lot.address), col(Lot.city), col(Lot.time_zone),
                col(Lot.boundary), col(Lot.source),
            ).where(col(Lot.id).in_(some))  # fmt: skip
            mowers = (
                select(col(LotMower.lot_id), col(LotMower.part), col(Mower.device_name), col(Mower.number),
                       col(Mower.model))
                .join(Mower, col(Mower.id) == col(LotMower.mower_id))
                .where(col(LotMower.lot_id).in_(some), col(Mower.removed_at).is_(None))
                .order_by(col(LotMower.part), col(Mower.number))
            )  # fmt: skip
            serving: dict[UUID, list[Serving]] = {}
            for lot_id, part, name, number, model in (await connection.execute(mowers)).all():
                serving.setdefault(lot_id, []).append(Serving(name, number, model, part == "host"))
            for lot_id, household, address, city, zone, boundary, source in (await connection.execute(lots)).all():
                mine = tuple(serving.get(lot_id, ()))
                own = OwnLot(
                    lot_id, address, city, zone, boundary=firm_boundary(boundary, source),
                    is_host=any(one.host for one in mine),
                )  # fmt: skip
                found[lot_id] = HouseholdLot(own, household, mine)
    return found


async def lots_of_mower(database: Database, device_name: str) -> Sequence[UUID]:
    """The lots that a mower serves, the host's first."""
    query = (
        select(col(LotMower.lot_id))
        .join(Mower, col(Mower.id) == col(LotMower.mower_id))
        .where(col(Mower.device_name) == device_name, col(Mower.removed_at).is_(None))
        .order_by(col(LotMower.part), col(LotMower.lot_id))
    )
    async with database.connection() as connection:
        return list((await connection.execute(query)).scalars())
