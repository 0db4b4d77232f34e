"""A week of 200 mowers with 1,000 homes on two cores, with its gap; and catch-up over three real years."""

import os
from concurrent.futures import ThreadPoolExecutor
from random import Random

from core.clock import SystemClock
from core.scheduling.catch_up import catch_up
from core.scheduling.planner import plan_week
from core.scheduling.planner_model import MowerPace, Task, Week
from tests.bench.rows import BenchRow
from tests.core.scheduling.plan_checker import problems
from tests.core.scheduling.real_years import YEARS, season

MOWERS, HOMES = int(os.environ.get("MOWERS", "200")), 5
"""Mowers of the week; ``MOWERS=8`` tries it quickly. Five homes each."""
CORES = 2
DAY_MIN = 1_440
PACE = MowerPace()


def bench() -> list[BenchRow]:
    weeks = [made_up_week(seed) for seed in range(MOWERS)]
    clock = SystemClock()
    begun = clock.monotonic()
    with ThreadPoolExecutor(CORES) as threads:  # the solver lets go of Python's lock
        plans = list(threads.map(plan_week, weeks))
    planned_s = clock.monotonic() - begun
    begun = clock.monotonic()
    ordered = [catch_up(week) for week in weeks]
    ordered_s = clock.monotonic() - begun
    broken = sum(
        len(problems(week, plan)) for week, plan in [*zip(weeks, plans, strict=True), *zip(weeks, ordered, strict=True)]
    )
    longest, bound = (sum(values) for values in zip(*((p.rank.longest_min, p.bound_min) for p in plans), strict=True))
    metres = sum(plan.rank.travel_m for plan in plans), sum(plan.rank.travel_m for plan in ordered)
    return [
        BenchRow(
            f"a week of {MOWERS} mowers, {MOWERS * HOMES:,} homes",
            planned_s,
            "s",
            ordered_s,
            "measured",
            aim=60 * MOWERS / 200,
        ),
        BenchRow("the same: gap of the longest waits, all mowers", (longest - bound) / longest * 100, "%", aim=1),
        BenchRow("the same: plans proven in every aim", sum(plan.proven for plan in plans), "plans", aim=MOWERS),
        BenchRow("the same: visits left out", sum(plan.rank.left_out for plan in plans), "visits"),
        BenchRow("the same: way, beside that of catch-up", metres[0] / 1000, "km", metres[1] / 1000, "measured"),
        BenchRow("the same: broken rules", broken, "", aim=0),
        *(row for year in YEARS for row in _season(year)),
        BenchRow("cores seen", os.cpu_count() or 0, ""),
    ]


def _season(year: int) -> list[BenchRow]:
    fair, first_come = season(year, "catch_up"), season(year, "first_come")
    return [
        BenchRow(
            f"Seattle {year}: most days since a cut, catch-up beside first-come",
            fair.longest_days, "days", first_come.longest_days, "measured",
        ),
        BenchRow(f"Seattle {year}: Jain's index, the same", fair.jain, "", first_come.jain, "measured"),
    ]  # fmt: skip


def made_up_week(seed: int) -> Week:
    """A street: a host and its neighbours in a row, lawns of 250 to 1,100 m², last cut 3 to 16 days ago; allowed from
    8 to 12 and 14 to 19 on six days, of which rain has taken one; now and then a pinned visit."""
    random = Random(seed)
    places = [0, *(round(random.uniform(15, 80)) * (-1) ** number for number in range(HOMES - 1))]
    spots = [0, *places]  # the dock, then the host's own lawn beside it
    lengths = tuple(tuple(abs(a - b) for b in spots) for a in spots)
    wet = random.randrange(6)
    spans = tuple(
        (day * DAY_MIN + first * 60, day * DAY_MIN + last * 60)
        for day in range(6)
        if day != wet
        for first, last in ((8, 12), (14, 19))
    )
    tasks = []
    for number in range(HOMES):
        begins = random.choice(spans)[0] + 20 if random.random() < 0.04 else None
        tasks.append(
            Task(
                id=f"{seed}-{number}",
                place=number + 1,
                since=-random.randrange(3 * DAY_MIN, 16 * DAY_MIN),
                work_min=PACE.work_min(random.uniform(250, 1_100)),
                opens=random.choice((0, 0, 0, DAY_MIN)),
                pinned=begins,
            )
        )
    return Week(
        tasks=tuple(tasks),
        spans=spans,
        ends=7 * DAY_MIN,
        drive_min=tuple(tuple(PACE.drive_min(metres) for metres in row) for row in lengths),
        length_m=lengths,
        battery_min=PACE.battery_min,
        charge_min=PACE.charge_min,
    )
