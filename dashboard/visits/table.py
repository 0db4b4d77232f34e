"""Visits as a table (cards on a phone): when, where, what became of it and why; every fact of the lanes."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from nicegui import ui

from core.db.reads.visits import VisitLine
from core.scheduling import Visit, VisitReason, VisitState
from dashboard.components.tables import table_region
from dashboard.components.text import text
from dashboard.i18n import _
from dashboard.visits.words import LOOKS, day_words, hours, reason_words, state_words

CHIPS = {"good": "m-chip-good", "warn": "m-chip-warn", "bad": "m-chip-bad", "info": "m-chip-info"}


def state_chip(visit: Visit) -> None:
    """A state by shape, colour and word."""
    look = LOOKS[visit.state]
    with ui.element("span").classes(f"m-chip {CHIPS.get(look.tone, '')}"):
        ui.icon(look.icon).props('aria-hidden="true"')
        text("span", state_words()[visit.state])


def outcome_chips(visits: Sequence[Visit]) -> None:
    """How many of each state there are."""
    counts = Counter(visit.state for visit in visits)
    with ui.element("div").classes("m-row"):
        for state in VisitState:
            if counts[state]:
                look = LOOKS[state]
                with ui.element("span").classes(f"m-chip {CHIPS.get(look.tone, '')}"):
                    ui.icon(look.icon).props('aria-hidden="true"')
                    text("span", f"{counts[state]} {state_words()[state]}")


def visit_table(lines: Iterable[VisitLine], now: datetime, open_visit: Callable[[UUID], Awaitable[None]]) -> None:
    """One row a visit."""
    headings = (_("Day"), _("Time"), _("Address"), _("Cluster"), _("Mower"), _("State"), _("Why"), _("Ran"), _("Open"))
    with table_region(_("Visits")), ui.element("table").classes("m-table m-table-cards v-table"):
        with ui.element("thead"), ui.element("tr"):
            for heading in headings:
                text("th", heading).props('scope="col"')
        with ui.element("tbody"):
            for line in lines:
                _row(line, now, open_visit)


def _row(line: VisitLine, now: datetime, open_visit: Callable[[UUID], Awaitable[None]]) -> None:
    visit, site = line.visit, line.site
    day = visit.begins_at.astimezone(site.zone).date()
    with ui.element("tr").classes("" if visit.ends_at > now else "v-past"):
        with ui.element("td"):
            text("b", day_words(day))
        for label, words in (
            (_("Time"), hours(visit.begins_at, visit.ends_at, site.zone)),
            (_("Address"), site.address),
            (_("Cluster"), site.cluster or "-"),
            (_("Mower"), site.device_name or "-"),
        ):
            with _cell(label):
                text("span", words)
        with _cell(_("State")):
            state_chip(visit)
            if visit.pinned:
                text("span", _("pinned")).classes("m-sub")
        with _cell(_("Why")):
            text("span", reason_words(visit.reason) if visit.reason is not VisitReason.NONE else "-")
            if visit.note:
                text("span", visit.note).classes("m-sub")
        with _cell(_("Ran")):
            ran = _("{n} of {planned} min").format(n=visit.mowed_minutes, planned=visit.minutes)
            text("span", "-" if visit.mowed_minutes is None else ran).classes("m-number")
        with _cell(_("Open")):
            button = ui.button(_("Open"), color=None, on_click=lambda: open_visit(visit.id))
            button.props("unelevated no-caps").classes("m-button m-button-quiet m-button-small")
            words = _("Open the visit of {address}, {day}")
            button.props["aria-label"] = words.format(address=site.address, day=day_words(day))


def _cell(label: str) -> ui.element:
    cell = ui.element("td")
    cell.props["data-label"] = label
    return cell
