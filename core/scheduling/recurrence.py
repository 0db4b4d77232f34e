"""A service plan: on which days a lawn is due, and between which hours. Pure; days are the site's own days.

Days are counted as dates, so that a change of clocks moves none of them; only `core.scheduling.windows` makes instants.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from dateutil import rrule

from core.errors import Invalid
from core.texts import N_, Text

WEEK = frozenset(range(7))
LONGEST_AHEAD = timedelta(days=800)
"""How far `visit_days` looks at once, so that no question is answered with years of days."""


class Rhythm(StrEnum):
    """How often a lawn is due."""

    WEEKLY = "weekly"
    BIWEEKLY = "biweekly"
    EVERY_N_DAYS = "every_n_days"
    MONTHLY = "monthly"


RHYTHM_WORDS = {
    Rhythm.WEEKLY: N_("Weekly"),
    Rhythm.BIWEEKLY: N_("Every two weeks"),
    Rhythm.EVERY_N_DAYS: N_("Every so many days"),
    Rhythm.MONTHLY: N_("Monthly"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePlan:
    """What was agreed for one lot. ``Invalid`` lists what is wrong with it."""

    rhythm: Rhythm
    starts_on: date
    ends_on: date | None = None
    """The last day that may be due; ``None`` = until changed."""
    weekdays: frozenset[int] = frozenset()
    """0 = Monday. For weekly and biweekly at least one; the others keep to these days where any is given."""
    every_days: int = 7
    """For every so many days: 2 to 60, counted from ``starts_on``."""
    month_day: int = 1
    """For monthly: 1 to 31; in a shorter month its last day."""
    window_begins: time = time(9)
    window_ends: time = time(17)
    """Preferred hours in the site's wall time; an end of 00:00 is the end of the day."""
    minutes: int = 60
    """How long a visit is planned to take, 5 to 600."""
    blackouts: frozenset[date] = frozenset()
    """Days on which nobody is to come, whatever the rhythm says."""

    def __post_init__(self) -> None:
        wrong = [words for holds, words in _checks(self) if not holds]
        if wrong:
            raise Invalid(wrong[0], reasons=wrong)


def _checks(plan: ServicePlan) -> tuple[tuple[bool, str], ...]:
    by_week = plan.rhythm in {Rhythm.WEEKLY, Rhythm.BIWEEKLY}
    return (
        (plan.weekdays <= WEEK, N_("weekdays: expected numbers from 0 (Monday) to 6 (Sunday)")),
        (bool(plan.weekdays) or not by_week, N_("weekdays: expected at least one day of the week")),
        (2 <= plan.every_days <= 60, Text("every_days: {n} (expected 2 to 60)", n=plan.every_days)),
        (1 <= plan.month_day <= 31, Text("month_day: {n} (expected 1 to 31)", n=plan.month_day)),
        (5 <= plan.minutes <= 600, Text("minutes: {n} (expected 5 to 600)", n=plan.minutes)),
        (plan.ends_on is None or plan.ends_on >= plan.starts_on, N_("ends_on: it lies before the start")),
        (_length(plan) >= plan.minutes, N_("window: it ends before a visit of that length could")),
        (len(plan.blackouts) <= 400, N_("blackouts: expected at most 400 days")),
        (2000 <= plan.starts_on.year <= 2200, N_("starts_on: expected a day between the years 2000 and 2200")),
    )


def _length(plan: ServicePlan) -> int:
    """Minutes of the preferred window on a day without a change of clocks."""
    begins, ends = plan.window_begins, plan.window_ends
    last = 24 * 60 if ends == time() else ends.hour * 60 + ends.minute
    return last - begins.hour * 60 - begins.minute


def visit_days(plan: ServicePlan, first: date, last: date) -> tuple[date, ...]:
    """Every day from ``first`` to ``last`` on which the plan says that the lawn is due, blackouts included: whoever
    plans says why a due day falls out. At most `LONGEST_AHEAD` days are looked at."""
    until = min(last, plan.ends_on or last, first + LONGEST_AHEAD)
    if until < max(first, plan.starts_on):
        return ()
    begins, ends = datetime.combine(max(first, plan.starts_on), time()), datetime.combine(until, time())
    return tuple(day.date() for day in _rule(plan).between(begins, ends, inc=True))


def _rule(plan: ServicePlan) -> rrule.rrule:
    start = datetime.combine(plan.starts_on, time())
    days = sorted(plan.weekdays) or None
    if plan.rhythm in {Rhythm.WEEKLY, Rhythm.BIWEEKLY}:
        weeks = 1 if plan.rhythm is Rhythm.WEEKLY else 2
        return rrule.rrule(rrule.WEEKLY, dtstart=start, interval=weeks, byweekday=days, wkst=rrule.MO)
    if plan.rhythm is Rhythm.EVERY_N_DAYS:
        return rrule.rrule(rrule.DAILY, dtstart=start, interval=plan.every_days, byweekday=days)
    # the last of the days up to the wanted one that the month has: the 31st is the 30th in April
    upto = tuple(range(min(28, plan.month_day), plan.month_day + 1))
    return rrule.rrule(rrule.MONTHLY, dtstart=start, bymonthday=upto, bysetpos=-1)


def plan_content(plan: ServicePlan) -> dict[str, Any]:
    """As JSON."""
    return {
        "rhythm": plan.rhythm.value,
        "starts_on": plan.starts_on.isoformat(),
        "ends_on": None if plan.ends_on is None else plan.ends_on.isoformat(),
        "weekdays": sorted(plan.weekdays),
        "every_days": plan.every_days,
        "month_day": plan.month_day,
        "window_begins": plan.window_begins.isoformat(timespec="minutes"),
        "window_ends": plan.window_ends.isoformat(timespec="minutes"),
        "minutes": plan.minutes,
        "blackouts": [day.isoformat() for day in sorted(plan.blackouts)],
    }


def plan_from_content(content: Mapping[str, Any]) -> ServicePlan:
    """The inverse of `plan_content`. What is absent has its default, so that older rows keep loading."""
    told = dict(content)
    return ServicePlan(
        rhythm=Rhythm(told["rhythm"]),
        starts_on=date.fromisoformat(told["starts_on"]),
        ends_on=date.fromisoformat(told["ends_on"]) if told.get("ends_on") else None,
        weekdays=frozenset(told.get("weekdays", ())),
        every_days=told.get("every_days", 7),
        month_day=told.get("month_day", 1),
        window_begins=time.fromisoformat(told.get("window_begins", "09:00")),
        window_ends=time.fromisoformat(told.get("window_ends", "17:00")),
        minutes=told.get("minutes", 60),
        blackouts=frozenset(date.fromisoformat(day) for day in told.get("blackouts", ())),
    )
