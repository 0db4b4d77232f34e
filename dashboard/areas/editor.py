"""Drawing one area: on the map, from a file, or as GeoJSON text. The text is what is kept; the map shows it."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments

from core.accounts import People, Viewer
from core.areas import AreaDesk, AreaView, outline_of, read_outline
from core.errors import Invalid, MowthosError
from dashboard.components.draw_map import DrawMap
from dashboard.components.notices import confirm_done, still_signed_in
from dashboard.components.text import text
from dashboard.i18n import N_, _, told

SHAPES = ("polygon", "box", "lasso")
LONGEST_FILE = 2_000_000
_READ = f"""(event) => {{
  const file = event.target.files[0];
  event.target.value = "";
  if (file) file.size > {LONGEST_FILE} ? emit(null) : file.text().then((text) => emit(text));
}}"""


class AreaEditor:
    """The panel of one open page. ``changed`` is awaited when something was kept; ``shown`` when the outline is
    another, with ``None`` when nothing is drawn any more."""

    def __init__(
        self, areas: AreaDesk, people: People, viewer: Viewer, *, changed: Callable[[], Awaitable[None]],
        shown: Callable[[dict[str, Any] | None], None],
    ) -> None:  # fmt: skip
        self._areas, self._people, self._viewer = areas, people, viewer
        self._changed, self._shown = changed, shown
        self._area: AreaView | None = None
        self.map: DrawMap | None = None
        self._place = ui.element("section").classes("m-card m-stack")
        self._place.set_visibility(False)

    @property
    def area(self) -> AreaView | None:
        """The one that is changed; ``None`` for a new one, or while the panel is closed."""
        return self._area

    def open(self, area: AreaView | None) -> None:
        """Change an area, or draw a new one."""
        self._area = area
        self._place.clear()
        self._place.set_visibility(True)
        with self._place:
            heading = _("Draw an area") if area is None else _("Change {name}").format(name=area.name)
            text("h2", heading).props('tabindex="-1"')
            self._name = ui.input(_("Name"), value="" if area is None else area.name)
            self._name.props('outlined maxlength="80" autocomplete="off"')
            with ui.element("div").classes("m-row").props('role="group"') as tools:
                tools.props["aria-label"] = _("Ways to draw")
                words = {"polygon": _("Corners"), "box": _("Box"), "lasso": _("Freehand")}
                for kind in SHAPES:
                    button = ui.button(words[kind], color=None, on_click=lambda _event, one=kind: self._draw(one))
                    button.props(f'unelevated no-caps data-draw="{kind}"').classes("m-button m-button-quiet")
                clear = ui.button(_("Clear"), color=None, on_click=lambda: self._write(None))
                clear.props("unelevated no-caps").classes("m-button m-button-quiet")
            self._hint = text("p", _("What you draw is added to what is there. Corners: click each, Enter closes."))
            self._hint.classes("m-muted m-small")
            with ui.element("details").classes("m-details"):
                text("summary", _("As GeoJSON"))
                with ui.element("label").classes("m-button m-button-quiet m-button-small w-file"):
                    text("span", _("Read a file"))
                    file = ui.element("input").props('type="file" accept=".geojson,.json" data-file')
                    file.on("change", self._read, js_handler=_READ)
                self._text = ui.textarea(_("Polygons, longitude and latitude in degrees"))
                self._text.props('outlined spellcheck="false" rows="6" input-class="m-code"')
                self._text.on("blur", self._typed)
            self._problem = text("div", "").classes("m-notice m-notice-bad").props('role="alert"')
            self._problem.set_visibility(False)
            with ui.element("div").classes("m-actions"):
                cancel = ui.button(_("Cancel"), color=None, on_click=self.close).props("unelevated no-caps")
                cancel.classes("m-button m-button-quiet")
                save = ui.button(_("Save area"), color=None, on_click=self._save).props("unelevated no-caps")
                save.classes("m-button")
        self._write(None if area is None else area.shape)
        ui.run_javascript(f"getHtmlElement({self._place.id})?.querySelector('h2')?.focus()")

    def close(self) -> None:
        """Put the panel away; nothing is kept."""
        self._area = None
        self._place.set_visibility(False)
        if self.map is not None:
            self.map.run_method("draw", None)
        self._shown(None)

    def drew(self, ring: list[list[float]]) -> None:
        """The map tells of a ring that was drawn: it is joined to what is there."""
        if not self._place.visible:
            return
        drawn = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
        try:
            before = read_outline(self._text.value) if (self._text.value or "").strip() else None
            both = [drawn] if before is None else [before, drawn]
            self._write(outline_of({"type": "GeometryCollection", "geometries": both}))
        except Invalid as error:
            self._tell(error)

    def _draw(self, kind: str) -> None:
        if self.map is not None:
            self.map.run_method("draw", kind)

    def _write(self, shape: dict[str, Any] | None) -> None:
        self._text.value = "" if shape is None else json.dumps(shape)
        self._problem.set_visibility(False)
        self._shown(shape)

    def _typed(self) -> None:
        if not (self._text.value or "").strip():
            self._write(None)
            return
        try:
            self._write(read_outline(self._text.value))
        except Invalid as error:
            self._tell(error)

    def _read(self, event: GenericEventArguments) -> None:
        if event.args is None:
            self._tell(Invalid(N_("the file is larger than 2 MB")))
            return
        self._text.value = str(event.args)
        self._typed()

    def _tell(self, error: MowthosError) -> None:
        self._problem.text = told(error.message)
        self._problem.set_visibility(True)

    async def _save(self) -> None:
        if not await still_signed_in(self._people, self._viewer):
            return
        area, by = self._area, self._viewer
        try:
            shape = read_outline(self._text.value or "") if (self._text.value or "").strip() else None
            if area is None:
                if shape is None:
                    raise Invalid(N_("Draw the area on the map first, or give it as GeoJSON."))
                await self._areas.add(self._name.value or "", shape, by=by)
            else:
                await self._areas.change(area.id, area.version, by=by, name=self._name.value or "", shape=shape)
        except MowthosError as error:
            self._tell(error)
            return
        name = self._name.value
        self.close()
        confirm_done(_("{name} is kept").format(name=name))
        await self._changed()
