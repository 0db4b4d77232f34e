"""What a day leaves for a visit: preferred hours less bans, quiet hours and days off; where a visit fits. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from core.scheduling.bans import Ban, Place, bans_of, forbidden
from core.scheduling.recurrence import ServicePlan
from core.scheduling.spans import Span, less, within


@dataclass(frozen=True, slots=True)
class DayWindows:
    """A day of a plan at a place. ``allowed`` is empty where nothing is left; ``bans`` say why."""

    day: date
    allowed: tuple[Span, ...]
    bans: tuple[Ban, ...]

    def fit(self, minutes: int, busy: Sequence[Span] = ()) -> Span | None:
        """The earliest stretch in which a visit of that length may stand, clear of what is ``busy`` where that can be;
        ``None`` when none is long enough."""
        clear = [free for one in self.allowed for free in less(one, busy)] if busy else []
        return _first(clear, minutes) or _first(self.allowed, minutes)

    def allows(self, span: Span) -> bool:
        return any(one.holds(span) for one in self.allowed)


def windows_of(plan: ServicePlan, place: Place, day: date) -> DayWindows:
    """What is left of a day for a visit of a plan."""
    bans = bans_of(place, day)
    if day in plan.blackouts:
        return DayWindows(day, (), bans)
    preferred = within(day, plan.window_begins, plan.window_ends, place.zone)
    return DayWindows(day, () if preferred is None else less(preferred, forbidden(bans)), bans)


def first_fit(days: Sequence[DayWindows], minutes: int, busy: Sequence[Span] = ()) -> tuple[DayWindows, Span] | None:
    """The first of these days on which a visit fits, and where."""
    return next(((day, span) for day in days if (span := day.fit(minutes, busy)) is not None), None)


def _first(spans: Sequence[Span], minutes: int) -> Span | None:
    lasts = timedelta(minutes=minutes)
    return next((Span(one.begins, one.begins + lasts) for one in spans if one.lasts >= lasts), None)
