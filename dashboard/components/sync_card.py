"""Fetching a mower's map: how old the present one is, the button, progress while it comes, and what was different."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from core.accounts import People, Right, Viewer
from core.errors import MowthosError
from core.fleet.model import MapStage
from core.lawnmaps import SyncState
from dashboard.components.ages import age_text
from dashboard.components.map_diff_list import diff_list
from dashboard.components.notices import still_signed_in, tell_problem
from dashboard.components.text import text
from dashboard.i18n import _, told
from dashboard.lawn_desks import LawnDesks

TICK_S = 0.4


class SyncCard:
    """Of one mower on one open page; ``done`` is awaited when a fetch has ended."""

    def __init__(
        self, name: str, desks: LawnDesks, people: People, viewer: Viewer, *, done: Callable[[], Awaitable[None]]
    ) -> None:
        self._name, self._desks, self._people, self._viewer, self._done = name, desks, people, viewer, done
        self._shown: SyncState | None = desks.sync.state(name)
        with ui.element("section").classes("m-card m-stack"):
            with ui.element("div").classes("m-row"):
                text("h2", _("Map")).classes("m-grow")
                self._button = ui.button(_("Fetch map"), icon="o_sync", color=None, on_click=self._begin)
                self._button.props("unelevated no-caps").classes("m-button m-button-small")
                self._button.set_visibility(viewer.may(Right.EDIT_DEVICE_MAPS))
            self._place = ui.element("div").classes("m-stack").props('role="status" aria-live="polite"')
        self._draw()
        ui.timer(TICK_S, self._look)

    async def _begin(self) -> None:
        if not await still_signed_in(self._people, self._viewer):
            return
        try:
            await self._desks.sync.begin(device_name=self._name, by=self._viewer)
        except MowthosError as error:
            tell_problem(told(error.message))
        await self._look()

    async def _look(self) -> None:
        state = self._desks.sync.state(self._name)
        if state == self._shown:
            return
        ended = state is not None and not state.running
        self._shown = state
        self._draw()
        if ended:
            await self._done()

    def _draw(self) -> None:
        state, lawn = self._shown, self._desks.maps.latest(self._name)
        self._button.set_enabled(state is None or not state.running)
        self._place.clear()
        with self._place:
            if state is not None and state.running:
                _progress(state)
                return
            with ui.element("p").classes("m-muted"):
                text("span", _("Last fetched") + " ")
                age_text(None if lawn is None else lawn.synced_at)
            if state is not None:
                _outcome(state)


def stage_words() -> dict[MapStage, str]:
    return {
        MapStage.PLACE: _("Asking where base and dock stand"),
        MapStage.LIST: _("Asking what is on the map"),
        MapStage.ZONES: _("Fetching zone {done} of {total}"),
        MapStage.PATH: _("Fetching the planned path"),
    }


def _progress(state: SyncState) -> None:
    progress = state.progress
    words = stage_words()[progress.stage].format(done=min(progress.done + 1, progress.total), total=progress.total)
    with ui.element("div").classes("m-budget"):
        bar = ui.element("progress")
        bar.props["max"], bar.props["value"] = 100, round(100 * state.share)
        bar.props["aria-label"] = _("Progress of the fetch")
        text("span", words)


def _outcome(state: SyncState) -> None:
    if state.error:
        with ui.element("div").classes("m-notice m-notice-bad").props('role="alert"'):
            ui.icon("o_error_outline").props('aria-hidden="true"')
            with ui.element("div"):
                text("b", _("The map was not fetched"))
                text("span", told(state.error)).classes("m-block")
        return
    if state.first or state.diff is None:
        text("p", _("This is the first map of this mower."))
    elif state.diff.same:
        text("p", _("Nothing is different from the version before."))
    else:
        text("b", _("Different from the version before:"))
        diff_list(state.diff)
