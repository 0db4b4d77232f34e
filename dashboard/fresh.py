"""Whether what stands on an open page is still what the database says, without asking it.

Thousands of pages stand open, and next to nothing changes on most of them: each asks again when one of its tables was
written. Other processes' writes are not heard of, so where there are some it asks again after a while as well.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from core.clock import Clock
from core.db.writes import Writes

BESIDE_OTHERS_S = 20.0
AT_LAST_S = 600.0
"""What depends on the hour alone (how far ahead one looks) is read anew then."""


class Freshness:
    """Handed to pages; ``alone``: no other process serves."""

    def __init__(self, writes: Writes, clock: Clock, *, alone: bool = True) -> None:
        self._writes, self._clock = writes, clock
        self._lasts_s = AT_LAST_S if alone else BESIDE_OTHERS_S

    def of(self, tables: Sequence[str]) -> "Fresh":
        """For one thing shown, read from these tables."""
        return Fresh(self._writes, self._clock, tables, self._lasts_s)


class Fresh:
    """Of one thing on one page: ``with fresh as to_read: if to_read: ...`` reads it when it must be. What could not be
    read is asked for again."""

    def __init__(self, writes: Writes, clock: Clock, tables: Sequence[str], lasts_s: float) -> None:
        self._writes, self._clock, self._tables = writes, clock, tuple(tables)
        self._lasts = timedelta(seconds=lasts_s)
        self._read: tuple[int, ...] | None = None
        self._until: datetime | None = None

    def __enter__(self) -> bool:
        written, now = self._writes.of(self._tables), self._clock.now()
        if written == self._read and self._until is not None and now < self._until:
            return False
        self._read, self._until = written, now + self._lasts
        return True

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        if kind is not None:
            self._read = None
