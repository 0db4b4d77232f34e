"""What joining needs to know of a home: its lot, its lawn, the cluster it belongs to and its part there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from core.db import Database
from core.neighbourhood.clusters.tables import ClusterMember, ClusterRow
from core.neighbourhood.lawns.measure import lawn_area, total
from core.neighbourhood.tables import Household, Lot


@dataclass(frozen=True, slots=True)
class HomeToJoin:
    """``lawn_m2`` is 0 while no lawn is drawn. ``cluster`` is the code of the live cluster that holds the home."""

    lot_id: UUID
    household_id: UUID
    household: str
    email: str
    address: str
    city: str
    lawn_m2: float
    cluster_id: UUID | None
    cluster: str
    host: bool
    home_id: int | None = None
    """The address point it was registered from."""
    time_zone: str = "UTC"


async def homes_to_join(
    database: Database, *, household_ids: frozenset[UUID] | None = None, lot_id: UUID | None = None
) -> Sequence[HomeToJoin]:
    """The lots of these households (all when ``None``), or one lot, by address."""
    query = (
        select(
            col(Lot.id), col(Lot.household_id), col(Household.name), col(Household.email), col(Lot.address),
            col(Lot.city), col(Lot.lawns), col(ClusterMember.cluster_id), col(ClusterRow.number),
            col(ClusterMember.part), col(Lot.home_id), col(Lot.time_zone),
        )
        .join(Household, col(Household.id) == col(Lot.household_id))
        .outerjoin(
            ClusterMember, (col(ClusterMember.household_id) == col(Lot.household_id)) & col(ClusterMember.live)
        )
        .outerjoin(ClusterRow, col(ClusterRow.id) == col(ClusterMember.cluster_id))
        .order_by(col(Lot.address))
    )  # fmt: skip
    if household_ids is not None:
        query = query.where(col(Lot.household_id).in_(list(household_ids)))
    if lot_id is not None:
        query = query.where(col(Lot.id) == lot_id)
    async with database.connection() as connection:
        rows = (await connection.execute(query)).all()
    return [_home(*row) for row in rows]


def _home(
    lot_id: UUID,
    household_id: UUID,
    household: str,
    email: str,
    address: str,
    city: str,
    lawns: list[dict[str, Any]],
    cluster_id: UUID | None,
    number: int | None,
    part: str | None,
    home_id: int | None,
    zone: str,
) -> HomeToJoin:
    area = total([lawn_area(lawn) for lawn in lawns]) or 0.0
    code = "" if number is None else f"C-{number:04d}"
    host = part == "host"
    return HomeToJoin(
        lot_id, household_id, household, email, address, city, area, cluster_id, code, host, home_id, zone
    )
