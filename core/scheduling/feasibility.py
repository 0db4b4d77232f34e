"""Feasibility meter: what a cluster's lawns ask of its mower this week against the hours that are left. Pure.

The sum, as it is shown: the allowed hours that are left, less the charging within them, are the hours in which the
mower can mow. Within one allowed span it begins charged, mows until the battery is empty, charges, and so on. What it
is asked is the area of each lawn that is still due, over its speed. Ways between lawns are left out: they are minutes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.scheduling.planner_model import MowerPace
from core.scheduling.planner_spans import Span
from core.texts import N_

TIGHT = 0.85
"""From this share on one more day of rain would make it too much."""


class Level(StrEnum):
    """How a cluster stands."""

    FITS = "fits"
    TIGHT = "tight"
    OVERBOOKED = "overbooked"
    NOTHING = "nothing"  # no lawn is due any more
    UNKNOWN = "unknown"  # lawns are due, and none of them is measured


LEVEL_WORDS: dict[Level, str] = {
    Level.FITS: N_("It fits"),
    Level.TIGHT: N_("It fits, but barely"),
    Level.OVERBOOKED: N_("More than the week holds"),
    Level.NOTHING: N_("Nothing left to mow"),
    Level.UNKNOWN: N_("Not known"),
}


@dataclass(frozen=True, slots=True)
class DueLawn:
    """A lawn that is still to be mowed this week, ``visits`` times. ``area_m2`` ``None``: nobody has measured it."""

    name: str
    area_m2: float | None
    visits: int = 1


@dataclass(frozen=True, slots=True)
class LawnHours:
    """One line of the sum."""

    name: str
    area_m2: float
    visits: int
    hours: float


@dataclass(frozen=True, slots=True)
class Feasibility:
    """The sum. Hours; ``unmeasured`` names lawns whose part is missing from it."""

    lawns: tuple[LawnHours, ...]
    unmeasured: tuple[str, ...]
    needed_h: float
    allowed_h: float
    """Allowed hours that are left."""
    charging_h: float
    """Of those, for charging."""
    pace: MowerPace
    level: Level

    @property
    def mowing_h(self) -> float:
        """Hours in which the mower can mow."""
        return self.allowed_h - self.charging_h

    @property
    def share(self) -> float | None:
        """Asked over possible; ``None`` where nothing is possible any more."""
        return self.needed_h / self.mowing_h if self.mowing_h > 0 else None

    @property
    def missing_h(self) -> float:
        """Hours of mowing that do not fit."""
        return max(0.0, self.needed_h - self.mowing_h)


def feasibility(lawns: Sequence[DueLawn], spans: Sequence[Span], pace: MowerPace) -> Feasibility:
    """The meter of one cluster; ``spans`` are the allowed ones from now to the end of the week."""
    due = [lawn for lawn in lawns if lawn.visits > 0]
    lines = tuple(
        LawnHours(lawn.name, lawn.area_m2, lawn.visits, lawn.visits * lawn.area_m2 / pace.m2_per_h)
        for lawn in due
        if lawn.area_m2 is not None
    )
    hours = [span.length.total_seconds() / 3600 for span in spans]
    mowing = sum(mowing_hours(length, pace) for length in hours)
    needed = sum(line.hours for line in lines)
    return Feasibility(
        lawns=lines,
        unmeasured=tuple(lawn.name for lawn in due if lawn.area_m2 is None),
        needed_h=needed,
        allowed_h=sum(hours),
        charging_h=sum(hours) - mowing,
        pace=pace,
        level=_level(due, len(lines), needed, mowing),
    )


def mowing_hours(span_h: float, pace: MowerPace) -> float:
    """Hours of mowing in an allowed span that begins with a full battery."""
    if pace.battery_min is None:
        return span_h
    battery, charge = pace.battery_min / 60, pace.charge_min / 60
    rounds, rest = divmod(span_h, battery + charge)
    return rounds * battery + min(rest, battery)


def _level(due: Sequence[DueLawn], measured: int, needed: float, mowing: float) -> Level:
    if not due:
        return Level.NOTHING
    if needed > mowing:
        return Level.OVERBOOKED
    if not measured:
        return Level.UNKNOWN
    return Level.TIGHT if needed > TIGHT * mowing else Level.FITS
