"""Looking through a homeowner's eyes: the two forms that begin and end it, and the banner that says so meanwhile."""

from html import escape
from typing import Annotated
from uuid import UUID

from babel.dates import format_time
from fastapi import APIRouter, Request
from nicegui import app
from starlette.responses import RedirectResponse, Response

from core.accounts import Right, ViewAs, Viewer
from dashboard.gate import VIEW_COOKIE, VIEW_END, needs, viewer_of
from dashboard.i18n import _, locale
from dashboard.session_watch import way_back


def register(*, view_as: ViewAs) -> None:
    """Serve ``/view-as``."""
    app.include_router(view_router(view_as))


def view_router(view_as: ViewAs) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.post(VIEW_END)
    async def end(request: Request) -> Response:
        viewer = viewer_of(request)
        back = "/"
        if viewer is not None and viewer.watcher:
            back = way_back(viewer)
            await view_as.end(viewer)
        response = RedirectResponse(back, 303)
        response.delete_cookie(VIEW_COOKIE, path="/")
        return response

    @router.post("/view-as/{person_id}")
    async def start(request: Request, person_id: UUID, viewer: Annotated[Viewer, needs(Right.VIEW_AS)]) -> Response:
        look = await view_as.start(person_id, by=viewer)
        response = RedirectResponse("/home", 303)
        secure = request.url.scheme == "https" or request.headers.get("x-forwarded-proto") == "https"
        response.set_cookie(VIEW_COOKIE, look.token, path="/", httponly=True, samesite="strict", secure=secure)
        return response

    return router


def start_form(person_id: UUID) -> str:
    """The button that begins a look."""
    return (
        f'<form method="post" action="/view-as/{person_id}"><button type="submit" class="m-button m-button-quiet">'
        f"{escape(_('View as homeowner'))}</button></form>"
    )


def banner_html(viewer: Viewer) -> str:
    """Whose eyes these are, until when, and the way back."""
    assert viewer.expires_at is not None
    until = format_time(viewer.expires_at, "short", locale=locale())
    words = _("You see what {name} sees, until {time} UTC. Nothing can be changed from here.").format(
        name=viewer.name, time=until
    )
    return (
        f'<div class="m-notice m-notice-warn m-seen-as" role="note"><span>{escape(words)}</span>'
        f'<form method="post" action="{VIEW_END}"><button type="submit" class="m-button m-button-small">'
        f"{escape(_('Back to my own pages'))}</button></form></div>"
    )
