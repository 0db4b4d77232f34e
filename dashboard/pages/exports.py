"""``/exports``: what one can take away as files, of which days, and reports that come by mail by themselves."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from nicegui import app, ui

from core.accounts import People, Viewer
from core.errors import Invalid, MowthosError
from core.exports import Form
from core.exports.files import MEDIA
from core.texts import N_
from dashboard.components.faces import empty_face, error_face
from dashboard.components.tables import table_region
from dashboard.components.text import text
from dashboard.exports.letters import may_subscribe
from dashboard.exports.making import make_file
from dashboard.exports.off_routes import off_router
from dashboard.exports.parts import Exports
from dashboard.exports.report_card import ReportCard
from dashboard.exports.spans import PRESETS, USUAL, DaySpan, preset_span, span_of
from dashboard.exports.table import Asked, Export, offered, wanted_export
from dashboard.exports.words import FORM_WORDS, count_words, days_words
from dashboard.gate import signed_in
from dashboard.i18n import _, told
from dashboard.logs import current_request_id
from dashboard.theme import page_at, page_frame, page_head


def register(*, exports: Exports, people: People) -> None:
    """Serve ``/exports``, its files and ``/reports/off/{token}``."""
    router = APIRouter(include_in_schema=False)

    @router.get("/exports/{name}.{form}")
    async def file(
        request: Request,
        name: str,
        form: Literal["csv", "xlsx", "pdf", "geojson", "gpx", "kml"],
        viewer: Annotated[Viewer, signed_in()],
    ) -> Response:
        """One file of the days that its address names, whole days of the viewer's zone."""
        export = wanted_export(name, form, viewer)
        now, span = exports.clock.now(), await _span(exports, viewer, request.query_params)
        mower = request.query_params.get("mower", "") if export.by_mower else ""
        if mower:
            exports.sources.live.get(mower)
        asked = Asked(viewer=viewer, since=span.since, until=span.until, mower=mower)
        content = await make_file(exports.sources, export, Form(form), asked, now=now)
        days = f"{span.first}-{span.last}" if export.timed else f"{now:%Y-%m-%d}"
        headers = {"Content-Disposition": f'attachment; filename="{name}-{days}.{form}"', "Cache-Control": "no-store"}
        return Response(content, media_type=MEDIA[Form(form)], headers=headers)

    app.include_router(router)
    app.include_router(off_router(exports))

    @page_at("/exports")
    async def exports_page(request: Request, viewer: Annotated[Viewer, signed_in()]) -> None:
        with page_frame(viewer, _("Exports")):
            with page_head(_("Exports"), _("What you can take away as files, and reports that come by mail.")):
                pass
            mine = offered(viewer)
            if not mine:
                with empty_face(_("Nothing to export"), _("Your role includes no export."), icon="o_file_download"):
                    return
            await _files(exports, viewer, mine, request.query_params)
            if may_subscribe(viewer):
                await ReportCard(exports, people, viewer, mine, mowers_of(exports)).build()


def mowers_of(exports: Exports) -> list[str]:
    """The names one may choose among; only those who see the whole fleet have exports of one mower."""
    sources = exports.sources
    return sorted(facts.device_name for facts in sources.roster() if facts.device_name in sources.live)


async def _span(exports: Exports, viewer: Viewer, query: Mapping[str, str]) -> DaySpan:
    zone = await _zone(exports, viewer)
    return span_of(query, exports.clock.now().astimezone(zone).date(), zone)


async def _zone(exports: Exports, viewer: Viewer) -> ZoneInfo:
    reader = (await exports.telling.readers([viewer.person_id])).get(viewer.person_id)
    return reader.zone if reader else ZoneInfo("UTC")


