"""Who may see which page: resolves the viewer of every request and socket once, and refuses what no right allows."""

from typing import Any
from urllib.parse import urlencode

import structlog
from fastapi import Depends, FastAPI, Request
from nicegui import app as nicegui_app
from nicegui.staticfiles import CacheControlledStaticFiles
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from core.accounts import People, Right, Role, ViewAs, Viewer
from core.clock import Clock
from core.db.reading import LOOK_ONLY, only_read
from core.errors import MowthosError, NotAllowed, NotFound
from dashboard.api.problems import problem
from dashboard.areas.bound import BELONGINGS, Sees, opens, stay_within
from dashboard.assets import ASSETS
from dashboard.body_limit import BodyLimitMiddleware
from dashboard.i18n import LANGUAGES, _, negotiate, set_language, told
from dashboard.logs import RequestIdMiddleware, browser_left, current_request_id
from dashboard.measures import measures_for, set_measures
from dashboard.plain_page import problem_page
from dashboard.rights_marks import marked
from dashboard.security import SAFE_METHODS, SecurityMiddleware
from dashboard.session_watch import SessionWatch

log = structlog.get_logger(__name__)

COOKIE = "mowthos_session"
VIEW_COOKIE = "mowthos_view"
"""Beside the other: its person looks as somebody else."""
VIEW_END = "/view-as/end"
LANGUAGE_COOKIE = "mowthos_language"
UNGATED = ("/_nicegui/", "/assets/")
"""Paths that carry no one's data: nobody is looked up for them."""

SOCKET = "/_nicegui_ws/"
"""Open pages speak over it, also by POST: what they may do is asked where rows are written."""

YEAR_SECONDS = 31_536_000

LANDING: dict[Role, str] = {
    Role.ADMIN: "/admin",
    Role.DISPATCHER: "/fleet",
    Role.TECHNICIAN: "/mowers",
    Role.HOMEOWNER: "/home",
    Role.AUDITOR: "/admin?tab=audit",
    Role.SERVICE: "/fleet",
}
"""Where each role lands after signing in."""


SECURITY = "/account/security"


class SignInNeeded(Exception):
    """Nobody is signed in: the answer is the sign-in page, and back again."""


class FactorNeeded(Exception):
    """Their role needs a second factor and the time to set one up is over: the answer is the page to do it."""


def install(
    outer: FastAPI,
    *,
    people: People,
    clock: Clock,
    public_url: str | None = None,
    tile_url: str | None = None,
    pages: FastAPI = nicegui_app,
    drill: bool = False,
    view_as: ViewAs | None = None,
    belongings: Sees | None = None,
) -> SessionWatch:
    """Put the gate before everything ``outer`` serves, and our error pages in the place of those of ``pages``; returns
    what watches the sessions behind open pages.

    ``belongings`` looks up what those who are bounded by areas name; without it they open nothing that is named.
    ``drill``: this is a copy in which things go wrong on purpose, and every page says so.
    """
    outer.add_middleware(
        GateMiddleware, people=people, clock=clock, drill=drill, view_as=view_as, belongings=belongings
    )
    outer.add_middleware(BodyLimitMiddleware)
    outer.add_middleware(SecurityMiddleware, public_url=public_url, tile_url=tile_url)
    outer.add_middleware(RequestIdMiddleware)
    watch = SessionWatch(people, clock)
    nicegui_app.on_startup(watch.start)
    nicegui_app.on_shutdown(watch.stop)
    pages.mount("/assets", CacheControlledStaticFiles(directory=ASSETS, max_cache_age=YEAR_SECONDS), name="assets")
    pages.add_exception_handler(SignInNeeded, _to_sign_in)
    pages.add_exception_handler(FactorNeeded, _to_factor)
    pages.add_exception_handler(MowthosError, _refusal)
    pages.add_exception_handler(404, _not_found)
    pages.add_exception_handler(Exception, _broken)
    return watch


class GateMiddleware:
    """Puts viewer, language and the server's time into the scope of every request and web socket."""

    def __init__(
        self,
        app: ASGIApp,
        people: People,
        clock: Clock,
        drill: bool = False,
        view_as: ViewAs | None = None,
        belongings: Sees | None = None,
    ) -> None:
        self._app = app
        self._people = people
        self._clock = clock
        self._drill = drill
        self._view_as = view_as
        self._belongings = belongings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"} and not scope["path"].startswith(UNGATED):
            connection = HTTPConnection(scope)
            token = connection.cookies.get(COOKIE)
            only_read(False)
            viewer = await self._people.viewer_for_token(token) if token else None
            viewer = await self._seen_as(connection, viewer)
            scope["mowthos.viewer"] = viewer
            scope["mowthos.language"] = _language_of(connection, viewer)
            scope["mowthos.measures"] = measures_for(viewer, _spoken(connection))
            scope["mowthos.now"] = self._clock.now()
            scope["mowthos.drill"] = self._drill
            scope[BELONGINGS] = self._belongings
            set_language(scope["mowthos.language"])
            set_measures(scope["mowthos.measures"])
            if viewer is not None and viewer.watcher and scope["path"] != VIEW_END:
                if (
                    scope["type"] == "http"
                    and not scope["path"].startswith(SOCKET)
                    and (scope["method"] not in SAFE_METHODS)
                ):
                    await (await _refusal(Request(scope, receive), NotAllowed(LOOK_ONLY)))(scope, receive, send)
                    return
                only_read(True)
        await self._app(scope, receive, send)

    async def _seen_as(self, connection: HTTPConnection, viewer: Viewer | None) -> Viewer | None:
        """The one place where somebody becomes another: who looks reads as them, and changes nothing."""
        secret = connection.cookies.get(VIEW_COOKIE)
        if viewer is None or not secret or self._view_as is None:
            return viewer
        return await self._view_as.viewer(secret, viewer) or viewer


