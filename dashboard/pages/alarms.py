"""``/alarms``: what needs somebody now; ``/alarms/rules`` and ``/alarms/rota``: when, and who is told next."""

from typing import Annotated
from uuid import UUID

from fastapi import Request
from nicegui import ui

from core.accounts import People, Right, Viewer
from core.clock import Clock
from core.fleet.alarms import AlarmService
from core.notices import NoticeDesk
from dashboard.alarms.board import AlarmList
from dashboard.alarms.detail import AlarmPanel
from dashboard.alarms.rota import RotaEditor
from dashboard.alarms.rules import RuleTable
from dashboard.alarms.view import AlarmsView
from dashboard.areas.bound import opens
from dashboard.assets import asset_url
from dashboard.components.text import text
from dashboard.gate import needs
from dashboard.i18n import _
from dashboard.theme import page_at, page_frame, page_head

LOOK_S = 1.0
"""How often an open page compares its drawing with the alarms in memory; no database is asked."""


def alarm_styles() -> None:
    ui.add_head_html(f'<link rel="stylesheet" href="{asset_url("styles/alarms.css")}">')


def register(*, alarms: AlarmService, notices: NoticeDesk, people: People, clock: Clock) -> None:
    """Lists, filters and the open alarm stand in the address."""

    @page_at("/alarms")
    async def alarms_page(request: Request, viewer: Annotated[Viewer, needs(Right.HANDLE_ALARMS)]) -> None:
        with page_frame(viewer, _("Alarms")):
            alarm_styles()
            with page_head(_("Alarms")):
                if opens(viewer, "/service"):
                    ui.link(_("Service"), "/service").classes("m-button m-button-quiet")
                if viewer.may(Right.EDIT_ALARM_RULES) and opens(viewer, "/alarms/rules"):
                    ui.link(_("Rules"), "/alarms/rules").classes("m-button m-button-quiet")
                    ui.link(_("On-call rota"), "/alarms/rota").classes("m-button m-button-quiet")
            with ui.element("div").classes("a-split"):
                listing = AlarmList(alarms, viewer, AlarmsView.from_query(request.query_params))
                await listing.build()
                panel = AlarmPanel(alarms, people, viewer)

            async def choose(alarm_id: UUID | None) -> None:
                await listing.look(alarm=alarm_id)
                await panel.show(alarm_id)
                if alarm_id is not None:
                    await notices.mark_read(viewer.person_id, link=f"/alarms?alarm={alarm_id}")

            async def close() -> None:
                await choose(None)

            listing.choose, panel.closed = choose, close
            await choose(listing.view.alarm)
            drawn = [alarms.book.version]

            async def look() -> None:
                if drawn != [alarms.book.version]:
                    drawn[:] = [alarms.book.version]
                    await listing.refresh()
                    await panel.renew()

            ui.timer(LOOK_S, look)

    @page_at("/alarms/rules")
    async def rules_page(viewer: Annotated[Viewer, needs(Right.EDIT_ALARM_RULES)]) -> None:
        with page_frame(viewer, _("Alarm rules")):
            alarm_styles()
            with page_head(_("Alarm rules"), _("What raises an alarm, and when it clears by itself.")):
                ui.link(_("Alarms"), "/alarms").classes("m-button m-button-quiet")
                add = text("button", _("A further rule")).classes("m-button").props('type="button"')
            table = RuleTable(alarms, people, viewer)
            table.show()
            add.on("click", lambda _event: table.ask_new(), args=[])

    @page_at("/alarms/rota")
    async def rota_page(viewer: Annotated[Viewer, needs(Right.EDIT_ALARM_RULES)]) -> None:
        with page_frame(viewer, _("On-call rota")):
            alarm_styles()
            with page_head(_("On-call rota"), _("Who is told when nobody acknowledges an alarm.")):
                ui.link(_("Alarms"), "/alarms").classes("m-button m-button-quiet")
                add = text("button", _("Add a step")).classes("m-button").props('type="button"')
            editor = RotaEditor(alarms, people, viewer, clock)
            await editor.show()
            add.on("click", lambda _event: editor.ask(None), args=[])
