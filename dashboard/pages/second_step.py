"""The second step of signing in: a code, or a passkey; and a passkey in the place of the password."""

from html import escape
from typing import Annotated
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Form, Request
from nicegui import app
from starlette.responses import JSONResponse, RedirectResponse, Response

from core.accounts import Entrance, People, SignInRefused, Site
from core.errors import MowthosError, NotAllowed
from dashboard.assets import asset_url
from dashboard.gate import landing
from dashboard.i18n import _, told
from dashboard.pages.sign_in import STEP_COOKIE, STEP_SECONDS, code_field, let_in, safe_target, set_cookie
from dashboard.plain_page import brand_html, plain_page
from dashboard.throttle import SignInThrottle

TRY_COOKIE = "mowthos_passkey"


def register(*, people: People, entrance: Entrance, throttle: SignInThrottle, public_url: str | None) -> None:
    """Serve ``/sign-in/second`` and ``/sign-in/passkey``."""
    app.include_router(second_step_router(people=people, entrance=entrance, throttle=throttle, public_url=public_url))


def second_step_router(
    *, people: People, entrance: Entrance, throttle: SignInThrottle, public_url: str | None = None
) -> APIRouter:
    """The routes, for whichever app serves them."""
    router = APIRouter(include_in_schema=False, prefix="/sign-in")

    @router.get("/second")
    async def second_page(request: Request, next: str = "") -> Response:
        return await page(request, safe_target(next))

    @router.post("/second")
    async def second(
        request: Request, code: Annotated[str, Form(max_length=64)] = "", next: Annotated[str, Form()] = ""
    ) -> Response:
        target = safe_target(next)
        if not await throttle.allows(request):
            words = _("Too many failed attempts from your network. Wait a minute and try again.")
            return await page(request, target, error=words, status=429)
        try:
            agent = request.headers.get("user-agent", "")
            done = await entrance.finish(request.cookies.get(STEP_COOKIE, ""), code, agent)
        except SignInRefused as refusal:
            await throttle.failed(request)
            return await page(request, target, error=told(refusal.message), status=401)
        except NotAllowed:
            return _again(target)
        response = RedirectResponse(target or landing(done.viewer), 303)
        await let_in(response, request, people, done)
        return response

    @router.post("/passkey/options")
    async def options(request: Request, alone: Annotated[bool, Form()] = False) -> Response:
        """What the browser's dialog needs. The secret of this try goes into a cookie, never to a script."""
        step = "" if alone else request.cookies.get(STEP_COOKIE, "")
        if not await throttle.allows(request) or not (alone or step):
            return JSONResponse({"detail": _("This sign-in took too long or was used already: begin again.")}, 403)
        try:
            given, secret = await entrance.passkey_options(site_of(request, public_url), step)
        except MowthosError as error:
            return JSONResponse({"detail": told(error.message)}, 403)
        response = JSONResponse(given)
        set_cookie(response, request, TRY_COOKIE, secret, STEP_SECONDS)
        return response

    @router.post("/passkey")
    async def passkey(
        request: Request, credential: Annotated[str, Form()] = "", next: Annotated[str, Form()] = ""
    ) -> Response:
        secret, agent = request.cookies.get(TRY_COOKIE, ""), request.headers.get("user-agent", "")
        try:
            done = await entrance.finish_passkey(site_of(request, public_url), secret, credential, agent)
        except MowthosError as error:
            await throttle.failed(request)
            return JSONResponse({"detail": told(error.message)}, 401)
        response = JSONResponse({"to": safe_target(next) or landing(done.viewer)})
        await let_in(response, request, people, done)
        response.delete_cookie(TRY_COOKIE, path="/")
        return response

    async def page(request: Request, target: str, *, error: str = "", status: int = 200) -> Response:
        try:
            has_passkey = await entrance.has_passkey(request.cookies.get(STEP_COOKIE, ""))
        except NotAllowed:
            return _again(target)
        problem = f'<div class="m-notice m-notice-bad" role="alert" id="problem">{escape(error)}</div>' if error else ""
        hidden = f'<input type="hidden" name="next" value="{escape(target)}">' if target else ""
        words = _("Your password is right. Now the code your app shows, or one of your recovery codes.")
        body = (
            f'<div class="m-brand">{brand_html()}<div><h1>{escape(_("Second step"))}</h1><p>{escape(words)}</p></div>'
            f'</div>{problem}<form method="post" action="/sign-in/second">{hidden}{code_field(_("Code"), focus=True)}'
            f'<button class="m-button" type="submit">{escape(_("Sign in"))}</button></form>'
            f"{passkey_html(target, alone=False) if has_passkey else ''}"
            f'<p><a href="/sign-in">{escape(_("Sign in as somebody else"))}</a></p>'
        )
        return plain_page(request, title=_("Second step"), body=body, status=status)

    return router


def passkey_html(target: str, *, alone: bool) -> str:
    """A button that comes alive where the browser knows passkeys; the page works without it."""
    words = escape(_("Sign in with a passkey") if alone else _("Use your passkey"))
    failed = escape(_("The passkey was not used: try again, or use another way."))
    return (
        f'<div hidden class="m-stack" data-passkey data-alone="{str(alone).lower()}" data-next="{escape(target)}"'
        f' data-failed="{failed}"><button type="button" class="m-button m-button-quiet">{words}</button>'
        f'<div class="m-notice m-notice-bad" role="alert" hidden></div></div>'
        f'<script defer src="{asset_url("passkeys.js")}"></script>'
    )


def site_of(request: Request, public_url: str | None) -> Site:
    """Where a passkey holds: the address browsers use."""
    parts = urlsplit(public_url or str(request.base_url))
    return Site(parts.hostname or "", f"{parts.scheme}://{parts.netloc}")


def _again(target: str) -> Response:
    query = {"ended": "1"} | ({"next": target} if target else {})
    return RedirectResponse(f"/sign-in?{urlencode(query)}", 303)
