"""A bounded log of what happened, numbered in order. Readers keep a number, not a queue: a slow one costs no memory."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.fleet.model import MowerSnapshot
from core.ids import new_id

KEPT = 10_000
"""Events that can be replayed; at 100 mowers at work that is some two minutes of positions, and hours of quiet."""


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """``kind`` is mower, command or alarm; of a mower the snapshot, of others their data as JSON."""

    number: int
    kind: str
    device_name: str
    snapshot: MowerSnapshot | None = None
    data: dict[str, Any] | None = None


class FeedLog:
    """``epoch`` names this run of the process: numbers of another run mean nothing here."""

    def __init__(self, kept: int = KEPT) -> None:
        self.epoch = new_id().hex
        self.newest = 0
        self._events: deque[FeedEvent] = deque(maxlen=kept)
        self._more = asyncio.Event()

    def add(
        self,
        kind: str,
        device_name: str,
        *,
        snapshot: MowerSnapshot | None = None,
        data: dict[str, Any] | None = None,
    ) -> None:
        self.newest += 1
        self._events.append(FeedEvent(self.newest, kind, device_name, snapshot, data))
        self._more.set()
        self._more = asyncio.Event()

    def after(self, number: int) -> Sequence[FeedEvent] | None:
        """Everything later than ``number``; ``None`` when some of it is forgotten, or the number is none of ours."""
        oldest = self._events[0].number if self._events else self.newest + 1
        if not oldest - 1 <= number <= self.newest:
            return None
        behind = self.newest - number
        return [self._events[place] for place in range(len(self._events) - behind, len(self._events))]

    async def wait(self, number: int) -> None:
        """Until there is something later than ``number``."""
        while self.newest <= number:
            await self._more.wait()

    def name(self, number: int) -> str:
        """The id by which a reader resumes."""
        return f"{self.epoch}-{number}"

    def number_of(self, name: str) -> int | None:
        """The number of an id of this run; ``None`` for any other."""
        epoch, _dash, number = name.partition("-")
        known = epoch == self.epoch and number.isascii() and number.isdigit() and len(number) < 19
        return int(number) if known else None
