"""Real neighbourhoods of up to 150 homes are proven best, and the checker agrees."""

from pathlib import Path

import numpy as np

from core.clock import SystemClock
from core.neighbourhood.partition import PartitionRules, greedy, make_problem, solve
from core.neighbourhood.partition.checker import Ground, check_bound, plan_problems
from tests.bench.partition import county, pairs_of

AREA_HOMES = 150
LIMIT_S = 60.0


def test_areas_of_150_homes_are_proven_best(shared_data: Path) -> None:
    assert shared_data.is_dir()
    book = county()
    longitude, latitude = book.longitude, book.latitude
    first, second, length_m = pairs_of(book, "path")
    clock = SystemClock()
    for centre in (1_000, 36_000, 62_000):
        off = np.hypot((longitude - longitude[centre]) * 0.72, latitude - latitude[centre])
        inside = np.sort(np.argsort(off, kind="stable")[:AREA_HOMES])
        place = np.full(len(longitude), -1)
        place[inside] = np.arange(AREA_HOMES)
        kept = (place[first] >= 0) & (place[second] >= 0)
        problem = make_problem(AREA_HOMES, place[first[kept]], place[second[kept]], length_m[kept])
        plan = solve(problem, clock=clock, time_limit_s=LIMIT_S)
        assert plan.gap == 0
        assert plan.served >= sum(len(star.members) for star in greedy(problem))
        pairs = list(zip(place[first[kept]].tolist(), place[second[kept]].tolist(), strict=True))
        ground = Ground(AREA_HOMES, pairs, PartitionRules(), {})
        assert plan_problems(ground, plan.stars, plan.served) == []
        report = check_bound(ground, plan.certificates, plan.bound)
        assert report.problems == ()
        assert report.proven == plan.served
