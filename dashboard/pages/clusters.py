"""``/clusters``: every cluster by life state, as list and map. Search, states and order stand in the address."""

import json
from dataclasses import replace
from html import escape
from typing import Annotated

import structlog
from fastapi import Request
from nicegui import ui
from nicegui.element import Element

from core.accounts import Right, Viewer
from core.db import Database
from core.ids import new_id
from core.neighbourhood.clusters import Clusters, ClusterState
from dashboard.areas.bound import opens
from dashboard.assets import asset_url
from dashboard.clusters.data import MapData
from dashboard.clusters.listing import (
    BY_KEY,
    COLUMNS,
    ClusterRow,
    Column,
    ListView,
    arranged,
    bounds_of,
    cluster_rows,
    counts,
    found,
)
from dashboard.clusters.style import state_chip, state_swatch, state_word
from dashboard.components.draw_map import DrawMap
from dashboard.components.faces import empty_face, error_face, loading_face
from dashboard.components.tables import table_region
from dashboard.components.text import text
from dashboard.gate import needs
from dashboard.i18n import _, ngettext
from dashboard.logs import current_request_id
from dashboard.theme import page_at, page_frame, page_head

log = structlog.get_logger(__name__)

LOOK_AGAIN_S = 10.0


def clusters_head() -> None:
    """The styles that all pages about clusters share."""
    ui.add_head_html(f'<link rel="stylesheet" href="{asset_url("styles/clusters.css")}">')


def register(*, clusters: Clusters, data: MapData, database: Database) -> None:
    """Serve ``/clusters``."""

    @page_at("/clusters")
    async def clusters_page(request: Request, viewer: Annotated[Viewer, needs(Right.SEE_CLUSTERS)]) -> None:
        clusters_head()
        with page_frame(viewer, _("Clusters"), fill=True):
            page = ClusterList(clusters, data, database, viewer, ListView.from_query(request.query_params))
            await page.build()


