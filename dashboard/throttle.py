"""A limit on failed sign-ins from one network address, shared by page and API. Lockout by account stands beside it."""

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.requests import HTTPConnection


class SignInThrottle:
    """Counts failures a minute and address; successes cost nothing, so an office behind one address is not shut out."""

    def __init__(self, failures_per_minute: int = 30) -> None:
        self._limit = RateLimitItemPerMinute(failures_per_minute)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def allows(self, connection: HTTPConnection) -> bool:
        return self._limiter.test(self._limit, _address(connection))

    def failed(self, connection: HTTPConnection) -> None:
        self._limiter.hit(self._limit, _address(connection))


def _address(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client is not None else "unknown"
