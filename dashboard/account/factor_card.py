"""The second factors of one open account page: an authenticator app, passkeys, recovery codes on paper."""

import json
from collections.abc import Awaitable, Callable

import segno
from nicegui import ui

from core.accounts import FactorKind, FactorView, People, SecondFactors, Site, Viewer
from core.errors import MowthosError
from dashboard.account.proving import actions, prove_first
from dashboard.components.ages import age_text
from dashboard.components.dialogs import asking
from dashboard.components.notices import attempt, tell_problem
from dashboard.components.text import text
from dashboard.i18n import _, ngettext, told

DIALOG_SECONDS = 120
"""How long a browser's passkey dialog may stand open."""


class FactorCard:
    """Everything that changes asks for the password first: an open page alone must not be enough."""

    def __init__(self, people: People, factors: SecondFactors, viewer: Viewer, site: Site, *, password: bool) -> None:
        self._people, self._factors, self._viewer, self._site = people, factors, viewer, site
        self._password = password

    async def build(self) -> None:
        text("h2", _("Second factor"))
        words = _("A code of your phone, or a passkey, besides your password: who learns the one lacks the other.")
        text("p", words).classes("m-muted")
        self._place = ui.element("div").classes("m-stack")
        await self.show()
        with ui.element("div").classes("m-actions"):
            self._button(_("Add an app"), self.ask_app)
            self._button(_("Add a passkey"), self.ask_passkey)

    async def show(self) -> None:
        rows, left = await self._factors.of(self._viewer.person_id), await self._factors.codes_left(
            self._viewer.person_id
        )  # fmt: skip
        self._place.clear()
        with self._place:
            if not rows:
                text("p", _("None yet.")).props('role="status"')
                return
            with ui.element("ul").classes("m-list"):
                for row in rows:
                    self._row(row)
            words = ngettext("{n} recovery code is left.", "{n} recovery codes are left.", left).format(n=left)
            with ui.element("div").classes("m-row"):
                text("span", words).props('role="status"')
                self._button(_("New recovery codes"), self.ask_codes)

    def _row(self, row: FactorView) -> None:
        with ui.element("li"):
            with ui.element("div"):
                text("b", row.name)
                kind = _("Authenticator app") if row.kind is FactorKind.TOTP else _("Passkey")
                with ui.element("span").classes("m-sub"):
                    text("span", kind + ", " + (_("last used") if row.used_at else _("added")) + " ")
                    age_text(row.used_at or row.created_at)

            async def remove() -> None:
                async def act() -> None:
                    if await attempt(self._factors.remove(self._viewer, row.id), done=_("Taken away")):
                        await self.show()

                self._proving(_("Take {name} away?").format(name=row.name), _("Take away"), act)

            button = self._button(_("Take away"), remove)
            button.props["aria-label"] = _("Take {name} away").format(name=row.name)

    async def ask_app(self) -> None:
        self._proving(_("Add an app"), _("Go on"), self._app_dialog)

    async def _app_dialog(self) -> None:
        new = await self._factors.begin_app(self._viewer)
        with asking(title=_("Add an app")) as dialog:
            text("h2", _("Scan this with your authenticator app"))
            picture = segno.make(new.uri, error="m").svg_inline(scale=5, border=3, light="#fff")
            ui.html(
                f'<div class="m-qr" role="img" aria-label="{_("QR code for the app")}">{picture}</div>', sanitize=False
            )
            text("p", _("Or type this secret:")).classes("m-muted m-small")
            text("code", " ".join(new.secret[at : at + 4] for at in range(0, len(new.secret), 4))).classes("m-mono")
            name = ui.input(_("Name"), value=_("Phone")).props('outlined maxlength="60"')
            code = ui.input(_("Code it shows now")).props('outlined autocomplete="one-time-code" inputmode="numeric"')

            async def confirm() -> None:
                try:
                    codes = await self._factors.confirm_app(
                        self._viewer, new.factor_id, code.value or "", name=name.value or ""
                    )
                except MowthosError as error:
                    tell_problem(told(error.message))
                    return
                dialog.close()
                await self._added(codes)

            actions(dialog, _("Add it"), confirm)

    async def ask_passkey(self) -> None:
        self._proving(_("Add a passkey"), _("Go on"), self._passkey)

    async def _passkey(self) -> None:
        options, step = await self._factors.begin_passkey(self._viewer, self._site)
        script = (
            "if (!window.mowthosPasskeys?.able) return null;"
            f"try {{ return await window.mowthosPasskeys.make({json.dumps(options)}) }} catch {{ return '' }}"
        )
        answer = await ui.run_javascript(f"return await (async () => {{ {script} }})()", timeout=DIALOG_SECONDS)
        if not answer:
            words = _("This browser knows no passkeys.") if answer is None else _("No passkey was made.")
            tell_problem(words)
            return
        try:
            codes = await self._factors.finish_passkey(self._viewer, self._site, step, answer, name=_("Passkey"))
        except MowthosError as error:
            tell_problem(told(error.message))
            return
        await self._added(codes)

    async def ask_codes(self) -> None:
        async def act() -> None:
            codes = await self._factors.renew_codes(self._viewer)
            await self.show()
            self._show_codes(codes)

        self._proving(_("New recovery codes: the old ones are good no longer"), _("Make them"), act)

    async def _added(self, codes: list[str]) -> None:
        await self.show()
        if codes:
            self._show_codes(codes)

    def _show_codes(self, codes: list[str]) -> None:
        with asking(title=_("Your recovery codes")) as dialog:
            text("h2", _("Your recovery codes"))
            text("p", _("Each enters once in the place of a lost phone. Print them: they are not shown again."))
            with ui.element("ul").classes("m-codes m-mono"):
                for code in codes:
                    text("li", code)
            actions(dialog, _("I have them"), dialog.close, cancel=False)

    def _proving(self, title: str, word: str, act: Callable[[], Awaitable[None]]) -> None:
        prove_first(self._people, self._viewer, title, word, act, password=self._password)

    @staticmethod
    def _button(words: str, act: Callable[[], Awaitable[None]]) -> ui.button:
        button = ui.button(words, color=None, on_click=act).props("unelevated no-caps")
        return button.classes("m-button m-button-quiet")
