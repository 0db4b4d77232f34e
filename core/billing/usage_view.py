"""A household's minutes as rating sees them: signed pieces of whole clock minutes with the time each became known.

A host's lot has pieces of power beside them: what its dock drew for each visit of the mower it keeps.
"""

from bisect import bisect_left
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from core.billing.periods import Period


class UsagePiece(NamedTuple):
    """``minutes`` whole minutes from minute ``start`` (minutes since 1970, UTC); ``sign`` -1 takes a piece back."""

    start: int
    minutes: int
    sign: int
    recorded_at: datetime
    entry_id: int = 0


class PowerPiece(NamedTuple):
    """What one session drew, in watt-hours; ``at`` is its begin."""

    at: datetime
    watt_hours: int
    recorded_at: datetime
    entry_id: int = 0


class UsageView:
    """Sums over windows. A minute belongs to the window in which it begins."""

    def __init__(self, pieces: Iterable[UsagePiece] = (), power: Iterable[PowerPiece] = ()) -> None:
        self.power = sorted(power)
        self._pieces = sorted(pieces)
        self._starts = [piece.start for piece in self._pieces]
        self._longest = max((piece.minutes for piece in self._pieces), default=0)

    @property
    def pieces(self) -> list[UsagePiece]:
        """Every piece, by its start."""
        return self._pieces

    def within(self, window: Period, known_by: datetime) -> list[UsagePiece]:
        """Pieces that touch the window, cut to it."""
        first, end = first_minute(window.start), first_minute(window.end)
        found = []
        for piece in self._pieces[bisect_left(self._starts, first - self._longest) : bisect_left(self._starts, end)]:
            start, stop = max(piece.start, first), min(piece.start + piece.minutes, end)
            if stop > start and piece.recorded_at <= known_by:
                found.append(piece._replace(start=start, minutes=stop - start))
        return found

    def watt_hours(self, window: Period, known_by: datetime) -> int:
        """Of the sessions that begin within the window."""
        return sum(
            piece.watt_hours
            for piece in self.power
            if window.start <= piece.at < window.end and piece.recorded_at <= known_by
        )

    def minutes(self, window: Period, known_by: datetime) -> int:
        return sum(piece.minutes * piece.sign for piece in self.within(window, known_by))


NO_USAGE = UsageView()


def first_minute(moment: datetime) -> int:
    """The first whole minute that begins at or after ``moment``."""
    return -(-int(moment.timestamp()) // 60)


def minute_of(moment: datetime) -> int:
    """The minute that holds ``moment``."""
    return int(moment.timestamp() // 60)
