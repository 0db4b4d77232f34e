"""``/home/problem``: report a problem on the own lawn: what, where (a pin), a photo, a word."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from nicegui import ui

from core.accounts import People, Right, Viewer
from core.db import Database
from core.errors import MowthosError, NotFound
from core.geo import Point
from core.household.problem_desk import ProblemDesk
from core.household.problems import KIND_WORDS, ProblemKind
from core.household.report import middle_of
from core.texts import N_
from dashboard.assets import asset_url
from dashboard.clusters.uploads import Uploads
from dashboard.components.notices import still_signed_in
from dashboard.components.text import text
from dashboard.gate import needs
from dashboard.home.data import HomeLot, home_lots
from dashboard.home.lot_drawing import LotDrawing
from dashboard.i18n import _, told
from dashboard.theme import page_at, page_frame, page_head

STEP = 2.5
"""Per cent of the picture that an arrow key moves the pin."""
ARROWS = {"ArrowLeft": (-STEP, 0.0), "ArrowRight": (STEP, 0.0), "ArrowUp": (0.0, -STEP), "ArrowDown": (0.0, STEP)}


def register(*, database: Database, problems: ProblemDesk, uploads: Uploads, people: People) -> None:
    """Serve it for the viewer's own lots."""

    @page_at("/home/problem")
    async def problem_page(request: Request, viewer: Annotated[Viewer, needs(Right.SEE_OWN_LOT)]) -> None:
        homes = {str(home.lot.id): home for home in await home_lots(database, viewer)}
        home = homes.get(request.query_params.get("lot", ""), next(iter(homes.values()), None))
        if home is None:
            raise NotFound(N_("your account is not tied to a home"))
        ui.add_head_html(f'<link rel="stylesheet" href="{asset_url("styles/home.css")}">')
        with page_frame(viewer, _("Report a problem")):
            with page_head(_("Report a problem"), home.lot.address):
                ui.link(_("Back"), "/home").classes("m-button m-button-quiet")
            ProblemForm(problems, uploads, people, viewer, home, _visit(request)).build()


def _visit(request: Request) -> UUID | None:
    try:
        return UUID(request.query_params.get("visit", ""))
    except ValueError:
        return None


