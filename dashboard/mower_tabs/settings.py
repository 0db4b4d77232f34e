"""What a mower was asked beside what it reports, the quiet hours of its site, its ground, and what befell it."""

from collections.abc import Callable, Sequence
from typing import Any

from fastapi import Request
from nicegui import ui

from core.accounts import Right, Viewer
from core.control import BY_PERSON, DAYS, Fence, Incident, SettingsView, told
from core.control.service import Control
from core.errors import Conflict, MowthosError
from dashboard.api.ports import MowerFacts
from dashboard.components.ages import age_text
from dashboard.components.cluster_dialogs import Question, ask
from dashboard.components.control_texts import control_texts
from dashboard.components.notices import confirm_done, tell_problem
from dashboard.components.setting_words import setting_words
from dashboard.components.tables import table_region
from dashboard.components.text import text
from dashboard.i18n import N_, _
from dashboard.i18n import told as in_words
from dashboard.measures import length_words
from dashboard.mower_tabs.device_hours import HeldOf, device_hours
from dashboard.pages.mower import MowerTab

TICK_S = 2.0


def settings_tab(control: Control, held: HeldOf | None = None) -> MowerTab:
    """The last tab. ``held`` tells the hours that mowers hold themselves."""

    async def build(facts: MowerFacts, viewer: Viewer, _request: Request) -> None:
        name = facts.device_name
        with ui.element("section").classes("m-card"):
            text("h2", _("Asked and reported"))
            shown = ui.element("div")
        with ui.element("section").classes("m-card"):
            text("h2", _("Quiet hours of its site"))
            await _quiet(name, viewer, control)
            if held is not None:
                await device_hours(name, held)
        with ui.element("section").classes("m-card"):
            text("h2", _("Its ground"))
            _ground(name, control)
            incidents = ui.element("div")
        drawn: list[tuple[object, ...]] = []

        async def draw() -> None:
            view = await control.starting.settings(name)
            happened = await control.incidents.recent(name, 20)
            mark = (view, tuple(happened))
            if drawn == [mark]:
                return
            drawn[:] = [mark]
            shown.clear()
            with shown:
                _pairs(view, {area.number: area.name for area in control.starting.areas(name)})
            incidents.clear()
            with incidents:
                _incidents(happened, viewer, control)

        await draw()
        ui.timer(TICK_S, draw)

    return MowerTab("settings", N_("Settings"), build)


def _pairs(view: SettingsView, areas: dict[int, str]) -> None:
    texts = control_texts()["settings"]
    if view.requested is None:
        text("p", _("No start chose zones or settings yet: the mower goes by its own.")).classes("m-muted")
        return
    with ui.element("p").classes("m-muted"):
        text("span", _("Asked by {who}").format(who=view.requested.asked_by) + " ")
        age_text(view.requested.requested_at)
    with table_region(_("Asked and reported")), ui.element("table").classes("m-table"):
        with ui.element("thead"), ui.element("tr"):
            for heading in ("", texts["asked"], texts["reported"], ""):
                text("th", heading).props('scope="col"')
        with ui.element("tbody"):
            for pair in view.pairs:
                with (
                    ui.element("tr")
                    .props(f'data-pair="{pair.name}"')
                    .classes("m-differs" if pair.agrees is False else "")
                ):
                    text("th", texts["names"][pair.name]).props('scope="row"')
                    for value in (pair.requested, pair.reported):
                        text("td", _value(pair.name, value, areas, texts))
                    word, tone = {
                        True: (texts["agree"], "m-chip-good"),
                        False: (texts["differ"], "m-chip-bad"),
                        None: (texts["waiting"], "m-chip-warn"),
                    }[pair.agrees]
                    with ui.element("td"):
                        text("span", word).classes(f"m-chip {tone}")


def _value(name: str, value: Any, areas: dict[int, str], texts: dict[str, Any]) -> str:
    if value is None:
        return str(texts["unknown"])
    if name == "areas":
        return " → ".join(areas.get(number, "?") for number in value)
    return setting_words(name, value)


