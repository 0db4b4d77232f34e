"""``/register``: a host's or neighbour's home, found by its address, with its dock and who answers for it."""

from typing import Annotated, Protocol

from nicegui import ui
from nicegui.element import Element

from core.accounts import People, Right, Viewer
from core.db.reads.scope import Box
from core.errors import MowthosError
from core.neighbourhood.registration import (
    AddressCheck,
    AddressMatch,
    AddressVerdict,
    Customer,
    HomePart,
    HomeRegistered,
    HomeRequest,
)
from dashboard.clusters.data import MapData
from dashboard.components.draw_map import DrawMap
from dashboard.components.notices import still_signed_in
from dashboard.components.text import text
from dashboard.gate import needs
from dashboard.i18n import _, told
from dashboard.measures import area_words
from dashboard.pages.clusters import clusters_head
from dashboard.theme import page_at, page_frame, page_head

CLICKED = """(event) => {
  const button = event.target.closest("[data-home]");
  if (button) emit(button.dataset.home, document.getElementById("r-address").value);
}"""
"""A click tells its home and what the field held then: the list may be drawn anew while the click is on its way."""
FEWEST_LETTERS = 3
AROUND_DEG = 0.0006


class Registrar(Protocol):
    """What this page asks of the service."""

    async def check_address(self, text: str) -> AddressCheck: ...
    async def register_home(self, request: HomeRequest, *, by: Viewer) -> HomeRegistered: ...


def register(*, homes: Registrar, data: MapData, people: People) -> None:
    """Serve ``/register``."""

    @page_at("/register")
    async def register_page(viewer: Annotated[Viewer, needs(Right.REGISTER_HOMES)]) -> None:
        clusters_head()
        with page_frame(viewer, _("Register home"), fill=True):
            RegisterPage(homes, people, viewer).build(await data.bounds())


