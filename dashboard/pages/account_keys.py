"""``/account/keys``: API keys - one's own, and everybody's for who manages people; a secret is shown once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from nicegui import ui

from core.accounts import ApiKeys, ApiKeyView, People, Right, Viewer
from core.clock import Clock
from dashboard.components.ages import age_text
from dashboard.components.dialogs import asking
from dashboard.components.faces import empty_face
from dashboard.components.notices import attempt, still_signed_in, tell_problem
from dashboard.components.text import text
from dashboard.gate import signed_in
from dashboard.i18n import _
from dashboard.theme import page_frame, page_head

DAYS = (30, 90, 365)


def register(*, keys: ApiKeys, people: People, clock: Clock) -> None:
    """Serve ``/account/keys``."""

    @ui.page("/account/keys")
    async def keys_page(viewer: Annotated[Viewer, signed_in()]) -> None:
        everyone = viewer.may(Right.MANAGE_PEOPLE)
        found = await keys.keys(by=viewer, everyone=everyone)
        owners = {one.id: one.email for one in await people.people() if one.active} if everyone else {}
        form = KeyForm(keys, people, viewer, owners)
        with page_frame(viewer, _("API keys")):
            with page_head(_("API keys"), _("For programs: a key acts in its owner's name, with the rights you tick.")):
                make = ui.button(_("New key"), icon="o_key", color=None, on_click=form.ask)
                make.props("unelevated no-caps").classes("m-button")
            if not found:
                with empty_face(_("No keys yet"), _("A key lets a program in without a password."), icon="o_key"):
                    return
            with ui.element("section").classes("m-cards"):
                for view in found:
                    _card(keys, people, viewer, view, clock.now())


def _card(keys: ApiKeys, people: People, viewer: Viewer, view: ApiKeyView, now: datetime) -> None:
    async def revoke() -> None:
        if await still_signed_in(people, viewer) and await attempt(
            keys.revoke(view.id, by=viewer), done=_("{key} is revoked").format(key=view.name)
        ):
            ui.navigate.reload()

    with ui.element("article").classes("m-card m-stack"):
        with ui.element("div").classes("m-row"):
            text("h2", view.name).classes("m-grow")
            word, look = _state(view, now)
            text("span", word).classes(f"m-chip {look}")
        with ui.element("dl").classes("m-facts"):
            _fact(_("Owner"), view.owner)
            _fact(_("Begins with"), view.start)
            _fact(_("Scopes"), ", ".join(sorted(view.scopes)))
            _fact(_("Ends"), f"{view.expires_at:%Y-%m-%d}" if view.expires_at else _("never"))
            text("dt", _("Last used"))
            with ui.element("dd"):
                if view.last_used_at is None:
                    text("span", _("never"))
                else:
                    age_text(view.last_used_at)
        if view.live(now):
            end = ui.button(_("Revoke"), color=None, on_click=revoke).props("unelevated no-caps")
            end.classes("m-button m-button-quiet m-button-small")
            end.props["aria-label"] = _("Revoke {key}").format(key=view.name)


def _fact(name: str, value: str) -> None:
    text("dt", name)
    text("dd", value)


def _state(view: ApiKeyView, now: datetime) -> tuple[str, str]:
    if view.revoked_at is not None:
        return _("Revoked"), ""
    return (_("In force"), "m-chip-good") if view.live(now) else (_("Over"), "")


class KeyForm:
    """Asks for a new key, and shows its secret."""

    def __init__(self, keys: ApiKeys, people: People, viewer: Viewer, owners: dict[UUID, str]) -> None:
        self._keys, self._people, self._viewer, self._owners = keys, people, viewer, owners

    def ask(self) -> None:
        viewer = self._viewer
        with asking() as dialog:
            text("h2", _("New API key"))
            name = ui.input(_("What is it for?")).props("outlined maxlength=80").classes("m-field")
            owner = None
            if self._owners:
                owner = ui.select(self._owners, label=_("In whose name"), value=viewer.person_id)
                owner.props("outlined").classes("m-field")
            lasts = {days: _("{n} days").format(n=days) for days in DAYS} | {0: _("until it is revoked")}
            days = ui.select(lasts, label=_("How long"), value=90).props("outlined").classes("m-field")
            rights = ui.select(
                [right.value for right in Right if viewer.may(right)], label=_("Scopes"), multiple=True, value=[]
            )
            rights.props("outlined use-chips").classes("m-field")

            async def make() -> None:
                if not (name.value or "").strip() or not rights.value:
                    tell_problem(_("Say what it is for, and tick one scope or more."))
                    return
                if await still_signed_in(self._people, viewer):
                    made = await attempt(
                        self._made(name.value, rights.value, owner.value if owner else None, days.value or None),
                        done=_("Made."),
                    )
                    if made:
                        dialog.close()

            with ui.element("div").classes("m-actions m-dialog-actions"):
                back = ui.button(_("Cancel"), color=None, on_click=dialog.close)
                back.props("unelevated no-caps").classes("m-button m-button-quiet")
                ui.button(_("Make it"), color=None, on_click=make).props("unelevated no-caps").classes("m-button")

    async def _made(self, name: str, scopes: Sequence[str], owner: UUID | None, days: int | None) -> None:
        keys, viewer = self._keys, self._viewer
        rights = [Right(scope) for scope in scopes]
        made = await keys.make(name=name, scopes=rights, owner_id=owner, days=days, by=viewer)
        with asking() as dialog:
            text("h2", _("Copy the key now"))
            text("p", _("It is shown here once and cannot be read again.")).classes("m-muted")
            text("code", made.secret).classes("m-block").style("overflow-wrap: anywhere").props('tabindex="0"')

            def done() -> None:
                dialog.close()
                ui.navigate.reload()

            with ui.element("div").classes("m-actions m-dialog-actions"):
                ui.button(_("Done"), color=None, on_click=done).props("unelevated no-caps").classes("m-button")
