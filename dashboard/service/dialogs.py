"""The dialogs of service: log what was done, add a line to the plan."""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from nicegui import ui

from core.accounts import People, Viewer
from core.errors import MowthosError
from core.fleet.maintenance import ItemView, Maintenance, Measure, Part, parse_cost
from dashboard.components.dialogs import asking
from dashboard.components.notices import confirm_done, still_signed_in
from dashboard.components.text import text
from dashboard.i18n import _, told
from dashboard.service.words import item_name, measure_word, typed, unit_word

CURRENCIES = ("USD", "EUR", "GBP", "CAD", "CHF")


class ServiceDialogs:
    """``changed`` is awaited after each deed."""

    def __init__(
        self, maintenance: Maintenance, people: People, viewer: Viewer, changed: Callable[[], Awaitable[None]]
    ) -> None:
        self._maintenance = maintenance
        self._people = people
        self._viewer = viewer
        self._changed = changed

    def ask_log(self, device_name: str, items: Sequence[ItemView], chosen: UUID | None = None) -> None:
        """Write a service down."""
        with asking("a-wide") as dialog:
            text("h2", _("Log a service"))
            text("p", device_name).classes("m-muted")
            choices = {"": _("Something else")} | {str(item.id): item_name(item.name) for item in items}
            item = ui.select(choices, label=_("Line of the plan"), value=str(chosen or "")).props("outlined")
            what = ui.input(_("What was done")).props('outlined maxlength="500"')
            parts = ui.textarea(_("Parts, one a line: 2 x blade set")).props('outlined autogrow rows="2"')
            with ui.element("div").classes("a-pair"):
                cost = ui.input(_("Cost")).props('outlined inputmode="decimal"')
                currency = ui.select(list(CURRENCIES), label=_("Currency"), value="USD").props("outlined")
            reset = ui.switch(_("Count this line from now"), value=True)

            async def save() -> None:
                await self._maintenance.log_service(
                    device_name,
                    what.value or "",
                    by=self._viewer,
                    item_id=UUID(item.value) if item.value else None,
                    parts=parts_of(parts.value or ""),
                    cost=parse_cost(cost.value, currency.value) if (cost.value or "").strip() else None,
                    reset=bool(reset.value),
                )

            self._finish(dialog, _("Save"), save, _("Service logged"))

    def ask_item(self, device_name: str) -> None:
        """A further line of the plan."""
        with asking() as dialog:
            text("h2", _("Add a line to the plan"))
            name = ui.input(_("What is to be done")).props('outlined maxlength="80"')
            words = {one.value: f"{measure_word(one)} ({unit_word(one)})" for one in Measure}
            measure = ui.select(words, label=_("Counted in"), value=Measure.BLADE_HOURS.value).props("outlined")
            every = ui.number(_("Every"), value=50, min=1, max=100_000).props("outlined")

            async def save() -> None:
                counted = Measure(measure.value)
                amount = typed(float(every.value or 0), counted)
                await self._maintenance.add_item(device_name, name.value or "", counted, amount, by=self._viewer)

            self._finish(dialog, _("Add"), save, _("Line added"))

    def _finish(self, dialog: ui.dialog, word: str, save: Callable[[], Awaitable[None]], done: str) -> None:
        problem = text("div", "").classes("m-notice m-notice-bad").props('role="alert"')
        problem.set_visibility(False)

        async def act() -> None:
            if not await still_signed_in(self._people, self._viewer):
                return
            try:
                await save()
            except MowthosError as error:
                problem.text = told(error.message)
                problem.set_visibility(True)
                return
            dialog.close()
            confirm_done(done)
            await self._changed()

        with ui.element("div").classes("m-actions m-dialog-actions"):
            cancel = ui.button(_("Cancel"), color=None, on_click=dialog.close).props("unelevated no-caps")
            cancel.classes("m-button m-button-quiet")
            ui.button(word, color=None, on_click=act).props("unelevated no-caps").classes("m-button")


def parts_of(words: str) -> list[Part]:
    """``2 x blade set`` or ``blade set``, one a line."""
    found = []
    for line in words.splitlines():
        number, cross, name = line.strip().partition(" x ")
        if cross and number.isdigit() and int(number) > 0:
            found.append(Part(name.strip(), int(number)))
        elif line.strip():
            found.append(Part(line.strip()))
    return found
