"""Limits by network address: failed sign-ins (page and API), and mails that are asked for without a sign-in."""

from limits import RateLimitItemPerHour, RateLimitItemPerMinute
from starlette.requests import HTTPConnection

from dashboard.counts import Counts


class SignInThrottle:
    """Counts failures a minute and address; successes cost nothing, so an office behind one address is not shut out."""

    def __init__(self, failures_per_minute: int = 30, *, counts: Counts | None = None) -> None:
        self._limit = RateLimitItemPerMinute(failures_per_minute)
        self._counts = counts or Counts()

    async def allows(self, connection: HTTPConnection) -> bool:
        return await self._counts.test(self._limit, "sign_in", _address(connection))

    async def failed(self, connection: HTTPConnection) -> None:
        await self._counts.hit(self._limit, "sign_in", _address(connection))


class AskThrottle:
    """Counts every wish for a mail; each address of a mail has a limit of its own beside it (`SelfService`)."""

    def __init__(self, per_hour: int = 30, *, counts: Counts | None = None) -> None:
        self._limit = RateLimitItemPerHour(per_hour)
        self._counts = counts or Counts()

    async def hit(self, connection: HTTPConnection) -> bool:
        """Count one; whether it is within the limit."""
        return await self._counts.hit(self._limit, "ask", _address(connection))


class ShareThrottle:
    """Counts every look at a shared page, so that nobody tries secrets or reads it all day by program."""

    def __init__(self, per_minute: int = 30, *, counts: Counts | None = None) -> None:
        self._limit = RateLimitItemPerMinute(per_minute)
        self._counts = counts or Counts()

    async def hit(self, connection: HTTPConnection) -> bool:
        """Count one; whether it is within the limit."""
        return await self._counts.hit(self._limit, "share", _address(connection))


def _address(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client is not None else "unknown"
