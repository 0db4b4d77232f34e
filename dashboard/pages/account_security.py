"""``/account/security``: how somebody signs in, and where they are signed in."""

from typing import Annotated

from fastapi import Request
from nicegui import ui

from core.accounts import People, SecondFactors, SignOn, Viewer
from dashboard.account.factor_card import FactorCard
from dashboard.account.session_card import SessionCard, password_form
from dashboard.account.sign_on_card import SignOnCard
from dashboard.assets import asset_url
from dashboard.components.text import text
from dashboard.gate import signed_in
from dashboard.i18n import _
from dashboard.pages.second_step import site_of
from dashboard.theme import page_at, page_frame, page_head


def register(*, people: People, factors: SecondFactors, public_url: str | None, sign_on: SignOn | None = None) -> None:
    """Serve ``/account/security``."""

    @page_at("/account/security")
    async def security_page(request: Request, viewer: Annotated[Viewer, signed_in(before_factor=True)]) -> None:
        has_password = await people.has_password(viewer)
        with page_frame(viewer, _("Sign-in and security")):
            ui.add_head_html(f'<link rel="stylesheet" href="{asset_url("styles/account.css")}">')
            ui.add_head_html(f'<script defer src="{asset_url("passkeys.js")}"></script>')
            with page_head(_("Sign-in and security")):
                pass
            if viewer.factor_due_at is not None:
                _due(viewer)
            with ui.element("div").classes("m-account"):
                with ui.element("section").classes("m-card"):
                    site = site_of(request, public_url)
                    await FactorCard(people, factors, viewer, site, password=has_password).build()
                if sign_on is not None:
                    with ui.element("section").classes("m-card"):
                        await SignOnCard(people, sign_on, viewer, password=has_password).build()
                sessions = SessionCard(people, viewer)
                with ui.element("section").classes("m-card"):
                    await sessions.build()
                if has_password:
                    with ui.element("section").classes("m-card"):
                        password_form(people, viewer, sessions)


def _due(viewer: Viewer) -> None:
    with ui.element("div").classes("m-notice m-notice-warn").props('role="note"'):
        words = _("Your role controls mowers or money: set up a second factor.")
        if viewer.factor_first:
            words = _("Your role controls mowers or money: set up a second factor to go on.")
        text("span", words)
