"""Which periods a report is due for, and when. Pure; days are those of a place, and change of clocks is its zone's.

An hour that comes twice means its first; one that a change of clocks leaves out means the moment the clocks jump to
plus what is left of it (RFC 5545, 3.3.5): each day has one instant for each hour, and so each period one report.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.reports.model import Cadence, Period

DAY = timedelta(days=1)
MOST_LATE = 7
"""Periods that are made up for after a long silence, the newest; those before are passed over."""


def instant(day: date, hour: int, zone: ZoneInfo) -> datetime:
    """The instant (UTC) of an hour of a place's day."""
    return datetime.combine(day, time(hour), zone).astimezone(UTC)


def day_begins(day: date, zone: ZoneInfo) -> datetime:
    """The first instant (UTC) of a place's day."""
    return instant(day, 0, zone)


def due_between(cadence: Cadence, hour: int, zone: ZoneInfo, *, after: datetime, now: datetime) -> list[Period]:
    """The periods whose reports fell due after ``after`` and not after ``now``, oldest first; `MOST_LATE` at most."""
    found: list[Period] = []
    day = now.astimezone(zone).date()
    while len(found) < MOST_LATE and instant(day, hour, zone) > after:
        period = _issued(cadence, day, hour, zone)
        if period is not None and period.due <= now:
            found.append(period)
        day -= DAY
    return found[::-1]


def next_due(cadence: Cadence, hour: int, zone: ZoneInfo, *, after: datetime) -> datetime:
    """When the first report falls due after ``after``."""
    return next(
        period.due
        for day in _days(after.astimezone(zone).date())
        if (period := _issued(cadence, day, hour, zone)) is not None and period.due > after
    )


def _days(day: date) -> Iterator[date]:
    while True:
        yield day
        day += DAY


def _issued(cadence: Cadence, day: date, hour: int, zone: ZoneInfo) -> Period | None:
    """The period whose report comes on that day, if one does: the whole one that ended with the day before."""
    if cadence is Cadence.DAILY:
        first = day - DAY
    elif cadence is Cadence.WEEKLY and day.weekday() == 0:
        first = day - 7 * DAY
    elif cadence is Cadence.MONTHLY and day.day == 1:
        first = (day - DAY).replace(day=1)
    else:
        return None
    return Period(first, day, day_begins(first, zone), day_begins(day, zone), instant(day, hour, zone))
