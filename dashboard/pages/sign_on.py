"""Signing on through an identity provider: there, back again, and tying an account that exists."""

from html import escape
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from nicegui import app
from starlette.responses import RedirectResponse, Response

from core.accounts import LinkNeeded, People, SecondStepNeeded, SignOn
from core.errors import MowthosError
from dashboard.gate import landing, viewer_of
from dashboard.i18n import _, told
from dashboard.pages.sign_in import STEP_COOKIE, STEP_SECONDS, let_in, safe_target, set_cookie
from dashboard.plain_page import brand_html, plain_page

SIGN_ON_COOKIE = "mowthos_sign_on"
LINK_COOKIE = "mowthos_link"
ACCOUNT = "/account/security"
SAID_NO = frozenset({"access_denied", "login_required", "consent_required", "interaction_required"})
TRY_LATER = frozenset({"server_error", "temporarily_unavailable"})


def register(*, sign_on: SignOn, people: People, public_url: str | None) -> None:
    """Serve ``/sign-on``, ``/sign-on/callback``, ``/sign-on/tie`` and ``/sign-on/link``."""
    app.include_router(sign_on_router(sign_on=sign_on, people=people, public_url=public_url))


def sign_on_router(*, sign_on: SignOn, people: People, public_url: str | None = None) -> APIRouter:
    """The routes, for whichever app serves them."""
    router = APIRouter(include_in_schema=False, prefix="/sign-on")

    def callback(request: Request) -> str:
        return f"{(public_url or str(request.base_url)).rstrip('/')}/sign-on/callback"

    @router.get("")
    async def begin(request: Request, next: str = "") -> Response:
        try:
            address, step = await sign_on.begin(redirect_uri=callback(request), target=safe_target(next))
        except MowthosError as error:
            return _refused(request, told(error.message))
        response = RedirectResponse(address, 303)
        set_cookie(response, request, SIGN_ON_COOKIE, step, STEP_SECONDS)
        return response

    @router.get("/tie")
    async def tie(request: Request, proof: str = "") -> Response:
        """From the account page: ``proof`` is good once, for the person it was made for."""
        viewer = viewer_of(request)
        if viewer is None:
            return RedirectResponse(f"/sign-in?{urlencode({'next': ACCOUNT})}", 303)
        try:
            address, step = await sign_on.begin(
                redirect_uri=callback(request), target=ACCOUNT, viewer=viewer, proof=proof
            )
        except MowthosError as error:
            return _refused(request, told(error.message))
        response = RedirectResponse(address, 303)
        set_cookie(response, request, SIGN_ON_COOKIE, step, STEP_SECONDS)
        return response

    @router.get("/callback")
    async def back(request: Request, state: str = "", code: str = "", error: str = "") -> Response:
        if not code:
            return _refused(request, _no_code(error, sign_on.name))
        try:
            done, target = await sign_on.finish(
                step=request.cookies.get(SIGN_ON_COOKIE, ""), state=state, code=code, redirect_uri=callback(request),
                user_agent=request.headers.get("user-agent", ""),
            )  # fmt: skip
        except SecondStepNeeded as needed:
            query = f"?{urlencode({'next': needed.target})}" if needed.target else ""
            response = RedirectResponse(f"/sign-in/second{query}", 303)
            set_cookie(response, request, STEP_COOKIE, needed.step, STEP_SECONDS)
            return response
        except LinkNeeded as needed:
            return _ask_link(request, needed)
        except MowthosError as failure:
            return _refused(request, told(failure.message))
        response = RedirectResponse(safe_target(target) or (ACCOUNT if done is None else landing(done.viewer)), 303)
        if done is not None:
            await let_in(response, request, people, done)
        response.delete_cookie(SIGN_ON_COOKIE, path="/")
        return response

    @router.get("/link")
    async def link_page(request: Request) -> Response:
        viewer = viewer_of(request)
        if viewer is None:
            return RedirectResponse("/sign-in?next=/sign-on/link", 303)
        try:
            email = await sign_on.offered(viewer, request.cookies.get(LINK_COOKIE, ""))
        except MowthosError as error:
            return _refused(request, told(error.message))
        words = _("From now on {email} at {provider} signs in to this account.")
        body = (
            f'<form method="post" action="/sign-on/link"><button class="m-button" type="submit">'
            f'{escape(_("Tie both together"))}</button></form><p><a href="/">{escape(_("No, leave it"))}</a></p>'
        )
        title = _("Tie both accounts together?")
        return _page(request, title, words.format(email=email, provider=sign_on.name), body)

    @router.post("/link")
    async def link(request: Request) -> Response:
        viewer = viewer_of(request)
        if viewer is None:
            return RedirectResponse("/sign-in?next=/sign-on/link", 303)
        try:
            target = await sign_on.link(viewer, request.cookies.get(LINK_COOKIE, ""))
        except MowthosError as error:
            return _refused(request, told(error.message))
        response = RedirectResponse(safe_target(target) or landing(viewer), 303)
        response.delete_cookie(LINK_COOKIE, path="/")
        return response

    return router


def button_html(name: str, target: str) -> str:
    """The way to the provider, on the sign-in page."""
    query = f"?{urlencode({'next': target})}" if target else ""
    words = _("Sign in with {provider}").format(provider=name)
    return f'<a class="m-button m-button-quiet" href="/sign-on{query}">{escape(words)}</a>'


def _ask_link(request: Request, needed: LinkNeeded) -> Response:
    query = urlencode({"next": "/sign-on/link", "email": needed.email})
    body = f'<a class="m-button" href="/sign-in?{escape(query)}">{escape(_("Sign in"))}</a>'
    response = _page(request, _("You have an account already"), told(needed.message), body)
    set_cookie(response, request, LINK_COOKIE, needed.step, STEP_SECONDS)
    return response


def _no_code(error: str, provider: str) -> str:
    """Why the provider sent somebody back without a code (RFC 6749, 4.1.2.1), in our words: its own are not shown,
    anybody can write them into a link."""
    if error in TRY_LATER:
        return _("{provider} cannot sign anybody in just now: try again, or use your password.").format(
            provider=provider
        )
    if error in SAID_NO:
        return _(
            "{provider} did not let you in: you said no there, or it does not know you. "
            "Try again, or use your password."
        ).format(provider=provider)
    return _("{provider} sent you back without an answer: sign on again; if it stays, tell an admin.").format(
        provider=provider
    )


def _refused(request: Request, words: str) -> Response:
    target, name = "/sign-in", _("Back to sign-in")
    if viewer_of(request) is not None:
        target, name = ACCOUNT, _("Back to your account")
    body = f'<a class="m-button" href="{target}">{escape(name)}</a>'
    return _page(request, _("That did not work"), words, body, status=403)


def _page(request: Request, title: str, words: str, body: str, status: int = 200) -> Response:
    head = f'<div class="m-brand">{brand_html()}<div><h1>{escape(title)}</h1><p>{escape(words)}</p></div></div>'
    return plain_page(request, title=title, body=head + body, status=status)
