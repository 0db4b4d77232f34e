"""No more questions a minute than the account allows; who comes too late is told at once, not kept waiting."""

import asyncio

from core.clock import Clock

LONGEST_WAIT_S = 3.0


class Pace:
    """A bucket that fills by ``per_minute`` and holds a tenth of that, at least one."""

    def __init__(self, clock: Clock, *, per_minute: int) -> None:
        self._clock = clock
        self._every_s = 60 / per_minute
        self._holds = max(1.0, per_minute / 10)
        self._filled = self._holds
        self._at = clock.monotonic()
        self._door = asyncio.Lock()
        self._waiting = 0

    async def turn(self) -> bool:
        """Wait for a turn; ``False`` at once when it would take more than a few seconds."""
        self._fill()
        if (self._waiting + 1 - self._filled) * self._every_s > LONGEST_WAIT_S:
            return False
        self._waiting += 1
        try:
            async with self._door:
                self._fill()
                if self._filled < 1:
                    await self._clock.sleep((1 - self._filled) * self._every_s)
                    self._fill()
                self._filled -= 1
        finally:
            self._waiting -= 1
        return True

    def _fill(self) -> None:
        now = self._clock.monotonic()
        self._filled = min(self._holds, self._filled + (now - self._at) / self._every_s)
        self._at = now
