"""What a mower's week is asked and answered in: whole minutes since its beginning, whole metres, frozen values.

The rules of a plan, which the solver builds in, the search follows and the tests' checker checks by itself:

- The mower stands at its dock (row 0 of the matrices), charged, when the week begins.
- A visit lies within its own window and hours, and the mower's way out, the visit and the way home within one allowed
  span.
- From one lawn it drives straight to the next, within the same span, or by the dock, where it charges.
- Since it charged it drives and mows for no longer than the battery lasts, the way home counted. Work that takes more
  than one battery is done in legs: it begins with a full one, and each leg but the last ends at the dock.
- A pinned visit begins when it is pinned or not at all.

Of all plans the best leaves out fewest pinned visits; then its longest wait is shortest; then it leaves out fewest
visits; then it drives least; then its visits end earliest. A lawn waits from its last cut to the end of its visit; one
that is left out waits to the end of the week.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from math import ceil

from core.errors import Invalid
from core.texts import N_, Text

NO_WAY = -1
"""In a matrix: no way leads there."""
DOCK = 0

type Matrix = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MowerPace:
    """How a mower works. Assumptions until a fleet's own figures replace them."""

    m2_per_h: float = 500
    speed_m_s: float = 0.5
    battery_min: int | None = 180
    """Driving and mowing on one charge; ``None`` = never empty."""
    charge_min: int = 120

    def __post_init__(self) -> None:
        within = (
            10 <= self.m2_per_h <= 10_000
            and 0.05 <= self.speed_m_s <= 5
            and (self.battery_min is None or 10 <= self.battery_min <= 1_440)
            and 0 <= self.charge_min <= 1_440
        )
        if not within:
            raise Invalid(
                N_("pace: expected 10 to 10,000 m²/h, 0.05 to 5 m/s, a battery of 10 to 1,440 min, a charge up to that")
            )

    def work_min(self, area_m2: float) -> int:
        """Whole minutes of mowing, rounded up."""
        return max(1, ceil(area_m2 / self.m2_per_h * 60))

    def drive_min(self, metres: int) -> int:
        return NO_WAY if metres == NO_WAY else ceil(metres / self.speed_m_s / 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A visit that is due. ``place`` is its row in the matrices; ``since`` the minute of the lawn's last cut, mostly
    below 0; it lies within ``opens`` and ``closes``."""

    id: str
    place: int
    since: int
    work_min: int
    opens: int = 0
    closes: int | None = None
    pinned: int | None = None
    """The minute at which a person put it."""
    hours: tuple[tuple[int, int], ...] | None = None
    """Its own allowed minutes, in order and apart, one of which holds it whole; ``None`` = those of the week."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How a visit goes: ``minutes`` from begin to end with its charging, whether it needs a full battery, what of the
    battery is used at its end, and the metres driven in between."""

    minutes: int
    fresh: bool
    used: int
    metres: int = 0


@dataclass(frozen=True, slots=True)
class Starts:
    """A visit may begin from ``first`` to ``last``, both included, in one span."""

    first: int
    last: int
    span: int


@dataclass(frozen=True)
class Week:
    """What is asked. ``spans`` are the allowed ones, in order and apart; matrices are square with the dock at 0."""

    tasks: tuple[Task, ...]
    spans: tuple[tuple[int, int], ...]
    ends: int
    drive_min: Matrix
    length_m: Matrix
    battery_min: int | None = None
    charge_min: int = 0

    def __post_init__(self) -> None:
        if len({task.id for task in self.tasks}) != len(self.tasks):
            raise Invalid(N_("tasks: expected no two of one visit"))
        side = len(self.drive_min)
        if any(len(row) != side for row in (*self.drive_min, *self.length_m)) or len(self.length_m) != side:
            raise Invalid(Text("matrices: expected {side} rows and columns", side=side))
        for spans in (self.spans, *(task.hours for task in self.tasks if task.hours is not None)):
            edges = [0, *(edge for span in spans for edge in span), self.ends]
            if edges != sorted(edges):
                raise Invalid(N_("spans: expected them in order, apart, and within the week"))
        for task in self.tasks:
            if not 0 < task.place < side or task.work_min < 1 or task.since > self.ends:
                raise Invalid(
                    Text("visit {id}: expected a place of the matrices, work ≥ 1 min, a cut before the end", id=task.id)
                )

    @cached_property
    def shapes(self) -> tuple[Shape | None, ...]:
        """Of each task; ``None`` where no battery suffices to be there at all."""
        return tuple(_shape(self, task) for task in self.tasks)

    @cached_property
    def starts(self) -> tuple[tuple[Starts, ...], ...]:
        """When each task may begin if it is alone: in order, once for each span and own hours that meet."""
        return tuple(_starts(self, task, shape) for task, shape in zip(self.tasks, self.shapes, strict=True))

    def wait(self, number: int, end: int | None) -> int:
        """Minutes a task's lawn waits when its visit ends then; ``None`` = left out."""
        return (self.ends if end is None else end) - self.tasks[number].since


class LeftOutReason(StrEnum):
    """Why a visit is not in a plan; `LEFT_OUT_WORDS` says it."""

    NO_WAY = "no_way"
    BATTERY = "battery"
    TOO_LONG = "too_long"
    WINDOW = "window"
    PINNED_FORBIDDEN = "pinned_forbidden"
    PINNED_CLASH = "pinned_clash"
    CROWDED = "crowded"


LEFT_OUT_WORDS: dict[LeftOutReason, str] = {
    LeftOutReason.NO_WAY: N_("No approved corridor leads there from the dock."),
    LeftOutReason.BATTERY: N_("The way there and back takes more than a full battery."),
    LeftOutReason.TOO_LONG: N_("No allowed span is long enough for it, its charging and its ways."),
    LeftOutReason.WINDOW: N_("None of its own days and hours has an allowed span that is long enough."),
    LeftOutReason.PINNED_FORBIDDEN: N_("It is pinned to a time in which it is not allowed or takes too long."),
    LeftOutReason.PINNED_CLASH: N_("It is pinned to a time that another pinned visit takes."),
    LeftOutReason.CROWDED: N_("The week is full: it would cost lawns that have waited longer, or more visits."),
}


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """A visit in the plan's order; ``by_dock``: the mower comes from its dock, not straight from the lawn before."""

    id: str
    begins: int
    ends: int
    by_dock: bool


@dataclass(frozen=True, slots=True)
class LeftOut:
    id: str
    reason: LeftOutReason

    @property
    def words(self) -> str:
        return LEFT_OUT_WORDS[self.reason]


@dataclass(frozen=True, slots=True, order=True)
class Rank:
    """What plans are compared by, the smaller the better; see the module."""

    pinned_out: int
    longest_min: int
    left_out: int
    travel_m: int
    ends_sum: int


@dataclass(frozen=True, slots=True)
class WeekPlan:
    """The visits in order, and who is left out with why. ``bound_min``: no plan's longest wait is shorter."""

    visits: tuple[PlannedVisit, ...]
    left_out: tuple[LeftOut, ...]
    rank: Rank
    bound_min: int
    proven: bool
    """Whether no plan is better in any of what `Rank` compares."""

    @property
    def gap(self) -> float:
        """How far, at most, the longest wait is from the shortest possible, as a share of it."""
        return 0.0 if self.rank.longest_min <= 0 else (self.rank.longest_min - self.bound_min) / self.rank.longest_min


def alone(week: Week, number: int) -> LeftOutReason | None:
    """Why not even a week with this one visit holds; ``None`` if one does."""
    task, shape = week.tasks[number], week.shapes[number]
    if NO_WAY in {week.drive_min[DOCK][task.place], week.drive_min[task.place][DOCK]}:
        return LeftOutReason.NO_WAY
    if shape is None:
        return LeftOutReason.BATTERY
    if week.starts[number]:
        return None
    if task.pinned is not None:
        return LeftOutReason.PINNED_FORBIDDEN
    whole = week.drive_min[DOCK][task.place] + shape.minutes + week.drive_min[task.place][DOCK]
    fits = any(last - first >= whole for first, last in week.spans)
    return LeftOutReason.WINDOW if fits else LeftOutReason.TOO_LONG


def possible(week: Week) -> Sequence[int]:
    """The tasks that some week could hold."""
    return [number for number in range(len(week.tasks)) if alone(week, number) is None]


def _shape(week: Week, task: Task) -> Shape | None:
    out, home = week.drive_min[DOCK][task.place], week.drive_min[task.place][DOCK]
    if NO_WAY in {out, home}:
        return None
    if week.battery_min is None or out + task.work_min + home <= week.battery_min:
        return Shape(task.work_min, False, task.work_min)
    leg = week.battery_min - out - home
    if leg <= 0:
        return None
    returns = ceil(task.work_min / leg) - 1
    rest = task.work_min - returns * leg
    minutes = task.work_min + returns * (home + week.charge_min + out)
    ways = returns * (week.length_m[task.place][DOCK] + week.length_m[DOCK][task.place])
    return Shape(minutes, True, out + rest, ways)


def _starts(week: Week, task: Task, shape: Shape | None) -> tuple[Starts, ...]:
    if shape is None:
        return ()
    out, home = week.drive_min[DOCK][task.place], week.drive_min[task.place][DOCK]
    closes = week.ends if task.closes is None else task.closes
    found = []
    for number, (begins, ends) in enumerate(week.spans):
        for own_begins, own_ends in ((0, week.ends),) if task.hours is None else task.hours:
            first = max(begins + out, own_begins, task.opens)
            last = min(ends - home, own_ends, closes) - shape.minutes
            if task.pinned is not None:
                first, last = max(first, task.pinned), min(last, task.pinned)
            if first <= last:
                found.append(Starts(first, last, number))
    return tuple(found)
