"""The only module that reads the wall clock."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time (aware, UTC) and waits."""

    def now(self) -> datetime: ...

    def monotonic(self) -> float:
        """Seconds that only grow, for measuring spans."""
        ...

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class MovableClock:
    """A clock that tests, scenarios and the sandbox move by hand; sleepers wake when it passes them."""

    def __init__(self, start: datetime) -> None:
        self._now = require_aware(start)
        self._origin = self._now
        self._sleepers: list[tuple[datetime, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return (self._now - self._origin).total_seconds()

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._now + timedelta(seconds=seconds), future))
        await future

    def move(self, seconds: float) -> datetime:
        """Move forward by ``seconds`` (never back) and wake those whose time has come."""
        if seconds < 0:
            raise ValueError("a clock moves forward only")
        self._now += timedelta(seconds=seconds)
        due = [future for at, future in self._sleepers if at <= self._now]
        self._sleepers = [(at, future) for at, future in self._sleepers if at > self._now]
        for future in due:
            if not future.done():
                future.set_result(None)
        return self._now


def require_aware(moment: datetime) -> datetime:
    """Return ``moment`` in UTC; a naive datetime raises ``ValueError``."""
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValueError(f"naive datetime refused: {moment!r} (expected one with a time zone)")
    return moment.astimezone(UTC)


def from_epoch_ms(milliseconds: int) -> datetime:
    """Milliseconds since 1970-01-01T00:00Z as an aware UTC datetime."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def to_epoch_ms(moment: datetime) -> int:
    """An aware datetime as whole milliseconds since 1970-01-01T00:00Z."""
    return round(require_aware(moment).timestamp() * 1000)
