"""``/admin/webhooks``: which addresses are told of what, how that goes, and telling again."""

from collections.abc import Awaitable, Sequence
from typing import Annotated

from nicegui import ui

from core.accounts import People, Right, Viewer
from core.errors import MowthosError
from core.hooks import HOOK_EVENTS, DeliveryView, EndpointView, HookDesk, HookOutbox, MadeEndpoint
from dashboard.components.cluster_dialogs import ask
from dashboard.components.dialogs import asking
from dashboard.components.faces import empty_face
from dashboard.components.notices import attempt, still_signed_in, tell_problem
from dashboard.components.text import text
from dashboard.gate import needs
from dashboard.i18n import _, told
from dashboard.theme import page_frame, page_head

SHOWN = 20


def register(*, hooks: HookDesk, outbox: HookOutbox, people: People) -> None:
    """Serve ``/admin/webhooks``."""

    @ui.page("/admin/webhooks")
    async def webhooks_page(viewer: Annotated[Viewer, needs(Right.MANAGE_WEBHOOKS)]) -> None:
        found = await hooks.endpoints()
        desk = _Desk(hooks, outbox, people, viewer)
        with page_frame(viewer, _("Webhooks")):
            with page_head(_("Webhooks"), _("Other people's servers that are told what happens here.")):
                desk.button(_("New webhook"), desk.ask, quiet=False)
            if not found:
                with empty_face(_("Nobody is told yet"), _("Name an https address and what to tell it."),
                                icon="o_webhook"):  # fmt: skip
                    return
            for view in found:
                await desk.card(view, await hooks.deliveries(view.id, limit=SHOWN))


class _Desk:
    """What one admin does on one open page."""

    def __init__(self, hooks: HookDesk, outbox: HookOutbox, people: People, viewer: Viewer) -> None:
        self._hooks, self._outbox, self._people, self._viewer = hooks, outbox, people, viewer

    def button(self, word: str, act: object, *, quiet: bool = True, small: bool = True) -> None:
        made = ui.button(word, color=None, on_click=act).props("unelevated no-caps")
        made.classes("m-button" + (" m-button-quiet" if quiet else "") + (" m-button-small" if quiet and small else ""))

    async def card(self, view: EndpointView, log: Sequence[DeliveryView]) -> None:
        hooks, viewer = self._hooks, self._viewer
        with ui.element("section").classes("m-card m-stack"):
            with ui.element("div").classes("m-row"):
                text("h2", view.url).classes("m-grow").style("overflow-wrap: anywhere")
                text("span", _("On") if view.active else _("Off")).classes(
                    f"m-chip {'m-chip-good' if view.active else ''}"
                )
            if view.description:
                text("p", view.description)
            text("p", ", ".join(view.events)).classes("m-muted")
            counts = _("{waiting} wait, {dead} given up").format(waiting=view.waiting, dead=view.dead)
            text("p", counts).classes("m-small")
            with ui.element("div").classes("m-row"):
                self.button(_("Test"), lambda: self.act(self._test(view), _("Sent off.")))
                self.button(_("New secret"), lambda: self.show(hooks.rotate(view.id, by=viewer)))
                word = _("Switch off") if view.active else _("Switch on")
                self.button(
                    word, lambda: self.act(hooks.change(view.id, by=viewer, active=not view.active), _("Kept."))
                )
                self.button(_("Remove"), lambda: self._ask_remove(view))
            self._log(log)

    def _ask_remove(self, view: EndpointView) -> None:
        async def go() -> None:
            if await still_signed_in(self._people, self._viewer):
                await self._hooks.remove(view.id, by=self._viewer)
                ui.navigate.reload()

        words = _("{address} is told no more, and what was told to it is forgotten.").format(address=view.url)
        title = _("Remove this webhook?")
        ask(title=title, words=words, act_word=_("Remove it"), act=go, done="", danger=True)

    def _log(self, log: Sequence[DeliveryView]) -> None:
        with ui.element("ul").classes("m-list"):
            for one in log:
                with ui.element("li").classes("m-row"):
                    words = _("{kind}, {at}, attempt {n}: {outcome}").format(
                        kind=one.type, at=f"{one.created_at:%Y-%m-%d %H:%M} UTC", n=one.attempts,
                        outcome=one.last_error or _state_words()[one.state],
                    )  # fmt: skip
                    text("span", words).classes("m-grow")
                    if one.state != "waiting":
                        self.button(_("Tell again"), lambda one=one: self._again(one))

    async def _again(self, one: DeliveryView) -> None:
        async def go() -> None:
            await self._hooks.replay(one.id, by=self._viewer)
            await self._outbox.run()

        await self.act(go(), _("Sent off."))

    async def act(self, work: Awaitable[object], done: str) -> None:
        if not await still_signed_in(self._people, self._viewer):
            return
        if await attempt(work, done=done):
            ui.navigate.reload()

    async def _test(self, view: EndpointView) -> None:
        await self._outbox.put_test(view.id, asked_by=self._viewer.email)
        await self._outbox.run()

    async def show(self, work: Awaitable[MadeEndpoint]) -> bool:
        """The secret of a new or rotated address, once."""
        if not await still_signed_in(self._people, self._viewer):
            return False
        try:
            made = await work
        except MowthosError as error:
            tell_problem(told(error.message))
            return False
        with asking(title=_("Copy the secret now")):
            text("h2", _("Copy the secret now"))
            text("p", _("It verifies our signatures; it is shown here once.")).classes("m-muted")
            text("code", made.secret).classes("m-block").style("overflow-wrap: anywhere").props('tabindex="0"')
            self.button(_("Done"), ui.navigate.reload, quiet=False)
        return True

    def ask(self) -> None:
        with asking(title=_("New webhook")) as dialog:
            text("h2", _("New webhook"))
            url = ui.input(_("Address (https://...)")).props("outlined maxlength=500").classes("m-field")
            events = ui.select(
                {name: f"{name}: {_(tells)}" for name, tells in HOOK_EVENTS.items() if name != "webhook.test"},
                label=_("What to tell"), multiple=True, value=["alarm.changed"],
            )  # fmt: skip
            events.props("outlined use-chips").classes("m-field")
            words = ui.input(_("What it is for")).props("outlined maxlength=200").classes("m-field")

            async def add() -> None:
                made = self._hooks.add(url.value or "", events.value, by=self._viewer, description=words.value or "")
                if await self.show(made):
                    dialog.close()

            with ui.element("div").classes("m-actions m-dialog-actions"):
                self.button(_("Cancel"), dialog.close, small=False)
                self.button(_("Add"), add, quiet=False)


def _state_words() -> dict[str, str]:
    return {"waiting": _("waits"), "done": _("delivered"), "dead": _("given up")}
