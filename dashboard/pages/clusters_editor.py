"""``/clusters/new`` and ``/clusters/{id}/edit``: drawing one cluster."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from core.accounts import Right, Viewer
from core.neighbourhood import NeighbourFinder
from core.neighbourhood.clusters import Clusters, ClusterState
from dashboard.clusters.data import MapData
from dashboard.clusters.routes import home_told
from dashboard.clusters.wire import cluster_told
from dashboard.components.cluster_editor import ClusterEditor, editor_config
from dashboard.components.draw_map import map_config
from dashboard.gate import needs
from dashboard.i18n import _
from dashboard.pages.clusters import clusters_head
from dashboard.theme import Keys, page_at, page_frame


def register(*, clusters: Clusters, data: MapData, neighbours: NeighbourFinder) -> None:
    """Serve the editor for a new cluster (``?host=ID&homes=ID,ID`` fills it) and for one that is there."""

    @page_at("/clusters/new")
    async def new_page(
        viewer: Annotated[Viewer, needs(Right.DRAW_CLUSTERS)],
        host: int | None = None,
        homes: Annotated[str, Query(max_length=600)] = "",
    ) -> None:
        wanted = [host] if host is not None else []
        wanted += [int(part) for part in homes.split(",") if part.isascii() and part.isdigit() and len(part) < 12]
        known = {home.id: home for home in (await neighbours.book()).homes if home.id in set(wanted)}
        start = [home_told(known[home_id]) for home_id in dict.fromkeys(wanted) if home_id in known]
        config = editor_config(
            map_config(await data.bounds()),
            cluster=None,
            host=start[0]["id"] if start else None,
            homes=start,
            most=clusters.rules.max_neighbours,
            radius_m=clusters.rules.radius_m,
        )
        _show(viewer, _("New cluster"), config)

    @page_at("/clusters/{cluster_id}/edit")
    async def edit_page(cluster_id: UUID, viewer: Annotated[Viewer, needs(Right.DRAW_CLUSTERS)]) -> None:
        view = await clusters.get(cluster_id)
        config = editor_config(
            map_config(await data.bounds()),
            cluster=cluster_told(view),
            host=view.host.home_id,
            homes=cluster_told(view)["members"],
            most=view.max_neighbours,
            radius_m=clusters.rules.radius_m,
            note=_note(view.state),
        )
        _show(viewer, _("Edit {code}").format(code=view.code), config)


def _show(viewer: Viewer, title: str, config: dict[str, object]) -> None:
    clusters_head()
    with page_frame(viewer, title, fill=True, keys=_keys()):
        ClusterEditor(config)


def _note(state: ClusterState) -> str:
    """What saving does to a cluster that is more than a draft."""
    if state in {ClusterState.ACTIVE, ClusterState.SUSPENDED}:
        return _("It keeps running with the homes that were approved; what you change waits for a second person.")
    if state is ClusterState.DRAFT:
        return ""
    return _("Saving makes it a draft again; it has to be submitted and approved anew.")


def _keys() -> Keys:
    return (
        (("Ctrl", "Z"), _("Undo")),
        (("Ctrl", "Shift", "Z"), _("Redo")),
        (("Enter",), _("Add the first home of the list, or close the polygon")),
        (("Esc",), _("Put the drawing tool away")),
        (("+", "-"), _("Zoom the map")),
    )