async def _files(exports: Exports, viewer: Viewer, mine: Sequence[Export], query: Mapping[str, str]) -> None:
    """The span, and a row for each export with its files."""
    mowers = mowers_of(exports) if any(one.by_mower for one in mine) else []
    mower = query.get("mower", "")
    mower = mower if mower in mowers else ""
    wrong = ""
    try:
        span = await _span(exports, viewer, query)
    except Invalid as error:
        zone = await _zone(exports, viewer)
        wrong, span = told(error.message), preset_span(USUAL, exports.clock.now().astimezone(zone).date(), zone)
    with ui.element("section").classes("m-card m-card-flush"):
        _choose(span, mowers, mower)
        if wrong:
            with ui.element("div").classes("m-notice m-notice-bad").props('role="alert"'):
                text("span", wrong)
            return
        try:
            counts = await exports.counts(viewer, span.since, span.until, mower)
        except MowthosError as error:
            with error_face(_("Exports cannot be read"), told(error.message), problem_id=current_request_id()):
                return
        _table(mine, span, mower, counts)
        with ui.element("div").classes("m-pager"):
            words = _("Days of {zone}: {days}. Times in the files are UTC.")
            text("span", words.format(zone=span.zone.key, days=days_words(span.first, span.last))).classes(
                "m-muted m-small"
            )


def _choose(span: DaySpan, mowers: Sequence[str], mower: str) -> None:
    """Presets as links; days and mower as a form of plain HTML, so that every choice has an address."""
    kept = {"mower": mower} if mower else {}
    with ui.element("div").classes("m-filter"), ui.element("nav").classes("m-row") as presets:
        presets.props["aria-label"] = _("Days")
        for preset, word in PRESETS.items():
            link = ui.link(_(word), "/exports?" + urlencode({"span": preset} | kept)).classes("m-filter-chip")
            link.props["aria-current"] = "true" if preset == span.preset else "false"
    with ui.element("form").classes("m-filter").props('method="get" action="/exports"'):
        for name, label in (("from", N_("First day")), ("to", N_("Last day"))):
            with ui.element("label").classes("m-filter-field"):
                text("span", _(label)).classes("m-muted m-small")
                field = ui.element("input").classes("m-input").props(f'type="date" name="{name}" required')
                field.props["value"] = span.query[name]
        if mowers:
            with ui.element("label").classes("m-filter-field"):
                text("span", _("Mower")).classes("m-muted m-small")
                with ui.element("select").classes("m-input m-select").props('name="mower"') as chooser:
                    chooser.props["aria-label"] = _("Mower")
                    for value in ("", *mowers):
                        option = text("option", value or _("All mowers"))
                        option.props["value"] = value
                        option.props["selected"] = value == mower
        text("button", _("Show")).classes("m-button m-button-quiet").props('type="submit"')


def _table(mine: Sequence[Export], span: DaySpan, mower: str, counts: Mapping[str, int]) -> None:
    with table_region(_("Exports")), ui.element("table").classes("m-table m-table-cards"):
        with ui.element("thead"), ui.element("tr"):
            for heading in (_("Export"), _("Rows"), _("Files")):
                text("th", heading).props('scope="col"').classes("m-number" if heading == _("Rows") else "")
        with ui.element("tbody"):
            for export in mine:
                with ui.element("tr").props(f'data-export="{export.name}"'):
                    with ui.element("td"):
                        text("b", _(export.title))
                        text("span", _(export.tells)).classes("m-sub").style("white-space: normal")
                    with ui.element("td").classes("m-number") as cell:
                        cell.props["data-label"] = _("Rows")
                        _rows(export, counts)
                    with ui.element("td") as cell:
                        cell.props["data-label"] = _("Files")
                        _links(export, span, mower, counts)


def _rows(export: Export, counts: Mapping[str, int]) -> None:
    if export.name in counts:
        text("span", count_words(counts[export.name]))
    else:
        text("span", "-").classes("m-unknown").props["title"] = _("Counted as the file is made")


def _links(export: Export, span: DaySpan, mower: str, counts: Mapping[str, int]) -> None:
    if export.of_mower and not mower:
        text("span", _("Choose a mower above.")).classes("m-muted")
        return
    if counts.get(export.name) == 0:
        text("span", _("Nothing in these days.")).classes("m-muted")
        return
    query = urlencode((span.query if export.timed else {}) | ({"mower": mower} if mower and export.by_mower else {}))
    with ui.element("div").classes("m-row").style("flex-wrap: wrap"):
        for form in export.forms:
            link = ui.link(FORM_WORDS[form], f"/exports/{export.name}.{form}" + (f"?{query}" if query else ""))
            link.classes("m-button m-button-quiet m-button-small")
            link.props["aria-label"] = _("{export} as {form}").format(export=_(export.title), form=FORM_WORDS[form])
