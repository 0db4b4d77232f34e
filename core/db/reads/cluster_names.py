"""What people call a cluster: its code, and the address where its mower's dock stands."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from core.db import Database
from core.neighbourhood.clusters.tables import ClusterMember, ClusterRow


async def cluster_names(database: Database, cluster_ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """``C-0007, 12 ELM ST``; the code alone where no host is left. Clusters that are unknown are left out."""
    wanted = list(cluster_ids)
    host = (col(ClusterMember.cluster_id) == col(ClusterRow.id)) & (col(ClusterMember.part) == "host")
    query = (
        select(col(ClusterRow.id), col(ClusterRow.number), col(ClusterMember.address))
        .outerjoin(ClusterMember, host)
        .where(col(ClusterRow.id).in_(wanted))
    )
    async with database.connection() as connection:
        rows = (await connection.execute(query)).all() if wanted else []
    return {cluster: f"C-{number:04d}" + (f", {address}" if address else "") for cluster, number, address in rows}
