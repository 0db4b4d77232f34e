"""Keep off my lawn now: one button, how long, and then what is truly known of it, with the seconds it took."""

from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from nicegui import ui

from core.accounts import People, Viewer
from core.clock import Clock
from core.household.keep_off import TOLD_WORDS, Told
from core.household.keep_off_desk import KeepOffDesk, KeepOffView
from dashboard.components.dialogs import asking
from dashboard.components.notices import attempt, still_signed_in
from dashboard.components.text import text
from dashboard.home.data import HomeLot
from dashboard.home.words import minutes_text
from dashboard.i18n import _, told
from dashboard.visits.words import hour

CHOICES = (30, 60, 120, 240)
TICK_S = 1.0
LOOKS = {
    Told.CLEAR: ("m-notice-good", "o_check_circle"),
    Told.ASKED: ("m-notice-warn", "o_hourglass_top"),
    Told.SENT: ("m-notice-warn", "o_send"),
    Told.ACKNOWLEDGED: ("m-notice-warn", "o_mark_chat_read"),
    Told.SEEN: ("m-notice-good", "o_check_circle"),
    Told.FAILED: ("m-notice-bad", "o_error"),
}
"""Colour and shape; the word comes from the core."""


class KeepOffCard:
    """Of one lot on one open page."""

    def __init__(self, desk: KeepOffDesk, people: People, clock: Clock, viewer: Viewer, home: HomeLot) -> None:
        self._desk, self._people, self._clock = desk, people, clock
        self._viewer, self._home = viewer, home
        self._shown: object = self

    async def build(self) -> None:
        self._place = ui.element("section").classes("m-card h-keep")
        self._place.props["aria-label"] = _("Keep off my lawn")
        await self._draw()
        ui.timer(TICK_S, self._draw, immediate=False)

    async def _draw(self) -> None:
        if self._shown is None and not self._desk.holds(self._home.lot.id):
            return  # as it stands: known without asking the database
        found = await self._desk.of_lot(self._home.lot.id, viewer=self._viewer)
        shown = None if found is None else (found.keep_off.id, found.progress)
        if shown == self._shown:
            return
        self._shown = shown
        self._place.clear()
        with self._place:
            if found is None:
                self._offer()
            else:
                self._active(found)

    def _offer(self) -> None:
        with ui.element("div").classes("h-keep-offer"):
            button = ui.button(_("Keep off my lawn now"), color=None, on_click=self._ask).props("unelevated no-caps")
            button.classes("m-button m-button-danger h-wide")
            text("p", _("Children or a dog outside? The mower is sent away and stays away. It costs nothing.")).classes(
                "m-small m-muted"
            )

    def _active(self, view: KeepOffView) -> None:
        look, icon = LOOKS[view.progress.told]
        until = hour(view.keep_off.until, ZoneInfo(self._home.lot.time_zone))
        text("h2", _("Your lawn is kept clear until {time}").format(time=until))
        with ui.element("div").classes(f"m-notice {look}").props('role="status"'):
            ui.icon(icon).props('aria-hidden="true"')
            with ui.element("div").classes("m-grow"):
                text("b", told(TOLD_WORDS[view.progress.told]))
                steps = self._steps(view)
                if steps:
                    text("p", steps).classes("m-small m-number")
        text("p", _("It ends by itself. Minutes mown on your lawn meanwhile are not billed.")).classes(
            "m-small m-muted"
        )
        with ui.element("div").classes("m-actions"):
            button = ui.button(_("The mower may come again"), color=None, on_click=partial(self._end, view.keep_off.id))
            button.props("unelevated no-caps").classes("m-button m-button-quiet h-wide")

    def _steps(self, view: KeepOffView) -> str:
        """Each step with its seconds after the tap."""
        told_ = view.progress
        steps = (
            (_("sent after {s} s"), told_.sent_s),
            (_("taken after {s} s"), told_.acknowledged_s),
            (_("seen after {s} s"), told_.seen_s),
        )
        return ", ".join(words.format(s=f"{seconds:.1f}") for words, seconds in steps if seconds is not None)

    async def _ask(self) -> None:
        with asking("h-dialog", title=_("Keep off my lawn")) as dialog:
            text("h2", _("For how long?"))
            with ui.element("div").classes("h-choices"):
                for minutes in CHOICES:
                    button = ui.button(
                        minutes_text(minutes), color=None, on_click=partial(self._go, dialog, minutes)
                    ).props("unelevated no-caps")
                    button.classes("m-button h-wide")
            with ui.element("div").classes("m-actions m-dialog-actions"):
                cancel = ui.button(_("Cancel"), color=None, on_click=dialog.close).props("unelevated no-caps")
                cancel.classes("m-button m-button-quiet")

    async def _go(self, dialog: ui.dialog, minutes: int) -> None:
        dialog.close()
        if await still_signed_in(self._people, self._viewer):
            work = self._desk.ask(lot_id=self._home.lot.id, minutes=minutes, by=self._viewer)
            await attempt(work, done=_("Your lawn is kept clear."))
            await self._draw()

    async def _end(self, keep_off_id: UUID) -> None:
        if await still_signed_in(self._people, self._viewer):
            await attempt(self._desk.end(keep_off_id, by=self._viewer), done=_("The mower may come again."))
            await self._draw()
