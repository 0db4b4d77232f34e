"""Sign-up, mail verification and new passwords: native forms. Asking answers the same whoever asks about whomever."""

from collections.abc import Awaitable, Callable
from html import escape
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Path, Request
from nicegui import app
from starlette.background import BackgroundTask
from starlette.responses import RedirectResponse, Response

from core.accounts import AccountMail, People, Right, TokenKind, Viewer
from core.errors import Conflict, Invalid, MowthosError, NotFound
from dashboard.gate import require, viewer_of
from dashboard.i18n import _, current_language, told
from dashboard.join import html
from dashboard.join.desk import JoinStart
from dashboard.pages.sign_in import know_browser, let_in
from dashboard.throttle import AskThrottle

WRONG_CODE = "/join?problem=code"

type Secret = Annotated[str, Path(max_length=100)]
type Given = Annotated[str, Form(max_length=254)]


def register(*, start: JoinStart, people: People, throttle: AskThrottle) -> None:
    """Serve ``/sign-up``, ``/verify``, ``/forgot``, ``/reset``, and the steps of joining below ``/join``."""
    app.include_router(join_router(start=start, people=people, throttle=throttle))
    app.include_router(steps_router(start))


def join_router(*, start: JoinStart, people: People, throttle: AskThrottle) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.post("/sign-up")
    async def sign_up(
        request: Request,
        email: Given = "",
        name: Given = "",
        home: Annotated[int | None, Form()] = None,
        agreed: Given = "",
    ) -> Response:
        form = html.sign_up_form(home, name=name, email=email, terms=start.terms)
        if not await throttle.hit(request):
            return _too_many(request, _("Sign up"), form)
        try:
            start.ready()
            mail = await start.accounts.sign_up(
                email=email, name=name, language=current_language(), home_id=home, agreed=agreed
            )
        except MowthosError as error:
            return html.page(request, title=_("Sign up"), words="", body=form, error=told(error.message), status=400)
        return _sent(request, start, mail, email)

    @router.get("/verify/{secret}")
    async def verify_page(request: Request, secret: Secret) -> Response:
        return await _choose(request, TokenKind.SIGN_UP, secret)

    @router.post("/verify/{secret}")
    async def verify(request: Request, secret: Secret, password: Annotated[str, Form()] = "") -> Response:
        try:
            signed_up = await start.accounts.confirm(secret, password)
        except Invalid as error:
            return await _choose(request, TokenKind.SIGN_UP, secret, told(error.message))
        except (NotFound, Conflict) as error:
            return _not_good(request, told(error.message))
        done = await people.enter(signed_up.person_id, request.headers.get("user-agent", ""))
        response = RedirectResponse(await _claimed(done.viewer, signed_up.home_id), 303)
        await let_in(response, request, people, done)
        return response

    @router.get("/forgot")
    async def forgot_page(request: Request) -> Response:
        words = _("We send you a mail with a link; it is good for an hour.")
        return html.page(request, title=_("New password"), words=words, body=html.email_form("/forgot", _("Send it")))

    @router.post("/forgot")
    async def forgot(request: Request, email: Given = "") -> Response:
        form = html.email_form("/forgot", _("Send it"))
        if not await throttle.hit(request):
            return _too_many(request, _("New password"), form)
        try:
            start.ready()
            mail = await start.accounts.forgot(email)
        except MowthosError as error:
            words = told(error.message)
            return html.page(request, title=_("New password"), words="", body=form, error=words, status=400)
        return _sent(request, start, mail, email)

    @router.get("/reset/{secret}")
    async def reset_page(request: Request, secret: Secret) -> Response:
        return await _choose(request, TokenKind.RESET, secret)

    @router.post("/reset/{secret}")
    async def reset(request: Request, secret: Secret, password: Annotated[str, Form()] = "") -> Response:
        try:
            person_id = await start.accounts.reset(secret, password)
        except Invalid as error:
            return await _choose(request, TokenKind.RESET, secret, told(error.message))
        except NotFound as error:
            return _not_good(request, told(error.message))
        link = f'<a class="m-button" href="/sign-in">{escape(_("Sign in"))}</a>'
        words = _("Your new password holds. Every device that was signed in is signed out.")
        response = html.page(request, title=_("Done"), words=words, body=link)
        await know_browser(response, request, people, person_id)  # so that nobody's guesses keep them out of it
        return response

    async def _claimed(viewer: Viewer, home_id: int | None) -> str:
        return "/join" if home_id is None else await _tried(start.claim(viewer, home_id), taken="/join?problem=taken")

    async def _choose(request: Request, kind: TokenKind, secret: str, error: str = "") -> Response:
        """The page behind a mail's link. It uses nothing up: robots look at every link of a mail."""
        if not await start.accounts.good(kind, secret):
            return _not_good(request, _("This link is used up, too old, or incomplete: ask for another."))
        sign_up = kind is TokenKind.SIGN_UP
        title = _("Choose your password") if sign_up else _("New password")
        action = f"/verify/{secret}" if sign_up else f"/reset/{secret}"
        form = html.password_form(action, _("Create my account") if sign_up else _("Set the new password"))
        return html.page(request, title=title, words="", body=form, error=error, status=400 if error else 200)

    return router


