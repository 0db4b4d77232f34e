"""Which of a site's bans and quiet hours a mower can hold itself: one stretch that is the same every day. Pure.

A mower holds one daily stretch (`external.mammotion.hours`). It must never forbid what is allowed, so it is the longest
stretch that is forbidden on each of the days ahead, on every lot that the mower serves; what does not fit into it is
held by the start guard and by the running of visits alone.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from core.fleet.model import DailyHours
from core.scheduling.bans import Place, bans_of, forbidden
from core.scheduling.spans import Span

DAY_MINUTES = 1_440
DAYS = 7
LEAST_MINUTES = 30
"""A shorter stretch is not worth a request."""
QUARTER = 15
"""Sunset moves every day: whole quarters within it save requests."""


def held_daily(places: Sequence[Place], first: date, days: int = DAYS) -> DailyHours | None:
    """The longest daily stretch that is forbidden at all these places on all days from ``first``; ``None`` = none."""
    always = np.ones(DAY_MINUTES, dtype=bool)
    for place in places:
        for n in range(days):
            day = first + timedelta(days=n)
            always &= _minutes(forbidden(bans_of(place, day)), day, place)
    return _longest(always) if places else None


def _minutes(spans: Sequence[Span], day: date, place: Place) -> NDArray[np.bool_]:
    """Whole wall minutes of a day that are forbidden."""
    found = np.zeros(DAY_MINUTES, dtype=bool)
    for span in spans:
        begins, ends = _minute(span.begins, day, place), _minute(span.ends, day, place)
        found[max(0, begins) : min(DAY_MINUTES, ends)] = True
    return found


def _minute(at: datetime, day: date, place: Place) -> int:
    wall = at.astimezone(place.zone)
    return (wall.date() - day).days * DAY_MINUTES + wall.hour * 60 + wall.minute


def _longest(always: NDArray[np.bool_]) -> DailyHours | None:
    """The longest run, over midnight, too. Forbidden all day is no stretch that a mower can hold."""
    if always.all() or not always.any():
        return None
    best, run = (0, 0), 0
    for n in range(2 * DAY_MINUTES):
        run = run + 1 if always[n % DAY_MINUTES] else 0
        best = max(best, (run, -n))
    ends = 1 - best[1]
    begins = -(-(ends - best[0]) // QUARTER) * QUARTER
    ends = ends // QUARTER * QUARTER
    if ends - begins < LEAST_MINUTES:
        return None
    return DailyHours(begins % DAY_MINUTES, ends % DAY_MINUTES)
