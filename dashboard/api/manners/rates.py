"""How often one may call: so many a minute for a person or key, so many an hour for an address not signed in."""

from math import ceil

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.clock import SystemClock
from dashboard.api.callers import caller_of
from dashboard.api.problems import problem
from dashboard.api.programs import ApiLimits
from dashboard.counts import Counts

UNCOUNTED = ("/payments/webhook",)
"""Signed by the payment provider, who calls as often as there is something to tell."""


class RateMiddleware:
    """Counts, tells in every answer (RateLimit headers of draft-ietf-httpapi-ratelimit-headers), refuses with 429."""

    def __init__(self, app: ASGIApp, limits: ApiLimits, counts: Counts) -> None:
        self._app = app
        self._user = RateLimitItemPerMinute(limits.user_a_minute)
        self._address = RateLimitItemPerHour(limits.address_an_hour)
        self._clock = SystemClock()  # the library counts by the wall clock
        self._counts = counts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].removeprefix(scope.get("root_path", "")) in UNCOUNTED:
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        item, whom = self._counted(request)
        allowed = await self._counts.hit(item, "call", whom)
        stats = await self._counts.stats(item, "call", whom)
        reset = max(1, ceil(stats.reset_time - self._clock.now().timestamp()))
        headers = {
            "RateLimit-Policy": f"{item.amount};w={item.get_expiry()}",
            "RateLimit-Limit": str(item.amount),
            "RateLimit-Remaining": str(max(0, stats.remaining)),
            "RateLimit-Reset": str(reset),
        }
        if not allowed:
            words = f"more than {item.amount} calls in {item.get_expiry()} s: wait {reset} s"
            answer = problem(request, 429, words, code="rate_limited", headers=headers | {"Retry-After": str(reset)})
            await answer(scope, receive, send)
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(headers)
            await send(message)

        await self._app(scope, receive, told)

    def _counted(self, request: Request) -> tuple[RateLimitItem, str]:
        viewer = caller_of(request)
        if viewer is not None:
            return self._user, f"key:{viewer.key_id}" if viewer.key_id else f"person:{viewer.person_id}"
        return self._address, f"address:{request.client.host if request.client else 'unknown'}"
