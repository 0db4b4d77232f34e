"""The audit: who did what, newest first. The filter stands in the address, and a file holds what it shows."""

import json
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from nicegui import app, ui
from starlette.datastructures import QueryParams

from core.accounts import Audit, AuditFilter, AuditLine, Right, Viewer
from core.clock import Clock
from core.exports import Column, Form, Sheet
from core.exports.files import MEDIA, file_of
from dashboard.asks import asks
from dashboard.clusters.screen_api import ScreenRoute
from dashboard.components.ages import age_text
from dashboard.components.faces import empty_face
from dashboard.components.tables import table_region
from dashboard.components.text import text
from dashboard.i18n import N_, _, told
from dashboard.pages.audit_words import action_words

PAGE_SIZE = 50
MOST_LINES = 100_000
"""In one file."""
COLUMNS = {
    "id": N_("Number"), "at": N_("When"), "actor": N_("Who"), "action": N_("What"), "object_type": N_("Kind of object"),
    "object_id": N_("Object"), "change": N_("Change"), "reason": N_("Reason"), "source": N_("From"),
    "request_id": N_("Request"),
}  # fmt: skip


def register(audit: Audit, clock: Clock) -> None:
    """Serve ``/admin/audit.csv``: every line that the filter in the address shows."""
    router = APIRouter(include_in_schema=False, route_class=ScreenRoute)

    @router.get("/admin/audit.csv")
    async def export(request: Request, _viewer: Annotated[Viewer, asks(Right.SEE_AUDIT)]) -> Response:
        lines = await audit.every(asked(request.query_params), most=MOST_LINES)
        rows = [
            asdict(line) | {"reason": told(line.reason), "change": _change(line.before, line.after)} for line in lines
        ]
        columns = [Column(key, _(title)) for key, title in COLUMNS.items()]
        now = clock.now()
        body = file_of(Sheet(_("Audit"), columns, rows, now), Form.CSV)
        headers = {"Content-Disposition": f'attachment; filename="audit-{now:%Y-%m-%dT%H%M}Z.csv"'}
        return Response(body, media_type=MEDIA[Form.CSV], headers=headers)

    app.include_router(router)


def asked(query: QueryParams) -> AuditFilter:
    """The filter of an address; what no one can mean is left out. Days begin and end by UTC; the last one belongs to
    it."""

    def day(name: str) -> date | None:
        try:
            return date.fromisoformat(query.get(name, ""))
        except ValueError:
            return None

    first, last = day("from"), day("to")
    return AuditFilter(
        search=_typed(query, "q"),
        action=_typed(query, "action"),
        actor=_typed(query, "who"),
        object=_typed(query, "object"),
        request_id=_typed(query, "request"),
        since=None if first is None else datetime.combine(first, time(), UTC),
        until=None if last is None or last == date.max else datetime.combine(last + timedelta(days=1), time(), UTC),
    )


def _typed(query: QueryParams, name: str) -> str:
    return query.get(name, "").replace("\0", "").strip()[:100]


async def audit_tab(audit: Audit, request: Request) -> None:
    """One page of lines; a form of plain HTML filters, so that every view has an address."""
    query = request.query_params
    before = query.get("before", "")
    before_id = int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None
    wanted = asked(query)
    lines = await audit.find(wanted, before_id=before_id, limit=PAGE_SIZE)
    kept = {name: query[name] for name in FIELDS if query.get(name, "").strip()}
    with ui.element("section").classes("m-card m-card-flush"):
        with ui.element("div").classes("m-card-head"):
            with ui.element("div"):
                text("h2", _("Audit"))
                words = _("Lines are only ever added: the database refuses to change or delete one.")
                text("p", words).classes("m-muted")
            export = ui.link(target="/admin/audit.csv" + (f"?{urlencode(kept)}" if kept else ""))
            with export.classes("m-button m-button-quiet").props("download"):
                ui.icon("o_download").props('aria-hidden="true"')
                text("span", _("Export CSV"))
        _filter(wanted, kept, await audit.actions())
        if not lines:
            with empty_face(_("Nothing found"), _("Take away a filter to see more."), icon="o_history"):
                ui.link(_("Clear filters"), "/admin?tab=audit").classes("m-button m-button-quiet")
            return
        _table(lines)
        with ui.element("div").classes("m-pager"):
            text("span", _("Times are told as age; the exact time shows on hover.")).classes("m-muted m-small")
            if before_id is not None:
                ui.link(_("Newest"), _address(kept)).classes("m-button m-button-quiet m-button-small")
            if len(lines) == PAGE_SIZE:
                older = _address(kept | {"before": str(lines[-1].id)})
                ui.link(_("Older"), older).classes("m-button m-button-quiet m-button-small")


