"""``/admin/people/{id}``: one person, what they agreed to, what is kept about them, and their end."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from nicegui import app, ui
from starlette.responses import Response

from core.accounts import ConsentKind, ConsentView, People, PersonView, Right, Role, Viewer
from core.errors import MowthosError, NotFound
from core.privacy import Privacy
from dashboard.api.privacy import attachment
from dashboard.components.ages import age_text
from dashboard.components.dialogs import asking
from dashboard.components.notices import still_signed_in
from dashboard.components.tables import table_region
from dashboard.components.text import text
from dashboard.frame_parts import role_word
from dashboard.gate import needs
from dashboard.i18n import N_, _, told
from dashboard.theme import page_at, page_frame, page_head
from dashboard.view_as import start_form


def register(*, people: People, privacy: Privacy) -> None:
    """Serve the page and the file."""

    @page_at("/admin/people/{person_id}")
    async def person_page(person_id: UUID, viewer: Annotated[Viewer, needs(Right.MANAGE_PEOPLE)]) -> None:
        person = next((one for one in await people.people() if one.id == person_id), None)
        if person is None:
            raise NotFound(N_("no such person"))
        consents = await privacy.consents(person_id)
        with page_frame(viewer, person.name):
            with page_head(person.name, f"{person.email} - {role_word(person.role)}"):
                ui.link(_("People"), "/admin").classes("m-button m-button-quiet")
                if viewer.may(Right.VIEW_AS) and person.role is Role.HOMEOWNER and person.active:
                    ui.html(start_form(person.id), sanitize=False).classes("m-bare")
            _consents(consents)
            _file(person)
            if person.id != viewer.person_id:
                _end(PersonEnd(people, privacy, viewer, person))

    @app.get("/admin/people/{person_id}/export", include_in_schema=False)
    async def person_file(person_id: UUID, viewer: Annotated[Viewer, needs(Right.MANAGE_PEOPLE)]) -> Response:
        file = await privacy.export(person_id, by=viewer)
        return Response(file.content, media_type="application/zip", headers=attachment(file.name))


def consent_words() -> dict[ConsentKind, str]:
    return {
        ConsentKind.TERMS: _("Terms and privacy notice"),
        ConsentKind.SMS: _("Text messages"),
        ConsentKind.CROSSING: _("A mower may cross the lot"),
    }


def _consents(consents: Sequence[ConsentView]) -> None:
    with ui.element("section").classes("m-card m-card-flush"):
        with ui.element("div").classes("m-card-head"):
            text("h2", _("What they agreed to"))
        if not consents:
            text("p", _("Nothing is on record.")).classes("m-muted m-card-head")
            return
        with table_region(_("What they agreed to")), ui.element("table").classes("m-table m-table-cards"):
            with ui.element("thead"), ui.element("tr"):
                for heading in (_("Consent"), _("To what"), _("Given"), _("Withdrawn")):
                    text("th", heading).props('scope="col"')
            with ui.element("tbody"):
                for one in consents:
                    with ui.element("tr"):
                        text("td", consent_words()[one.kind])
                        text("td", one.subject).props["data-label"] = _("To what")
                        with ui.element("td") as given:
                            given.props["data-label"] = _("Given")
                            age_text(one.given_at)
                            text("span", one.by).classes("m-sub")
                        with ui.element("td") as ended:
                            ended.props["data-label"] = _("Withdrawn")
                            if one.withdrawn_at is None:
                                text("span", _("no"))
                            else:
                                age_text(one.withdrawn_at)
                                text("span", one.withdrawn_by).classes("m-sub")


def _file(person: PersonView) -> None:
    with ui.element("section").classes("m-card"):
        text("h2", _("What is kept about them"))
        words = _("One ZIP with account, homes, visits, notes, reports, invoices, consents and audit lines, as JSON.")
        text("p", words).classes("m-muted")
        ui.link(_("Download"), f"/admin/people/{person.id}/export").classes("m-button").props("download")


def _end(end: "PersonEnd") -> None:
    with ui.element("section").classes("m-card"), ui.element("div").classes("m-danger"):
        with ui.element("div"):
            text("h2", _("Erase this person"))
            words = _(
                "Name, address, phone, notes and photos go for ever; invoices, minutes and visits stay without a name."
            )
            text("p", words).classes("m-muted m-small")
        button = ui.button(_("Erase ..."), color=None, on_click=end.ask).props("unelevated no-caps")
        button.classes("m-button m-button-danger")


class PersonEnd:
    """Asks before somebody is erased."""

    def __init__(self, people: People, privacy: Privacy, viewer: Viewer, person: PersonView) -> None:
        self._people, self._privacy, self._viewer, self._person = people, privacy, viewer, person

    async def ask(self) -> None:
        against = await self._privacy.against(self._person.id, by=self._viewer)
        with asking() as dialog:
            text("h2", _("Erase {name}?").format(name=self._person.name))
            if against:
                text("p", _("This cannot be done now:"))
                with ui.element("ul"):
                    for reason in against:
                        text("li", told(reason))
            else:
                text("p", _("This cannot be undone. Type {email} to confirm.").format(email=self._person.email))
                typed = ui.input(_("Their email")).props('outlined autocomplete="off"')
                reason = ui.input(_("Why (it stays in the audit)")).props("outlined maxlength=500")
            problem = text("div", "").classes("m-notice m-notice-bad").props('role="alert"')
            problem.set_visibility(False)

            async def erase() -> None:
                if not await still_signed_in(self._people, self._viewer):
                    return
                try:
                    await self._privacy.erase(
                        self._person.id, by=self._viewer, typed=typed.value or "", reason=reason.value or ""
                    )
                except MowthosError as error:
                    problem.text = " ".join(told(words) for words in (error.message, *error.reasons))
                    problem.set_visibility(True)
                    return
                ui.navigate.to("/admin")

            with ui.element("div").classes("m-actions m-dialog-actions"):
                ui.button(_("Cancel"), color=None, on_click=dialog.close).props("unelevated no-caps").classes(
                    "m-button m-button-quiet"
                )
                if not against:
                    button = ui.button(_("Erase for ever"), color=None, on_click=erase).props("unelevated no-caps")
                    button.classes("m-button m-button-danger")
