"""What waits for one browser: the latest frame, and small messages of which only the newest of each kind counts.

A reader that stalls keeps one frame and one message a key in memory, whatever happens meanwhile; when it wakes it gets
the latest of each. Nobody waits for it.
"""

import asyncio

MAX_MESSAGES = 500
"""Different keys that may wait; a browser so far behind is told to start afresh."""


class Mailbox:
    """One slot for the frame (latest wins), one for each message key (latest wins, in order of first arrival)."""

    def __init__(self) -> None:
        self._frame: bytes | None = None
        self._messages: dict[str, str] = {}
        self._filled = asyncio.Event()
        self.overrun = False

    def put_frame(self, frame: bytes) -> None:
        self._frame = frame
        self._filled.set()

    def put_heartbeat(self, beat: bytes) -> None:
        """A sign of life says less than a frame that still waits, and must not take its place."""
        if self._frame is None:
            self.put_frame(beat)

    def put_message(self, key: str, text: str) -> None:
        """``text`` is JSON, encoded once for everybody."""
        if key not in self._messages and len(self._messages) >= MAX_MESSAGES:
            self.overrun = True
        else:
            self._messages[key] = text
        self._filled.set()

    def wake(self) -> None:
        """Let ``take`` return, even with nothing to take."""
        self._filled.set()

    async def take(self) -> tuple[list[str], bytes | None]:
        """Wait until something is there, then take all of it: messages first, they may explain the frame."""
        await self._filled.wait()
        self._filled.clear()
        messages, self._messages = list(self._messages.values()), {}
        frame, self._frame = self._frame, None
        return messages, frame
