"""What protects browsers: security headers on every answer, and no state changed by a page of another origin."""

import secrets
from collections.abc import Iterable
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.nonces import NoncedPage, uncompressed

log = structlog.get_logger(__name__)

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


NONCE_BYTES = 16
"""128 bits, as https://www.w3.org/TR/CSP3/#security-nonces asks at least."""


def content_security_policy(tile_origins: Iterable[str] = (), *, nonce: str = "") -> str:
    """Own origin only, besides the configured tile servers; inline script only with the ``nonce`` of this answer.

    Eval is how Vue compiles NiceGUI's templates and cannot be taken out, nor can inline style (Quasar's); blob workers
    are deck.gl's.
    """
    tiles = " ".join(["", *tile_origins])
    allowed = f" 'nonce-{nonce}'" if nonce else ""
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' 'unsafe-eval'{allowed}",
            "script-src-attr 'none'",
            "style-src 'self' 'unsafe-inline'",
            f"img-src 'self' data: blob:{tiles}",
            f"connect-src 'self'{tiles}",
            "font-src 'self' data:",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


def tile_origin(tile_url: str | None) -> tuple[str, ...]:
    """The origin of a tile address template; empty when there is none or it is our own."""
    if not tile_url or tile_url.startswith("/"):
        return ()
    parts = urlsplit(tile_url)
    host = parts.netloc.replace("{s}", "*")
    return (f"{parts.scheme}://{host}",)


class SecurityMiddleware:
    """Adds the headers; refuses unsafe requests and sockets that a page of another origin sent with our cookie."""

    def __init__(self, app: ASGIApp, *, public_url: str | None = None, tile_url: str | None = None) -> None:
        self._app = app
        self._hosts = {urlsplit(public_url).netloc} if public_url else set()
        self._tiles = tile_origin(tile_url)
        self._headers = {
            "x-content-type-options": "nosniff",
            "referrer-policy": "same-origin",
            "x-frame-options": "DENY",
            "permissions-policy": "camera=(), microphone=(), geolocation=(self)",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
        }
        if public_url and public_url.startswith("https:"):
            self._headers["strict-transport-security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        if not self._same_origin(connection):
            log.warning("security.foreign_origin", path=scope["path"], origin=connection.headers.get("origin"))
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 4403})
            else:
                await PlainTextResponse("This request came from another site.", 403)(scope, receive, send)
            return

        nonce = secrets.token_urlsafe(NONCE_BYTES)
        policy = content_security_policy(self._tiles, nonce=nonce)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("content-security-policy", policy)
            await send(message)

        page = NoncedPage(nonce, send_with_headers, gzip_wanted="gzip" in connection.headers.get("accept-encoding", ""))
        await self._app(uncompressed(scope), receive, page.send)

    def _same_origin(self, connection: HTTPConnection) -> bool:
        if connection.scope["type"] == "http" and connection.scope["method"] in SAFE_METHODS:
            return True
        if not connection.cookies:
            return True  # nothing of a person's is carried along: a bearer token is never sent by a foreign page
        origin = connection.headers.get("origin")
        if origin is None:  # browsers send it on every cross-origin request; programs do not
            return connection.headers.get("sec-fetch-site", "none") in {"none", "same-origin"}
        return urlsplit(origin).netloc in self._hosts | {connection.headers.get("host", "")}
