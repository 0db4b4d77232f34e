"""``/service``: what is due on which mower, and how reliable each one is. The view stands in the address."""

from collections.abc import Sequence
from html import escape
from typing import Annotated

from fastapi import APIRouter, Request, Response
from nicegui import app, ui

from core.accounts import Right, Viewer
from core.clock import Clock
from core.fleet import FaultLexicon
from core.fleet.maintenance import Due, ItemView, Maintenance, Reliability
from dashboard.assets import asset_url
from dashboard.components.faces import empty_face
from dashboard.components.tables import table_region
from dashboard.components.text import text
from dashboard.gate import needs
from dashboard.i18n import N_, _, current_language, ngettext, told
from dashboard.service.words import board_csv, due_chip, item_name, meter_html, percent_words, used_words
from dashboard.theme import page_at, page_frame, page_head

VIEWS = {"due": N_("Due"), "mowers": N_("Mowers"), "models": N_("Models")}
SPANS = (7, 30, 90, 365)


def register(*, maintenance: Maintenance, lexicon: FaultLexicon, clock: Clock) -> None:
    """Serve ``/service`` and ``/service.csv``."""
    router = APIRouter(include_in_schema=False)

    @router.get("/service.csv")
    async def export(request: Request, viewer: Annotated[Viewer, needs(Right.SEE_FLEET)]) -> Response:
        view, days = asked(request)
        rows = await maintenance.reliability(days=days, by_model=view == "models", sight=viewer.sight)
        name = f"reliability-{view}-{days}d-{clock.now():%Y-%m-%d}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(board_csv(rows), media_type="text/csv; charset=utf-8", headers=headers)

    app.include_router(router)

    @page_at("/service")
    async def service_page(request: Request, viewer: Annotated[Viewer, needs(Right.SEE_FLEET)]) -> None:
        view, days = asked(request)
        with page_frame(viewer, _("Service")):
            ui.add_head_html(f'<link rel="stylesheet" href="{asset_url("styles/alarms.css")}">')
            with page_head(_("Service"), _("What is due, and how reliable each mower is.")):
                if view != "due":
                    export_link = ui.link(target=f"/service.csv?view={view}&days={days}")
                    with export_link.classes("m-button m-button-quiet").props("download"):
                        ui.icon("o_download").props('aria-hidden="true"')
                        text("span", _("Export CSV"))
            _tabs(view)
            if view == "due":
                _due(await maintenance.due(viewer.sight))
            else:
                rows = await maintenance.reliability(days=days, by_model=view == "models", sight=viewer.sight)
                _board(rows, view, days, lexicon)


def asked(request: Request) -> tuple[str, int]:
    """The view and the span of days that an address names."""
    view, days = request.query_params.get("view", "due"), request.query_params.get("days", "30")
    return (view if view in VIEWS else "due"), (int(days) if days.isdigit() and int(days) in SPANS else 30)


def _tabs(view: str) -> None:
    with ui.element("nav").classes("m-tabs") as nav:
        nav.props["aria-label"] = _("Sides of service")
        for key, word in VIEWS.items():
            link = ui.link(_(word), f"/service?view={key}")
            if key == view:
                link.props('aria-current="page"')


def _due(items: Sequence[ItemView]) -> None:
    for due, title in ((Due.OVERDUE, _("Overdue")), (Due.DUE, _("Due soon"))):
        mine = [item for item in items if item.due is due]
        with ui.element("section").classes("m-card m-card-flush"):
            with ui.element("div").classes("m-card-head"):
                text("h2", title)
                text("span", str(len(mine))).classes("m-chip m-number")
            if not mine:
                with empty_face(_("Nothing"), _("Every plan is within its intervals."), icon="o_task_alt"):
                    pass
                continue
            with ui.element("ul").classes("m-list m-list-wide"):
                for item in mine:
                    with ui.element("li"):
                        with ui.element("div").classes("m-grow"):
                            ui.link(item.device_name, f"/mowers/{item.device_name}?tab=service")
                            text("span", f" · {item_name(item.name)}")
                            text("span", used_words(item)).classes("m-sub m-number")
                            ui.html(meter_html(item), sanitize=False)
                        ui.html(due_chip(item.due), sanitize=False)


def _board(rows: Sequence[Reliability], view: str, days: int, lexicon: FaultLexicon) -> None:
    with ui.element("section").classes("m-card m-card-flush"):
        with ui.element("div").classes("m-filter"), ui.element("div").classes("m-row"):
            for span in SPANS:
                words = ngettext("{n} day", "{n} days", span).format(n=span)
                link = ui.link(words, f"/service?view={view}&days={span}").classes("m-filter-chip")
                link.props["aria-current"] = "true" if span == days else "false"
        headings = (
            _("Model") if view == "models" else _("Mower"),
            _("Availability"),
            _("Between faults"),
            _("To recover"),
            _("Faults"),
            _("Most frequent faults"),
            _("Observed"),
        )
        with table_region(_("Reliability")), ui.element("table").classes("m-table m-table-cards"):
            with ui.element("thead"), ui.element("tr"):
                for place, heading in enumerate(headings):
                    head = text("th", heading).props('scope="col"')
                    head.classes("m-number" if place in {1, 2, 3, 4, 6} else "")
            ui.html("".join(_row(row, view, headings, lexicon) for row in rows), tag="tbody", sanitize=False)


def _row(row: Reliability, view: str, headings: Sequence[str], lexicon: FaultLexicon) -> str:
    name = escape(row.name or _("unknown"))
    if view == "models":
        sub = ngettext("{n} mower", "{n} mowers", row.mowers).format(n=row.mowers)
        who = f'{name}<span class="m-sub">{escape(sub)}</span>'
    else:
        who = f'<a href="/mowers/{name}?tab=service">{name}</a><span class="m-sub">{escape(row.model)}</span>'
    codes = "".join(_code(code, times, lexicon) for code, times in row.top_codes[:3])
    cells = (
        (percent_words(row.availability), True),
        (_unit(row.between_faults_h, "h"), True),
        (_unit(row.to_recover_min, "min"), True),
        (str(row.faults), True),
        (codes or '<span class="m-unknown" aria-hidden="true">-</span>', False),
        (_unit(row.observed_h, "h"), True),
    )
    told_cells = "".join(
        f'<td class="{"m-number" if number else ""}" data-label="{escape(heading)}">{html}</td>'
        for (html, number), heading in zip(cells, headings[1:], strict=True)
    )
    return f"<tr><td>{who}</td>{told_cells}</tr>"


def _code(code: int, times: int, lexicon: FaultLexicon) -> str:
    words = told(lexicon.explain(code, current_language()).what)
    return f'<span class="m-block">{times} × {escape(words)} <span class="m-unit">{code}</span></span>'


def _unit(value: float | None, unit: str) -> str:
    if value is None:
        return '<span class="m-unknown" aria-hidden="true">-</span>'
    return f'{value:,.1f}<span class="m-unit">{unit}</span>'
