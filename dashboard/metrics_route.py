"""``/metrics``, for Prometheus alone: with a token, or from this machine where none is set."""

import hmac
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.clock import Clock
from dashboard.metrics import Metrics

LOCAL = {"127.0.0.1", "::1"}
UNKNOWN = "(none)"


def metrics_router(metrics: Metrics, refresh: Callable[[], Awaitable[None]], *, token: str) -> APIRouter:
    """The route; ``refresh`` brings up to date what stands rather than happens."""
    router = APIRouter(include_in_schema=False)

    @router.get("/metrics")
    async def read(request: Request) -> Response:
        if not _may(request, token):
            return PlainTextResponse("MOWTHOS_METRICS_TOKEN opens this, as a bearer token\n", 403)
        await refresh()
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return router


def _may(request: Request, token: str) -> bool:
    if token:
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    forwarded = any(name in request.headers for name in ("x-forwarded-for", "forwarded", "x-real-ip"))
    return not forwarded and request.client is not None and request.client.host in LOCAL


class MetricsMiddleware:
    """Counts answers by the route that gave them, never by the path: that may hold an id or a secret."""

    def __init__(self, app: ASGIApp, metrics: Metrics, clock: Clock) -> None:
        self._app, self._metrics, self._clock = app, metrics, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = self._clock.monotonic(), 500

        async def send_noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_noting)
        finally:
            self._metrics.request_ended(scope["method"], route_of(scope), status, self._clock.monotonic() - began)


def route_of(scope: Scope) -> str:
    """The template of the route that answered, such as ``/api/v1/mowers/{name}/status``."""
    route: Any = scope.get("route")
    path = getattr(route, "path", None)
    if path is None:
        return "/_nicegui" if scope["path"].startswith("/_nicegui/") else UNKNOWN
    return f"{scope.get('root_path', '')}{path}"
