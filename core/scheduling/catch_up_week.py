"""What the weather took from one mower, as a week for `catch_up`, and the moves that come of its order. Pure.

A visit keeps its minutes, and lies within its own allowed hours. Between two visits of the mower, and beside one that
stands already, is the way, at the least `TURN`. A visit that alone takes more than a battery has its charging in its
minutes: it stands for one battery.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, floor
from uuid import UUID

from core.scheduling import planner_spans
from core.scheduling.catch_up import catch_up
from core.scheduling.planner_model import DOCK, NO_WAY, Matrix, MowerPace, Task, Week, WeekPlan
from core.scheduling.planner_week import UNKNOWN_CUT
from core.scheduling.spans import Span, joined, less
from core.scheduling.weather_rainout import DayVisit, Move

TURN = timedelta(minutes=10)
"""Between two visits of one mower: it has to drive."""
USUAL_PACE = MowerPace()
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Ways:
    """Metres between lawns along their corridors, the dock's being row 0; `NO_WAY` where none is known to lead."""

    rows: Mapping[UUID, int]
    """The row of each visit's lawn."""
    length_m: Matrix


NO_WAYS = Ways({}, ((0,),))
"""Nothing is known: each way takes a `TURN` and counts for nothing."""


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """The moves of one mower's lost visits, in order of the times they go to, and the plan they come of."""

    moves: tuple[Move, ...]
    plan: WeekPlan

    @property
    def proven(self) -> bool:
        """Whether no order is better; of many lawns one that is good is taken (`catch_up.MOST_EXACT`)."""
        return self.plan.proven

    @property
    def longest(self) -> timedelta:
        """How long the lawn that waits longest will have waited."""
        return self.plan.rank.longest_min * MINUTE


def caught_up(
    waiting: Sequence[DayVisit],
    others: Sequence[DayVisit],
    *,
    now: datetime,
    after: datetime,
    until: datetime,
    ways: Ways = NO_WAYS,
    pace: MowerPace = USUAL_PACE,
) -> CaughtUp:
    """Times for the lost visits of one mower between ``after`` and ``until``, each within its own ``hours``, clear of
    the ``others``. Those for which there is no room are left out."""
    begins = now.replace(second=0, microsecond=0)
    week = lost_week(waiting, others, begins=begins, after=after, until=until, ways=ways, pace=pace)
    plan = catch_up(week)
    by_id = {str(visit.id): visit for visit in waiting}
    moves = []
    for planned in plan.visits:
        visit, at = by_id[planned.id], begins + planned.begins * MINUTE
        moves.append(Move(visit, planner_spans.Span(at, at + visit.span.length)))
    return CaughtUp(tuple(moves), plan)


def lost_week(
    waiting: Sequence[DayVisit],
    others: Sequence[DayVisit],
    *,
    begins: datetime,
    after: datetime,
    until: datetime,
    ways: Ways = NO_WAYS,
    pace: MowerPace = USUAL_PACE,
) -> Week:
    """The question, in minutes since ``begins``: allowed spans are the hours of these lawns with the ways to them, less
    what the mower does otherwise."""
    lengths = _lengths(waiting, ways)
    turn = ceil(TURN / MINUTE)
    drive = tuple(
        tuple(0 if a == b else max(turn, pace.drive_min(metres)) for b, metres in enumerate(row))
        for a, row in enumerate(lengths)
    )
    ends = _down(until, begins)
    hours = [_hours(visit, Span(after, until), begins) for visit in waiting]
    tasks = tuple(
        Task(
            id=str(visit.id),
            place=place,
            since=_down(min(visit.since or begins - UNKNOWN_CUT, until), begins),
            work_min=_minutes(visit),
            hours=own,
        )
        for place, (visit, own) in enumerate(zip(waiting, hours, strict=True), 1)
    )
    return Week(
        tasks=tasks,
        spans=_spans(tasks, drive, others, begins, ends),
        ends=ends,
        drive_min=drive,
        length_m=lengths,
        battery_min=_battery(tasks, drive, pace),
        charge_min=pace.charge_min,
    )


def _lengths(waiting: Sequence[DayVisit], ways: Ways) -> Matrix:
    """Metres between the dock and these lawns; what is not known is 0, as between two visits of one lawn."""
    rows: list[int | None] = [DOCK, *(ways.rows.get(visit.id) for visit in waiting)]

    def metres(one: int | None, other: int | None) -> int:
        found = 0 if one is None or other is None else ways.length_m[one][other]
        return 0 if found == NO_WAY else found

    return tuple(tuple(metres(one, other) for other in rows) for one in rows)


def _hours(visit: DayVisit, within: Span, begins: datetime) -> tuple[tuple[int, int], ...]:
    own = joined(
        Span(max(one.begins, within.begins), min(one.ends, within.ends))
        for one in visit.hours or ()
        if one.begins < within.ends and within.begins < one.ends
    )
    minutes = [(_up(one.begins, begins), _down(one.ends, begins)) for one in own]
    return tuple((first, last) for first, last in minutes if first < last)


def _spans(
    tasks: Sequence[Task], drive: Matrix, others: Sequence[DayVisit], begins: datetime, ends: int
) -> tuple[tuple[int, int], ...]:
    open_ones = [
        Span(
            _at(max(0, first - drive[DOCK][task.place]), begins), _at(min(ends, last + drive[task.place][DOCK]), begins)
        )
        for task in tasks
        for first, last in task.hours or ()
    ]
    taken = [
        Span(_at(_down(one.span.begins, begins), begins), _at(_up(one.span.ends, begins), begins)) for one in others
    ]
    free = [span for one in joined(open_ones) for span in less(one, taken)]
    return tuple((_down(span.begins, begins), _down(span.ends, begins)) for span in free)


def _battery(tasks: Sequence[Task], drive: Matrix, pace: MowerPace) -> int | None:
    if pace.battery_min is None:
        return None
    alone = (drive[DOCK][task.place] + task.work_min + drive[task.place][DOCK] for task in tasks)
    return max(pace.battery_min, *alone) if tasks else pace.battery_min


def _minutes(visit: DayVisit) -> int:
    return max(1, ceil(visit.span.length / MINUTE))


def _up(moment: datetime, begins: datetime) -> int:
    return ceil((moment - begins) / MINUTE)


def _down(moment: datetime, begins: datetime) -> int:
    return floor((moment - begins) / MINUTE)


def _at(minute: int, begins: datetime) -> datetime:
    return begins + minute * MINUTE
