"""A brake for updates that come faster than a page needs them."""

import asyncio
from collections.abc import Callable


class Paced:
    """Calls ``act`` at once when it was quiet, else when ``period_s`` is over; the last call is never lost."""

    def __init__(self, act: Callable[[], None], *, period_s: float) -> None:
        self._act = act
        self._period = period_s
        self._resting: asyncio.TimerHandle | None = None
        self._wanted = False
        self._over = False

    def __call__(self) -> None:
        if self._over:
            return
        if self._resting is not None:
            self._wanted = True
            return
        self._run()

    def stop(self) -> None:
        """Nothing is called any more, not even what waits."""
        self._over = True
        if self._resting is not None:
            self._resting.cancel()

    def _run(self) -> None:
        self._wanted = False
        self._resting = asyncio.get_running_loop().call_later(self._period, self._rested)
        self._act()

    def _rested(self) -> None:
        self._resting = None
        if self._wanted and not self._over:
            self._run()