def steps_router(start: JoinStart) -> APIRouter:
    """What somebody does who is signed in: a home, a place, a place in line, the code they came by."""
    router = APIRouter(include_in_schema=False)

    @router.post("/join/home")
    async def claim(request: Request, home: Annotated[int, Form()]) -> Response:
        return await _as_viewer(
            request, lambda viewer: _tried(start.claim(viewer, home), taken=f"/join?home={home}&problem=taken")
        )

    @router.post("/join/cluster")
    async def cluster(request: Request, home: Annotated[int, Form()], cluster: Annotated[UUID, Form()]) -> Response:
        return await _as_viewer(
            request, lambda viewer: _tried(start.join(viewer, home, cluster), taken="/join?problem=cluster")
        )

    @router.post("/join/line/leave")
    async def leave_line(request: Request, home: Annotated[int, Form()], cluster: Annotated[UUID, Form()]) -> Response:
        return await _as_viewer(
            request, lambda viewer: _tried(start.leave_line(viewer, home, cluster), taken="/join?problem=cluster")
        )

    @router.post("/join/code")
    async def code(request: Request, lot: Annotated[UUID, Form()], code: Given = "") -> Response:
        return await _as_viewer(request, lambda viewer: _tried(start.came_by(viewer, lot, code), taken=WRONG_CODE))

    return router


async def _as_viewer(request: Request, act: Callable[[Viewer], Awaitable[str]]) -> Response:
    viewer = viewer_of(request)
    if viewer is None:
        return RedirectResponse("/sign-in?next=/join", 303)
    await require(request, Right.SEE_OWN_BILL)
    return RedirectResponse(await act(viewer), 303)


async def _tried(work: Awaitable[None], *, taken: str) -> str:
    """Where to go on: to the plans, or to where it is told why not."""
    try:
        await work
    except (Conflict, NotFound):
        return taken
    return "/join"


def _sent(request: Request, start: JoinStart, mail: AccountMail | None, email: str) -> Response:
    """The one answer there is, before any mail is sent."""
    words = _("If {email} can be reached, a mail is on its way. Open the link in it to go on.")
    response = html.page(request, title=_("Look into your mail"), words=words.format(email=email.strip()), body="")
    response.background = BackgroundTask(start.send, mail)
    return response


def _too_many(request: Request, title: str, form: str) -> Response:
    words = _("Too many requests from your network. Wait a while and try again.")
    return html.page(request, title=title, words="", body=form, error=words, status=429)


def _not_good(request: Request, words: str) -> Response:
    links = (
        f'<a class="m-button" href="/join">{escape(_("Start again"))}</a>'
        f'<a class="m-button m-button-quiet" href="/forgot">{escape(_("New password"))}</a>'
        f'<a class="m-button m-button-quiet" href="/sign-in">{escape(_("Sign in"))}</a>'
    )
    body = f'<div class="m-stack">{links}</div>'
    return html.page(request, title=_("That did not work"), words=words, body=body, status=404)
