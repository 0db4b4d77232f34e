"""A queue that any thread may fill and one task empties."""

import asyncio
import threading
from collections import deque
from contextlib import suppress


class Inbox[T]:
    """Items in arrival order. `put` returns at once and never raises."""

    def __init__(self) -> None:
        self._items: deque[T] = deque()
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = 0

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item: T) -> None:
        self._items.append(item)
        if self._loop is None or self._wake.is_set():
            return
        if threading.get_ident() == self._thread:
            self._wake.set()
        else:
            with suppress(RuntimeError):  # the loop has closed: nobody is left to be woken
                self._loop.call_soon_threadsafe(self._wake.set)

    def put_back(self, item: T) -> None:
        """Return an item that could not be handled yet; it stays first."""
        self._items.appendleft(item)

    async def wait(self) -> None:
        """Wait until there is something to take."""
        self._loop, self._thread = asyncio.get_running_loop(), threading.get_ident()
        while not self._items:
            self._wake.clear()
            if not self._items:
                await self._wake.wait()

    def next_is(self, kind: type) -> bool:
        """Whether the next item is there and of this class."""
        return bool(self._items) and isinstance(self._items[0], kind)

    def take(self) -> T | None:
        """The next item, or ``None``."""
        return self._items.popleft() if self._items else None
