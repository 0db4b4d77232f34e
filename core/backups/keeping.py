"""Which backups are kept. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

WHOLE_DAYS = 2
"""Every backup of so many days is kept; of earlier days the newest each."""


def kept(moments: Iterable[datetime], *, now: datetime, keep_days: int) -> set[datetime]:
    """Those that stay: all of the last two days, one a day up to ``keep_days``, and always the newest."""
    newest_first = sorted(set(moments), reverse=True)
    days, stay = set(), set(newest_first[:1])
    for moment in newest_first:
        age = now - moment
        first_of_day = moment.date() not in days
        days.add(moment.date())
        if age < timedelta(days=WHOLE_DAYS) or (first_of_day and age <= timedelta(days=keep_days)):
            stay.add(moment)
    return stay
