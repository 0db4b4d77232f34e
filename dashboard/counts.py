"""How often somebody did something in a moving window: in this process, or in Redis where several share the work."""

from collections.abc import Awaitable, Callable

import structlog
from limits import RateLimitItem, WindowStats
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError

from core.clock import Clock, SystemClock

log = structlog.get_logger(__name__)

TIMEOUT_S = 0.5
AGAIN_S = 5.0
"""A Redis that does not answer is not asked again for so long: callers do not wait for it meanwhile."""


class Counts:
    """Counts by name of the limit and by whom. While Redis is lost each process counts by itself, from nothing."""

    def __init__(self, redis: str | None = None, *, clock: Clock | None = None, prefix: str = "mowthos:limits") -> None:
        self._clock = clock or SystemClock()
        self._here = MovingWindowRateLimiter(MemoryStorage())
        self._storage = (
            None
            if redis is None
            else RedisStorage(
                redis, implementation="redispy", key_prefix=prefix,
                socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S,
            )
        )  # fmt: skip
        self._shared = None if self._storage is None else MovingWindowRateLimiter(self._storage)
        self._lost_until: float | None = None

    async def hit(self, item: RateLimitItem, *whom: str) -> bool:
        """Count one; whether it is within the limit."""
        return await self._ask(lambda limiter: limiter.hit(item, *whom))

    async def test(self, item: RateLimitItem, *whom: str) -> bool:
        """Whether one more would be."""
        return await self._ask(lambda limiter: limiter.test(item, *whom))

    async def stats(self, item: RateLimitItem, *whom: str) -> WindowStats:
        """When the window ends, seconds since 1970, and how many are left."""
        return await self._ask(lambda limiter: limiter.get_window_stats(item, *whom))

    async def close(self) -> None:
        if self._storage is not None:
            await self._storage.bridge.storage.aclose()

    async def _ask[T](self, question: Callable[[MovingWindowRateLimiter], Awaitable[T]]) -> T:
        if self._shared is None or (self._lost_until is not None and self._clock.monotonic() < self._lost_until):
            return await question(self._here)
        try:
            answer = await question(self._shared)
        except (RedisError, OSError) as error:
            if self._lost_until is None:
                log.error("limits.counted_here", reason=type(error).__name__)
            self._lost_until = self._clock.monotonic() + AGAIN_S
            return await question(self._here)
        if self._lost_until is not None:
            self._lost_until = None
            log.info("limits.counted_together")
        return answer
