"""``/admin``: people, rights, vendor accounts, data, audit. The tab stands in the address."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Request
from nicegui import ui

from core.accounts import PERMISSIONS, People, Right, Role, Viewer
from core.clock import Clock
from core.neighbourhood import Provenance
from dashboard.api.ports import AccountDesk
from dashboard.components.tables import table_region
from dashboard.components.text import text
from dashboard.frame_parts import role_word
from dashboard.gate import needs
from dashboard.i18n import N_, _
from dashboard.pages import admin_audit
from dashboard.pages.admin_accounts import accounts_tab
from dashboard.pages.admin_audit import audit_tab
from dashboard.pages.admin_data import data_tab
from dashboard.pages.admin_people import people_tab
from dashboard.theme import page_at, page_frame, page_head


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab of the page."""

    key: str
    word: str
    right: Right
    build: Callable[[Request, Viewer], Awaitable[None]]


def register(
    *, people: People, accounts: AccountDesk, provenance: Callable[[], Awaitable[Provenance]], clock: Clock
) -> None:
    """Serve ``/admin`` and the audit's file."""
    admin_audit.register(people.audit, clock)

    async def rights(_request: Request, _viewer: Viewer) -> None:
        rights_tab()

    async def linked(_request: Request, viewer: Viewer) -> None:
        await accounts_tab(accounts, people, viewer)

    tabs = (
        Tab("people", N_("People"), Right.MANAGE_PEOPLE, lambda request, viewer: people_tab(people, viewer)),
        Tab("rights", N_("Roles and rights"), Right.SEE_AUDIT, rights),
        Tab("accounts", N_("Vendor accounts"), Right.LINK_VENDOR_ACCOUNTS, linked),
        Tab("data", N_("Data"), Right.SEE_IMPORTS, lambda request, viewer: data_tab(provenance)),
        Tab("audit", N_("Audit"), Right.SEE_AUDIT, lambda request, viewer: audit_tab(people.audit, request)),
    )
    by_key = {tab.key: tab for tab in tabs}

    @page_at("/admin")
    async def admin_page(request: Request, viewer: Annotated[Viewer, needs(Right.SEE_AUDIT)]) -> None:
        shown = [tab for tab in tabs if viewer.may(tab.right)]
        chosen = by_key.get(request.query_params.get("tab", ""), shown[0])
        chosen = chosen if chosen in shown else shown[0]
        with page_frame(viewer, _(chosen.word)):
            with page_head(_("Admin")):
                if viewer.may(Right.MANAGE_PEOPLE):
                    ui.link(_("Areas"), "/admin/areas").classes("m-button m-button-quiet")
                    ui.link(_("Messages"), "/admin/notices").classes("m-button m-button-quiet")
            with ui.element("nav").classes("m-tabs") as nav:
                nav.props["aria-label"] = _("Admin sections")
                for tab in shown:
                    link = ui.link(_(tab.word), f"/admin?tab={tab.key}")
                    if tab is chosen:
                        link.props('aria-current="page"')
            await chosen.build(request, viewer)


def rights_tab() -> None:
    """The one table of rights, as the code holds it."""
    with ui.element("section").classes("m-card m-card-flush"):
        with ui.element("div").classes("m-card-head"), ui.element("div"):
            text("h2", _("What each role may do"))
            note = _("A homeowner's rights end at their own lot. Host and neighbour follow from the household.")
            text("p", note).classes("m-muted")
        with table_region(_("What each role may do")), ui.element("table").classes("m-table m-rights"):
            with ui.element("thead"), ui.element("tr"):
                text("th", _("Right")).props('scope="col"')
                for role in Role:
                    text("th", role_word(role)).props('scope="col"')
            with ui.element("tbody"):
                for right, words in right_words().items():
                    with ui.element("tr"):
                        text("th", words).props('scope="row"')
                        for role in Role:
                            _mark(right in PERMISSIONS[role])


def right_words() -> dict[Right, str]:
    """Every right in the current language."""
    return {
        Right.SEE_FLEET: _("See the map, all mowers and their history"),
        Right.COMMAND_MOWERS: _("Start, pause, dock and cancel mowers"),
        Right.SEE_NEIGHBOURS: _("See homes, roads and who can be a neighbour of whom"),
        Right.SEE_OWN_LOT: _("See the mower on one's own lot"),
        Right.SEE_VENDOR_ACCOUNTS: _("See vendor accounts and their health"),
        Right.LINK_VENDOR_ACCOUNTS: _("Link vendor accounts"),
        Right.SEE_IMPORTS: _("See imported data and its reports"),
        Right.MANAGE_PEOPLE: _("Create people, change roles, end sessions"),
        Right.SEE_AUDIT: _("Read the audit"),
        Right.SEE_CLUSTERS: _("See clusters"),
        Right.DRAW_CLUSTERS: _("Draw and propose clusters"),
        Right.APPROVE_CLUSTERS: _("Approve clusters"),
        Right.REGISTER_HOMES: _("Register homes and customers"),
        Right.EDIT_LAWNS: _("Draw lots and lawns"),
        Right.OVERRIDE_GUARD: _("Start a mower against the guard, with a reason"),
        Right.SERVICE_MOWERS: _("Move, leave the dock and restart mowers"),
        Right.HANDLE_ALARMS: _("Take, assign, comment on and close alarms"),
        Right.EDIT_ALARM_RULES: _("Change alarm rules and the on-call rota"),
        Right.LOG_SERVICE: _("Log service and parts"),
        Right.EDIT_DEVICE_MAPS: _("Fetch device maps, tie zones to lots, change plans"),
        Right.SEE_OPERATIONS: _("See jobs and operations"),
        Right.SEE_BILLING: _("See plans, invoices and revenue"),
        Right.MANAGE_BILLING: _("Change plans and subscriptions, refund, credit, approve invoices"),
        Right.SEE_OWN_BILL: _("See one's own plan, usage and invoices"),
        Right.SEE_SCHEDULE: _("See the schedule of visits"),
        Right.PLAN_VISITS: _("Plan, move and skip visits"),
        Right.MANAGE_WEBHOOKS: _("Tell other people's servers what happens"),
        Right.VIEW_AS: _("Look through a homeowner's eyes, without changing anything"),
        Right.SHARE_LINKS: _("Share a mower or a cluster by a link"),
    }


def _mark(granted: bool) -> None:
    with ui.element("td"):
        ui.icon("o_check" if granted else "o_remove").classes("m-yes" if granted else "m-no").props(
            'aria-hidden="true"'
        )
        text("span", _("yes") if granted else _("no")).classes("m-visually-hidden")
