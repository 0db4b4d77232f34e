"""No request body larger than the largest upload reaches a handler: read or announced, it is refused with 413."""

from contextlib import suppress

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY_BYTES = 32 * 1024 * 1024
"""A county's parcels as GeoJSON are 20 MB; narrower limits stand with each upload and each field."""


class BodyTooLarge(Exception):
    """The body went past the limit while it was read."""


class BodyLimitMiddleware:
    """Refuses what announces too much, and stops reading what sends too much without announcing it."""

    def __init__(self, app: ASGIApp, *, most_bytes: int = LARGEST_BODY_BYTES) -> None:
        self._app, self._most = app, most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        if not announced.isdigit() or int(announced) > self._most:
            await self._refuse(scope, receive, send)
            return
        seen, begun = 0, False

        async def receive_counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._most:
                raise BodyTooLarge
            return message

        async def send_unless_too_large(message: Message) -> None:
            nonlocal begun
            if seen <= self._most or begun:  # FastAPI answers 400 to whatever goes wrong while it reads a body
                begun = True
                await send(message)

        with suppress(BodyTooLarge):
            await self._app(scope, receive_counted, send_unless_too_large)
        if seen > self._most and not begun:
            await self._refuse(scope, receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = {
            "type": "about:blank", "title": "too large", "status": 413, "code": "too_large",
            "detail": f"a body may have {self._most:,} bytes",
        }  # fmt: skip
        answer = JSONResponse(body, 413, media_type="application/problem+json", headers={"connection": "close"})
        await answer(scope, receive, send)
