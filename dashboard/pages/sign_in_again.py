"""Signing in again on an open page whose session ran out: the page goes on as it stands."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from nicegui import app
from starlette.responses import JSONResponse, Response

from core.accounts import People, SecondStepNeeded, SignInRefused
from dashboard.gate import viewer_of
from dashboard.i18n import _, told
from dashboard.pages.sign_in import BROWSER_COOKIE, let_in
from dashboard.session_watch import go_on
from dashboard.throttle import SignInThrottle


def register(*, people: People, throttle: SignInThrottle) -> None:
    """Serve ``/session/again``."""
    app.include_router(sign_in_again_router(people=people, throttle=throttle))


def sign_in_again_router(*, people: People, throttle: SignInThrottle) -> APIRouter:
    """The route, for whichever app serves it."""
    router = APIRouter(include_in_schema=False)

    @router.post("/session/again")
    async def again(
        request: Request,
        email: Annotated[str, Form(max_length=254)] = "",
        password: Annotated[str, Form()] = "",
        code: Annotated[str, Form(max_length=64)] = "",
        page: Annotated[str, Form(max_length=64)] = "",
    ) -> Response:
        """``page`` (NiceGUI's client id) goes on, told as ``{"page": true}``; a refusal has ``words``, and ``code``
        where a code of the second factor is wanted. Without a password for who has signed in on another page."""
        viewer = viewer_of(request)
        if viewer is not None and not password:
            return JSONResponse({"page": go_on(page, viewer)})
        if not await throttle.allows(request):
            return _refused(_("Too many failed attempts from your network. Wait a minute and try again."), 429)
        try:
            agent, browser = request.headers.get("user-agent", ""), request.cookies.get(BROWSER_COOKIE, "")
            done = await people.sign_in(email, password, agent, code=code, browser=browser)
        except SignInRefused as refusal:
            await throttle.failed(request)
            return _refused(told(refusal.message), 401, code=refusal.retry_at is not None)
        except SecondStepNeeded:
            return _refused(_("Enter the code of your app, too."), 401, code=True)
        response = JSONResponse({"page": go_on(page, done.viewer)})
        await let_in(response, request, people, done)
        return response

    return router


def _refused(words: str, status: int, *, code: bool = False) -> Response:
    return JSONResponse({"words": words, "code": code}, status)
