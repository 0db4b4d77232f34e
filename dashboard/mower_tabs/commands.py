"""Every command of a mower with its life: who asked, over which link, each step with its time, and why not (B2)."""

from datetime import datetime

from fastapi import Request
from nicegui import ui

from core.accounts import Viewer
from core.control.service import Control
from core.fleet import CommandView, StopFigures
from core.fleet.model import CommandStatus
from dashboard.api.ports import MowerFacts
from dashboard.components.ages import age_text
from dashboard.components.control_texts import control_texts
from dashboard.components.faces import empty_face
from dashboard.components.tables import table_region
from dashboard.components.text import text
from dashboard.i18n import N_, _, told
from dashboard.pages.mower import MowerTab

TICK_S = 1.0
SHOWN = 100
KIND_WORDS = {
    "start": N_("Start"),
    "pause": N_("Pause"),
    "resume": N_("Resume"),
    "return": N_("Dock"),
    "stop": N_("Cancel task"),
    "halt": N_("Stop"),
    "leave_dock": N_("Leave dock"),
    "restart": N_("Restart"),
}
GOOD = {CommandStatus.SEEN, CommandStatus.DONE}
BAD = {CommandStatus.REFUSED, CommandStatus.FAILED, CommandStatus.EXPIRED}


def commands_tab(control: Control) -> MowerTab:
    """Newest first, redrawn while something is under way."""

    async def build(facts: MowerFacts, _viewer: Viewer, _request: Request) -> None:
        name = facts.device_name
        with ui.element("section").classes("m-card"):
            text("h2", _("STOP to standstill, last 90 days"))
            figures = ui.element("div")
        with ui.element("section").classes("m-card m-card-flush"):
            listed = ui.element("div")
        drawn: list[tuple[object, ...]] = []

        async def draw() -> None:
            rows = await control.commands.recent(name, SHOWN)
            mark = tuple((row.id, row.status, row.sends) for row in rows)
            if drawn == [mark]:
                return
            drawn[:] = [mark]
            figures.clear()
            with figures:
                _figures(await control.commands.stop_figures(name))
            listed.clear()
            with listed:
                _table(rows) if rows else _nothing()

        await draw()
        ui.timer(TICK_S, draw)

    return MowerTab("commands", N_("Commands"), build)


def _nothing() -> None:
    with empty_face(_("No command yet"), _("What anybody tells this mower is kept here, refusals too.")):
        pass


def _figures(figures: StopFigures) -> None:
    if not figures.all.asked:
        text("p", _("It was never stopped.")).classes("m-muted")
        return
    with table_region(_("STOP to standstill, last 90 days")), ui.element("table").classes("m-table"):
        with ui.element("thead"), ui.element("tr"):
            for heading in (_("Link"), _("Proven"), _("Half within"), _("95 % within")):
                text("th", heading).props('scope="col"')
        with ui.element("tbody"):
            for link, one in figures.by_link.items():
                with ui.element("tr"):
                    text("td", link or _("never sent"))
                    text("td", _("{proven} of {asked}").format(proven=one.proven, asked=one.asked)).classes("m-number")
                    for seconds in (one.p50_s, one.p95_s):
                        text("td", "–" if seconds is None else f"{seconds:.1f} s").classes("m-number")


def _table(rows: list[CommandView]) -> None:
    with (
        table_region(_("Commands of this mower, newest first")),
        ui.element("table").classes("m-table m-table-cards"),
    ):
        with ui.element("thead"), ui.element("tr"):
            for heading in (_("Command"), _("State"), _("Asked"), _("By"), _("Link"), _("Steps"), _("Why")):
                text("th", heading).props('scope="col"')
        with ui.element("tbody"):
            for row in rows:
                _row(row)


def _row(row: CommandView) -> None:
    states = control_texts()["bulk"]["states"]
    tone = "m-chip-good" if row.status in GOOD else "m-chip-bad" if row.status in BAD else "m-chip-info"
    with ui.element("tr").props(f'data-command-id="{row.id}" data-command-status="{row.status}"'):
        with _cell(_("Command")):
            text("b", _(KIND_WORDS[row.kind]))
            if row.parameters:
                text("div", _parameters(row)).classes("m-small m-muted")
        with _cell(_("State")):
            text("span", states[row.status]).classes(f"m-chip {tone}")
        with _cell(_("Asked")):
            age_text(row.requested_at)
        with _cell(_("By")):
            text("span", row.asked_by)
            text("div", row.source).classes("m-small m-muted")
        with _cell(_("Link")):
            text("span", row.link or "–")
        with _cell(_("Steps")):
            text("span", _steps(row)).classes("m-small m-number-left")
        with _cell(_("Why")):
            text("span", " ".join(told(reason) for reason in row.reasons)).classes("m-small")
            if row.override:
                overridden = " ".join(told(reason) for reason in row.overridden)
                text("div", _("Overridden: {reasons}").format(reasons=overridden)).classes("m-small m-muted")
                text("div", f"“{row.override}”").classes("m-small")


def _cell(label: str) -> ui.element:
    cell = ui.element("td")
    cell.props["data-label"] = label
    return cell


def _parameters(row: CommandView) -> str:
    texts = control_texts()["settings"]
    told_ = []
    for name, value in row.parameters.items():
        if name == "areas":
            told_.append(_("{n} zones").format(n=len(value)))
        else:
            told_.append(f"{texts['names'][name]} {texts['units'][name].format(n=value)}")
    return " · ".join(told_)


def _steps(row: CommandView) -> str:
    """Each step reached, with its seconds after the request."""
    steps: tuple[tuple[str, datetime | None], ...] = (
        (_("queued"), row.queued_at),
        (_("sent"), row.sent_at),
        (_("acknowledged"), row.acknowledged_at),
        (_("seen"), row.seen_at),
        (_("over"), row.finished_at),
    )
    reached = [
        f"{word} {(at - row.requested_at).total_seconds():.1f} s"
        for word, at in steps
        if at is not None and row.status is not CommandStatus.REFUSED
    ]
    again = [_("sent {times} ×").format(times=row.sends)] if row.sends > 1 else []
    return " → ".join(reached + again) or "–"
