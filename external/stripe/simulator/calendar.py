"""Billing periods: from an anchor, on its day of the month or the last one before it (docs, "billing cycle")."""

import calendar
from datetime import UTC, datetime

DAY_S = 86_400


def step(anchor: int, interval: str, count: int) -> int:
    """``anchor`` moved by ``count`` intervals, both in seconds since 1970. The 31st becomes a month's last day."""
    if interval in ("day", "week"):
        return anchor + count * DAY_S * (7 if interval == "week" else 1)
    start = datetime.fromtimestamp(anchor, UTC)
    months = start.year * 12 + start.month - 1 + count * (12 if interval == "year" else 1)
    year, month = divmod(months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return int(start.replace(year=year, month=month + 1, day=min(start.day, last)).timestamp())


def period_end(anchor: int, interval: str, count: int, after: int) -> int:
    """The first end of a period, counted from ``anchor``, that lies after ``after``."""
    number = 1
    if interval in ("month", "year"):  # jump near, then step
        first, now = datetime.fromtimestamp(anchor, UTC), datetime.fromtimestamp(after, UTC)
        months = (now.year - first.year) * 12 + now.month - first.month
        number = max(1, months // (count * (12 if interval == "year" else 1)) - 1)
    while step(anchor, interval, number * count) <= after:
        number += 1
    return step(anchor, interval, number * count)