class ClusterList:
    """The list of one open page, with its map."""

    def __init__(self, clusters: Clusters, data: MapData, database: Database, viewer: Viewer, view: ListView) -> None:
        self._clusters = clusters
        self._data = data
        self._database = database
        self._viewer = viewer
        self._view = view
        self._rows: list[ClusterRow] = []
        self._seen: list[tuple[str, int, bool]] = []

    async def build(self) -> None:
        with ui.element("div").classes("c-split"):
            with ui.element("div").classes("c-side"):
                with page_head(_("Clusters")):
                    self._entries()
                with ui.element("div").classes("m-card m-card-flush c-list"):
                    with ui.element("div").classes("m-filter"):
                        self._build_search()
                        self._chips = ui.element("div").classes("m-row").props('role="group"')
                        self._chips.props["aria-label"] = _("Filter by state")
                    self._place = ui.element("div")
                    with self._place:
                        loading_face(6).classes("c-loading")
            with ui.element("section").classes("c-map") as section:
                section.props["aria-label"] = _("Map of clusters")
                bounds = await self._data.bounds(self._viewer.sight)
                self._map = DrawMap(label=_("Map of clusters"), bounds=bounds, legend=True, retired=True)
        self._map.on("cluster", js_handler=_SHOW_ROW)
        ui.timer(0.01, self._load, once=True)
        ui.timer(LOOK_AGAIN_S, self._load)

    def _entries(self) -> None:
        if opens(self._viewer, "/clusters/market"):
            _entry(_("Market"), "/clusters/market", "o_insights", quiet=True)
        if opens(self._viewer, "/clusters/rounds"):
            _entry(_("Crew round"), "/clusters/rounds", "o_route", quiet=True)
        if self._viewer.may(Right.REGISTER_HOMES):
            _entry(_("Import homes"), "/homes/import", "o_upload_file", quiet=True)
            _entry(_("Register home"), "/register", "o_add_home", quiet=True)
        if self._viewer.may(Right.DRAW_CLUSTERS):
            _entry(_("Propose"), "/clusters/propose", "o_auto_awesome", quiet=True)
            _entry(_("New cluster"), "/clusters/new", "o_add", quiet=False)

    def _build_search(self) -> None:
        with ui.element("div").classes("m-search m-search-wide"):
            ui.icon("o_filter_list").props('aria-hidden="true"')
            field = ui.element("input").props('type="search" autocomplete="off"')
            field.props["placeholder"] = field.props["aria-label"] = _("Filter by code, name, address")
            field.props["value"] = self._view.search
            field.on(
                "input",
                lambda event: self._look(search=str(event.args)[:100]),
                js_handler="(event) => emit(event.target.value)",
                throttle=0.2,
            )

    async def _load(self) -> None:
        try:
            views = [view for view in await self._clusters.list() if self._viewer.sight.cluster(view.id)]
            seen = [(view.code, view.version, bool(view.stale_reason)) for view in views]
            if self._seen == seen and (seen or self._rows):
                return
            first = not self._rows
            self._rows, self._seen = await cluster_rows(self._database, views), seen
        except Exception as error:
            self._failed(error)
            return
        self._draw()
        shown = bounds_of([row.view for row in arranged(self._rows, self._view)])
        if first and shown:
            self._map.run_method("choose", None, list(shown))
        elif not first:
            self._map.run_method("reload")

    def _failed(self, error: Exception) -> None:
        problem_id = current_request_id() or new_id().hex[-8:]
        log.error("clusters.list_failed", problem_id=problem_id, exc_info=error)
        self._place.clear()
        with (
            self._place,
            error_face(
                _("The clusters could not be read"),
                _("They are asked for again every few seconds."),
                problem_id=problem_id,
            ),
        ):
            pass

    def _look(self, **changes: object) -> None:
        """Look at another part of the list, and say so in the address."""
        self._view = replace(self._view, **changes)  # type: ignore[arg-type]
        query = self._view.query()
        address = json.dumps("?" + query if query else "")
        ui.run_javascript(f"history.replaceState(null, '', location.pathname + {address})")
        self._draw()

    def _draw(self) -> None:
        matching = found(self._rows, self._view.search)
        chosen = arranged(matching, self._view)
        self._draw_chips(matching)
        self._place.clear()
        with self._place:
            if chosen:
                self._table(chosen)
            else:
                self._nothing()
            total = ngettext("{n} cluster", "{n} clusters", len(chosen)).format(n=len(chosen))
            text("p", total).classes("m-muted m-small c-total").props('role="status"')
        shown = {row.view.id for row in chosen}
        left_out = [str(row.view.id) for row in self._rows if row.view.id not in shown]
        bounds = bounds_of([row.view for row in chosen])
        self._map.run_method("leaveOut", left_out, list(bounds) if bounds else None)

    def _draw_chips(self, matching: list[ClusterRow]) -> None:
        self._chips.clear()
        tally = counts(matching)
        with self._chips:
            for state, count in tally.items():
                self._chip(state_word(state), count, state in self._view.states, state)
            stale = sum(bool(row.view.stale_reason) for row in matching)
            if stale or self._view.stale:
                chip = self._chip(_("Stale"), stale, self._view.stale, None)
                chip.on("click", lambda _event: self._look(stale=not self._view.stale), args=[])

    def _chip(self, word: str, count: int, on: bool, state: ClusterState | None) -> Element:
        chip = ui.element("button").classes("m-filter-chip").props('type="button"')
        chip.props["aria-pressed"] = "true" if on else "false"
        if state is not None:
            chip.on("click", lambda _event: self._look(states=self._view.states ^ {state}), args=[])
        with chip:
            if state is not None:
                ui.html(state_swatch(state), sanitize=False, tag="span")
            text("span", word)
            text("b", str(count))
        return chip

    def _table(self, rows: list[ClusterRow]) -> None:
        with table_region(_("Clusters")), ui.element("table").classes("m-table m-table-cards c-table"):
            with ui.element("thead"), ui.element("tr"):
                for column in COLUMNS:
                    self._heading(column)
            body = ui.html("".join(_row_html(row) for row in rows), tag="tbody", sanitize=False)
        handler = f"(event) => {{ const row = event.target.closest('tr'); row && getElement({self._map.id})"
        body.on("mouseover", js_handler=f"{handler}.choose(row.dataset.id, null) }}")
        body.on("click", js_handler=f"{handler}.choose(row.dataset.id, JSON.parse(row.dataset.bounds)) }}")

    def _heading(self, column: Column) -> None:
        sorted_by = self._view.sort == column.key
        head = ui.element("th").props('scope="col"').classes("m-number" if column.number else "")
        head.props["aria-sort"] = ("descending" if self._view.down else "ascending") if sorted_by else "none"
        with head, ui.element("button").props('type="button"').classes("m-sort") as button:
            text("span", _(column.heading))
            ui.icon("o_arrow_upward").props('aria-hidden="true"')
        button.on("click", lambda _event, key=column.key: self._sort(key), args=[])

    def _sort(self, key: str) -> None:
        down = not self._view.down if self._view.sort == key else BY_KEY[key].number
        self._look(sort=key, down=down)

    def _nothing(self) -> None:
        if self._rows:
            with empty_face(_("No cluster fits"), _("Take away a filter to see more."), icon="o_filter_alt_off"):
                ui.link(_("Clear filters"), "/clusters").classes("m-button m-button-quiet")
            return
        if self._viewer.sight.bounded:
            with empty_face(_("No clusters in your areas"), _("An admin says which areas you work in."), icon="o_hub"):
                return
        words = _("A cluster is one host home with a mower and the neighbours it can reach without crossing a road.")
        with empty_face(_("No clusters yet"), words, icon="o_hub"):
            if self._viewer.may(Right.DRAW_CLUSTERS):
                ui.link(_("Propose clusters"), "/clusters/propose").classes("m-button")
                ui.link(_("Draw one yourself"), "/clusters/new").classes("m-button m-button-quiet")


