"""The people of the company: who they are, what they may do, where they are signed in."""

from collections.abc import Sequence

from nicegui import ui

from core.accounts import LANGUAGES, People, PersonView, Role, SessionKind, SessionView, Viewer
from core.accounts.passwords import MIN_LENGTH
from core.errors import MowthosError
from dashboard.components.ages import age_text
from dashboard.components.dialogs import asking
from dashboard.components.notices import attempt, confirm_done, still_signed_in
from dashboard.components.tables import table_region
from dashboard.components.text import text
from dashboard.frame_parts import initials, role_word
from dashboard.i18n import LANGUAGES as LANGUAGE_NAMES
from dashboard.i18n import _, ngettext, told


async def people_tab(people: People, viewer: Viewer) -> None:
    """The list, and a dialog for each thing an admin does with it."""
    with ui.element("section").classes("m-card m-card-flush"):
        listing = PeopleList(people, viewer)
        with ui.element("div").classes("m-card-head"):
            with ui.element("div"):
                text("h2", _("People"))
                text("p", _("Everyone who may sign in.")).classes("m-muted")
            add = ui.button(_("Add person"), icon="o_person_add", color=None, on_click=listing.ask_new)
            add.props("unelevated no-caps").classes("m-button")
        listing.place.move(target_index=-1)
    await listing.show()


