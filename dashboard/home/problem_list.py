"""Problems that a household reported, and what became of them."""

from zoneinfo import ZoneInfo

from nicegui import ui

from core.accounts import Viewer
from core.household.problem_desk import ProblemDesk, Reported
from core.household.problems import KIND_WORDS, STATE_WORDS, ProblemState
from core.scheduling import RAN
from dashboard.billing.words import money
from dashboard.components.text import text
from dashboard.home.data import HomeLot
from dashboard.i18n import _, told
from dashboard.visits.words import day_words

SHOWN = 5
LOOKS = {
    ProblemState.OPEN: ("m-chip-warn", "o_flag"),
    ProblemState.REMOW: ("m-chip-info", "o_replay"),
    ProblemState.OFFERED: ("m-chip-info", "o_payments"),
    ProblemState.CREDITED: ("m-chip-good", "o_check_circle"),
    ProblemState.CLOSED: ("", "o_chat"),
}


def problem_chip(state: ProblemState) -> None:
    """A state by shape, colour and word."""
    look, icon = LOOKS[state]
    with ui.element("span").classes(f"m-chip {look}"):
        ui.icon(icon).props('aria-hidden="true"')
        text("span", told(STATE_WORDS[state]))


def outcome_words(found: Reported) -> str:
    """What was done about it, as far as it is known: a promise to mow again is told as kept once it is."""
    problem, parts = found.problem, []
    if found.remow is not None:
        day = day_words(found.remow.begins_at.astimezone(ZoneInfo(found.time_zone)).date())
        words = _("mown again on {day}") if found.remow.state in RAN else _("it is mown again on {day}")
        parts.append(words.format(day=day))
    if problem.credit_minor is not None and problem.state in {ProblemState.OFFERED, ProblemState.CREDITED}:
        parts.append(_("credit {amount}").format(amount=money(problem.credit_minor, problem.currency or "USD")))
    return ", ".join([*parts, *([problem.answer] if problem.answer else [])])


async def problem_list(desk: ProblemDesk, viewer: Viewer, home: HomeLot) -> None:
    """The newest of a lot, and the way to report one."""
    found = await desk.of_lots([home.lot.id], viewer=viewer)
    with ui.element("section").classes("m-card m-stack h-problems") as card:
        card.props["aria-label"] = _("Problems you reported")
        text("h2", _("Is something wrong?"))
        if found:
            with ui.element("ul").classes("m-list"):
                for one in found[:SHOWN]:
                    _row(one)
        with ui.element("div").classes("m-actions"):
            ui.link(_("Report a problem"), f"/home/problem?lot={home.lot.id}").classes("m-button m-button-quiet")


def _row(found: Reported) -> None:
    problem = found.problem
    with ui.element("li"), ui.element("div").classes("m-grow"):
        with ui.element("div").classes("m-row"):
            text("b", told(KIND_WORDS[problem.kind]))
            problem_chip(problem.state)
        day = day_words(problem.reported_at.astimezone(ZoneInfo(found.time_zone)).date())
        text("span", " - ".join(part for part in (day, problem.words, outcome_words(found)) if part)).classes("m-sub")
