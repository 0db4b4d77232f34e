"""The audit: who did what, newest first. The filter stands in the address."""

import json
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from nicegui import ui

from core.accounts import Audit, AuditLine
from dashboard.components.ages import age_text
from dashboard.components.faces import empty_face
from dashboard.components.tables import table_region
from dashboard.components.text import text
from dashboard.i18n import _, told

PAGE_SIZE = 50


async def audit_tab(audit: Audit, request: Request) -> None:
    """One page of lines; a form of plain HTML filters, so that every view has an address."""
    search, action = request.query_params.get("q", "")[:100], request.query_params.get("action", "")[:60]
    before = request.query_params.get("before", "")
    before_id = int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None
    lines = await audit.lines(search=search, action=action, before_id=before_id, limit=PAGE_SIZE)
    with ui.element("section").classes("m-card m-card-flush"):
        with ui.element("div").classes("m-card-head"), ui.element("div"):
            text("h2", _("Audit"))
            text("p", _("Lines are only ever added: the database refuses to change or delete one.")).classes("m-muted")
        _filter(search, action)
        if not lines:
            with empty_face(_("Nothing found"), _("Take away a filter to see more."), icon="o_history"):
                ui.link(_("Clear filters"), "/admin?tab=audit").classes("m-button m-button-quiet")
            return
        _table(lines)
        with ui.element("div").classes("m-pager"):
            text("span", _("Times are told as age; the exact time shows on hover.")).classes("m-muted m-small")
            if before_id is not None:
                ui.link(_("Newest"), _address(search, action)).classes("m-button m-button-quiet m-button-small")
            if len(lines) == PAGE_SIZE:
                older = _address(search, action, lines[-1].id)
                ui.link(_("Older"), older).classes("m-button m-button-quiet m-button-small")


def action_words() -> dict[str, str]:
    """Every action that is audited, in the current language, by its stable name."""
    return {
        "session.sign_in": _("signed in"),
        "session.sign_out": _("signed out"),
        "session.refused": _("was refused at sign-in"),
        "session.revoke": _("ended a session"),
        "session.revoke_all": _("ended all sessions of a person"),
        "person.create": _("created a person"),
        "person.change": _("changed a person"),
        "vendor_account.link": _("linked a vendor account"),
        "vendor_account.unlink": _("unlinked a vendor account"),
        "command.request": _("commanded a mower"),
        "command.refuse": _("was refused a command"),
        "data.import": _("imported data"),
    }


def _filter(search: str, action: str) -> None:
    with ui.element("form").classes("m-filter").props('method="get" action="/admin" role="search"'):
        ui.element("input").props('type="hidden" name="tab" value="audit"')
        with ui.element("div").classes("m-search m-search-wide"):
            ui.icon("o_search").props('aria-hidden="true"')
            field = ui.element("input").props('type="search" name="q" autocomplete="off"')
            field.props["placeholder"] = field.props["aria-label"] = _("Person, object or reason")
            field.props["value"] = search
        with ui.element("select").classes("m-input m-select").props('name="action"') as chooser:
            chooser.props["aria-label"] = _("What was done")
            for value, word in {"": _("Everything"), **action_words()}.items():
                option = text("option", word)
                option.props["value"] = value
                option.props["selected"] = value == action
        text("button", _("Filter")).classes("m-button m-button-quiet").props('type="submit"')


def _table(lines: list[AuditLine]) -> None:
    words = action_words()
    with table_region(_("Audit")), ui.element("table").classes("m-table m-table-cards"):
        with ui.element("thead"), ui.element("tr"):
            for heading in (_("Who"), _("What"), _("Object"), _("When"), _("From"), _("Details")):
                text("th", heading).props('scope="col"')
        with ui.element("tbody"):
            for line in lines:
                with ui.element("tr"):
                    text("td", line.actor)
                    text("td", words.get(line.action, line.action)).props["data-label"] = _("What")
                    with ui.element("td") as cell:
                        cell.props["data-label"] = _("Object")
                        text("span", line.object_type.replace("_", " "))
                        text("span", line.object_id).classes("m-sub m-mono m-clip").props["title"] = line.object_id
                    with ui.element("td") as cell:
                        cell.props["data-label"] = _("When")
                        age_text(line.at)
                    text("td", line.source).props["data-label"] = _("From")
                    with ui.element("td") as cell:
                        cell.props["data-label"] = _("Details")
                        _details(line)


def _details(line: AuditLine) -> None:
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


def _address(search: str, action: str, before_id: int | None = None) -> str:
    parts = {"tab": "audit", "q": search, "action": action, "before": "" if before_id is None else str(before_id)}
    return "/admin?" + urlencode({name: value for name, value in parts.items() if value})
