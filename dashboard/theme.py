"""The frame of every page: top bar, banner line, bottom bar on a phone, keys. Looks: assets/styles/mowthos.css."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from datetime import datetime

from nicegui import ui
from nicegui.element import Element

from core.accounts import Right, Viewer
from dashboard import frame_parts as parts
from dashboard.areas.bound import opens
from dashboard.bell import bell_html, hears
from dashboard.billing.words import day
from dashboard.components.notices import tell_broken
from dashboard.components.text import text
from dashboard.frame_head import head_html, quasar_dark, theme_of
from dashboard.frame_parts import Keys, NavEntry
from dashboard.gate import SECURITY
from dashboard.i18n import N_, _, current_language
from dashboard.view_as import banner_html

NAVIGATION = (
    NavEntry("/fleet", N_("Live"), "o_map", Right.SEE_FLEET, "l"),
    NavEntry("/mowers", N_("Mowers"), "o_agriculture", Right.SEE_FLEET, "m"),
    NavEntry(
        "/clusters", N_("Clusters"), "o_hub", Right.SEE_CLUSTERS, "c", also=("/register", "/homes/import", "/lots")
    ),
    NavEntry("/schedule", N_("Schedule"), "o_event", Right.SEE_SCHEDULE, "w"),
    NavEntry("/alarms", N_("Alarms"), "o_notifications", Right.HANDLE_ALARMS, "e", narrow=False),
    NavEntry("/service", N_("Service"), "o_build", Right.SEE_FLEET, "v", in_bar=False),
    NavEntry("/billing", N_("Billing"), "o_payments", Right.SEE_BILLING, "b", narrow=False),
    NavEntry("/home", N_("Home"), "o_cottage", Right.SEE_OWN_LOT, "h"),
    NavEntry("/admin", N_("Admin"), "o_tune", Right.SEE_AUDIT, "a"),
    NavEntry("/zones", N_("Zones"), "o_dashboard", Right.EDIT_DEVICE_MAPS, "z", in_bar=False),
    NavEntry("/exports", N_("Exports"), "o_file_download", Right.SEE_OWN_LOT, "x", in_bar=False),
    NavEntry("/operations", N_("Operations"), "o_monitor_heart", Right.SEE_OPERATIONS, "o", in_bar=False),
)


BUILD_S = 30.0
"""How long a page may take to be built. NiceGUI answers with an error after 3 s, which one of many pages that are
asked for at once, on a busy machine, may well need."""


def page_at(path: str) -> ui.page:
    """Serves a page: ``@page_at("/home")``."""
    return ui.page(path, response_timeout=BUILD_S)


@dataclass(frozen=True, slots=True)
class Frame:
    """The place of the frame that a page may fill: ``with frame.banner: ...``."""

    banner: Element


@contextmanager
def page_frame(viewer: Viewer, title: str, *, fill: bool = False, keys: Keys = ()) -> Iterator[Frame]:
    """Build a page inside the frame. ``fill`` gives the page the whole window below the bar, without padding.

    ``keys`` are the page's own, for the help dialog.
    """
    request = ui.context.client.request
    own_page = ui.context.client.page = copy(ui.context.client.page)  # theirs is shared by every visitor of the route
    own_page.dark = quasar_dark(theme_of(request))
    own_page.language = "de" if current_language() == "de" else "en-US"
    now: datetime = request.scope["mowthos.now"]
    ui.add_head_html(head_html(theme=theme_of(request), now=now.isoformat(), viewer=viewer))
    ui.page_title(f"{title} - MowthosOS")
    ui.on_exception(tell_broken)

    entries = [
        entry
        for entry in NAVIGATION
        if viewer.may(entry.right) and opens(viewer, entry.path) and (entry.path != "/home" or viewer.household_ids)
    ]
    path = request.url.path
    sought = (request.query_params.get("q", "") if path == "/fleet" else "") if viewer.may(Right.SEE_FLEET) else None
    with ui.header(add_scroll_padding=False).classes("m-top"):
        if request.scope.get("mowthos.drill"):
            _html(parts.drill_bar(led=viewer.may(Right.SEE_OPERATIONS)))
        if viewer.watcher:
            _html(banner_html(viewer))
        layers = bell_html(viewer) if hears(viewer) else ""
        layers += parts.user_menu(viewer, theme_of(request), entries)
        _html(parts.top_row(parts.navigation(entries, path), sought, layers))
        banner = ui.element("div").classes("m-banner").props('role="status" aria-live="polite"')
    below = [entry for entry in entries if entry.narrow]
    if sum(entry.in_bar for entry in below) > 1:
        with ui.footer().classes("m-bottom"):
            _html(parts.navigation(below, path, narrow=True))
    _html(parts.key_help(entries, keys))
    _html(parts.sign_in_again(viewer))
    # Quasar's own page element is the "main" landmark around this.
    with ui.element("div").classes("m-page m-page-fill" if fill else "m-page").props('id="content" tabindex="-1"'):
        if viewer.factor_due_at is not None and not fill and path != SECURITY:
            _factor_due(viewer.factor_due_at)
        yield Frame(banner)


@contextmanager
def page_head(title: str, subtitle: str = "") -> Iterator[None]:
    """A page's heading; what is built inside stands at its right as actions."""
    with ui.element("div").classes("m-head"):
        with ui.element("div"):
            text("h1", title)
            if subtitle:
                text("p", subtitle)
        with ui.element("div").classes("m-actions"):
            yield


def _factor_due(due: datetime) -> None:
    """Their role needs a second factor soon."""
    with ui.element("div").classes("m-notice m-notice-warn").props('role="note"'):
        words = _("Your role needs a second factor at sign-in from {date} on.").format(date=day(due))
        text("span", words)
        ui.link(_("Set one up"), SECURITY)


def _html(markup: str) -> None:
    """One element however much it holds: an element a tag costs 4 kB in each page that stands open."""
    ui.html(markup, sanitize=False).classes("m-bare")
