"""A season of one cluster in a real year: rain closes days, and two ways to choose what is mowed on those left.

First come: a visit falls due on its plan's day; what is due waits in the order in which it fell due and is mowed in
that order, as a calendar with a waiting list does it. Catch-up: of the same visits that are due, `catch_up` chooses.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Literal

from core.scheduling.catch_up import catch_up
from core.scheduling.planner_model import MowerPace, Task, Week
from core.scheduling.planner_steps import BEGIN, State, step
from core.scheduling.weather import decide
from core.scheduling.weather_data import Hour, Place, PlaceWeather
from core.scheduling.weather_limits import WeatherLimits
from core.scheduling.weather_model import Asked, Verdict
from external.weather.simulator import RealYears
from external.weather.simulator.sky import hours_of

YEARS = (2013, 2014, 2015)
DAY_MIN = 1_440
SHIFT = (9 * 60, 16 * 60)
"""Allowed minutes of a day."""
PACE = MowerPace()
LIMITS = WeatherLimits(visit_min=60)
SEATTLE = Place(47.6, -122.34)


@dataclass(frozen=True)
class Lawn:
    """``every`` so many days a visit falls due; its first on day ``first``."""

    place: int
    area_m2: float
    every: int
    first: int


LAWNS = (
    Lawn(1, 1_100, 7, 0),
    Lawn(2, 900, 7, 1),
    Lawn(3, 1_300, 7, 2),
    Lawn(4, 800, 4, 0),
    Lawn(5, 1_000, 4, 1),
    Lawn(6, 1_200, 10, 3),
)


@dataclass(frozen=True, order=True)
class Wait:
    """Days of one lawn without a cut: the last was on day ``since``, its visit fell due on ``due``, mowed on ``cut``
    (the season's length for one that was never mowed again). Days of the season."""

    days: int
    place: int
    since: int
    due: int
    cut: int


@dataclass(frozen=True)
class Season:
    """``jain``: Jain's index (Jain, Chiu and Hawe, 1984) of the lawns' longest waits; 1 = all alike. ``waits``: the
    longest of each lawn, longest first."""

    begins: date
    ends: date
    cuts: int
    longest_days: float
    jain: float
    wet_cuts: int
    waits: tuple[Wait, ...]

    @property
    def longest_each(self) -> tuple[int, ...]:
        return tuple(wait.days for wait in self.waits)


@cache
def years() -> RealYears:
    from vega_datasets import local_data

    return RealYears.from_csv(Path(local_data.seattle_weather.filepath))


@cache
def open_minutes(year: int) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Of each day from April to October, the spans of the shift in which the weather gate says go, hour by hour."""
    first = date(year, 4, 1)
    days = (date(year, 10, 31) - first).days
    hours = tuple(
        Hour(ends, *years().hour(SEATTLE.longitude, SEATTLE.latitude, ends))
        for ends in hours_of(first - timedelta(days=4), days + 6)
    )
    found = []
    for day in range(days):
        midnight = datetime(first.year, first.month, first.day, tzinfo=UTC) + timedelta(days=day)
        near = tuple(hour for hour in hours if abs(hour.ends - midnight) <= timedelta(days=5))
        spans: list[tuple[int, int]] = []
        for minute in range(*SHIFT, 60):
            at = midnight + timedelta(minutes=minute)
            told = PlaceWeather(SEATTLE, at, "seattle", near)
            if decide(told, LIMITS, Asked(at, at, at, timedelta(hours=1))).verdict is Verdict.GO:
                if spans and spans[-1][1] == minute:
                    spans[-1] = (spans[-1][0], minute + 60)
                else:
                    spans.append((minute, minute + 60))
        found.append(tuple(spans))
    return tuple(found)


def season(year: int, policy: Literal["catch_up", "first_come"]) -> Season:
    """The season of a year; waits are counted from day to day of the cuts, and to its end."""
    days = open_minutes(year)
    last = {lawn.place: -lawn.every + lawn.first for lawn in LAWNS}
    due: list[tuple[int, Lawn]] = []
    longest: dict[int, Wait] = {}
    cuts = wet = 0
    for day, spans in enumerate(days):
        for lawn in LAWNS:
            waiting = any(one is lawn for _, one in due)
            if day >= lawn.first and (day - lawn.first) % lawn.every == 0 and not waiting:
                due.append((day, lawn))
        mowed = _chosen(policy, due, spans, day, last)
        for place in mowed:
            asked = next(since for since, lawn in due if lawn.place == place)
            _keep(longest, Wait(day - last[place], place, last[place], asked, day))
            last[place] = day
            cuts += 1
            wet += not spans
        due = [one for one in due if one[1].place not in mowed]
    for lawn in LAWNS:
        asked = next((since for since, one in due if one is lawn), len(days))
        _keep(longest, Wait(len(days) - last[lawn.place], lawn.place, last[lawn.place], asked, len(days)))
    waits = tuple(sorted(longest.values(), reverse=True))
    shares = [wait.days for wait in waits]
    jain = sum(shares) ** 2 / (len(shares) * sum(share * share for share in shares))
    return Season(date(year, 4, 1), date(year, 10, 31), cuts, shares[0], jain, wet, waits)


def forced(year: int, wait: Wait) -> bool:
    """Whether the weather alone made a wait as long as it is: from the day the visit fell due to the day before it was
    mowed, no day had room for this lawn, had the mower done nothing else."""
    lawn = next(lawn for lawn in LAWNS if lawn.place == wait.place)
    before = range(wait.due, wait.cut)
    return not any(
        _chosen("catch_up", [(wait.due, lawn)], open_minutes(year)[day], day, {wait.place: wait.since})
        for day in before
    )


def _keep(longest: dict[int, Wait], wait: Wait) -> None:
    longest[wait.place] = max(longest.get(wait.place, wait), wait)


def _chosen(
    policy: str, due: list[tuple[int, Lawn]], spans: tuple[tuple[int, int], ...], day: int, last: dict[int, int]
) -> list[int]:
    asked = _week([lawn for _, lawn in due], spans, day, last)
    if policy == "catch_up":
        return [int(visit.id) for visit in catch_up(asked).visits]
    found, state = [], BEGIN
    for number, task in enumerate(asked.tasks):
        ways = [step(asked, state, number, by_dock=by_dock) for by_dock in (False, True)]
        after: State | None = next((way for way in ways if way is not None), None)
        if after is not None:
            found.append(int(task.id))
            state = after
    return found


def _week(lawns: list[Lawn], spans: tuple[tuple[int, int], ...], day: int, last: dict[int, int]) -> Week:
    side = len(LAWNS) + 1
    lengths = tuple(tuple(abs(a - b) * 25 for b in range(side)) for a in range(side))
    return Week(
        tasks=tuple(
            Task(
                id=str(lawn.place),
                place=lawn.place,
                since=(last[lawn.place] - day) * DAY_MIN,
                work_min=PACE.work_min(lawn.area_m2),
            )
            for lawn in lawns
        ),
        spans=spans,
        ends=DAY_MIN,
        drive_min=tuple(tuple(PACE.drive_min(metres) for metres in row) for row in lengths),
        length_m=lengths,
        battery_min=PACE.battery_min,
        charge_min=PACE.charge_min,
    )
