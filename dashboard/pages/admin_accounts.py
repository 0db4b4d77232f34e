"""Vendor accounts: health, what a person has to do, requests against the budget, and linking one."""

from nicegui import ui

from core.accounts import People, Viewer
from core.errors import MowthosError
from core.fleet.model import LinkState
from dashboard.api.ports import AccountDesk, AccountFacts
from dashboard.components.ages import age_text
from dashboard.components.dialogs import asking
from dashboard.components.faces import empty_face, error_face
from dashboard.components.notices import confirm_done, still_signed_in
from dashboard.components.text import text
from dashboard.i18n import _, ngettext, told
from dashboard.logs import current_request_id

GOOD, WAIT, BAD = "m-chip-good", "m-chip-warn", "m-chip-bad"
LOOKS = {
    LinkState.UP: GOOD,
    LinkState.CONNECTING: "m-chip-info",
    LinkState.BROKER_DOWN: WAIT,
    LinkState.CLOUD_DOWN: WAIT,
    LinkState.BLOCKED: BAD,
    LinkState.REAUTH_NEEDED: BAD,
    LinkState.STOPPED: "",
}
TICK_S = 2.0


def link_words() -> dict[LinkState, str]:
    """Every state of a vendor account in the current language."""
    return {
        LinkState.UP: _("Connected"),
        LinkState.CONNECTING: _("Connecting"),
        LinkState.BROKER_DOWN: _("Push channel down"),
        LinkState.CLOUD_DOWN: _("Vendor cloud down"),
        LinkState.BLOCKED: _("Blocked by the vendor"),
        LinkState.REAUTH_NEEDED: _("Password needed"),
        LinkState.STOPPED: _("Stopped"),
    }


async def accounts_tab(accounts: AccountDesk, people: People, viewer: Viewer) -> None:
    """Cards, one an account, and the form that links another."""
    with ui.element("section").classes("m-stack"):
        listing = AccountList(accounts, people, viewer)
        with ui.element("div").classes("m-head"):
            with ui.element("div"):
                text("h2", _("Vendor accounts"))
                text("p", _("The accounts through which mowers report and take commands.")).classes("m-muted")
            link = ui.button(_("Link account"), icon="o_add_link", color=None, on_click=lambda: listing.ask_link(""))
            link.props("unelevated no-caps").classes("m-button")
        listing.place.move(target_index=-1)
    await listing.show()
    ui.timer(TICK_S, listing.show, immediate=False)


class AccountList:
    """The accounts of one open page; redrawn only when something changed."""

    def __init__(self, accounts: AccountDesk, people: People, viewer: Viewer) -> None:
        self._accounts = accounts
        self._people = people
        self._viewer = viewer
        self._shown: object = None
        self.place = ui.element("div").classes("m-cards")

    async def show(self) -> None:
        try:
            rows: list[AccountFacts] | None = list(await self._accounts.accounts())
        except MowthosError as error:
            rows, problem = None, told(error.message)
        if rows is not None and rows == self._shown:
            return
        self._shown = rows
        self.place.clear()
        with self.place:
            if rows is None:
                with error_face(_("The accounts cannot be read"), problem, problem_id=current_request_id()):
                    pass
            elif not rows:
                words = _(
                    "Link the Mammotion account that owns your mowers: they then appear on the map by themselves."
                )
                with empty_face(_("No vendor account yet"), words, icon="o_link"):
                    pass
            for row in rows or ():
                self._card(row)

    def _card(self, row: AccountFacts) -> None:
        with ui.element("article").classes("m-card m-stack"):
            with ui.element("div").classes("m-row"):
                text("h3", row.account).classes("m-grow")
                text("span", link_words()[row.state]).classes(f"m-chip {LOOKS[row.state]}")
            if row.task:
                with ui.element("div").classes("m-notice m-notice-bad"):
                    ui.icon("o_front_hand").props('aria-hidden="true"')
                    with ui.element("div"):
                        text("span", told(row.task))
                        if row.detail:
                            text("span", told(row.detail)).classes("m-small m-block")
                again = ui.button(_("Give the password again"), color=None, on_click=lambda: self.ask_link(row.account))
                again.props("unelevated no-caps").classes("m-button m-button-quiet m-button-small")
            elif row.detail:
                text("p", told(row.detail)).classes("m-muted")
            with ui.element("dl").classes("m-facts"):
                text("dt", _("Since"))
                with ui.element("dd"):
                    age_text(row.since)
                text("dt", _("Mowers"))
                text("dd", str(row.devices))
                if row.refused_frames:
                    text("dt", _("Unreadable frames"))
                    text("dd", str(row.refused_frames))
            self._budget(row)

    def _budget(self, row: AccountFacts) -> None:
        if not row.request_ceiling:
            return
        used = ngettext("{used} of {n} request in 24 h", "{used} of {n} requests in 24 h", row.request_ceiling)
        words = used.format(used=row.requests_24h, n=row.request_ceiling)
        near = row.requests_24h >= 0.8 * row.request_ceiling
        with ui.element("div").classes("m-budget"):
            bar = ui.element("progress").classes("m-near" if near else "")
            bar.props["max"], bar.props["value"] = row.request_ceiling, min(row.requests_24h, row.request_ceiling)
            bar.props["aria-label"] = _("Request budget")
            text("span", words).classes("m-small m-muted")

    def ask_link(self, account: str) -> None:
        with asking() as dialog:
            text("h2", _("Link a Mammotion account"))
            words = _("The password is sealed with this installation's key and never shown again.")
            text("p", words).classes("m-muted")
            name = ui.input(_("Account (email)"), value=account).props('outlined autocomplete="off"')
            password = ui.input(_("Password"), password=True, password_toggle_button=True)
            password.props('outlined autocomplete="new-password"')
            problem = text("div", "").classes("m-notice m-notice-bad").props('role="alert"')
            problem.set_visibility(False)
            with ui.element("div").classes("m-actions m-dialog-actions"):
                cancel = ui.button(_("Cancel"), color=None, on_click=dialog.close)
                cancel.props("unelevated no-caps").classes("m-button m-button-quiet")
                go = ui.button(_("Link account"), color=None).props("unelevated no-caps").classes("m-button")

            async def link() -> None:
                if not await still_signed_in(self._people, self._viewer):
                    return
                given = (name.value or "").strip()
                if not given or not password.value:
                    problem.text = _("Enter the account and its password.")
                    problem.set_visibility(True)
                    return
                go.props("loading")
                try:
                    await self._accounts.link(given, password.value, by=self._viewer.email)
                except MowthosError as error:
                    problem.text = told(error.message)
                    problem.set_visibility(True)
                    return
                finally:
                    go.props(remove="loading")
                await self._people.audit.record(
                    actor=self._viewer.email,
                    person_id=self._viewer.person_id,
                    action="vendor_account.link",
                    object_type="vendor_account",
                    object_id=given,
                )
                dialog.close()
                confirm_done(_("{account} is linked").format(account=given))
                await self.show()

            go.on_click(link)