class RegisterPage:
    """The form of one open page, and its map."""

    def __init__(self, homes: Registrar, people: People, viewer: Viewer) -> None:
        self._homes = homes
        self._people = people
        self._viewer = viewer
        self._chosen: AddressMatch | None = None
        self._part = HomePart.NEIGHBOUR
        self._dock: tuple[float, float] | None = None
        self._asked = 0
        self._shown: dict[str, AddressMatch] = {}
        self._settled: str | None = None

    def build(self, bounds: Box | None) -> None:
        with ui.element("div").classes("c-split r-split"):
            with ui.element("div").classes("c-side"):
                with page_head(_("Register home"), _("A host keeps the mower and its dock; neighbours share it.")):
                    ui.link(_("Import homes"), "/homes/import").classes("m-button m-button-quiet")
                self._form = ui.element("div").classes("m-stack")
                with self._form:
                    self._address_card()
                    self._part_card()
                    self._customer_card()
                    self._problem = ui.element("div").classes("m-notice m-notice-bad").props('role="alert"')
                    self._problem.set_visibility(False)
                    self._go = text("button", _("Register")).props('type="button"').classes("m-button")
                    self._go.on("click", self._register, args=[])
                self._done = ui.element("div")
            with ui.element("section").classes("c-map") as section:
                section.props["aria-label"] = _("Map")
                self._map = DrawMap(label=_("Map: click a home to choose it"), bounds=bounds)
                self._map.on("pick", lambda event: self._look(f"{event.args['address']}, {event.args['city']}"))
                self._map.on("place", lambda event: self._set_dock((event.args[0], event.args[1])))

    def _address_card(self) -> None:
        with ui.element("section").classes("m-card m-stack"):
            text("h2", _("Address"))
            with ui.element("div").classes("m-field"):
                text("label", _("House number and street")).props('for="r-address"')
                self._input = ui.element("input").classes("m-input").props('id="r-address" type="search"')
                self._input.props('autocomplete="off" aria-controls="r-matches" aria-describedby="r-verdict"')
                self._input.on(
                    "input",
                    lambda event: self._type(str(event.args)[:200]),
                    js_handler="(event) => emit(event.target.value)",
                    throttle=0.25,
                    leading_events=False,
                )
            self._verdict = text("p", _("Spelling mistakes are forgiven; or click the home on the map."))
            self._verdict.classes("m-small m-muted").props('id="r-verdict" role="status"')
            self._matches = ui.element("ul").classes("c-offers").props('id="r-matches"')
            self._matches.on("click", lambda event: self._pick(*event.args), js_handler=CLICKED)

    def _part_card(self) -> None:
        with ui.element("section").classes("m-card m-stack"):
            text("h2", _("What it is"))
            with ui.element("div").classes("m-segments r-parts").props('role="group"') as group:
                group.props["aria-label"] = _("What it is")
                self._parts: dict[HomePart, Element] = {}
                for part, word in ((HomePart.NEIGHBOUR, _("Neighbour")), (HomePart.HOST, _("Host"))):
                    button = text("button", word).props('type="button"')
                    button.on("click", lambda _event, part=part: self._choose_part(part), args=[])
                    self._parts[part] = button
            self._dock_row = ui.element("div").classes("m-stack")
            with self._dock_row:
                self._dock_words = text("p", _("Where does its mower dock?")).classes("m-small").props('role="status"')
                place = text("button", _("Place the dock on the map")).props('type="button"')
                place.classes("m-button m-button-quiet m-button-small r-dock")
                place.on("click", lambda _event: self._map.run_method("askPlace", True), args=[])
                text("p", _("It may stay open until the mower is installed.")).classes("m-small m-muted")
            self._choose_part(self._part)

    def _customer_card(self) -> None:
        with ui.element("section").classes("m-card m-stack"):
            text("h2", _("Who answers for it"))
            self._name = ui.input(_("Name")).props('outlined autocomplete="off"')
            self._email = ui.input(_("Email (optional)")).props('outlined type="email" autocomplete="off"')
            self._phone = ui.input(_("Phone (optional)")).props('outlined type="tel" autocomplete="off"')

    async def _type(self, sought: str) -> None:
        if sought == self._settled:  # typed before the choice, heard after it
            return
        self._settled = None
        self._asked += 1
        mine = self._asked
        if len(sought.strip()) < FEWEST_LETTERS:
            self._matches.clear()
            return
        try:
            check = await self._homes.check_address(sought)
        except MowthosError as error:
            self._verdict.text = told(error.message)
            return
        if mine == self._asked:
            self._show(check)

    async def _look(self, address: str) -> None:
        """Choose the home that was clicked on the map."""
        self._input.props["value"] = address
        check = await self._homes.check_address(address)
        self._show(check)

    def _show(self, check: AddressCheck) -> None:
        self._chosen = None  # what was chosen is on the screen no more
        self._verdict.text = told(check.words)
        self._verdict.classes(remove="r-again")
        if check.verdict is AddressVerdict.TRY_AGAIN:
            self._verdict.classes("r-again")
        self._matches.clear()
        with self._matches:
            for match in check.matches[:6]:
                key = str(len(self._shown))  # those shown before stay: a click on one of them may be on its way
                self._shown[key] = match
                with ui.element("li"), ui.element("button").props(f'type="button" data-home="{key}"'):
                    text("b", match.home.address)
                    text("span", _("registered") if match.registered else match.home.city)
        if check.verdict is AddressVerdict.FOUND and len(check.matches) == 1:
            self._choose(check.matches[0])

    def _pick(self, key: str, typed: str) -> None:
        """A home of the list, as it stood when it was clicked, with what the field held then."""
        if key in self._shown:
            self._settled = typed
            self._choose(self._shown[key])

    def _choose(self, match: AddressMatch) -> None:
        self._asked += 1  # an answer that is still on its way would wipe the choice off the screen
        self._chosen, home = match, match.home
        self._matches.clear()
        with self._matches, ui.element("li").classes("r-chosen"):
            with ui.element("div"):
                text("b", home.address)
                text("span", f"{home.city}, {home.state} {home.postcode}".strip(", "))
            if match.attribution:
                text("small", match.attribution)
            if match.registered is not None:
                with ui.element("p").classes("m-notice m-notice-warn"), ui.element("span"):
                    words = _("This home is registered already: {household}.").format(
                        household=match.registered.household
                    )
                    text("span", words + " ")
                    ui.link(_("Open its lawns"), f"/lots/{match.registered.lot_id}/lawns")
        self._draw_pins(fit=True)

    def _choose_part(self, part: HomePart) -> None:
        self._part = part
        for one, button in self._parts.items():
            button.props["aria-pressed"] = str(one is part).lower()
        self._dock_row.set_visibility(part is HomePart.HOST)

    def _set_dock(self, place: tuple[float, float]) -> None:
        self._dock = place
        self._dock_words.text = _("The dock stands at {latitude:.5f}, {longitude:.5f}.").format(
            latitude=place[1], longitude=place[0]
        )
        self._draw_pins(fit=False)

    def _draw_pins(self, *, fit: bool) -> None:
        pins = []
        if self._chosen is not None:
            home = self._chosen.home
            pins.append({"place": [home.longitude, home.latitude], "kind": "home", "words": home.address})
        if self._dock is not None and self._part is HomePart.HOST:
            pins.append({"place": list(self._dock), "kind": "dock", "words": _("Dock")})
        self._map.run_method("pins", pins, fit)

    async def _register(self) -> None:
        if self._chosen is None:
            self._refuse(_("Choose the home first: type its address, or click it on the map."))
            return
        if not await still_signed_in(self._people, self._viewer):
            return
        home = self._chosen.home
        try:
            request = HomeRequest(
                part=self._part,
                customer=Customer(self._name.value or "", self._email.value or "", self._phone.value or ""),
                home_id=home.id,
                address="" if home.id is not None else home.label,
                dock=self._dock if self._part is HomePart.HOST else None,
            )
            done = await self._homes.register_home(request, by=self._viewer)
        except MowthosError as error:
            self._refuse(told(error.message), [told(reason) for reason in error.reasons])
            return
        self._finish(done)

    def _refuse(self, words: str, reasons: list[str] | None = None) -> None:
        self._problem.clear()
        with self._problem, ui.element("div"):
            text("b", words)
            for reason in reasons or []:
                text("p", reason)
        self._problem.set_visibility(True)

    def _finish(self, done: HomeRegistered) -> None:
        self._form.set_visibility(False)
        with self._done, ui.element("section").classes("m-card m-stack").props('role="status"'):
            text("h2", _("{address} is registered").format(address=done.address))
            area = _("unknown until it is drawn") if done.lawn_area_m2 is None else area_words(done.lawn_area_m2)
            text("p", _("Lawn: {area}").format(area=area)).classes("m-muted")
            with ui.element("div").classes("m-row"):
                ui.link(_("Draw its lawn"), f"/lots/{done.lot_id}/lawns").classes("m-button")
                if done.home_id is not None and self._viewer.may(Right.DRAW_CLUSTERS):
                    target = f"/clusters/new?host={done.home_id}"
                    ui.link(_("Draw a cluster around it"), target).classes("m-button m-button-quiet")
                ui.link(_("Register another"), "/register").classes("m-button m-button-quiet")
        self._map.run_method("reload")
