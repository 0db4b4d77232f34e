"""A mower's service: what is due, its counters, and what was done to it."""

from collections.abc import Callable, Sequence

from fastapi import Request
from nicegui import ui

from core.accounts import People, Right, Viewer
from core.fleet.maintenance import ItemView, LogView, Maintenance
from dashboard.api.ports import MowerFacts
from dashboard.assets import asset_url
from dashboard.components.ages import age_text
from dashboard.components.faces import empty_face
from dashboard.components.notices import attempt, still_signed_in
from dashboard.components.tables import table_region
from dashboard.components.text import text
from dashboard.i18n import N_, _
from dashboard.measures import length_words
from dashboard.pages.mower import MowerTab
from dashboard.service.dialogs import ServiceDialogs
from dashboard.service.words import cost_words, due_chip, item_name, meter_html, used_words


def service_tab(maintenance: Maintenance, people: People) -> MowerTab:
    async def build(facts: MowerFacts, viewer: Viewer, _request: Request) -> None:
        ui.add_head_html(f'<link rel="stylesheet" href="{asset_url("styles/alarms.css")}">')
        await ServiceSide(maintenance, people, viewer, facts.device_name).build()

    return MowerTab("service", N_("Service"), build)


class ServiceSide:
    """The tab of one open page."""

    def __init__(self, maintenance: Maintenance, people: People, viewer: Viewer, name: str) -> None:
        self._maintenance = maintenance
        self._people = people
        self._viewer = viewer
        self._name = name
        self._may = viewer.may(Right.LOG_SERVICE)
        self._dialogs = ServiceDialogs(maintenance, people, viewer, self.draw)

    async def build(self) -> None:
        self._place = ui.element("div").classes("m-stack a-service")
        await self.draw()

    async def draw(self) -> None:
        items, log = await self._maintenance.items(self._name), await self._maintenance.log(self._name)
        counters = await self._maintenance.counters(self._name)
        self._place.clear()
        with self._place:
            with ui.element("section").classes("m-card"):
                text("h2", _("Counters"))
                with ui.element("dl").classes("m-facts"):
                    for term, value, unit in (
                        (_("Blade hours"), f"{counters.blade_hours:,.1f}", "h"),
                        (_("Distance"), length_words(counters.distance_km * 1_000), ""),
                        (_("Charge cycles"), f"{counters.charge_cycles:,.1f}", ""),
                    ):
                        text("dt", term)
                        with ui.element("dd"):
                            text("span", value).classes("m-number")
                            text("span", unit).classes("m-unit")
            self._plan(items)
            self._log(log)

    def _plan(self, items: Sequence[ItemView]) -> None:
        with ui.element("section").classes("m-card m-card-flush"):
            with ui.element("div").classes("m-card-head"):
                text("h2", _("Service plan"))
                if self._may:
                    with ui.element("div").classes("m-actions"):
                        self._button(_("Add a line"), lambda: self._dialogs.ask_item(self._name), quiet=True)
                        self._button(_("Log a service"), lambda: self._dialogs.ask_log(self._name, items))
            if not items:
                with empty_face(
                    _("No plan yet"), _("Begin with the usual one; change it as you learn."), icon="o_build"
                ):
                    if self._may:
                        self._button(_("Use the usual plan"), self._usual)
                return
            with ui.element("ul").classes("m-list m-list-wide"):
                for item in items:
                    with ui.element("li"):
                        with ui.element("div").classes("m-grow"):
                            text("b", item_name(item.name)).classes("m-block")
                            text("span", used_words(item)).classes("m-sub m-number")
                            ui.html(meter_html(item), sanitize=False)
                        ui.html(due_chip(item.due), sanitize=False)
                        if self._may:
                            done = text("button", _("Done")).props('type="button"')
                            done.classes("m-button m-button-quiet m-button-small")
                            done.props["aria-label"] = _("Log {name}").format(name=item_name(item.name))
                            done.on("click", lambda _event, one=item: self._ask(items, one), args=[])

    def _ask(self, items: Sequence[ItemView], item: ItemView) -> None:
        self._dialogs.ask_log(self._name, items, item.id)

    def _log(self, log: Sequence[LogView]) -> None:
        with ui.element("section").classes("m-card m-card-flush"):
            with ui.element("div").classes("m-card-head"):
                text("h2", _("Service log"))
            if not log:
                with empty_face(_("Nothing logged yet"), _("What is done to the mower is written down here.")):
                    pass
                return
            headings = (_("When"), _("What was done"), _("Parts"), _("Cost"), _("By"))
            with table_region(_("Service log")), ui.element("table").classes("m-table m-table-cards"):
                with ui.element("thead"), ui.element("tr"):
                    for heading in headings:
                        text("th", heading).props('scope="col"')
                with ui.element("tbody"):
                    for row in log:
                        self._row(row, headings)

    def _row(self, row: LogView, headings: Sequence[str]) -> None:
        with ui.element("tr"):
            with ui.element("td"):
                age_text(row.done_at)
            with ui.element("td") as what:
                what.props["data-label"] = headings[1]
                text("span", row.what)
                if row.item_name:
                    text("span", item_name(row.item_name)).classes("m-sub")
            parts = ", ".join(f"{part.quantity} x {part.name}" for part in row.parts)
            for heading, words in zip(headings[2:], (parts, cost_words(row.cost), row.done_by), strict=True):
                text("td", words or "-").props["data-label"] = heading

    def _button(self, word: str, act: Callable[[], object], *, quiet: bool = False) -> None:
        button = text("button", word).props('type="button"').classes("m-button" + (" m-button-quiet" if quiet else ""))
        button.on("click", lambda _event: act(), args=[])

    async def _usual(self) -> None:
        if await still_signed_in(self._people, self._viewer):
            work = self._maintenance.add_usual_plan(self._name, by=self._viewer)
            await attempt(work, done=_("Plan added"))
            await self.draw()
