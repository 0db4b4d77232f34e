"""Gate, pets and way in of the lots a mower serves: above the tabs of its page, for who goes there."""

from nicegui import ui

from core.accounts import Viewer
from core.household.notes import NoteDesk
from dashboard.components.text import text
from dashboard.home.notes_card import note_rows
from dashboard.i18n import _


async def access_notes(device_name: str, viewer: Viewer, desk: NoteDesk) -> None:
    """Folded; nothing where no household wrote any."""
    found = await desk.of_mower(device_name, viewer=viewer)
    if not found:
        return
    with ui.element("details").classes("m-card h-access"):
        text("summary", _("Gate, pets and way in"))
        for notes in found:
            text("h3", notes.address)
            with ui.element("dl").classes("m-facts"):
                for label, words in note_rows(notes):
                    text("dt", label)
                    text("dd", words)
