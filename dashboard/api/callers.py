"""Who a bearer token stands for, looked up once a request; the manners and the routes read it from the scope."""

from collections import OrderedDict
from dataclasses import dataclass

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from core.accounts import ApiKeys, People, Tokens, Viewer, looks_signed
from core.accounts.api_keys import START
from core.accounts.sessions import hashed
from core.clock import Clock
from core.db.writes import Writes

CALLER = "mowthos.caller"
LONGEST = 2_000
MOST_KNOWN = 10_000
KNOWN_S, KNOWN_BESIDE_OTHERS_S = 10.0, 1.0
"""How long a caller is known without asking again: what another process changes (a command beside a server that is
alone, or one of several servers) counts from then on at the latest."""
MADE_OF = (
    "api_key", "area", "area_person", "household", "household_person", "person", "second_factor", "sign_in_session",
    "signing_key",
)  # fmt: skip
"""The tables that say who a caller is, and in which areas. What this process writes to one of them counts at once."""


@dataclass(frozen=True, slots=True)
class Known:
    """A caller as they were when the tables had been written so often, good until then (on the monotonic clock)."""

    viewer: Viewer
    written: tuple[int, ...]
    until: float


class Callers:
    """Access tokens, API keys, and the older opaque tokens, told apart by their look. ``alone``: no other process
    changes who people are."""

    def __init__(
        self, people: People, tokens: Tokens, keys: ApiKeys, writes: Writes, clock: Clock, *, alone: bool = True
    ) -> None:
        self._people, self._tokens, self._keys = people, tokens, keys
        self._writes, self._clock = writes, clock
        self._for_s = KNOWN_S if alone else KNOWN_BESIDE_OTHERS_S
        self._known: OrderedDict[str, Known] = OrderedDict()

    async def viewer(self, token: str) -> Viewer | None:
        if not token or len(token) > LONGEST:
            return None
        name = hashed(token)  # a copy of this memory opens nothing
        known = self._known.get(name)
        if known is not None and self._holds(known):
            self._known.move_to_end(name)
            return known.viewer
        written, now = self._writes.of(MADE_OF), self._clock.monotonic()
        viewer = await self._asked(token)
        self._known.pop(name, None)
        if viewer is not None:
            self._known[name] = Known(viewer, written, now + self._for_s)
            if len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)
        return viewer

    def _holds(self, known: Known) -> bool:
        over = known.viewer.expires_at
        return (
            self._clock.monotonic() < known.until
            and self._writes.of(MADE_OF) == known.written
            and (over is None or self._clock.now() < over)
        )

    async def _asked(self, token: str) -> Viewer | None:
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
