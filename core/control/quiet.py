"""Quiet hours of a site, in its own wall time, right over clock changes. Pure.

A window is never shorter than it is written: where the clock change makes its beginning or end ambiguous, or takes it
away, the earlier beginning and the later end hold.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from core.errors import Invalid
from core.texts import N_, Text

MOST_WINDOWS = 14
DAY_MINUTES = 24 * 60
_CHAIN = 2 * MOST_WINDOWS + 8
"""Windows that follow one another without a gap make one quiet time; after so many the search ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietWindow:
    """No mowing begins on these days (0 = Monday) from ``begins`` to ``ends``; an end that is not later than the
    beginning lies on the next day. Raises ``Invalid`` for no day or an unknown one."""

    days: frozenset[int]
    begins: time
    ends: time

    def __post_init__(self) -> None:
        if not self.days or not self.days <= frozenset(range(7)):
            raise Invalid(N_("days: expected at least one of 0 (Monday) to 6 (Sunday)"))

    @classmethod
    def kept(cls, days: str, begins_minute: int, ends_minute: int) -> "QuietWindow":
        """A window from its row."""
        return cls(days=frozenset(map(int, days)), begins=at_minute(begins_minute), ends=at_minute(ends_minute))

    def on(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """(begin, end) in UTC of the window that begins on ``day``."""
        last = day if self.ends > self.begins else day + timedelta(days=1)
        return min(_instants(day, self.begins, zone)), max(_instants(last, self.ends, zone))


def _instants(day: date, at: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants a wall time stands for: twice the same, but at a change of clocks."""
    wall = datetime.combine(day, at, tzinfo=zone)
    return wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)


def quiet_until(windows: Iterable[QuietWindow], zone: ZoneInfo, now: datetime) -> datetime | None:
    """When the quiet time that holds at ``now`` ends, in UTC; ``None`` when none holds."""
    known = tuple(windows)
    until = None
    for _ in range(_CHAIN):
        following = _end_at(known, zone, until or now)
        if following is None or following == until:
            return until
        until = following
    return until


def _end_at(windows: Sequence[QuietWindow], zone: ZoneInfo, moment: datetime) -> datetime | None:
    today = moment.astimezone(zone).date()
    ends = [
        span[1]
        for window in windows
        for day in (today - timedelta(days=2), today - timedelta(days=1), today, today + timedelta(days=1))
        if day.weekday() in window.days and (span := window.on(day, zone))[0] <= moment < span[1]
    ]
    return max(ends, default=None)


def window_of(told: Mapping[str, Any]) -> QuietWindow:
    """A window from plain values: ``days`` as numbers, ``begins`` and ``ends`` as HH:MM. ``Invalid`` says what is
    wrong."""
    days = told.get("days")
    if not isinstance(days, list | tuple | set | frozenset) or not all(type(day) is int for day in days):
        raise Invalid(N_("days: expected at least one of 0 (Monday) to 6 (Sunday)"))
    return QuietWindow(days=frozenset(days), begins=_time("begins", told), ends=_time("ends", told))


def _time(name: str, told: Mapping[str, Any]) -> time:
    value = told.get(name)
    try:
        found = time.fromisoformat(str(value))
    except ValueError:
        found = None
    if found is None or found.tzinfo is not None or found.second or found.microsecond:
        raise Invalid(Text("{name}: {value!r} (expected a time of day as HH:MM)", name=name, value=value))
    return found


def minute_of(at: time) -> int:
    """Minutes since midnight."""
    return at.hour * 60 + at.minute


def at_minute(minute: int) -> time:
    return time(minute // 60, minute % 60)
