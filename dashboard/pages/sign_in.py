"""Sign-in and sign-out: a native form, so that password managers work and nothing waits for a script."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Annotated
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from fastapi import APIRouter, Form, Request
from nicegui import app
from starlette.responses import JSONResponse, RedirectResponse, Response

from core.accounts import People, SecondStepNeeded, SignedIn, SignInRefused
from dashboard.frame_parts import role_word
from dashboard.gate import COOKIE, LANGUAGE_COOKIE, YEAR_SECONDS, landing, viewer_of
from dashboard.i18n import LANGUAGES, _, current_language, told
from dashboard.plain_page import brand_html, plain_page
from dashboard.throttle import SignInThrottle

BROWSER_COOKIE = "mowthos_browser"
STEP_COOKIE = "mowthos_step"
STEP_SECONDS = 600
HALF_YEAR_SECONDS = 15_552_000


@dataclass(frozen=True, slots=True)
class SamplePerson:
    """A demo person, offered as a one-click sign-in. Never outside the demo: the password stands in the page."""

    name: str
    role: str
    email: str
    password: str


def register(
    *,
    people: People,
    throttle: SignInThrottle,
    demo_people: Sequence[SamplePerson] = (),
    self_service: bool = False,
    ways: Sequence[Callable[[str], str]] = (),
) -> None:
    """Serve ``/``, ``/sign-in``, ``/sign-out``, ``/session`` and ``/account/language``."""
    router = sign_in_router(
        people=people, throttle=throttle, demo_people=demo_people, self_service=self_service, ways=ways
    )
    app.include_router(router)


def sign_in_router(
    *,
    people: People,
    throttle: SignInThrottle,
    demo_people: Sequence[SamplePerson] = (),
    self_service: bool = False,
    ways: Sequence[Callable[[str], str]] = (),
) -> APIRouter:
    """The routes of sign-in, for whichever app serves them. ``self_service`` shows the ways to sign up and to a new
    password (`dashboard.join`); ``ways`` are other ways in: HTML made for where to go on."""

    def more(target: str) -> str:
        return "".join(way(target) for way in ways) + (_self_service_html() if self_service else "")

    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def start(request: Request) -> Response:
        return RedirectResponse(landing(viewer_of(request)), 303)

    @router.get("/sign-in")
    async def sign_in_page(request: Request, next: str = "", ended: bool = False, email: str = "") -> Response:
        viewer = viewer_of(request)
        if viewer is not None:
            return RedirectResponse(safe_target(next) or landing(viewer), 303)
        target = safe_target(next)
        notice = _("Your session has ended. Sign in to go on where you were.") if ended else ""
        return _page(request, demo_people, more(target), target=target, email=email, notice=notice)

    @router.post("/sign-in")
    async def sign_in(
        request: Request,
        email: Annotated[str, Form(max_length=254)] = "",
        password: Annotated[str, Form()] = "",
        next: Annotated[str, Form()] = "",
        code: Annotated[str, Form(max_length=64)] = "",
    ) -> Response:
        target = safe_target(next)
        if not await throttle.allows(request):
            words = _("Too many failed attempts from your network. Wait a minute and try again.")
            return _page(request, demo_people, more(target), target=target, email=email, error=words, status=429)
        if not email.strip() or not password:
            words = _("Enter your email and your password.")
            return _page(request, demo_people, more(target), target=target, email=email, error=words, status=400)
        try:
            agent, browser = request.headers.get("user-agent", ""), request.cookies.get(BROWSER_COOKIE, "")
            done = await people.sign_in(email, password, agent, code=code, browser=browser)
        except SignInRefused as refusal:
            await throttle.failed(request)
            words = told(refusal.message)
            return _page(
                request, demo_people, more(target), target=target, email=email, error=words, status=401,
                locked=refusal.retry_at is not None,
            )  # fmt: skip
        except SecondStepNeeded as needed:
            response = RedirectResponse("/sign-in/second" + (f"?{urlencode({'next': target})}" if target else ""), 303)
            set_cookie(response, request, STEP_COOKIE, needed.step, STEP_SECONDS)
            return response
        response = RedirectResponse(target or landing(done.viewer), 303)
        await let_in(response, request, people, done)
        return response

    @router.post("/sign-out")
    async def sign_out(request: Request) -> Response:
        viewer = viewer_of(request)
        if viewer is not None:
            await people.sign_out(viewer)
        response = RedirectResponse("/sign-in", 303)
        response.delete_cookie(COOKIE, path="/")
        return response

    @router.get("/session")
    async def session(request: Request) -> Response:
        viewer = viewer_of(request)
        if viewer is None:
            ended = await people.ran_out(token=request.cookies.get(COOKIE, ""))
            return JSONResponse({"signed_in": False, "ran_out": bool(ended)}, 401)
        return JSONResponse({"signed_in": True, "person": str(viewer.person_id)})

    @router.post("/account/language")
    async def language(request: Request, language: Annotated[str, Form()]) -> Response:
        viewer = viewer_of(request)
        if language not in LANGUAGES:
            return JSONResponse({"detail": "unknown language"}, 422)
        if viewer is not None:
            await people.set_language(viewer, language)
        response = Response(status_code=204)
        set_cookie(response, request, LANGUAGE_COOKIE, language, YEAR_SECONDS)
        return response

    @router.get("/language/{language}")
    async def language_before_sign_in(request: Request, language: str, next: str = "") -> Response:
        response = RedirectResponse("/sign-in" + (f"?{urlencode({'next': safe_target(next)})}" if next else ""), 303)
        if language in LANGUAGES:
            set_cookie(response, request, LANGUAGE_COOKIE, language, YEAR_SECONDS)
        return response

    return router


def safe_target(target: str) -> str:
    """``target`` when it is a path of ours, else nothing: sign-in never sends anyone to another site.

    Browsers read ``\\`` as ``/`` and drop tabs and newlines, so ``/\\evil`` and ``/<tab>/evil`` count as foreign.
    """
    if not target.startswith("/") or target.startswith("//") or "\\" in target:
        return ""
    if any(ord(character) < 32 or ord(character) == 127 for character in target):
        return ""
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or parts.path in {"/sign-in", "/sign-out"}:
        return ""
    return target


async def let_in(response: Response, request: Request, people: People, done: SignedIn) -> None:
    """Give the browser its session, and know the browser from now on."""
    set_cookie(response, request, COOKIE, done.token, people.rules.session_max_days * 86_400)
    await know_browser(response, request, people, done.viewer.person_id)
    response.delete_cookie(STEP_COOKIE, path="/")


async def know_browser(response: Response, request: Request, people: People, person_id: UUID) -> None:
    """From now on the tries of others at this person's address do not slow this browser."""
    known = await people.remember_browser(person_id, request.cookies.get(BROWSER_COOKIE, ""))
    set_cookie(response, request, BROWSER_COOKIE, known, HALF_YEAR_SECONDS)


