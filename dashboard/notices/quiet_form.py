"""The form of quiet hours, zone and messages an hour."""

from html import escape
from typing import Any
from zoneinfo import available_timezones

from nicegui import ui

from core.accounts import People, Viewer
from core.control import DAYS
from core.control import told as window_told
from core.notices import MOST_AN_HOUR, PreferenceDesk, Preferences
from dashboard.components.notices import attempt, still_signed_in
from dashboard.components.text import text
from dashboard.i18n import _

SUGGESTED = {"days": list(range(7)), "begins": "21:00", "ends": "08:00"}
HIDDEN = ("Etc/", "posix/", "right/", "SystemV/", "US/", "Brazil/", "Canada/", "Chile/", "Mexico/")


class QuietForm:
    """``desk`` keeps what stands in it, when the person says so."""

    def __init__(self, desk: PreferenceDesk, people: People, viewer: Viewer, shown: Preferences) -> None:
        self._desk, self._people, self._viewer = desk, people, viewer
        self._zone = self._chosen_zone = shown.reader.zone.key
        self._on = shown.quiet is not None
        self._window: dict[str, Any] = dict(SUGGESTED) if shown.quiet is None else window_told(shown.quiet)
        self._most = shown.reader.most_an_hour

    def build(self) -> None:
        with ui.element("div").classes("t-form"):
            text("h2", _("Quiet hours"))
            text("p", _("No mail and no text in these hours; what comes meanwhile waits and comes as one.")).classes(
                "m-muted"
            )
            text("p", _("Critical alarms break through, and the bell is never held.")).classes("m-muted")
            on = ui.switch(_("Keep quiet hours"), value=self._on)
            with ui.element("div").classes("m-window").props("data-window") as window:
                self._days()
                for field, label in (("begins", _("From")), ("ends", _("until"))):
                    self._time(field, label)
            window.bind_visibility_from(on, "value")
            self._zones()
            most = ui.number(
                _("Messages an hour, at most, by each channel"), value=self._most, min=1, max=MOST_AN_HOUR, precision=0
            )
            most.props("outlined").classes("m-field")

            async def save() -> None:
                if await still_signed_in(self._people, self._viewer):
                    work = self._save(bool(on.value), int(most.value or 0))
                    await attempt(work, done=_("Quiet hours are kept."))

            with ui.element("div").classes("m-actions"):
                ui.button(_("Save"), color=None, on_click=save).props("unelevated no-caps").classes("m-button")

    async def _save(self, on: bool, most: int) -> None:
        person = self._viewer.person_id
        await self._desk.set_quiet(person, self._window if on else None, by=self._viewer)
        await self._desk.set_limit(person, most, by=self._viewer)
        if self._chosen_zone != self._zone:
            await self._desk.set_zone(person, self._chosen_zone, by=self._viewer)
            self._zone = self._chosen_zone

    def _zones(self) -> None:
        """A native choice: four hundred names are typed at, not scrolled through."""
        known = {zone for zone in available_timezones() if "/" in zone and not zone.startswith(HIDDEN)}
        options = "".join(
            f"<option{' selected' if zone == self._zone else ''}>{escape(zone)}</option>"
            for zone in [*sorted(known | {self._zone}), *({"UTC"} - {self._zone})]
        )
        place = ui.html(
            f'<label for="zone">{escape(_("Time zone"))}</label><select id="zone" class="m-input">{options}</select>',
            sanitize=False,
        )
        place.classes("m-field")
        place.on(
            "change",
            lambda event: setattr(self, "_chosen_zone", str(event.args)),
            js_handler="(event) => emit(event.target.value)",
        )

    def _days(self) -> None:
        with ui.element("div").classes("m-row").props('role="group"') as days:
            days.props["aria-label"] = _("Days")
            for day, word in enumerate(DAYS):
                self._day(day, _(word))

    def _day(self, day: int, word: str) -> None:
        button = ui.element("button").props('type="button"').classes("m-day")

        def draw() -> None:
            button.props["aria-pressed"] = "true" if day in self._window["days"] else "false"

        def toggle() -> None:
            self._window["days"] = sorted(set(self._window["days"]) ^ {day})
            draw()

        with button:
            text("span", word)
        button.on("click", toggle)
        draw()

    def _time(self, field: str, label: str) -> None:
        with ui.element("label").classes("m-window-time"):
            text("span", label)
            entry = ui.element("input").props(f'type="time" required data-{field}')
            entry.props["value"] = self._window[field]
            entry.on(
                "change",
                lambda event: self._window.__setitem__(field, event.args),
                js_handler="(event) => emit(event.target.value)",
            )
