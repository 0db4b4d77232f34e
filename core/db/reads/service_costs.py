"""What service has cost each cluster: entries of the service log of the mowers whose dock its host keeps."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import case, func, select
from sqlmodel import col

from core.billing import ServiceCosts
from core.db import Database
from core.fleet.maintenance.tables import ServiceLog
from core.neighbourhood.clusters.tables import ClusterMember
from core.neighbourhood.tables import LotMower


class ServiceCostReads:
    """`core.billing.CostReads` over the service log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def since(self, moment: datetime, currency: str) -> ServiceCosts:
        """Entries since ``moment``, summed by the cluster the mower's dock stands in now (``None``: in none)."""
        docked = (col(LotMower.mower_id) == col(ServiceLog.mower_id)) & (col(LotMower.part) == "host")
        member = (col(ClusterMember.lot_id) == col(LotMower.lot_id)) & col(ClusterMember.live)
        ours = col(ServiceLog.currency) == currency
        query = (
            select(
                col(ClusterMember.cluster_id),
                func.sum(case((ours, col(ServiceLog.cost_minor)), else_=0)),
                func.sum(case((ours, 0), else_=1)),
            )
            .select_from(ServiceLog)
            .outerjoin(LotMower, docked)
            .outerjoin(ClusterMember, member)
            .where(col(ServiceLog.done_at) >= moment, col(ServiceLog.cost_minor).is_not(None))
            .group_by(col(ClusterMember.cluster_id))
        )
        costs: dict[UUID | None, int] = {}
        foreign = 0
        async with self._database.connection() as connection:
            for cluster_id, minor, others in await connection.execute(query):
                costs[cluster_id] = int(minor)
                foreign += int(others)
        return ServiceCosts({one: minor for one, minor in costs.items() if minor}, foreign)
