"""Where somebody is signed in, and their password: the rest of the account page."""

from nicegui import ui

from core.accounts import People, SessionView, Viewer
from core.errors import MowthosError
from dashboard.components.ages import age_text
from dashboard.components.notices import attempt, confirm_done, still_signed_in, tell_problem
from dashboard.components.text import text
from dashboard.i18n import _, ngettext, told
from dashboard.pages.admin_people import device_words
from dashboard.session_watch import now_behind


class SessionCard:
    """The sessions of the viewer, each with its end."""

    def __init__(self, people: People, viewer: Viewer) -> None:
        self._people, self._viewer = people, viewer

    async def build(self) -> None:
        text("h2", _("Where you are signed in"))
        self._place = ui.element("div").classes("m-stack")
        await self.show()

    async def show(self) -> None:
        rows = await self._people.sessions(self._viewer.person_id)
        self._place.clear()
        with self._place:
            with ui.element("ul").classes("m-list"):
                for row in rows:
                    self._row(row)
            others = ui.button(_("Sign out everywhere else"), color=None, on_click=self.end_others)
            others.props("unelevated no-caps").classes("m-button m-button-quiet").set_enabled(len(rows) > 1)

    def _row(self, row: SessionView) -> None:
        here = row.id == now_behind(ui.context.client, self._viewer).session_id
        with ui.element("li"):
            with ui.element("div"):
                text("span", device_words(row))
                with ui.element("span").classes("m-sub"):
                    if here:
                        text("span", _("this browser") + " ")
                    age_text(row.seen_at)
            if not here:
                end = ui.button(_("End"), color=None, on_click=lambda: self.end(row))
                end.props("unelevated no-caps").classes("m-button m-button-quiet")
                end.props["aria-label"] = _("End the session of {device}").format(device=device_words(row))

    async def end(self, row: SessionView) -> None:
        if await still_signed_in(self._people, self._viewer):
            await attempt(self._people.revoke_own(self._viewer, row.id), done=_("Session ended"))
            await self.show()

    async def end_others(self) -> None:
        if await still_signed_in(self._people, self._viewer):
            viewer = now_behind(ui.context.client, self._viewer)
            n = await self._people.revoke_others(viewer)
            confirm_done(ngettext("{n} session ended", "{n} sessions ended", n).format(n=n))
            await self.show()


def password_form(people: People, viewer: Viewer, sessions: SessionCard) -> None:
    """Old one, new one."""
    text("h2", _("Change your password"))
    text("p", _("Every other device is signed out by it.")).classes("m-muted")
    with ui.element("div").classes("m-stack"):
        old = ui.input(_("Old password"), password=True).props('outlined autocomplete="current-password"')
        new = ui.input(_("New password"), password=True, password_toggle_button=True)
        new.props('outlined autocomplete="new-password"')

        async def change() -> None:
            if not await still_signed_in(people, viewer):
                return
            try:
                await people.change_password(viewer, old.value or "", new.value or "")
            except MowthosError as error:
                tell_problem(told(error.message))
                return
            old.value = new.value = ""
            confirm_done(_("Your new password holds"))
            await sessions.show()

        button = ui.button(_("Change password"), color=None, on_click=change).props("unelevated no-caps")
        button.classes("m-button")
