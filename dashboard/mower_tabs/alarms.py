"""A mower's alarms: what is open now, and what was."""

from collections.abc import Sequence

from fastapi import Request
from nicegui import ui

from core.accounts import Right, Viewer
from core.fleet.alarms import AlarmService, AlarmView
from dashboard.alarms.board import row_html
from dashboard.api.ports import MowerFacts
from dashboard.assets import asset_url
from dashboard.components.faces import empty_face
from dashboard.components.text import text
from dashboard.i18n import N_, _
from dashboard.pages.mower import MowerTab

LOOK_S = 1.0
PAST = 50


def alarms_tab(alarms: AlarmService) -> MowerTab:
    async def build(facts: MowerFacts, _viewer: Viewer, _request: Request) -> None:
        ui.add_head_html(f'<link rel="stylesheet" href="{asset_url("styles/alarms.css")}">')
        place = ui.element("div").classes("m-stack")
        drawn: list[int] = []

        async def draw() -> None:
            if drawn == [alarms.book.version]:
                return
            drawn[:] = [alarms.book.version]
            past = await alarms.book.past(mower=facts.device_name, limit=PAST)
            place.clear()
            with place:
                _section(_("Open alarms"), alarms.book.of_mower(facts.device_name), alarms, _("Nothing is wrong now."))
                _section(_("Earlier alarms"), past, alarms, _("It never had one."))

        await draw()
        ui.timer(LOOK_S, draw)

    return MowerTab("alarms", N_("Alarms"), build, Right.HANDLE_ALARMS)


def _section(title: str, rows: Sequence[AlarmView], alarms: AlarmService, nothing: str) -> None:
    with ui.element("section").classes("m-card m-card-flush"):
        with ui.element("div").classes("m-card-head"):
            text("h2", title)
        if not rows:
            with empty_face(_("None"), nothing, icon="o_task_alt"):
                return
        ui.html("".join(row_html(alarm, alarms, selected=False) for alarm in rows), tag="ul", sanitize=False).classes(
            "a-rows"
        )
