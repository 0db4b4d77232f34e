"""Who a bearer token stands for, looked up once a request; the manners and the routes read it from the scope."""

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from core.accounts import ApiKeys, People, Tokens, Viewer, looks_signed
from core.accounts.api_keys import START

CALLER = "mowthos.caller"
LONGEST = 2_000


class Callers:
    """Access tokens, API keys, and the older opaque tokens, told apart by their look."""

    def __init__(self, people: People, tokens: Tokens, keys: ApiKeys) -> None:
        self._people, self._tokens, self._keys = people, tokens, keys

    async def viewer(self, token: str) -> Viewer | None:
        if not token or len(token) > LONGEST:
            return None
        if token.startswith(START):
            return await self._keys.viewer(token)
        if looks_signed(token):
            return await self._tokens.viewer(token)
        return await self._people.viewer_for_token(token)


class CallerMiddleware:
    """Puts the caller of a request or socket into its scope; ``None`` for nobody."""

    def __init__(self, app: ASGIApp, callers: Callers) -> None:
        self._app, self._callers = app, callers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"}:
            scope[CALLER] = await self._callers.viewer(bearer_of(HTTPConnection(scope)))
        await self._app(scope, receive, send)


def bearer_of(connection: HTTPConnection) -> str:
    """The token of an ``Authorization: Bearer`` header, or nothing."""
    kind, _space, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def caller_of(connection: HTTPConnection) -> Viewer | None:
    viewer: Viewer | None = connection.scope.get(CALLER)
    return viewer