def set_cookie(response: Response, request: Request, name: str, value: str, max_age: int) -> None:
    secure = request.url.scheme == "https" or request.headers.get("x-forwarded-proto") == "https"
    response.set_cookie(name, value, max_age=max_age, path="/", httponly=True, samesite="lax", secure=secure)


def _page(
    request: Request,
    demo_people: Sequence[SamplePerson],
    more: str,
    *,
    target: str,
    email: str = "",
    notice: str = "",
    error: str = "",
    status: int = 200,
    locked: bool = False,
) -> Response:
    hidden = f'<input type="hidden" name="next" value="{escape(target)}">' if target else ""
    focus = "password" if email else "email"
    described = ' aria-describedby="problem" aria-invalid="true"' if error else ""
    parts = [
        f'<div class="m-brand">{brand_html()}<div><h1>{escape(_("Sign in to MowthosOS"))}</h1>',
        f"<p>{escape(_('Watch and steer the mowers of your neighbourhood.'))}</p></div></div>",
        f'<div class="m-notice" role="status">{escape(notice)}</div>' if notice else "",
        f'<div class="m-notice m-notice-bad" role="alert" id="problem">{escape(error)}</div>' if error else "",
        f'<form method="post" action="/sign-in">{hidden}',
        f'<div class="m-field"><label for="email">{escape(_("Email"))}</label>',
        '<input class="m-input" id="email" name="email" type="email" autocomplete="username" required maxlength="254"',
        f' value="{escape(email)}"{described}{" autofocus" if focus == "email" else ""}></div>',
        f'<div class="m-field"><label for="password">{escape(_("Password"))}</label>',
        '<input class="m-input" id="password" name="password" type="password" autocomplete="current-password" required',
        f"{described}{' autofocus' if focus == 'password' else ''}></div>",
        code_field(_("Or with the code of your app, at once")) if locked else "",
        f'<button class="m-button" type="submit">{escape(_("Sign in"))}</button></form>',
        more,
        _demo_html(demo_people, hidden),
    ]
    return plain_page(request, title=_("Sign in"), body="".join(parts), footer=_languages_html(target), status=status)


def code_field(words: str, *, focus: bool = False) -> str:
    """The field of a second factor's code, as password managers expect it."""
    return (
        f'<div class="m-field"><label for="code">{escape(words)}</label><input class="m-input" id="code" name="code"'
        f' autocomplete="one-time-code" autocapitalize="none" spellcheck="false" maxlength="64"'
        f"{' required autofocus' if focus else ''}></div>"
    )


def _self_service_html() -> str:
    links = (("/forgot", _("Forgot your password?")), ("/join", _("New here? Look up your address")))
    return '<p class="m-stack">' + "".join(f'<a href="{to}">{escape(words)}</a>' for to, words in links) + "</p>"


def _demo_html(demo_people: Sequence[SamplePerson], hidden: str) -> str:
    if not demo_people:
        return ""
    buttons = "".join(
        f'<form method="post" action="/sign-in">{hidden}'
        f'<input type="hidden" name="email" value="{escape(person.email)}">'
        f'<input type="hidden" name="password" value="{escape(person.password)}">'
        f'<button type="submit"><i aria-hidden="true">{escape(person.name[:1])}</i><b>{escape(person.name)}</b>'
        f"<span>{escape(role_word(person.role))}</span></button></form>"
        for person in demo_people
    )
    return f'<div class="m-or">{escape(_("or look around the demo as"))}</div><div class="m-demo">{buttons}</div>'


def _languages_html(target: str) -> str:
    query = f"?{urlencode({'next': target})}" if target else ""
    return "".join(
        f'<a href="/language/{code}{query}" lang="{code}"{" aria-current" if code == current_language() else ""}>'
        f"{escape(name)}</a>"
        for code, name in LANGUAGES.items()
    )
