"""``/mowers``: every fact of the map as a table. Search, state, sort and page stand in the address."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from html import escape
from typing import Annotated

from fastapi import APIRouter, Request, Response
from nicegui import app, ui
from nicegui.element import Element

from core.accounts import Right, Viewer
from core.clock import Clock
from core.fleet.live import LiveFleet
from core.fleet.model import Confidence, MowerState, PositionType
from core.sight import ALL, Sight
from dashboard.api.ports import Roster
from dashboard.components.faces import empty_face
from dashboard.components.tables import table_region
from dashboard.components.text import text
from dashboard.gate import needs
from dashboard.i18n import _, ngettext
from dashboard.measures import UNIT_KINDS, in_column
from dashboard.mower_table import (
    BY_KEY,
    COLUMNS,
    PAGE_SIZE,
    Column,
    MowerRow,
    TableView,
    all_rows,
    arranged,
    as_csv,
    counts,
    found,
)
from dashboard.state_style import state_badge, state_icon, state_word
from dashboard.theme import page_at, page_frame, page_head

TICK_S = 1.0


def register(*, live: LiveFleet, roster: Roster, clock: Clock) -> None:
    """Serve ``/mowers`` and ``/mowers.csv``."""
    router = APIRouter(include_in_schema=False)

    @router.get("/mowers.csv")
    async def export(request: Request, viewer: Annotated[Viewer, needs(Right.SEE_FLEET)]) -> Response:
        view = TableView.from_query(request.query_params)
        rows = arranged(found(all_rows(live, roster, viewer.sight), view.search), view)
        name = f"mowers-{clock.now():%Y-%m-%dT%H%M}Z.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(as_csv(rows, clock.now()), media_type="text/csv; charset=utf-8", headers=headers)

    app.include_router(router)

    @page_at("/mowers")
    async def mowers_page(request: Request, viewer: Annotated[Viewer, needs(Right.SEE_FLEET)]) -> None:
        with page_frame(viewer, _("Mowers")):
            MowerTable(live, roster, TableView.from_query(request.query_params), viewer.sight).build()


class MowerTable:
    """The table of one open page. Each tick sends only the cells whose text changed."""

    def __init__(self, live: LiveFleet, roster: Roster, view: TableView, sight: Sight = ALL) -> None:
        self._sight = sight
        self._live = live
        self._roster = roster
        self._view = view
        self._version = -1
        self._cells: dict[str, str] = {}
        self._order: list[str] = []
        self._drawn = 0

    def build(self) -> None:
        with page_head(_("Mowers")):
            self._export = ui.link(target="/mowers.csv").classes("m-button m-button-quiet").props("download")
            with self._export:
                ui.icon("o_download").props('aria-hidden="true"')
                text("span", _("Export CSV"))
        with ui.element("div").classes("m-card m-card-flush"):
            with ui.element("div").classes("m-filter"):
                self._build_search()
                self._chips = ui.element("div").classes("m-row").props('role="group"')
                self._chips.props["aria-label"] = _("Filter by state")
            with table_region(_("Mowers")), ui.element("table").classes("m-table m-table-cards m-mowers"):
                self._build_head()
                self._body = ui.html("", tag="tbody", sanitize=False)
            self._nothing = ui.element("div")
            self._pager = ui.element("div").classes("m-pager")
        self._draw()
        ui.timer(TICK_S, self._tick)

    def _build_search(self) -> None:
        with ui.element("div").classes("m-search m-search-wide"):
            ui.icon("o_filter_list").props('aria-hidden="true"')
            field = ui.element("input").props('type="search" autocomplete="off"')
            field.props["placeholder"] = field.props["aria-label"] = _("Filter by name, model, account")
            field.props["value"] = self._view.search
            field.on(
                "input",
                lambda event: self._look(search=str(event.args)[:100], page=1),
                js_handler="(event) => emit(event.target.value)",
                throttle=0.2,
            )

    def _build_head(self) -> None:
        self._heads: dict[str, Element] = {}
        with ui.element("thead"), ui.element("tr"):
            for column in COLUMNS:
                with ui.element("th").props('scope="col"').classes(_classes(column)) as head:
                    button = ui.element("button").props('type="button"').classes("m-sort")
                    button.on("click", lambda _event, key=column.key: self._sort(key), args=[])
                    with button:
                        text("span", _(column.heading))
                        ui.icon("o_arrow_upward").props('aria-hidden="true"')
                self._heads[column.key] = head

    def _sort(self, key: str) -> None:
        down = not self._view.down if self._view.sort == key else BY_KEY[key].number
        self._look(sort=key, down=down, page=1)

    def _look(self, **changes: object) -> None:
        """Look at another part of the table, and say so in the address."""
        self._view = replace(self._view, **changes)  # type: ignore[arg-type]
        query = self._view.query()
        ui.run_javascript(
            f"history.replaceState(null, '', location.pathname + {json.dumps('?' + query if query else '')})"
        )
        self._draw()

    def _tick(self) -> None:
        if self._version == self._live.version:
            return
        rows = self._rows()[2]
        if [row.facts.device_name for row in rows] != self._order:
            self._draw()
            return
        self._version = self._live.version
        fresh = _cells(rows)
        changed = {key: html for key, html in fresh.items() if self._cells.get(key) != html}
        self._cells = fresh
        if changed:
            ui.run_javascript(f"window.mowthos?.setCells({json.dumps(changed)})")

    def _rows(self) -> tuple[list[MowerRow], list[MowerRow], list[MowerRow]]:
        """All found by the search, those in the chosen state sorted, and those on this page."""
        matching = found(all_rows(self._live, self._roster, self._sight), self._view.search)
        chosen = arranged(matching, self._view)
        first = (min(self._view.page, _pages(chosen)) - 1) * PAGE_SIZE
        return matching, chosen, chosen[first : first + PAGE_SIZE]

    def _draw(self) -> None:
        self._version = self._live.version
        matching, chosen, rows = self._rows()
        self._order = [row.facts.device_name for row in rows]
        self._cells = _cells(rows)
        self._drawn += 1
        self._body.set_content(_body_html(rows, self._cells) + f"<!-- {self._drawn} -->")
        query = self._view.query()
        self._export.props["href"] = "/mowers.csv" + (f"?{query}" if query else "")
        for key, head in self._heads.items():
            sorted_by = self._view.sort == key
            head.props["aria-sort"] = ("descending" if self._view.down else "ascending") if sorted_by else "none"
        self._draw_chips(matching)
        self._draw_nothing(matching, chosen)
        self._draw_pager(chosen)

    def _draw_chips(self, matching: Sequence[MowerRow]) -> None:
        self._chips.clear()
        with self._chips:
            self._chip(_("All"), len(matching), None)
            for state, count in counts(matching).items():
                self._chip(state_word(state), count, state)

    def _chip(self, word: str, count: int, state: MowerState | None) -> None:
        chip = ui.element("button").classes("m-filter-chip").props('type="button"')
        chip.props["aria-pressed"] = "true" if self._view.state is state else "false"
        chip.on("click", lambda _event: self._look(state=None if self._view.state is state else state, page=1), args=[])
        with chip:
            if state is not None:
                ui.html(state_icon(state, size=15), sanitize=False, tag="span")
            text("span", word)
            text("b", str(count))

    def _draw_nothing(self, matching: Sequence[MowerRow], chosen: Sequence[MowerRow]) -> None:
        self._nothing.clear()
        if chosen:
            return
        with self._nothing:
            if matching or self._view.search:
                with empty_face(_("No mower fits"), _("Take away a filter to see more."), icon="o_filter_alt_off"):
                    button = (
                        text("button", _("Clear filters")).classes("m-button m-button-quiet").props('type="button"')
                    )
                    button.on("click", lambda _event: ui.navigate.to("/mowers"), args=[])
            elif self._sight.bounded:
                words = _("An admin says which areas you work in.")
                with empty_face(_("No mowers in your areas"), words, icon="o_agriculture"):
                    pass
            else:
                words = _("They appear by themselves once a vendor account is linked and its mowers report.")
                with empty_face(_("No mowers yet"), words, icon="o_agriculture"):
                    ui.link(_("Link a vendor account"), "/admin?tab=accounts").classes("m-button m-button-quiet")

    def _draw_pager(self, chosen: Sequence[MowerRow]) -> None:
        self._pager.clear()
        pages, page = _pages(chosen), min(self._view.page, _pages(chosen))
        with self._pager:
            total = ngettext("{n} mower", "{n} mowers", len(chosen)).format(n=len(chosen))
            text("span", total).classes("m-muted m-small").props('role="status"')
            if pages > 1:
                self._page_button(_("Previous"), page - 1, page > 1)
                text("span", _("Page {page} of {pages}").format(page=page, pages=pages)).classes("m-small m-number")
                self._page_button(_("Next"), page + 1, page < pages)

    def _page_button(self, word: str, page: int, possible: bool) -> None:
        button = text("button", word).classes("m-button m-button-quiet m-button-small").props('type="button"')
        button.props["disabled"] = not possible
        button.on("click", lambda _event: self._look(page=page), args=[])


def _pages(rows: Sequence[MowerRow]) -> int:
    return max(1, -(-len(rows) // PAGE_SIZE))


def _classes(column: Column) -> str:
    return " ".join(name for name, wanted in (("m-number", column.number), ("m-minor", column.minor)) if wanted)


def _cells(rows: Sequence[MowerRow]) -> dict[str, str]:
    """The content of each cell by its element id, as HTML."""
    return {f"c-{row.snapshot.number}-{column.key}": _cell_html(column, row) for row in rows for column in COLUMNS}


def _body_html(rows: Sequence[MowerRow], cells: dict[str, str]) -> str:
    lines = []
    for row in rows:
        tds = []
        for column in COLUMNS:
            key = f"c-{row.snapshot.number}-{column.key}"
            tds.append(
                f'<td class="{_classes(column)} m-col-{column.key}" data-label="{escape(_(column.heading))}" '
                f'id="{key}">{cells[key]}</td>'
            )
        lines.append(f"<tr>{''.join(tds)}</tr>")
    return "".join(lines)


def _cell_html(column: Column, row: MowerRow) -> str:
    special = _SPECIAL.get(column.key)
    if special is not None:
        return special(row)
    value = column.value(row)
    if value is None:
        return _UNKNOWN
    unit = column.unit
    if unit in UNIT_KINDS:
        value, unit = in_column(value, unit)
    elif isinstance(value, float):
        places = 6 if column.key in {"latitude", "longitude"} else 1 if abs(value) < 100 else 0
        value = f"{value:.{places}f}"
    if unit in {"", "°"}:
        return escape(f"{value}{unit}")
    return f'{escape(str(value))}<span class="m-unit">{unit}</span>'


def _mower_html(row: MowerRow) -> str:
    name = escape(row.facts.device_name)
    return f'<a href="/mowers/{name}">{name}</a><span class="m-sub">{escape(row.facts.model)}</span>'


def _state_html(row: MowerRow) -> str:
    stale = row.snapshot.confidence is Confidence.STALE
    return state_badge(row.snapshot.state, stale=stale, last_known=row.snapshot.last_known)


def _age_html(row: MowerRow) -> str:
    at = row.snapshot.received_at
    if at is None:
        return f'<span class="m-muted">{escape(_("never"))}</span>'
    return f'<time datetime="{at.isoformat()}" data-age>{at:%Y-%m-%d %H:%M:%S}</time>'


def _fix_html(row: MowerRow) -> str:
    words = {
        PositionType.RTK_FIXED: _("RTK fixed"),
        PositionType.RTK_FLOAT: _("RTK float"),
        PositionType.GNSS: _("GNSS"),
        PositionType.DEAD_RECKONING: _("Dead reckoning"),
        PositionType.UNKNOWN: _("Unknown"),
    }
    fix = BY_KEY["fix"].value(row)
    return _UNKNOWN if fix is None else escape(words[fix])


_SPECIAL: dict[str, Callable[[MowerRow], str]] = {
    "mower": _mower_html,
    "state": _state_html,
    "age": _age_html,
    "fix": _fix_html,
}
_UNKNOWN = '<span class="m-unknown" aria-hidden="true">-</span>'
