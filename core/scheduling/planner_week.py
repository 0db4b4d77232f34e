"""From visits with times of the world to a week in minutes, and back. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, floor

from core.scheduling.planner_model import LeftOut, Matrix, MowerPace, Task, Week, WeekPlan
from core.scheduling.planner_spans import Span

UNKNOWN_CUT = timedelta(days=28)
"""So long, at the least, a lawn is taken to have waited of which no cut is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueVisit:
    """A visit to be planned. ``place`` is its home's row in the matrix of lengths, the dock's lawn being 0."""

    id: str
    place: int
    area_m2: float
    last_cut: datetime | None
    window: Span | None = None
    """Its own days and hours."""
    pinned: datetime | None = None


@dataclass(frozen=True, slots=True)
class TimedVisit:
    id: str
    span: Span
    by_dock: bool


@dataclass(frozen=True, slots=True)
class TimedPlan:
    """A plan with times of the world; ``plan`` has its figures."""

    visits: tuple[TimedVisit, ...]
    left_out: tuple[LeftOut, ...]
    plan: WeekPlan

    @property
    def longest(self) -> timedelta:
        return timedelta(minutes=self.plan.rank.longest_min)


def week_of(
    visits: Sequence[DueVisit],
    *,
    whole: Span,
    allowed: Sequence[Span],
    lengths_m: Sequence[Sequence[int]],
    pace: MowerPace,
) -> Week:
    """The week of one mower. Allowed spans and windows shrink to whole minutes, work and ways grow to them.

    ``lengths_m`` has the host's home, where the dock is, at 0: its lawn is a place of its own with no way to it.
    """
    lengths = _with_dock(lengths_m)
    spans = [(_up(span.begins, whole), _down(span.ends, whole)) for one in allowed if (span := one.cut(whole))]
    return Week(
        tasks=tuple(_task(visit, whole, pace) for visit in visits),
        spans=tuple((first, last) for first, last in spans if first < last),
        ends=_down(whole.ends, whole),
        drive_min=tuple(tuple(pace.drive_min(metres) for metres in row) for row in lengths),
        length_m=lengths,
        battery_min=pace.battery_min,
        charge_min=pace.charge_min,
    )


def timed(plan: WeekPlan, begins: datetime) -> TimedPlan:
    """A plan of the week that begins then."""
    return TimedPlan(
        tuple(
            TimedVisit(visit.id, Span(_at(begins, visit.begins), _at(begins, visit.ends)), visit.by_dock)
            for visit in plan.visits
        ),
        plan.left_out,
        plan,
    )


def _task(visit: DueVisit, whole: Span, pace: MowerPace) -> Task:
    since = whole.begins - UNKNOWN_CUT if visit.last_cut is None else min(visit.last_cut, whole.ends)
    window = visit.window or whole
    return Task(
        id=visit.id,
        place=visit.place + 1,
        since=_down(since, whole),
        work_min=pace.work_min(visit.area_m2),
        opens=max(0, _up(window.begins, whole)),
        closes=_down(min(window.ends, whole.ends), whole),
        pinned=None if visit.pinned is None else _up(visit.pinned, whole),
    )


def _with_dock(lengths_m: Sequence[Sequence[int]]) -> Matrix:
    rows = [tuple(row) for row in lengths_m]
    return tuple((row[0], *row) for row in (rows[0], *rows))


def _up(moment: datetime, whole: Span) -> int:
    return ceil((moment - whole.begins) / timedelta(minutes=1))


def _down(moment: datetime, whole: Span) -> int:
    return floor((moment - whole.begins) / timedelta(minutes=1))


def _at(begins: datetime, minute: int) -> datetime:
    return begins + timedelta(minutes=minute)
