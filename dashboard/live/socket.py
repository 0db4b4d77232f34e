"""``/live/ws``: one browser's socket. Frames are binary, small messages JSON text; the browser says whom it watches."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from urllib.parse import urlsplit

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from core.accounts import Viewer
from dashboard.gate import viewer_of
from dashboard.live.build import page_build
from dashboard.live.channel import SESSION_ENDED, LiveChannel, Subscriber
from dashboard.live.scope import Scope

log = structlog.get_logger(__name__)

FOREIGN_ORIGIN = 4403
PAGE_OUTDATED = 4409
"""The page runs scripts of another version of the server: it loads itself anew."""
NOT_UNDERSTOOD = 4400
LONGEST_MESSAGE = 1_000


class LiveSocket:
    """The websocket route. ``public_host`` is the host browsers use when a proxy stands in front."""

    def __init__(
        self, channel: LiveChannel, scope_of: Callable[..., Awaitable[Scope]], *, public_host: str | None = None
    ) -> None:
        self._channel = channel
        self._scope_of = scope_of
        self._public_host = public_host

    async def serve(self, websocket: WebSocket) -> None:
        """One browser's socket, from its handshake to its end."""
        viewer = viewer_of(websocket)
        await websocket.accept()  # a refusal before this would reach the browser without its code
        if not self._same_origin(websocket):
            await websocket.close(FOREIGN_ORIGIN)
        elif viewer is None:
            await websocket.close(SESSION_ENDED)
        elif websocket.query_params.get("build", page_build()) != page_build():
            await websocket.close(PAGE_OUTDATED)
        else:
            await self._push(websocket, viewer)

    async def _push(self, websocket: WebSocket, viewer: Viewer) -> None:
        scope = await self._scope_of(viewer, own="own" in websocket.query_params)
        subscriber = await self._channel.subscribe(
            scope, viewer.session_id, viewer.language, person_id=viewer.person_id
        )
        sending = asyncio.create_task(_send(websocket, subscriber))
        try:
            while True:
                if not _heard(await websocket.receive_text(), subscriber):
                    subscriber.close(NOT_UNDERSTOOD)
        except (WebSocketDisconnect, KeyError):  # KeyError: a binary message, which this socket does not take
            pass
        finally:
            self._channel.unsubscribe(subscriber)
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    def _same_origin(self, websocket: WebSocket) -> bool:
        """Browsers always name their origin on sockets; programs need not, and carry no one's cookie by accident."""
        origin = websocket.headers.get("origin")
        if origin is None:
            return True
        return urlsplit(origin).netloc in {websocket.headers.get("host"), self._public_host}


async def _send(websocket: WebSocket, subscriber: Subscriber) -> None:
    """Empty the mailbox for as long as the browser reads. Only this task waits when it does not."""
    with suppress(WebSocketDisconnect, RuntimeError):  # RuntimeError: the socket closed between two sends
        while True:
            messages, frame = await subscriber.mailbox.take()
            for message in messages:
                await websocket.send_text(message)
            if frame is not None:
                await websocket.send_bytes(frame)
            if subscriber.close_code is not None:
                await websocket.close(subscriber.close_code)
                return


def _heard(text: str, subscriber: Subscriber) -> bool:
    """``{"watch": "<device name>" | null}`` is all a browser may say."""
    if len(text) > LONGEST_MESSAGE:
        return False
    try:
        said = json.loads(text)
    except json.JSONDecodeError:
        return False
    if not isinstance(said, dict) or set(said) != {"watch"} or not isinstance(said["watch"], str | None):
        return False
    subscriber.watch(said["watch"])
    return True
