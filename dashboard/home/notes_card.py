"""Gate, pets and the way in: what the household wants those to know who come to its lot."""

from nicegui import ui

from core.accounts import People, Viewer
from core.household.notes import NoteDesk, Notes
from dashboard.components.cluster_dialogs import Question, ask
from dashboard.components.notices import still_signed_in
from dashboard.components.text import text
from dashboard.home.data import HomeLot
from dashboard.i18n import _


def note_rows(notes: Notes) -> list[tuple[str, str]]:
    """(label, words) of what was written."""
    rows = ((_("Gate"), notes.gate), (_("Pets"), notes.pets), (_("Way in"), notes.access))
    return [(label, words) for label, words in rows if words]


def note_facts(notes: Notes) -> None:
    """As a list of facts."""
    with ui.element("dl").classes("m-facts"):
        for label, words in note_rows(notes):
            text("dt", label)
            text("dd", words)


class NotesCard:
    """Of one lot on one open page."""

    def __init__(self, desk: NoteDesk, people: People, viewer: Viewer, home: HomeLot) -> None:
        self._desk, self._people, self._viewer, self._home = desk, people, viewer, home

    async def build(self) -> None:
        with ui.element("section").classes("m-card m-stack h-notes") as card:
            card.props["aria-label"] = _("Gate, pets and way in")
            text("h2", _("Gate, pets and way in"))
            self._place = ui.element("div").classes("m-stack")
        await self._draw()

    async def _draw(self) -> None:
        notes = await self._desk.of(self._home.lot.id, viewer=self._viewer)
        self._place.clear()
        with self._place:
            if notes.empty:
                text("p", _("Nothing is on record. A locked gate or a dog should be.")).classes("m-muted")
            else:
                note_facts(notes)
            with ui.element("div").classes("m-actions"):
                button = ui.button(_("Change"), color=None, on_click=lambda: self._ask(notes))
                button.props("unelevated no-caps").classes("m-button m-button-quiet")
                button.props["aria-label"] = _("Change gate, pets and way in")

    def _ask(self, notes: Notes) -> None:
        async def act(gate: str, pets: str, access: str) -> None:
            if await still_signed_in(self._people, self._viewer):
                await self._desk.write(
                    self._home.lot.id, gate=gate, pets=pets, access=access, expected_version=notes.version,
                    by=self._viewer,
                )  # fmt: skip
                await self._draw()

        ask(
            title=_("Gate, pets and way in"),
            words=_("Dispatchers and technicians read this before they come. Nobody else does."),
            act_word=_("Save"), act=act, done=_("Saved."),
            questions=(
                Question(_("Gate"), lines=2, value=notes.gate, hint=_("How it opens, and when it is locked")),
                Question(_("Pets"), lines=2, value=notes.pets),
                Question(_("Way in"), lines=2, value=notes.access),
            ),
        )  # fmt: skip
