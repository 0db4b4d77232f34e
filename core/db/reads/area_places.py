"""Where mowers, clusters and lots are at home, for the rule of what lies in an area."""

from collections import defaultdict
from uuid import UUID

import numpy as np
from sqlalchemy import select
from sqlmodel import col

from core.db import Database
from core.db.reads.roster import read_roster
from core.db.reads.scope import EVERYTHING
from core.geo import Point
from core.neighbourhood.clusters.tables import ClusterMember
from core.neighbourhood.tables import Lot
from core.sight import ClusterPlace, MowerPlace, Places


async def area_places(database: Database) -> Places:
    """Everything of ours, as it is now."""
    async with database.connection() as connection:
        roster = await read_roster(connection, EVERYTHING)
        lots = (await connection.execute(select(col(Lot.id), col(Lot.longitude), col(Lot.latitude)))).all()
        members = (
            await connection.execute(
                select(
                    col(ClusterMember.cluster_id), col(ClusterMember.part), col(ClusterMember.lot_id),
                    col(ClusterMember.longitude), col(ClusterMember.latitude), col(ClusterMember.live),
                )
            )
        ).all()  # fmt: skip
    hosts = {row.cluster_id: row for row in members if row.part == "host"}
    served: dict[UUID, set[UUID]] = defaultdict(set)
    for row in members:
        if row.live and row.lot_id is not None:
            served[row.cluster_id].add(row.lot_id)
    return Places(
        mowers=tuple(
            MowerPlace(device_name=row.device_name, home=row.home, lots=frozenset(row.lot_ids)) for row in roster
        ),
        clusters=tuple(
            ClusterPlace(
                cluster_id=cluster_id, host=Point(host.longitude, host.latitude), host_lot=host.lot_id,
                lots=frozenset(served[cluster_id]),
            )
            for cluster_id, host in hosts.items()
        ),
        lot_ids=tuple(row.id for row in lots),
        longitude=np.array([row.longitude for row in lots], dtype=np.float64),
        latitude=np.array([row.latitude for row in lots], dtype=np.float64),
    )  # fmt: skip
