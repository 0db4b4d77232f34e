"""The accounts at the identity provider that sign the viewer in: shown, tied, taken away."""

from urllib.parse import urlencode

from nicegui import ui

from core.accounts import LinkView, People, SignOn, Viewer
from dashboard.account.proving import prove_first
from dashboard.components.ages import age_text
from dashboard.components.notices import attempt
from dashboard.components.text import text
from dashboard.i18n import _


class SignOnCard:
    """Tying is a way to the provider and back, so the page is left for it and comes back with the account shown."""

    def __init__(self, people: People, sign_on: SignOn, viewer: Viewer, *, password: bool) -> None:
        self._people, self._viewer, self._password = people, viewer, password
        self._links, self._name = sign_on.links, sign_on.name

    async def build(self) -> None:
        text("h2", _("Sign-in with {provider}").format(provider=self._name))
        words = _("An account there that is tied to yours signs you in here without your password.")
        text("p", words).classes("m-muted")
        self._place = ui.element("div").classes("m-stack")
        await self.show()
        with ui.element("div").classes("m-actions"):
            button = ui.button(_("Tie an account"), color=None, on_click=self.ask_tie).props("unelevated no-caps")
            button.classes("m-button m-button-quiet")

    async def show(self) -> None:
        rows = await self._links.of(self._viewer)
        self._place.clear()
        with self._place:
            if not rows:
                text("p", _("None yet.")).props('role="status"')
                return
            with ui.element("ul").classes("m-list"):
                for row in rows:
                    self._row(row)

    def _row(self, row: LinkView) -> None:
        name = row.email or row.host
        with ui.element("li"):
            with ui.element("div"):
                text("b", name)
                with ui.element("span").classes("m-sub"):
                    text("span", f"{row.host}, " + (_("last used") if row.used_at else _("added")) + " ")
                    age_text(row.used_at or row.created_at)

            async def remove() -> None:
                async def act() -> None:
                    if await attempt(self._links.remove(self._viewer, row.id), done=_("Taken away")):
                        await self.show()

                title = _("Take {name} away?").format(name=name)
                prove_first(self._people, self._viewer, title, _("Take away"), act, password=self._password)

            button = ui.button(_("Take away"), color=None, on_click=remove).props("unelevated no-caps")
            button.classes("m-button m-button-quiet").props["aria-label"] = _("Take {name} away").format(name=name)

    async def ask_tie(self) -> None:
        async def go() -> None:
            proof = await self._links.ask_tie(self._viewer)
            ui.navigate.to(f"/sign-on/tie?{urlencode({'proof': proof})}")

        title = _("Tie an account of {provider}").format(provider=self._name)
        prove_first(self._people, self._viewer, title, _("Go there"), go, password=self._password)