def viewer_of(connection: HTTPConnection) -> Viewer | None:
    """The person behind a request or web socket, or ``None`` when nobody is signed in."""
    viewer: Viewer | None = connection.scope.get("mowthos.viewer")
    return viewer


async def require(request: Request, right: Right) -> Viewer:
    """The viewer, when they may. Raises ``SignInNeeded`` (a redirect), ``NotAllowed`` (the 403 page), or ``NotFound``
    for what lies outside their areas."""
    viewer = viewer_of(request)
    if viewer is None:
        raise SignInNeeded
    if viewer.factor_first:
        raise FactorNeeded
    if not viewer.may(right):
        raise NotAllowed(_("Your role does not include this page."))
    await stay_within(request, viewer)
    return viewer


def needs(right: Right) -> Any:
    """A parameter of a page function: ``async def page(viewer: Annotated[Viewer, needs(Right.SEE_FLEET)])``.

    Refused before the page is built, so that no client is made for someone who may not see it.
    """

    async def check(request: Request) -> Viewer:
        return await require(request, right)

    return Depends(marked(check, right))


def signed_in(*, before_factor: bool = False) -> Any:
    """The same for pages that everybody has who may sign in; ``before_factor``: also who must set one up first."""

    async def check(request: Request) -> Viewer:
        viewer = viewer_of(request)
        if viewer is None:
            raise SignInNeeded
        if viewer.factor_first and not before_factor:
            raise FactorNeeded
        await stay_within(request, viewer)
        return viewer

    return Depends(marked(check))


def landing(viewer: Viewer | None) -> str:
    """Where someone belongs who asked for nothing in particular."""
    if viewer is None:
        return "/sign-in"
    if viewer.factor_first:
        return SECURITY
    wished = LANDING[viewer.role]
    return wished if opens(viewer, wished.partition("?")[0]) else "/fleet"


def sign_in_address(request: HTTPConnection, *, ended: bool = False) -> str:
    """The sign-in page that leads back to where ``request`` wanted to go."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    query = ({"ended": "1"} if ended else {}) | ({} if wanted == "/" else {"next": wanted})
    return "/sign-in" + (f"?{urlencode(query)}" if query else "")


async def _to_sign_in(request: Request, _error: Exception) -> Response:
    if _is_page(request):
        return RedirectResponse(sign_in_address(request, ended=COOKIE in request.cookies), 303)
    return JSONResponse({"detail": "sign in first"}, 401)


async def _to_factor(request: Request, _error: Exception) -> Response:
    if _is_page(request):
        return RedirectResponse(SECURITY, 303)
    return JSONResponse({"detail": "set up a second factor first"}, 403)


async def _refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, MowthosError)
    status = {NotAllowed: 403, NotFound: 404}.get(type(error), 400)
    log.info("page.refused", path=request.url.path, code=error.code, reason=error.message)
    if not _is_page(request):
        return JSONResponse({"detail": error.message}, status)
    title = {403: _("Not for your role"), 404: _("Not found")}.get(status, _("That did not work"))
    return problem_page(request, title=title, message=told(error.message), status=status)


async def _not_found(request: Request, error: Exception) -> Response:
    if request.url.path.startswith("/api/"):
        return problem(request, 404, "no such address", code="not_found")
    if not _is_page(request):
        detail = error.detail if isinstance(error, HTTPException) else "not found"
        return JSONResponse({"detail": detail}, 404)
    message = _("There is no page at this address. It may have moved, or the link is incomplete.")
    return problem_page(request, title=_("Page not found"), message=message, status=404)


async def _broken(request: Request, error: Exception) -> Response:
    if browser_left(request.scope):  # it went away mid-answer: nothing of ours broke
        log.debug("page.browser_left", path=request.url.path)
        return Response(status_code=499)
    problem_id = current_request_id()
    log.error("page.failed", path=request.url.path, problem_id=problem_id, exc_info=error)
    if not _is_page(request):
        return JSONResponse({"detail": "internal error", "id": problem_id}, 500)
    message = _("Something broke on our side. Try again; if it stays, tell an admin the id below.")
    return problem_page(request, title=_("This page failed"), message=message, status=500, problem_id=problem_id)


def _is_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _language_of(connection: HTTPConnection, viewer: Viewer | None) -> str:
    if viewer is not None:
        return viewer.language
    chosen = connection.cookies.get(LANGUAGE_COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    return negotiate(_spoken(connection))


def _spoken(connection: HTTPConnection) -> list[str]:
    """The languages of the browser, the most wanted first."""
    header = connection.headers.get("accept-language", "")
    return [part.partition(";")[0].strip() for part in header.split(",") if part.strip()]