async def _quiet(name: str, viewer: Viewer, control: Control) -> None:
    try:
        site = await control.quiet.of(name)
    except Conflict as conflict:
        text("p", in_words(conflict.message)).classes("m-muted")
        return
    assert site.row.host is not None
    where = _("No mowing begins in these hours at {address}, in {zone} time.")
    text("p", where.format(address=site.row.host.address, zone=site.row.host.time_zone)).classes("m-muted")
    rows = ui.element("div").classes("m-stack")
    edited: list[dict[str, Any]] = [told(window) for window in site.windows]
    may = viewer.may(Right.OVERRIDE_GUARD)

    def draw() -> None:
        rows.clear()
        with rows:
            if not edited:
                text("p", _("No quiet hours: it may mow at any time."))
            for place, window in enumerate(edited):
                _window(window, may, lambda place=place: (edited.pop(place), draw()))

    async def save() -> None:
        try:
            kept = await control.quiet.set(name, edited, viewer)
        except MowthosError as error:
            tell_problem(in_words(error.message))
            return
        edited[:] = [told(window) for window in kept.windows]
        draw()
        confirm_done(_("Quiet hours are set."))

    draw()
    if may:
        with ui.element("div").classes("m-actions"):
            add = ui.button(
                _("Add a window"),
                color=None,
                on_click=lambda: (edited.append({"days": list(range(7)), "begins": "21:00", "ends": "07:00"}), draw()),
            )
            add.props("unelevated no-caps").classes("m-button m-button-quiet")
            ui.button(_("Save quiet hours"), color=None, on_click=save).props("unelevated no-caps").classes("m-button")


def _window(window: dict[str, Any], may: bool, remove: Callable[[], object]) -> None:
    with ui.element("div").classes("m-window").props("data-window"):
        with ui.element("div").classes("m-row").props('role="group"') as days:
            days.props["aria-label"] = _("Days")
            for day, word in enumerate(DAYS):
                _day(window, day, _(word), may)
        for field, label in (("begins", _("From")), ("ends", _("until"))):
            with ui.element("label").classes("m-window-time"):
                text("span", label)
                entry = ui.element("input").props(f'type="time" required data-{field}')
                entry.props["value"] = window[field]
                if not may:
                    entry.props("disabled")
                entry.on(
                    "change",
                    lambda event, field=field: window.__setitem__(field, event.args),
                    js_handler="(event) => emit(event.target.value)",
                )
        if may:
            gone = ui.button(_("Remove"), color=None, on_click=remove).props("unelevated no-caps")
            gone.classes("m-button m-button-danger m-button-small")


def _day(window: dict[str, Any], day: int, word: str, may: bool) -> None:
    button = ui.element("button").props('type="button"').classes("m-day")

    def draw() -> None:
        button.props["aria-pressed"] = "true" if day in window["days"] else "false"

    def toggle() -> None:
        days = set(window["days"]) ^ {day}
        window["days"] = sorted(days)
        draw()

    with button:
        text("span", word)
    if may:
        button.on("click", toggle)
    else:
        button.props("disabled")
    draw()


def _ground(name: str, control: Control) -> None:
    standing = control.fences.of(name)
    if isinstance(standing, Fence):
        words = _("Geofence: {lots} × lot, {corridors} × corridor. Outside it the mower is paused.")
        text("p", words.format(lots=standing.lots, corridors=standing.corridors))
        return
    with ui.element("p"):
        text("span", _("No geofence") + ": ").classes("m-chip m-chip-warn")
        text("span", " " + in_words(standing.why))


def _incidents(happened: Sequence[Incident], viewer: Viewer, control: Control) -> None:
    words = control_texts()["incidents"]
    if not happened:
        text("p", _("It never left its ground, and nobody lifted or took it.")).classes("m-muted")
        return
    for one in happened:
        with ui.element("div").classes("m-row m-incident").props(f'data-incident="{one.kind}"'):
            tone = "m-chip-bad" if one.ended_at is None else ""
            text("span", words[one.kind]).classes(f"m-chip {tone}")
            age_text(one.began_at)
            if one.distance_m is not None:
                text("span", _("{distance} outside").format(distance=length_words(one.distance_m)))
            if one.place is not None:
                text("code", f"{one.place.latitude:.6f}, {one.place.longitude:.6f}").classes("m-code")
            if one.ended_at is not None:
                text("span", f"{one.ended_by}: {in_words(one.end_reason)}").classes("m-muted")
            elif one.kind in BY_PERSON and viewer.may(Right.HANDLE_ALARMS):
                button = ui.button(
                    _("End with a reason"), color=None, on_click=lambda one=one: _end(one, viewer, control)
                )
                button.props("unelevated no-caps").classes("m-button m-button-quiet m-button-small")


def _end(one: Incident, viewer: Viewer, control: Control) -> None:
    async def act(reason: str) -> None:
        await control.incidents.end(one.id, viewer, reason)

    ask(
        title=_("End this report"),
        words=_("The mower may start again afterwards. Your reason is kept."),
        act_word=_("End"),
        act=act,
        done=_("Ended."),
        questions=(Question(_("What was it?"), lines=2),),
    )
