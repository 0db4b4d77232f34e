"""``/clusters/{id}``: one cluster as it is, what changed, who may do what with it, and everything that happened."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from nicegui import ui

from core.accounts import People, Right, Viewer
from core.db import Database
from core.neighbourhood import NeighbourFinder
from core.neighbourhood.clusters import Clusters, ClusterView, VersionView
from core.neighbourhood.clusters.ports import UNKNOWN_PRICE
from core.neighbourhood.routes import RouteDesk
from core.shares import ShareKind
from dashboard.areas.bound import opens
from dashboard.clusters.data import MapData
from dashboard.clusters.listing import bounds_of, lawn_areas
from dashboard.clusters.rounds import MOWED_M2_H, MOWER, VISITED, all_members, mower_stops, round_html
from dashboard.clusters.style import state_chip
from dashboard.components.cluster_parts import (
    card,
    diff_list,
    findings_list,
    group_of,
    history_list,
    members_table,
    progress_line,
)
from dashboard.components.draw_map import DrawMap
from dashboard.components.faces import loading_face
from dashboard.components.sky_cards import SkyCards
from dashboard.components.text import text
from dashboard.gate import needs
from dashboard.i18n import _, told
from dashboard.measures import area_words
from dashboard.pages.clusters import clusters_head
from dashboard.pages.clusters_desk import Desk
from dashboard.pages.clusters_reshape import Reshaping
from dashboard.shares.button import ShareButton
from dashboard.sky import Sky
from dashboard.theme import page_at, page_frame

LOOK_AGAIN_S = 5.0


def register(
    *,
    clusters: Clusters,
    data: MapData,
    database: Database,
    people: People,
    neighbours: NeighbourFinder,
    routes: RouteDesk,
    sky: Sky,
    share: ShareButton | None = None,
) -> None:
    """Serve the page of one cluster."""

    @page_at("/clusters/{cluster_id}")
    async def cluster_page(cluster_id: UUID, viewer: Annotated[Viewer, needs(Right.SEE_CLUSTERS)]) -> None:
        view = await clusters.get(cluster_id)
        clusters_head()
        with page_frame(viewer, view.code):
            desk = Desk(clusters, people, neighbours, viewer)
            page = ClusterPage(clusters, data, database, desk, viewer, routes, sky, people, share)
            page.build(view)


class ClusterPage:
    """The page of one cluster as one person has it open."""

    def __init__(
        self,
        clusters: Clusters,
        data: MapData,
        database: Database,
        desk: Desk,
        viewer: Viewer,
        routes: RouteDesk,
        sky: Sky,
        people: People,
        share: ShareButton | None = None,
    ) -> None:
        self._sky, self._people, self._share = sky, people, share
        self._clusters = clusters
        self._routes = routes
        self._data = data
        self._database = database
        self._desk = desk
        self._viewer = viewer
        self._compared: tuple[int, int] | None = None
        self._reshaping = Reshaping(clusters, viewer, self.show)
        desk.changed = self.show

    def build(self, view: ClusterView) -> None:
        self._id, self._version = view.id, view.version
        self._newer = ui.element("div").classes("m-notice m-notice-warn").props('role="status"')
        self._newer.set_visibility(False)
        with self._newer:
            text("span", _("Somebody has changed this cluster since you opened it.")).classes("m-grow")
            ui.button(_("Show the newest"), color=None, on_click=self.show).props("unelevated no-caps").classes(
                "m-button m-button-quiet m-button-small"
            )
        self._place = ui.element("div").classes("c-detail")
        with self._place:
            loading_face(8)
        ui.timer(0.01, self.show, once=True)  # judging anew takes a moment: the frame is there meanwhile
        ui.timer(LOOK_AGAIN_S, self._look_again)

    async def _look_again(self) -> None:
        view = await self._clusters.get(self._id)
        self._newer.set_visibility(view.version != self._version)

    async def show(self) -> None:
        """Read everything anew and draw it."""
        view = await self._clusters.get(self._id)
        versions = await self._clusters.versions(self._id)
        self._version = view.version
        self._newer.set_visibility(False)
        check = await self._clusters.recheck_cluster(self._id)
        lots = [member.lot_id for member in view.members if member.lot_id]
        lawns = await lawn_areas(self._database, lots)
        bounds = await self._data.bounds(self._viewer.sight)
        shapers = await self._clusters.shaped_by(self._id)
        self._place.clear()
        with self._place:
            self._head(view)
            self._desk.actions(view, own_work=self._viewer.person_id in shapers)
            with ui.element("div").classes("c-columns"):
                with ui.element("div").classes("c-column"):
                    with card(_("Where it lies")), ui.element("div").classes("c-map-box"):
                        group = group_of(view.members, check.findings, check)
                        DrawMap(
                            label=_("Map of {code}").format(code=view.code), bounds=bounds_of([view]) or bounds,
                            group=group, chosen=str(view.id),
                        )  # fmt: skip
                    with card(_("Homes"), flush=True):
                        members_table(view, lawns, lambda member: self._desk.member_acts(view, member))
                    await self._comparison(view, versions)
                with ui.element("div").classes("c-column"):
                    with card(_("Progress to full")):
                        progress_line(view)
                        await self._desk.joining(view)
                    with card(_("Rules")):
                        text("p", _("Asked just now, with today's roads and homes.")).classes("m-muted m-small")
                        findings_list(check.findings, lambda finding: self._desk.finding_acts(view, finding))
                    await self._desk.consents(view)
                    if view.live:
                        SkyCards(self._sky, view.id, self._people, self._viewer)
                    await self._round(view, lawns)
                    self._reshaping.buttons(view)
                    with card(_("History")):
                        history_list(await self._clusters.events(self._id))

    def _head(self, view: ClusterView) -> None:
        with ui.element("div").classes("c-title"):
            ui.link("←", "/clusters").classes("c-back").props["aria-label"] = _("Back to all clusters")
            with ui.element("div").classes("m-grow"):
                text("h1", f"{view.code} · {view.name}" if view.name else view.code)
                made = _("Drawn by {author}").format(author=view.author)
                if view.submitted_by:
                    made += " · " + _("submitted by {name}").format(name=view.submitted_by)
                if view.decided_by:
                    made += " · " + _("decided by {name}").format(name=view.decided_by)
                text("p", made).classes("m-muted")
            if self._share is not None:
                self._share(ShareKind.CLUSTER, str(view.id), self._viewer)
            ui.html(state_chip(view.state), sanitize=False).classes("c-big-state")
        if view.stale_reason:
            with ui.element("div").classes("m-notice m-notice-warn").props('role="status"'):
                ui.icon("o_history").props('aria-hidden="true"')
                with ui.element("div"):
                    text("b", _("The approval is stale: what was approved is no longer what is there."))
                    text("p", told(view.stale_reason))

    async def _round(self, view: ClusterView, lawns: Mapping[UUID, float]) -> None:
        """In which order the mower best visits the homes, along the corridors."""
        if not view.neighbours:
            return
        plan = await self._routes.inside(view.id, pace=MOWER, stops=mower_stops(view, lawns))
        with card(_("Best order for the mower")):
            ui.html(round_html(plan, all_members([view])), sanitize=False).classes("m-stack")
            words = _("Supposes {area} an hour; an hour where no lawn is drawn.").format(area=area_words(MOWED_M2_H))
            text("p", words).classes("m-small m-muted")
            if view.state in VISITED and opens(self._viewer, "/clusters/rounds"):
                ui.link(_("Round of a crew"), f"/clusters/rounds?cluster={view.id}").classes(
                    "m-button m-button-quiet m-button-small"
                )

    async def _comparison(self, view: ClusterView, versions: tuple[VersionView, ...]) -> None:
        """Before and after side by side; from the last approval, or the version before."""
        if len(versions) < 2:
            return
        numbers = [version.version for version in versions]
        before, after = self._compared or (_base_of(versions), numbers[-1])
        if before not in numbers or after not in numbers:
            before, after = _base_of(versions), numbers[-1]
        known = {version.version: version for version in versions}
        with card(_("What changed")):
            with ui.element("div").classes("c-versions"):
                self._choice(_("Before"), before, versions, lambda number: (number, after))
                self._choice(_("After"), after, versions, lambda number: (before, number))
            bounds = bounds_of([view])
            with ui.element("div").classes("c-two"):
                for word, number in ((_("Before"), before), (_("After"), after)):
                    version = known[number]
                    with ui.element("figure"):
                        with ui.element("div").classes("c-map-box c-map-small"):
                            group = group_of((version.host, *version.neighbours), version.findings)
                            name = _("{word}: version {version}").format(word=word, version=number)
                            DrawMap(label=name, bounds=bounds, group=group, clusters=False)
                        text("figcaption", name).classes("m-small m-muted")
            diff = await self._clusters.diff(view.id, before, after)
            diff_list(diff)
            if diff.came or diff.left:
                words = _("Price of those who come or leave: {words}").format(words=told(UNKNOWN_PRICE.words))
                text("p", words).classes("m-small m-muted")

    def _choice(self, label: str, chosen: int, versions: tuple[VersionView, ...], pair: object) -> None:
        with ui.element("label"):
            text("span", label)
            options = {version.version: self._desk.version_word(version) for version in versions}
            choice = ui.element("select").classes("m-input m-select")
            with choice:
                for number, words in options.items():
                    text("option", words).props(f'value="{number}"' + (" selected" if number == chosen else ""))

        async def changed(number: int) -> None:
            self._compared = pair(number)  # type: ignore[operator]
            await self.show()

        choice.on("change", lambda event: changed(int(event.args)), js_handler="(event) => emit(event.target.value)")


def _base_of(versions: tuple[VersionView, ...]) -> int:
    """What the present version is best compared with: the last one a person approved, else the one before."""
    approved = [version.version for version in versions[:-1] if version.action == "approve"]
    return approved[-1] if approved else versions[-2].version
