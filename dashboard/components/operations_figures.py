"""Cards of figures on the operations page: readings, queues, request budgets, disk."""

from babel.numbers import format_decimal
from nicegui import ui

from dashboard.components.ages import age_text
from dashboard.components.text import text
from dashboard.i18n import _, locale, ngettext
from dashboard.metrics import Answers
from dashboard.operations import Budget, Figures

FULL = 0.9
"""From this share on a disk is told as nearly full."""


def show_figures(figures: Figures) -> None:
    """Cards, in the current place."""
    refused = sum(figures.readings.refused.values())
    with _card(_("This process")):
        text("dt", _("Up since"))
        with ui.element("dd"):
            age_text(figures.since)
        _fact(_("Answers"), number(figures.answers.given), _share(figures.answers))
        if figures.answers.p95_s is not None:
            _fact(_("95 of 100 answers within"), _("{n} ms").format(n=number(round(figures.answers.p95_s * 1_000))))
    with _card(_("Readings since the start")):
        _fact(_("Taken"), number(figures.readings.accepted))
        _fact(_("For history only"), number(figures.readings.history_only))
        _fact(_("Refused"), number(refused), ", ".join(f"{k} {n}" for k, n in sorted(figures.readings.refused.items())))
    with _card(_("Queues now")):
        _fact(_("Waiting to be taken"), number(figures.queued))
        _fact(_("Waiting to be written"), number(figures.unsaved))
        _fact(_("Mowers"), number(figures.mowers))
        _fact(_("Browsers on the live map"), number(figures.browsers))
    with _card(_("Vendor requests, 24 h")):
        if not figures.budgets:
            _fact(_("Accounts"), _("none is linked here"))
        for budget in figures.budgets:
            _budget(budget)
    with _card(_("Disk")):
        share = 1 - figures.disk_free_bytes / max(1, figures.disk_bytes)
        _fact(_("Free"), f"{figures.disk_free_bytes / 1e9:.1f} GB")
        _fact(_("Used"), f"{share:.0%}")
        if share > FULL:
            _fact("", _("nearly full"))


def number(value: int) -> str:
    return str(format_decimal(value, locale=locale()))


def _share(answers: Answers) -> str:
    if not answers.failed:
        return _("none failed")
    return ngettext("{n} failed by a fault of ours", "{n} failed by a fault of ours", answers.failed).format(
        n=number(answers.failed)
    )


def _card(title: str) -> ui.element:
    with ui.element("article").classes("m-card m-stack"):
        text("h2", title)
        return ui.element("dl").classes("m-facts")


def _fact(term: str, value: str, note: str = "") -> None:
    text("dt", term)
    with ui.element("dd"):
        text("span", value).classes("m-number")
        if note:
            text("span", note).classes("m-sub")


def _budget(budget: Budget) -> None:
    text("dt", budget.account)
    with ui.element("dd").classes("m-budget"):
        words = ngettext("{used} of {n} request", "{used} of {n} requests", budget.request_ceiling)
        text("span", words.format(used=number(budget.requests_24h), n=number(budget.request_ceiling)))
        near = budget.requests_24h >= 0.8 * budget.request_ceiling
        bar = ui.element("progress").classes("m-near" if near else "")
        bar.props["max"] = max(1, budget.request_ceiling)
        bar.props["value"] = min(budget.requests_24h, budget.request_ceiling)
        bar.props["aria-label"] = _("Request budget of {account}").format(account=budget.account)