class ProblemForm:
    """One open form."""

    def __init__(
        self, desk: ProblemDesk, uploads: Uploads, people: People, viewer: Viewer, home: HomeLot, visit: UUID | None
    ) -> None:
        self._desk, self._uploads, self._people, self._viewer = desk, uploads, people, viewer
        self._home, self._visit = home, visit
        self._drawing = LotDrawing(home.scene) if home.scene is not None else None
        self._pin: tuple[float, float] | None = None
        self._photo: UUID | None = None

    def build(self) -> None:
        with ui.element("section").classes("m-card m-stack h-form") as self._form:
            kinds = {kind.value: told(words) for kind, words in KIND_WORDS.items()}
            self._kind = ui.select(kinds, label=_("What is wrong?"), value=ProblemKind.MISSED.value).props("outlined")
            if self._drawing is not None:
                self._picture(self._drawing)
            self._photo_field()
            self._words = ui.textarea(_("In your words")).props("outlined autogrow maxlength=1000")
            self._problem = ui.element("div").classes("m-notice m-notice-bad").props('role="alert"')
            self._problem.set_visibility(False)
            with ui.element("div").classes("m-actions"):
                self._send = ui.button(_("Send it"), color=None, on_click=self._report).props("unelevated no-caps")
                self._send.classes("m-button h-wide")

    def _picture(self, drawing: LotDrawing) -> None:
        text("p", _("Where? Tap the map, or move the pin with the arrow keys.")).classes("m-small")
        picture = ui.element("div").classes("m-home-picture h-pinboard").props('tabindex="0" role="application"')
        picture.props["aria-label"] = _("Map of your lot: set a pin")
        picture.style(f"aspect-ratio: {drawing.width:.2f} / {drawing.height:.2f}")
        with picture:
            ui.html(drawing.svg(_("Map of your lot")), sanitize=False)
            self._marker = ui.html(PIN, sanitize=False).classes("h-pin")
            self._marker.set_visibility(False)
        picture.on("click", self._tapped, js_handler=_PLACE)
        picture.on("keydown", self._pressed, js_handler=_ARROW)
        with ui.element("div").classes("m-row"):
            self._where = text("span", _("No pin yet.")).classes("m-small m-muted m-grow").props('role="status"')
            clear = ui.button(_("Without a pin"), color=None, on_click=lambda: self._set(None))
            clear.props("unelevated no-caps").classes("m-button m-button-quiet m-button-small")

    def _photo_field(self) -> None:
        with ui.element("div").classes("m-row"):
            with ui.element("label").classes("m-button m-button-quiet h-file"):
                ui.icon("o_photo_camera").props('aria-hidden="true"')
                text("span", _("Add a photo"))
                file = ui.element("input").props('type="file" accept="image/jpeg,image/png,image/webp" data-photo')
                file.on("change", self._came, js_handler=_SEND)
            self._photo_words = text("span", _("Place, time and owner are taken out of it.")).classes(
                "m-small m-muted m-grow"
            ).props('role="status"')  # fmt: skip

    def _tapped(self, event: Any) -> None:
        self._set((float(event.args["left"]), float(event.args["top"])))

    def _pressed(self, event: Any) -> None:
        left, top = self._pin or self._middle()
        across, down = ARROWS[event.args["key"]]
        self._set((min(100.0, max(0.0, left + across)), min(100.0, max(0.0, top + down))))

    def _middle(self) -> tuple[float, float]:
        assert self._drawing is not None
        middle = middle_of(self._home.lot)
        return (50.0, 50.0) if middle is None else self._drawing.place(middle)

    def _set(self, pin: tuple[float, float] | None) -> None:
        self._pin = pin
        self._marker.set_visibility(pin is not None)
        if pin is None:
            self._where.set_text(_("No pin yet."))
            return
        self._marker.style(f"left: {pin[0]:.2f}%; top: {pin[1]:.2f}%")
        place = self._place()
        inside = place is not None and self._home.lot.holds(place)
        self._where.set_text(_("The pin is set.") if inside else _("The pin is not on your lot."))

    def _place(self) -> Point | None:
        return None if self._pin is None or self._drawing is None else self._drawing.spot(*self._pin)

    def _came(self, event: Any) -> None:
        self._photo = None
        if "id" not in event.args:
            self._photo_words.set_text(str(event.args.get("detail") or _("The photo did not arrive.")))
            return
        self._photo = UUID(event.args["id"])
        self._photo_words.set_text(_("The photo is there."))

    async def _report(self) -> None:
        if not await still_signed_in(self._people, self._viewer):
            return
        self._send.disable()
        try:
            photo = None if self._photo is None else self._uploads.of(self._viewer.person_id, self._photo).content
            await self._desk.report(
                lot_id=self._home.lot.id, kind=ProblemKind(self._kind.value), words=self._words.value or "",
                visit_id=self._visit, pin=self._place(), photo=photo, by=self._viewer,
            )  # fmt: skip
        except MowthosError as error:
            self._problem.clear()
            with self._problem:
                text("b", told(error.message))
            self._problem.set_visibility(True)
            self._send.enable()
            return
        self._form.clear()
        with self._form, ui.element("div").classes("m-stack").props('role="status"'):
            text("h2", _("Thank you. Your operator has it."))
            text("p", _("You are told here what becomes of it: mown again, a credit, or an answer."))
            ui.link(_("Back to your lawn"), "/home").classes("m-button")


PIN = (
    '<svg width="34" height="34" viewBox="0 0 24 24" aria-hidden="true">'
    '<path d="M12 23s7-7.6 7-13A7 7 0 0 0 5 10c0 5.4 '
    '7 13 7 13Z" fill="currentColor" stroke="#fff" stroke-width="1.4"/>'
    '<circle cx="12" cy="10" r="2.6" fill="#fff"/></svg>'
)
_PLACE = """(event) => {
  const box = event.currentTarget.getBoundingClientRect();
  emit({ left: (event.clientX - box.left) / box.width * 100, top: (event.clientY - box.top) / box.height * 100 });
}"""
_ARROW = """(event) => {
  if (!event.key.startsWith('Arrow')) return;
  event.preventDefault();
  emit({ key: event.key });
}"""
_SEND = """async (event) => {
  const file = event.target.files[0];
  if (!file) return;
  try {
    const headers = { accept: 'application/json' };
    const answer = await fetch('/home/data/photo', { method: 'POST', body: file, headers });
    emit(await answer.json());
  } catch {
    emit({});
  }
}"""