class PeopleList:
    """The list of one open page."""

    def __init__(self, people: People, viewer: Viewer) -> None:
        self._people = people
        self._viewer = viewer
        with table_region(_("People")) as self.place:
            pass

    async def show(self) -> None:
        rows = await self._people.people()
        self.place.clear()
        with self.place, ui.element("table").classes("m-table m-table-cards"):
            with ui.element("thead"), ui.element("tr"):
                for heading in (_("Person"), _("Role"), _("Last seen"), _("Signed in"), _("Account")):
                    text("th", heading).props('scope="col"')
                with ui.element("th").props('scope="col"'):
                    text("span", _("Actions")).classes("m-visually-hidden")
            with ui.element("tbody"):
                for person in rows:
                    self._row(person)

    def _row(self, person: PersonView) -> None:
        with ui.element("tr"):
            with ui.element("td"), ui.element("div").classes("m-row m-person"):
                text("i", initials(person.name)).props('aria-hidden="true"')
                with ui.element("div"):
                    ui.link(person.name, f"/admin/people/{person.id}").classes("m-link")
                    text("span", person.email).classes("m-sub")
            text("td", role_word(person.role)).props["data-label"] = _("Role")
            with ui.element("td") as seen:
                seen.props["data-label"] = _("Last seen")
                age_text(person.last_seen_at)
            sessions = ngettext("{n} session", "{n} sessions", person.sessions).format(n=person.sessions)
            text("td", sessions if person.sessions else _("no")).props["data-label"] = _("Signed in")
            with ui.element("td") as state:
                state.props["data-label"] = _("Account")
                text("span", _("Active") if person.active else _("Closed")).classes(
                    "m-chip m-chip-good" if person.active else "m-chip"
                )
            with ui.element("td").classes("m-number"):
                edit = ui.button(_("Edit"), color=None, on_click=lambda: self.ask_edit(person))
                edit.props("unelevated no-caps").classes("m-button m-button-quiet m-button-small")
                edit.props["aria-label"] = _("Edit {name}").format(name=person.name)

    async def ask_new(self) -> None:
        with asking() as dialog:
            text("h2", _("Add a person"))
            email = ui.input(_("Email")).props('outlined type="email" autocomplete="off"')
            name = ui.input(_("Name")).props('outlined autocomplete="off"')
            role = ui.select(
                {role.value: role_word(role) for role in Role}, label=_("Role"), value=Role.DISPATCHER.value
            )
            role.props("outlined")
            names = {code: LANGUAGE_NAMES[code] for code in LANGUAGES}
            language = ui.select(names, label=_("Language"), value="en").props("outlined")
            password = ui.input(_("First password"), password=True, password_toggle_button=True)
            password.props('outlined autocomplete="new-password"')
            rule = _("{n} characters or more. Tell it to the person over a safe channel.").format(n=MIN_LENGTH)
            password.props["hint"] = rule
            problem = text("div", "").classes("m-notice m-notice-bad").props('role="alert"')
            problem.set_visibility(False)

            async def create() -> None:
                if not await still_signed_in(self._people, self._viewer):
                    return
                try:
                    made = await self._people.create_person(
                        email=email.value or "",
                        name=name.value or "",
                        role=Role(role.value),
                        language=language.value,
                        password=password.value or "",
                        by=self._viewer,
                    )
                except MowthosError as error:
                    problem.text = told(error.message)
                    problem.set_visibility(True)
                    return
                dialog.close()
                confirm_done(_("{email} may sign in now").format(email=made.email))
                await self.show()

            _dialog_actions(dialog, _("Add person"), create)

    async def ask_edit(self, person: PersonView) -> None:
        sessions = await self._people.sessions(person.id)
        own = person.id == self._viewer.person_id
        with asking() as dialog:
            text("h2", person.name)
            text("p", person.email).classes("m-muted")
            if own:
                words = _("This is you: another admin has to change your role or close your account.")
                text("div", words).classes("m-notice")
            role = ui.select({role.value: role_word(role) for role in Role}, label=_("Role"), value=person.role.value)
            role.props("outlined").set_enabled(not own)
            text("h3", _("Where they are signed in"))
            self._sessions(dialog, sessions)

            async def save() -> None:
                dialog.close()
                if role.value != person.role.value and await still_signed_in(self._people, self._viewer):
                    work = self._people.change_person(person.id, by=self._viewer, role=Role(role.value))
                    words = _("{name} is {role} now and signs in again").format(
                        name=person.name, role=role_word(role.value)
                    )
                    await attempt(work, done=words)
                    await self.show()

            async def switch() -> None:
                dialog.close()
                if not await still_signed_in(self._people, self._viewer):
                    return
                done = _("Account of {name} opened") if not person.active else _("Account of {name} closed")
                work = self._people.change_person(person.id, by=self._viewer, active=not person.active)
                await attempt(work, done=done.format(name=person.name))
                await self.show()

            if not own:
                with ui.element("div").classes("m-danger"):
                    with ui.element("div"):
                        text("h3", _("Close the account") if person.active else _("Open the account again"))
                        words = (
                            _("Ends every session at once; nothing is deleted and you can open it again.")
                            if person.active
                            else _("The person may sign in again with their old password.")
                        )
                        text("p", words).classes("m-muted m-small")
                    word = _("Close account") if person.active else _("Open account")
                    button = ui.button(word, color=None, on_click=switch).props("unelevated no-caps")
                    button.classes("m-button m-button-danger" if person.active else "m-button m-button-quiet")
            _dialog_actions(dialog, _("Save"), save)

    def _sessions(self, dialog: ui.dialog, sessions: Sequence[SessionView]) -> None:
        if not sessions:
            text("p", _("Nowhere.")).classes("m-muted")
        with ui.element("ul").classes("m-list"):
            for session in sessions:
                with ui.element("li"):
                    with ui.element("div"):
                        text("span", device_words(session))
                        with ui.element("span").classes("m-sub"):
                            age_text(session.seen_at)
                    end = ui.button(_("End"), color=None, on_click=lambda s=session: self._end(dialog, s))
                    end.props("unelevated no-caps").classes("m-button m-button-quiet m-button-small")

    async def _end(self, dialog: ui.dialog, session: SessionView) -> None:
        dialog.close()
        if await still_signed_in(self._people, self._viewer):
            await attempt(self._people.revoke_session(session.id, by=self._viewer), done=_("Session ended"))
            await self.show()


def device_words(session: SessionView) -> str:
    """The browser and system that a user agent names, or that it is an API token."""
    if session.kind is SessionKind.TOKEN:
        return _("API token")
    if session.kind is SessionKind.VIEW:
        return _("Our team, looking: {email}").format(email=session.user_agent)
    agent = session.user_agent
    browser = next((name for name in ("Edg", "Firefox", "Chrome", "Safari") if name in agent), _("Browser"))
    marks = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Mac OS": "macOS", "Windows": "Windows"}
    system = next((name for mark, name in (marks | {"Linux": "Linux"}).items() if mark in agent), "")
    words = browser.replace("Edg", "Edge")
    return _("{browser} on {system}").format(browser=words, system=system) if system else words


def _dialog_actions(dialog: ui.dialog, word: str, act: object) -> None:
    with ui.element("div").classes("m-actions m-dialog-actions"):
        ui.button(_("Cancel"), color=None, on_click=dialog.close).props("unelevated no-caps").classes(
            "m-button m-button-quiet"
        )
        ui.button(word, color=None, on_click=act).props("unelevated no-caps").classes("m-button")  # type: ignore[arg-type]
