"""When a visit may run: the allowed hours it belongs to, and the next ones that are free for it. Pure."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from core.scheduling.bans import bans_of, forbidden
from core.scheduling.model import Lot, Visit
from core.scheduling.spans import Span, less, whole_day
from core.scheduling.windows import windows_of

DAY = timedelta(days=1)
DAYS_AHEAD = 7


def hours_of(lot: Lot, visit: Visit) -> tuple[Span | None, tuple[Span, ...]]:
    """The allowed span that a visit belongs to, and those of its day after it.

    Its plan's preferred hours less bans where it stands within them; where a person or the planner put it elsewhere,
    bans alone. ``None`` where its own time is not allowed at all: the first allowed span after it is taken then."""
    day = visit.begins_at.astimezone(lot.site.zone).date()
    version = lot.version_on(day)
    preferred = () if version is None else windows_of(version.plan, lot.site.place, day).allowed
    spans = preferred if any(one.begins <= visit.begins_at < one.ends for one in preferred) else _free(lot, day)
    open_ones = [one for one in spans if one.ends > visit.begins_at]
    return (open_ones[0], tuple(open_ones[1:])) if open_ones else (None, ())


def allowed_spans(lot: Lot, first: date, days: int = DAYS_AHEAD) -> tuple[Span, ...]:
    """Every span in which the lot may be mowed on some days: its plan's preferred hours less bans; nothing on a day
    off or in a pause."""
    found: list[Span] = []
    for n in range(days):
        day = first + n * DAY
        version = lot.version_on(day)
        if version is not None and lot.pause_on(day) is None:
            found += windows_of(version.plan, lot.site.place, day).allowed
    return tuple(found)


def next_free(lot: Lot, lasts: timedelta, after: datetime, busy: Sequence[Span], days: int = DAYS_AHEAD) -> Span | None:
    """The first allowed span in which a visit that lasts so long may stand, clear of what the mower does otherwise;
    ``None`` where the days ahead have none."""
    first = after.astimezone(lot.site.zone).date()
    for span in allowed_spans(lot, first, days):
        for free in less(span, busy):
            begins = max(free.begins, after)
            if begins + lasts <= free.ends:
                return Span(begins, begins + lasts)
    return None


def _free(lot: Lot, day: date) -> tuple[Span, ...]:
    return less(whole_day(day, lot.site.zone), forbidden(bans_of(lot.site.place, day)))
