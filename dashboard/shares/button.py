"""The button on a mower's and a cluster's page: make a link, see those there are, take one back."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from nicegui import ui

from core.accounts import People, Right, Viewer
from core.errors import MowthosError
from core.shares import ShareKind, ShareState, ShareView
from dashboard.components.ages import age_text, due_text
from dashboard.components.dialogs import asking
from dashboard.components.notices import attempt, still_signed_in
from dashboard.components.text import text
from dashboard.i18n import _, ngettext, told
from dashboard.shares.parts import Shares

HOURS = (1, 8, 24, 24 * 7, 24 * 30)

type ShareButton = Callable[[ShareKind, str, Viewer], None]
"""Draws the button for (kind, device name or cluster id, who looks)."""


def share_button(shares: Shares, people: People, base_url: str) -> ShareButton:
    def draw(kind: ShareKind, name: str, viewer: Viewer) -> None:
        if not viewer.may(Right.SHARE_LINKS):
            return
        dialog = ShareDialog(shares, people, viewer, kind, name, base_url)
        button = ui.button(_("Share"), icon="o_share", color=None, on_click=dialog.open)
        button.props("unelevated no-caps").classes("m-button m-button-quiet")

    return draw


class ShareDialog:
    """The dialog of one open page."""

    def __init__(
        self, shares: Shares, people: People, viewer: Viewer, kind: ShareKind, name: str, base_url: str
    ) -> None:
        self._shares, self._people, self._viewer = shares, people, viewer
        self._kind, self._name, self._base = kind, name, base_url.rstrip("/")

    async def open(self) -> None:
        subject_id, subject = await self._shares.subject(self._kind, self._name)
        with asking() as dialog:
            text("h2", _("Share {name}").format(name=subject))
            words = _("Whoever has the link sees state, age and about where, without signing in; no home, no name.")
            text("p", words).classes("m-muted")
            hours = ui.select({h: hours_words(h) for h in HOURS}, label=_("Good for"), value=24).props("outlined")
            note = ui.input(_("For whom (only you see this)")).props("outlined maxlength=120")
            problem = text("div", "").classes("m-notice m-notice-bad").props('role="alert"')
            problem.set_visibility(False)
            made = ui.element("div").props('aria-live="polite"')
            listed = ui.element("div")

            async def make() -> None:
                if not await still_signed_in(self._people, self._viewer):
                    return
                try:
                    new = await self._shares.desk.make(
                        self._kind, subject_id, subject, hours=int(hours.value), note=note.value or "",
                        by=self._viewer,
                    )  # fmt: skip
                except MowthosError as error:
                    problem.text = told(error.message)
                    problem.set_visibility(True)
                    return
                made.clear()
                with made:
                    field = ui.input(_("The link: it is shown here once"), value=f"{self._base}/s/{new.secret}")
                    field.props("outlined readonly").classes("m-share-link")
                await self._list(listed, subject_id)

            with ui.element("div").classes("m-actions m-dialog-actions"):
                ui.button(_("Close"), color=None, on_click=dialog.close).props("unelevated no-caps").classes(
                    "m-button m-button-quiet"
                )
                ui.button(_("Make a link"), color=None, on_click=make).props("unelevated no-caps").classes("m-button")
            await self._list(listed, subject_id)

    async def _list(self, place: ui.element, subject_id: UUID) -> None:
        links = await self._shares.desk.links(by=self._viewer, subject_id=subject_id)
        place.clear()
        with place:
            text("h3", _("Links made so far"))
            if not links:
                text("p", _("None.")).classes("m-muted")
            with ui.element("ul").classes("m-list"):
                for link in links:
                    self._row(link, lambda: self._list(place, subject_id))

    def _row(self, link: ShareView, show: Callable[[], Awaitable[None]]) -> None:
        async def revoke() -> None:
            if await still_signed_in(self._people, self._viewer):
                await attempt(self._shares.desk.revoke(link.id, by=self._viewer), done=_("Link taken back"))
                await show()

        with ui.element("li"):
            with ui.element("div"):
                text("b", link.note or link.made_by)
                with ui.element("span").classes("m-sub"):
                    text("span", _("made by {who}").format(who=link.made_by))
                with ui.element("span").classes("m-sub"):
                    text("span", state_words()[link.state])
                    if link.state is ShareState.LIVE:
                        due_text(link.expires_at)
                with ui.element("span").classes("m-sub"):
                    text("span", _("last used"))
                    age_text(link.used_at)
            if link.state is ShareState.LIVE:
                end = ui.button(_("Take back"), color=None, on_click=revoke).props("unelevated no-caps")
                end.classes("m-button m-button-quiet m-button-small")


def state_words() -> dict[ShareState, str]:
    return {
        ShareState.LIVE: _("ends"),
        ShareState.EXPIRED: _("expired"),
        ShareState.REVOKED: _("taken back"),
    }


def hours_words(hours: int) -> str:
    if hours < 48:
        return ngettext("{n} hour", "{n} hours", hours).format(n=hours)
    return ngettext("{n} day", "{n} days", hours // 24).format(n=hours // 24)
