"""The dialog before somebody changes how they sign in: an open page alone must not be enough."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from core.accounts import People, Viewer
from core.errors import MowthosError
from dashboard.components.dialogs import asking
from dashboard.components.notices import still_signed_in, tell_problem
from dashboard.components.text import text
from dashboard.i18n import _, told


def prove_first(
    people: People, viewer: Viewer, title: str, word: str, act: Callable[[], Awaitable[None]], *, password: bool
) -> None:
    """Ask for the password where there is one (``password``), then ``act``; its errors stay beside the dialog."""
    with asking(title=title) as dialog:
        text("h2", title)
        given = None
        if password:
            given = ui.input(_("Your password"), password=True)
            given.props('outlined autocomplete="current-password"')

        async def go() -> None:
            if not await still_signed_in(people, viewer):
                return
            try:
                await people.prove(viewer, "" if given is None else given.value or "")
                dialog.close()
                await act()
            except MowthosError as error:
                tell_problem(told(error.message))

        actions(dialog, word, go)


def actions(dialog: ui.dialog, word: str, act: Callable[[], object], *, cancel: bool = True) -> None:
    """The buttons at a dialog's end."""
    with ui.element("div").classes("m-actions m-dialog-actions"):
        if cancel:
            ui.button(_("Cancel"), color=None, on_click=dialog.close).props("unelevated no-caps").classes(
                "m-button m-button-quiet"
            )
        ui.button(word, color=None, on_click=act).props("unelevated no-caps").classes("m-button")