def _entry(word: str, target: str, icon: str, *, quiet: bool) -> None:
    with ui.link(target=target).classes("m-button m-button-quiet" if quiet else "m-button"):
        ui.icon(icon).props('aria-hidden="true"')
        text("span", word)


def _row_html(row: ClusterRow) -> str:
    view = row.view
    bounds = json.dumps(bounds_of([view]))
    cells = {
        "code": _code_html,
        "members": _members_html,
        "lawn": _lawn_html,
        "state": _state_html,
        "changed": _age_html,
    }
    tds = "".join(
        f'<td class="{"m-number" if column.number else ""} m-col-{column.key}"'
        f' data-label="{escape(_(column.heading))}">{cells[column.key](row)}</td>'
        for column in COLUMNS
    )
    return f'<tr data-id="{view.id}" data-bounds="{bounds}">{tds}</tr>'


def _code_html(row: ClusterRow) -> str:
    view = row.view
    name = f"{view.name} · {view.host.address}" if view.name else view.host.address
    return f'<a href="/clusters/{view.id}">{escape(view.code)}</a><span class="m-sub">{escape(name)}</span>'


def _members_html(row: ClusterRow) -> str:
    view = row.view
    share = round(view.progress * 100)
    word = f'<span class="m-sub">{escape(_("forming"))}</span>' if view.forming else ""
    bar = f'<i class="c-meter" aria-hidden="true"><i style="width:{share}%"></i></i>'
    return f"<b>{len(view.neighbours)}/{view.max_neighbours}</b>{bar}{word}"


def _lawn_html(row: ClusterRow) -> str:
    if row.lawn_m2 is None:
        words = ngettext(
            "The lawn of {n} home has not been drawn.", "The lawns of {n} homes have not been drawn.", row.unknown_lawns
        ).format(n=row.unknown_lawns)
        return (
            f'<span class="c-dash" title="{escape(words)}" aria-hidden="true">–</span>'
            f'<span class="m-visually-hidden">{escape(words)}</span>'
        )
    return f'{row.lawn_m2:,.0f}<span class="m-unit">m²</span>'


def _state_html(row: ClusterRow) -> str:
    return state_chip(row.view.state, stale=bool(row.view.stale_reason))


def _age_html(row: ClusterRow) -> str:
    at = row.view.changed_at
    return f'<time datetime="{at.isoformat()}" data-age>{at:%Y-%m-%d %H:%M}</time>'


_SHOW_ROW = """(id) => {
  const rows = document.querySelectorAll('.c-table tr[data-id]');
  for (const row of rows) row.classList.toggle('c-chosen', row.dataset.id === id);
  const row = document.querySelector(`.c-table tr[data-id="${CSS.escape(id)}"]`);
  row?.scrollIntoView({ block: 'nearest' });
  row?.querySelector('a').focus({ preventScroll: true });
}"""
