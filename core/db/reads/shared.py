"""What a link shows: the town, and about where; never whose home it is.

A place is told as the middle of a cell of about 220 m: too coarse to name a house, fine enough to find the street.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from core.db import Database
from core.db.reads.road_lines import road_features
from core.fleet.tables import Mower
from core.geo import Point
from core.neighbourhood.clusters.tables import ClusterMember, ClusterRow
from core.neighbourhood.tables import Lot, LotMower

CELL_DEG = 0.002
AROUND_DEG = 0.004
MOST_ROADS = 300


@dataclass(frozen=True, slots=True)
class SharedMower:
    device_name: str
    model: str
    city: str


@dataclass(frozen=True, slots=True)
class SharedCluster:
    code: str
    city: str
    homes: int
    mowers: tuple[SharedMower, ...]
    place: Point


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Roads around a cell's middle, longitude and latitude, and who is to be named for them."""

    middle: Point
    lines: tuple[tuple[tuple[float, float], ...], ...]
    attribution: str


def coarse(place: Point) -> Point:
    """The middle of the cell that a place is in."""

    def middle(degrees: float) -> float:
        return round((floor(degrees / CELL_DEG) + 0.5) * CELL_DEG, 6)

    return Point(middle(place.longitude), middle(place.latitude))


async def mower_id_of(database: Database, device_name: str) -> UUID | None:
    query = select(col(Mower.id)).where(col(Mower.device_name) == device_name, col(Mower.removed_at).is_(None))
    async with database.connection() as connection:
        return (await connection.execute(query)).scalar_one_or_none()


async def shared_mower(database: Database, mower_id: UUID) -> tuple[SharedMower, Point | None] | None:
    """A mower in service and where it is kept, as far as known; ``None`` once it is gone."""
    query = select(col(Mower.device_name), col(Mower.model)).where(
        col(Mower.id) == mower_id, col(Mower.removed_at).is_(None)
    )
    kept = (
        select(col(Lot.city), col(Lot.longitude), col(Lot.latitude))
        .join(LotMower, col(LotMower.lot_id) == col(Lot.id))
        .where(col(LotMower.mower_id) == mower_id)
        .order_by(col(LotMower.part))
    )
    async with database.connection() as connection:
        found = (await connection.execute(query)).first()
        home = (await connection.execute(kept)).first()
    if found is None:
        return None
    place = None if home is None else Point(home[1], home[2])
    return SharedMower(found[0], found[1], "" if home is None else home[0]), place


async def shared_cluster(database: Database, cluster_id: UUID) -> SharedCluster | None:
    """A cluster with the mowers of its homes; ``None`` once it is gone."""
    members = select(
        col(ClusterMember.lot_id), col(ClusterMember.city), col(ClusterMember.longitude), col(ClusterMember.latitude)
    ).where(col(ClusterMember.cluster_id) == cluster_id)
    async with database.connection() as connection:
        number = select(col(ClusterRow.number)).where(
            col(ClusterRow.id) == cluster_id, col(ClusterRow.state) != "retired"
        )
        found = (await connection.execute(number)).scalar_one_or_none()
        homes = (await connection.execute(members)).all()
        if found is None or not homes:
            return None
        lots = [lot for lot, *_rest in homes if lot is not None]
        serving = (
            select(col(Mower.device_name), col(Mower.model))
            .join(LotMower, col(LotMower.mower_id) == col(Mower.id))
            .where(col(LotMower.lot_id).in_(lots), col(Mower.removed_at).is_(None))
            .distinct()
            .order_by(col(Mower.device_name))
        )
        mowers = (await connection.execute(serving)).all()
    city = homes[0][1]
    middle = Point(sum(row[2] for row in homes) / len(homes), sum(row[3] for row in homes) / len(homes))
    return SharedCluster(
        code=f"C-{found:04}", city=city, homes=len(homes), place=middle,
        mowers=tuple(SharedMower(name, model, city) for name, model in mowers),
    )  # fmt: skip


async def surroundings(database: Database, middle: Point) -> Surroundings:
    """The roads about 440 m around."""
    west, south = middle.longitude - AROUND_DEG, middle.latitude - AROUND_DEG
    box = (west, south, middle.longitude + AROUND_DEG, middle.latitude + AROUND_DEG)
    async with database.connection() as connection:
        found = await road_features(connection, box, most=MOST_ROADS)
    lines: Sequence[tuple[tuple[float, float], ...]] = [
        tuple((place[0], place[1]) for place in one["geometry"]["coordinates"]) for one in found
    ]
    names = sorted({one["properties"].get("attribution") or "" for one in found} - {""})
    return Surroundings(middle, tuple(lines), ", ".join(names))
