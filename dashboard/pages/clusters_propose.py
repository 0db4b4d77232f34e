"""``/clusters/propose``: the best clusters for an area, planned live."""

from typing import Annotated

from core.accounts import Right, Viewer
from core.neighbourhood.clusters import ClusterRules
from dashboard.clusters.data import MapData
from dashboard.components.cluster_plan import ClusterPlan, plan_config
from dashboard.components.draw_map import map_config
from dashboard.gate import needs
from dashboard.i18n import _
from dashboard.pages.clusters import clusters_head
from dashboard.theme import page_at, page_frame


def register(*, data: MapData, rules: ClusterRules) -> None:
    """Serve the proposal screen; ``?proposal=ID`` opens one that was asked for before."""

    @page_at("/clusters/propose")
    async def propose_page(viewer: Annotated[Viewer, needs(Right.DRAW_CLUSTERS)]) -> None:
        clusters_head()
        base = map_config(await data.bounds())
        with page_frame(viewer, _("Propose clusters"), fill=True):
            ClusterPlan(plan_config(base, least=rules.min_neighbours, most=rules.max_neighbours))
