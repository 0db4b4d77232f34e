"""The homes of clusters that a proposal leaves as they are."""

from collections.abc import Collection, Mapping
from uuid import UUID

from core.neighbourhood.clusters import LIVE, Clusters


class HeldHomes:
    """Homes in these clusters, or in all live ones for ``None``, each with its cluster."""

    def __init__(self, clusters: Clusters) -> None:
        self._clusters = clusters

    async def __call__(self, cluster_ids: Collection[UUID] | None) -> Mapping[int, UUID]:
        views = await self._clusters.list(LIVE if cluster_ids is None else None)
        return {
            home_id: view.id
            for view in views
            if cluster_ids is None or view.id in cluster_ids
            for home_id in view.home_ids
        }
