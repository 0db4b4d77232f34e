"""A household's own ground under each mower that serves it: what decides whether a place may be told to its people."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from core.db import Database
from core.fleet.tables import Mower
from core.geo import Point
from core.neighbourhood.lot_shapes import firm_boundary
from core.neighbourhood.own_lot import OwnLot
from core.neighbourhood.tables import Lot, LotMower


@dataclass(frozen=True, slots=True)
class OwnGround:
    """The lots of some households that one mower serves."""

    lots: tuple[OwnLot, ...]

    def holds(self, position: Point) -> bool:
        """Whether a place is on one of the lots or within 2 m of it."""
        return any(lot.holds(position) for lot in self.lots)


async def own_ground(database: Database, household_ids: frozenset[UUID]) -> Mapping[str, OwnGround]:
    """Device name to ground, for every mower in service on a lot of these households."""
    if not household_ids:
        return {}
    query = (
        select(
            col(Mower.device_name), col(LotMower.part), col(Lot.id), col(Lot.address), col(Lot.city),
            col(Lot.time_zone), col(Lot.boundary), col(Lot.source),
        )
        .join(LotMower, col(LotMower.mower_id) == col(Mower.id))
        .join(Lot, col(Lot.id) == col(LotMower.lot_id))
        .where(col(Lot.household_id).in_(household_ids), col(Mower.removed_at).is_(None))
    )  # fmt: skip
    lots: dict[str, list[OwnLot]] = defaultdict(list)
    async with database.connection() as connection:
        for device_name, part, lot_id, address, city, zone, boundary, source in (await connection.execute(query)).all():
            fence = firm_boundary(boundary, source)
            lots[device_name].append(OwnLot(lot_id, address, city, zone, boundary=fence, is_host=part == "host"))
    return {device_name: OwnGround(tuple(own)) for device_name, own in lots.items()}
