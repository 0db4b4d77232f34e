"""``/clusters/rounds``: a crew's best round over the homes of several clusters, by road. All of it in the address."""

from collections.abc import Awaitable, Callable, Sequence
from html import escape
from typing import Annotated

from fastapi import Request
from nicegui import ui
from nicegui.element import Element

from core.accounts import Right, Viewer
from core.errors import MowthosError
from core.neighbourhood import NeighbourAnswer
from core.neighbourhood.clusters import Clusters, ClusterView
from core.neighbourhood.routes import RouteDesk
from dashboard.clusters.data import MapData
from dashboard.clusters.listing import bounds_of
from dashboard.clusters.rounds import VISITED, CrewAsked, all_members, round_html
from dashboard.components.cluster_parts import card
from dashboard.components.draw_map import DrawMap
from dashboard.components.faces import empty_face, loading_face
from dashboard.components.text import text
from dashboard.gate import needs
from dashboard.i18n import _, told
from dashboard.pages.clusters import clusters_head
from dashboard.theme import page_at, page_frame, page_head

type FindAddress = Callable[[str], Awaitable[NeighbourAnswer]]


def register(*, clusters: Clusters, routes: RouteDesk, data: MapData, find_address: FindAddress) -> None:
    """Serve the page."""

    @page_at("/clusters/rounds")
    async def rounds_page(request: Request, viewer: Annotated[Viewer, needs(Right.SEE_CLUSTERS)]) -> None:
        clusters_head()
        asked = CrewAsked.from_query(request.query_params)
        views = [view for view in await clusters.list() if view.state in VISITED]
        chosen = [view for view in views if view.id in asked.cluster_ids]
        with page_frame(viewer, _("Crew round")):
            with page_head(_("Crew round"), _("The best order to visit every home of some clusters, by road.")):
                ui.link(_("All clusters"), "/clusters").classes("m-button m-button-quiet")
            with ui.element("div").classes("c-columns"):
                with ui.element("div").classes("c-column"), card(_("Who is visited, and from where")):
                    ui.html(_form(asked, views), sanitize=False)
                with ui.element("div").classes("c-column c-answer") as place, place:
                    if chosen:
                        loading_face(5)

            async def plan() -> None:
                with place:
                    await _result(asked, chosen, routes, data, find_address, place)

            ui.timer(0.01, plan, once=True)  # a large round takes seconds: the page is there meanwhile


async def _result(
    asked: CrewAsked,
    chosen: Sequence[ClusterView],
    routes: RouteDesk,
    data: MapData,
    find_address: FindAddress,
    place: Element,
) -> None:
    if not chosen:
        with empty_face(_("No cluster chosen"), _("Tick some clusters and say where the crew starts."), icon="o_route"):
            pass
        return
    try:
        if asked.start:
            home = (await find_address(asked.start)).home
            start = home.longitude, home.latitude
        else:
            start = chosen[0].host.longitude, chosen[0].host.latitude
        plan = await routes.across([view.id for view in chosen], start=start, pace=asked.pace)
    except MowthosError as error:
        place.clear()
        with ui.element("div").classes("m-notice m-notice-bad").props('role="alert"'), ui.element("div"):
            text("b", told(error.message))
            for reason in error.reasons:
                text("p", told(reason))
        return
    place.clear()
    members = all_members(chosen)
    with card(_("The round")):
        ui.html(round_html(plan, members), sanitize=False).classes("m-stack")
    with card(_("Where it leads")), ui.element("div").classes("c-map-box"):
        order = [members[visit.home_id] for visit in plan.visits]
        places = [start, *((one.longitude, one.latitude) for one in order), start]
        group = {
            "members": [
                {"id": one.home_id, "address": one.address, "place": [one.longitude, one.latitude],
                 "part": "neighbour", "level": "ok"}
                for one in order
            ],
            "corridors": [],
            "marked": [{"geometry": {"type": "LineString", "coordinates": [list(place) for place in places]}}],
        }  # fmt: skip
        DrawMap(label=_("Map of the round"), bounds=bounds_of(chosen) or await data.bounds(), group=group)
        text("p", _("Lines show the order; lengths and times follow the roads.")).classes("m-small m-muted")


def _form(asked: CrewAsked, views: Sequence[ClusterView]) -> str:
    """A plain form: the browser's own, so that the answer has an address."""
    rows = "".join(
        f'<label class="c-check"><input type="checkbox" name="cluster" value="{view.id}"'
        f"{' checked' if view.id in asked.cluster_ids else ''}><span><b>{escape(view.code)}</b> "
        f"{escape(view.name or view.host.address)} <small>{len(view.members)}</small></span></label>"
        for view in views
    )
    start = escape(asked.start)
    hint = _("Empty: the host of the first cluster.")
    return (
        f'<form method="get" class="m-stack"><div class="m-field"><label for="start">{escape(_("Starts at"))}</label>'
        f'<input class="m-input" id="start" name="start" value="{start}" autocomplete="off" '
        f'placeholder="{escape(hint)}"></div>'
        f'<div class="m-field"><label for="minutes">{escape(_("Minutes at each home"))}</label>'
        f'<input class="m-input" id="minutes" name="minutes" type="number" min="0" max="600" value="{asked.minutes}">'
        f'</div><fieldset class="c-choices"><legend>{escape(_("Clusters"))}</legend>{rows}</fieldset>'
        f'<button class="m-button" type="submit">{escape(_("Find the best round"))}</button></form>'
    )
