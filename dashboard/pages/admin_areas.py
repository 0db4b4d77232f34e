"""``/admin/areas``: the areas of the land on a map, and who works in which. Who is in none sees everything."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from nicegui import ui

from core.accounts import People, PersonView, Right, Viewer
from core.areas import BOUNDED_ROLES, AreaDesk, AreaView
from core.sight import Bounds, Ground
from dashboard.areas.editor import AreaEditor
from dashboard.clusters.data import MapData
from dashboard.components.cluster_parts import card
from dashboard.components.dialogs import asking
from dashboard.components.draw_map import DrawMap
from dashboard.components.faces import empty_face
from dashboard.components.notices import attempt, still_signed_in
from dashboard.components.tables import table_region
from dashboard.components.text import text
from dashboard.frame_parts import role_word
from dashboard.gate import needs
from dashboard.i18n import _, ngettext
from dashboard.pages.clusters import clusters_head
from dashboard.theme import page_at, page_frame, page_head


def register(*, areas: AreaDesk, people: People, data: MapData) -> None:
    """Serve ``/admin/areas``."""

    @page_at("/admin/areas")
    async def areas_page(viewer: Annotated[Viewer, needs(Right.MANAGE_PEOPLE)]) -> None:
        clusters_head()
        with page_frame(viewer, _("Areas")):
            await AreasPage(areas, people, viewer, data).build()


class AreasPage:
    """The page as one admin has it open."""

    def __init__(self, areas: AreaDesk, people: People, viewer: Viewer, data: MapData) -> None:
        self._areas, self._people, self._viewer, self._data = areas, people, viewer, data
        self._known: Sequence[AreaView] = ()
        self._drawn: dict[str, Any] | None = None
        self._map: DrawMap | None = None
        self._editor: AreaEditor

    async def build(self) -> None:
        self._known = await self._areas.all()
        words = _("Parts of the land that people of the office work in: they see what lies there, and nothing else.")
        with page_head(_("Areas"), words):
            ui.link(_("People"), "/admin?tab=people").classes("m-button m-button-quiet")
            new = ui.button(_("Draw an area"), color=None, on_click=lambda: self._editor.open(None))
            new.props("unelevated no-caps").classes("m-button")
        with ui.element("div").classes("c-columns"):
            with ui.element("div").classes("c-column"):
                self._editor = AreaEditor(
                    self._areas, self._people, self._viewer, changed=self.show, shown=self._show_drawn
                )
                with ui.element("section").classes("c-map-box") as section:
                    section.props["aria-label"] = _("Map of areas")
                    bounds = await self._data.bounds()
                    drawing = DrawMap(label=_("Map of areas"), bounds=bounds, areas=self._shown())
                drawing.on("area", lambda event: self._editor.drew(event.args))
                self._editor.map = drawing
            with ui.element("div").classes("c-column"):
                with card(_("Areas")):
                    self._list = ui.element("div").classes("m-stack")
                with card(_("Who works where"), flush=True):
                    self._people_place = ui.element("div")
        await self.show()
        self._map = drawing

    async def show(self) -> None:
        """Read everything anew and draw it."""
        self._known = await self._areas.all()
        people = [one for one in await self._people.people() if one.role in BOUNDED_ROLES and one.active]
        self._list.clear()
        with self._list:
            self._draw_areas()
        self._people_place.clear()
        with self._people_place:
            self._draw_people(people)
        self._show_map(None)

    def _draw_areas(self) -> None:
        if not self._known:
            with empty_face(_("No areas yet"), _("Everybody of the office sees everything."), icon="o_map"):
                pass
            return
        with ui.element("ul").classes("m-list"):
            for area in self._known:
                with ui.element("li"):
                    with ui.element("div").classes("m-grow"):
                        text("b", area.name)
                        names = ", ".join(person.name for person in area.people)
                        text("span", names or _("nobody yet")).classes("m-sub")
                    self._button(_("Show"), _("Show {name} on the map"), area, self._look)
                    self._button(_("Edit"), _("Edit {name}"), area, self._editor.open)
                    self._button(_("Delete"), _("Delete {name}"), area, self._ask_delete)

    def _button(self, word: str, label: str, area: AreaView, act: Any) -> None:
        button = ui.button(word, color=None, on_click=lambda: act(area)).props("unelevated no-caps")
        button.classes("m-button m-button-quiet m-button-small").props["aria-label"] = label.format(name=area.name)

    def _draw_people(self, people: Sequence[PersonView]) -> None:
        if not people:
            with empty_face(_("Nobody to assign"), _("Add dispatchers and technicians first."), icon="o_group"):
                return
        of_person: dict[UUID, list[str]] = {}
        for area in self._known:
            for one in area.people:
                of_person.setdefault(one.person_id, []).append(area.name)
        with table_region(_("Who works where")), ui.element("table").classes("m-table m-table-cards"):
            with ui.element("thead"), ui.element("tr"):
                for heading in (_("Person"), _("Sees")):
                    text("th", heading).props('scope="col"')
                with ui.element("th").props('scope="col"'):
                    text("span", _("Actions")).classes("m-visually-hidden")
            with ui.element("tbody"):
                for one in people:
                    self._person(one, of_person)

    def _person(self, shown: PersonView, of_person: Mapping[UUID, Sequence[str]]) -> None:
        names = of_person.get(shown.id, ())
        with ui.element("tr"):
            with ui.element("td"):
                text("span", shown.name)
                text("span", role_word(shown.role)).classes("m-sub")
            seen = text("td", ", ".join(names) or _("everything"))
            seen.props["data-label"] = _("Sees")
            with ui.element("td").classes("m-number"):
                button = ui.button(_("Areas"), color=None, on_click=lambda: self._ask_areas(shown))
                button.props("unelevated no-caps").classes("m-button m-button-quiet m-button-small")
                button.props["aria-label"] = _("Areas of {name}").format(name=shown.name)
                button.set_enabled(bool(self._known))

    async def _ask_areas(self, person: PersonView) -> None:
        chosen = set(await self._areas.of_person(person.id))
        with asking() as dialog:
            text("h2", _("Where does {name} work?").format(name=person.name))
            text("p", _("Without a tick they see everything. They sign in again, so that it holds at once."))
            boxes = {area.id: ui.checkbox(area.name, value=area.id in chosen) for area in self._known}

            async def save() -> None:
                if not await still_signed_in(self._people, self._viewer):
                    return
                dialog.close()
                wanted = [area_id for area_id, box in boxes.items() if box.value]
                work = self._areas.assign(person.id, wanted, by=self._viewer)
                await attempt(work, done=_("Kept for {name}").format(name=person.name))
                await self.show()

            _actions(dialog, _("Save"), save)

    async def _ask_delete(self, area: AreaView) -> None:
        with asking() as dialog:
            text("h2", _("Delete {name}?").format(name=area.name))
            if area.people:
                words = ngettext(
                    "{n} person works there and would see everything: say first where else they work.",
                    "{n} people work there and would see everything: say first where else they work.",
                    len(area.people),
                )
                text("p", words.format(n=len(area.people)))
                ui.button(_("Close"), color=None, on_click=dialog.close).props("unelevated no-caps").classes("m-button")
                return
            text("p", _("Nobody works there. Its outline stays in the audit."))

            async def delete() -> None:
                if not await still_signed_in(self._people, self._viewer):
                    return
                dialog.close()
                work = self._areas.remove(area.id, by=self._viewer)
                await attempt(work, done=_("{name} is deleted").format(name=area.name))
                await self.show()

            _actions(dialog, _("Delete"), delete, danger=True)

    def _show_drawn(self, shape: dict[str, Any] | None) -> None:
        """The editor's outline is another."""
        self._drawn = shape
        self._show_map(None)

    def _look(self, area: AreaView) -> None:
        self._show_map(Ground((area.shape,)).bounds)

    def _show_map(self, fit: Bounds | None) -> None:
        if self._map is not None:
            self._map.run_method("areas", self._shown(), None if fit is None else list(fit))

    def _shown(self) -> list[dict[str, Any]]:
        """Every area, the one that is changed as it is drawn now."""
        if self._drawn is None:
            return [{"shape": one.shape, "name": one.name} for one in self._known]
        edited = self._editor.area
        shown: list[dict[str, Any]] = [
            {"shape": one.shape, "name": one.name} for one in self._known if edited is None or one.id != edited.id
        ]
        return [*shown, {"shape": self._drawn, "name": "" if edited is None else edited.name, "drawn": True}]


def _actions(dialog: ui.dialog, word: str, act: object, *, danger: bool = False) -> None:
    with ui.element("div").classes("m-actions m-dialog-actions"):
        ui.button(_("Cancel"), color=None, on_click=dialog.close).props("unelevated no-caps").classes(
            "m-button m-button-quiet"
        )
        button = ui.button(word, color=None, on_click=act).props("unelevated no-caps")  # type: ignore[arg-type]
        button.classes("m-button m-button-danger" if danger else "m-button")
