"""``/live/events`` (server-sent events) and ``/live/ws`` (a web socket): the same feed, the same ids to resume by."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, WebSocket
from sse_starlette.sse import EventSourceResponse
from starlette.websockets import WebSocketDisconnect

from core.accounts import Right, Viewer
from dashboard.api.bearer import Bearer
from dashboard.api.callers import Callers, bearer_of
from dashboard.api.feed.reader import FeedReaders, Told
from dashboard.api.problems import problems

PING_S = 15
TOKEN_WITHIN_S = 10.0
NOT_SIGNED_IN, NOT_ALLOWED = 4401, 4403
SEES = (Right.SEE_FLEET, Right.SEE_OWN_LOT)


def feed_router(*, bearer: Bearer, callers: Callers, readers: FeedReaders) -> APIRouter:
    router = APIRouter(prefix="/live", tags=["live"])

    @router.get(
        "/events",
        response_class=EventSourceResponse,
        responses={
            200: {
                "description": "The feed, without end",
                "content": {
                    "text/event-stream": {
                        "schema": {"type": "string"},
                        "example": 'event: mower\nid: 0197-42\ndata: {"device_name": "Luba-VS1A2B3C", ...}\n\n',
                    }
                },
            },
            **problems(403, 422),
        },
        summary="Mowers, commands and alarms as they change (server-sent events)",
        description="""Events: `mower` (as GET /mowers/{name}/status), `command`, `alarm`; bounded by what the caller
may see. Come back with the last id as `Last-Event-ID` and nothing is missed; where that is too long ago, or of an
earlier run, a `reset` with its reason comes first, then every mower in sight, then `ready`. The stream ends with the
token it was opened with. The same over a web socket at `/live/ws?last_event_id=`: its first message is
`{"token": "..."}` unless the handshake carries an Authorization header; messages are `{"event", "id", "data"}`.""",
    )
    async def events(
        request: Request,
        viewer: Annotated[Viewer, bearer.caller(*SEES)],
        last_event_id: Annotated[str, Header(max_length=80)] = "",
    ) -> EventSourceResponse:
        token = bearer_of(request)

        async def still() -> Viewer | None:
            return await callers.viewer(token)

        async def stream() -> AsyncIterator[dict[str, str]]:
            async for told in readers.read(viewer, last_event_id, still):
                yield {"event": told.event, "data": json.dumps(told.data)} | ({"id": told.id} if told.id else {})

        return EventSourceResponse(stream(), ping=PING_S)

    @router.websocket("/ws")
    async def socket(websocket: WebSocket, last_event_id: Annotated[str, Query(max_length=80)] = "") -> None:
        await websocket.accept()
        token = bearer_of(websocket) or await _first_message(websocket)
        viewer = await callers.viewer(token)
        if viewer is None or not any(viewer.may(right) for right in SEES):
            await websocket.close(NOT_SIGNED_IN if viewer is None else NOT_ALLOWED)
            return

        async def still() -> Viewer | None:
            return await callers.viewer(token)

        sending = asyncio.ensure_future(_send_all(websocket, readers.read(viewer, last_event_id, still)))
        hearing = asyncio.ensure_future(_until_gone(websocket))
        try:
            await asyncio.wait({sending, hearing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, hearing):
                task.cancel()
            await asyncio.gather(sending, hearing, return_exceptions=True)
        if sending.done() and not sending.cancelled() and sending.exception() is None:
            await websocket.close(NOT_SIGNED_IN)

    return router


async def _first_message(websocket: WebSocket) -> str:
    """The token a program sends that cannot set headers; nothing when it does not come in time."""
    try:
        async with asyncio.timeout(TOKEN_WITHIN_S):
            said: Any = json.loads(await websocket.receive_text())
    except (TimeoutError, ValueError, KeyError, WebSocketDisconnect):
        return ""
    token = said.get("token") if isinstance(said, dict) else None
    return token if isinstance(token, str) else ""


async def _send_all(websocket: WebSocket, told: AsyncIterator[Told]) -> None:
    async for one in told:
        await websocket.send_json({"event": one.event, "id": one.id or None, "data": one.data})


async def _until_gone(websocket: WebSocket) -> None:
    """Read on, so that an end of the other side is heard; what it says means nothing."""
    try:
        while True:
            await websocket.receive()
    except (RuntimeError, WebSocketDisconnect):
        return