FIELDS = ("q", "who", "action", "object", "request", "from", "to")


def _filter(wanted: AuditFilter, kept: dict[str, str], actions: list[str]) -> None:
    with ui.element("form").classes("m-filter").props('method="get" action="/admin" role="search"'):
        ui.element("input").props('type="hidden" name="tab" value="audit"')
        if wanted.request_id:
            ui.element("input").props('type="hidden" name="request"').props["value"] = wanted.request_id
        with ui.element("div").classes("m-search m-search-wide"):
            ui.icon("o_search").props('aria-hidden="true"')
            field = ui.element("input").props('type="search" name="q" autocomplete="off"')
            field.props["placeholder"] = field.props["aria-label"] = _("Person, object or reason")
            field.props["value"] = wanted.search
        _field("who", _("Who"), wanted.actor)
        _field("object", _("Object"), wanted.object)
        words = action_words()
        with ui.element("select").classes("m-input m-select").props('name="action"') as chooser:
            chooser.props["aria-label"] = _("What was done")
            for value, word in {"": _("Everything"), **{one: words.get(one, one) for one in actions}}.items():
                option = text("option", word)
                option.props["value"] = value
                option.props["selected"] = value == wanted.action
        for name, label in (("from", _("First day (UTC)")), ("to", _("Last day (UTC)"))):
            _field(name, label, kept.get(name, ""), kind="date")
        text("button", _("Filter")).classes("m-button m-button-quiet").props('type="submit"')


def _field(name: str, label: str, value: str, *, kind: str = "search") -> None:
    with ui.element("label").classes("m-filter-field"):
        text("span", label).classes("m-muted m-small")
        field = ui.element("input").classes("m-input").props(f'type="{kind}" name="{name}" autocomplete="off"')
        field.props["value"] = value


def _table(lines: list[AuditLine]) -> None:
    words = action_words()
    with table_region(_("Audit")), ui.element("table").classes("m-table m-table-cards"):
        with ui.element("thead"), ui.element("tr"):
            for heading in (_("Who"), _("What"), _("Object"), _("When"), _("From"), _("Details")):
                text("th", heading).props('scope="col"')
        with ui.element("tbody"):
            for line in lines:
                with ui.element("tr"):
                    with ui.element("td"):
                        ui.link(line.actor, _address({"who": line.actor})).classes("m-quiet-link")
                    text("td", words.get(line.action, line.action)).props["data-label"] = _("What")
                    with ui.element("td") as cell:
                        cell.props["data-label"] = _("Object")
                        text("span", line.object_type.replace("_", " "))
                        story = ui.link(line.object_id, _address({"object": line.object_id}))
                        story.classes("m-sub m-mono m-clip").props["title"] = line.object_id
                    with ui.element("td") as cell:
                        cell.props["data-label"] = _("When")
                        age_text(line.at)
                    text("td", line.source).props["data-label"] = _("From")
                    with ui.element("td") as cell:
                        cell.props["data-label"] = _("Details")
                        _details(line)


def _details(line: AuditLine) -> None:
    if line.request_id:
        link = ui.link(line.request_id, _address({"request": line.request_id})).classes("m-sub m-mono")
        link.props["title"] = _("Everything this request did")
    if line.reason:
        text("span", told(line.reason)).classes("m-block")
    if line.before or line.after:
        text("code", _change(line.before, line.after)).classes("m-small m-mono m-change")


def _change(before: dict[str, Any] | None, after: dict[str, Any] | None) -> str:
    """What is new, or ``old -> new`` for what was there before; what stayed is left out."""
    was, now = before or {}, after or {}
    parts = [
        f"{key}: {_short(was[key])} → {_short(now.get(key))}" if key in was else f"{key}: {_short(now[key])}"
        for key in {**was, **now}
        if was.get(key) != now.get(key)
    ]
    return ", ".join(parts)


def _short(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _address(parts: dict[str, str]) -> str:
    return "/admin?" + urlencode({"tab": "audit"} | parts)
