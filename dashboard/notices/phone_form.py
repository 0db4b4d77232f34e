"""The phone: ask for a code, give it back, remove the number."""

from nicegui import ui
from nicegui.element import Element

from core.accounts import People, Viewer
from core.notices import PhoneDesk, PhoneView
from dashboard.components.notices import attempt, still_signed_in
from dashboard.components.text import text
from dashboard.i18n import _


class PhoneForm:
    """What one open page shows of its person's phone."""

    def __init__(self, desk: PhoneDesk, people: People, viewer: Viewer) -> None:
        self._desk, self._people, self._viewer = desk, people, viewer
        self._place: Element | None = None
        self._asks_anew = False

    async def build(self) -> None:
        with ui.element("div").classes("t-form"):
            text("h2", _("Phone for text messages"))
            self._place = ui.element("div").classes("t-form").props('aria-live="polite"')
        await self.show()

    async def show(self) -> None:
        phone = await self._desk.of(self._viewer.person_id)
        assert self._place is not None
        self._place.clear()
        with self._place:
            if not self._desk.available:
                text("p", _("Text messages are not set up here. Ask an admin.")).classes("m-muted")
            elif phone is not None and phone.verified and not self._asks_anew:
                self._known(phone)
            elif phone is not None and phone.waiting_until is not None and not self._asks_anew:
                self._ask_code(phone)
            else:
                self._ask_number(phone)

    def _known(self, phone: PhoneView) -> None:
        with ui.element("div").classes("m-row"):
            text("span", phone.number).classes("t-number")
            text("span", _("Stopped") if phone.stopped else _("Verified")).classes(
                "m-chip m-chip-warn" if phone.stopped else "m-chip m-chip-good"
            )
        if phone.stopped:
            words = _("STOP was answered from this phone. Send START from it, then verify it again.")
            text("p", words).classes("m-notice m-notice-warn")
        with ui.element("div").classes("m-actions"):
            self._button(_("Another number"), self._anew, quiet=True)
            self._button(_("Remove"), self._remove, quiet=True)

    def _ask_number(self, phone: PhoneView | None) -> None:
        text("p", _("A code goes to the number first, so that nobody else gets your messages.")).classes("m-muted")
        number = ui.input(_("Mobile number"), value=phone.number if phone else "")
        number.props('outlined type="tel" autocomplete="tel" inputmode="tel"').classes("m-field")

        async def send() -> None:
            if await still_signed_in(self._people, self._viewer):
                work = self._desk.ask_code(number.value or "", by=self._viewer)
                if await attempt(work, done=_("The code is on its way.")):
                    self._asks_anew = False
                    await self.show()

        with ui.element("div").classes("m-actions"):
            self._button(_("Send the code"), send)

    def _ask_code(self, phone: PhoneView) -> None:
        text("p", _("Type the six digits that went to {number}.").format(number=phone.number))
        code = ui.input(_("Code")).props('outlined inputmode="numeric" autocomplete="one-time-code" maxlength="6"')
        code.classes("m-field")

        async def verify() -> None:
            if await still_signed_in(self._people, self._viewer):
                work = self._desk.verify(code.value or "", by=self._viewer)
                if await attempt(work, done=_("The number is verified.")):
                    await self.show()

        code.on("keydown.enter", verify)
        with ui.element("div").classes("m-actions"):
            self._button(_("Verify"), verify)
            self._button(_("Another number"), self._anew, quiet=True)

    async def _anew(self) -> None:
        self._asks_anew = True
        await self.show()

    async def _remove(self) -> None:
        if await still_signed_in(self._people, self._viewer):
            await attempt(self._desk.forget(by=self._viewer), done=_("The number is removed."))
            await self.show()

    @staticmethod
    def _button(word: str, act: object, *, quiet: bool = False) -> None:
        button = ui.button(word, color=None, on_click=act)  # type: ignore[arg-type]
        button.props("unelevated no-caps").classes("m-button m-button-quiet" if quiet else "m-button")
