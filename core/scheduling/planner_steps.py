"""A plan one visit after another: what the next visit means for clock, battery and way. Pure.

Each visit begins as early as the order and the way there allow.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.scheduling.planner_model import (
    DOCK,
    NO_WAY,
    LeftOut,
    LeftOutReason,
    PlannedVisit,
    Rank,
    Week,
    WeekPlan,
    alone,
    possible,
)


@dataclass(frozen=True, slots=True)
class State:
    """Where the mower is after a visit, or before any: ``used`` minutes of the battery, ``span`` -1 at the dock."""

    place: int = DOCK
    minute: int = 0
    used: int = 0
    span: int = -1
    travel_m: int = 0
    """Without the way home."""


BEGIN = State()


def step(week: Week, state: State, number: int, *, by_dock: bool) -> State | None:
    """The state after the next visit; ``None`` where a rule forbids it. The first visit comes from the dock."""
    task, shape = week.tasks[number], week.shapes[number]
    if shape is None:
        return None
    out, home = week.drive_min[DOCK][task.place], week.drive_min[task.place][DOCK]
    if by_dock:
        first = state.place == DOCK
        back = 0 if first else week.drive_min[state.place][DOCK] + week.charge_min
        earliest, used = state.minute + back + out, shape.used if shape.fresh else out + shape.used
        metres = week.length_m[state.place][DOCK] + week.length_m[DOCK][task.place]
    else:
        drive = week.drive_min[state.place][task.place]
        if state.place == DOCK or drive == NO_WAY or shape.fresh:
            return None
        earliest, used = state.minute + drive, state.used + drive + shape.used
        metres = week.length_m[state.place][task.place]
    if week.battery_min is not None and used + home > week.battery_min:
        return None
    for starts in week.starts[number]:
        begins = max(starts.first, earliest)
        if begins <= starts.last and (by_dock or starts.span == state.span):
            travel = state.travel_m + metres + shape.metres
            return State(task.place, begins + shape.minutes, used, starts.span, travel)
    return None


def follow(week: Week, order: Iterable[tuple[int, bool]]) -> list[State] | None:
    """The states after each visit of an order (task, whether by the dock); ``None`` where it does not hold."""
    states, state = [], BEGIN
    for number, by_dock in order:
        after = step(week, state, number, by_dock=by_dock)
        if after is None:
            return None
        state = after
        states.append(state)
    return states


def rank_of(week: Week, ends: dict[int, int], travel_m: int) -> Rank:
    """The rank of a plan by the ends of its visits; tasks that no week could hold count for nothing."""
    could = possible(week)
    out = [number for number in could if number not in ends]
    return Rank(
        pinned_out=sum(week.tasks[number].pinned is not None for number in out),
        longest_min=max((week.wait(number, ends.get(number)) for number in could), default=0),
        left_out=len(out),
        travel_m=travel_m,
        ends_sum=sum(ends.values()),
    )


def plan_of(
    week: Week, order: Sequence[tuple[int, bool]], begins: Sequence[int], *, bound_min: int | None, proven: bool
) -> WeekPlan:
    """The plan of visits in order with the minute each begins. Without a bound, the plan's own wait is it."""
    visits, travel, place = [], 0, DOCK
    for (number, by_dock), at in zip(order, begins, strict=True):
        task, shape = week.tasks[number], week.shapes[number]
        assert shape is not None
        visits.append(PlannedVisit(task.id, at, at + shape.minutes, by_dock))
        straight = week.length_m[place][task.place]
        travel += week.length_m[place][DOCK] + week.length_m[DOCK][task.place] if by_dock else straight
        travel, place = travel + shape.metres, task.place
    ends = {number: visit.ends for (number, _), visit in zip(order, visits, strict=True)}
    rank = rank_of(week, ends, travel + week.length_m[place][DOCK])
    return WeekPlan(
        visits=tuple(visits),
        left_out=tuple(
            LeftOut(task.id, reason_of(week, number)) for number, task in enumerate(week.tasks) if number not in ends
        ),
        rank=rank,
        bound_min=rank.longest_min if bound_min is None else bound_min,
        proven=proven,
    )


def reason_of(week: Week, number: int) -> LeftOutReason:
    """Why a task is not in a best plan."""
    crowded = LeftOutReason.CROWDED if week.tasks[number].pinned is None else LeftOutReason.PINNED_CLASH
    return alone(week, number) or crowded
