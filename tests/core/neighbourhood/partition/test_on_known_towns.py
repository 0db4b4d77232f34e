"""From roads to plan on towns whose truth is known: no cluster ever crosses a road, and every rule holds."""

from random import Random

import numpy as np
import pytest

from core.clock import SystemClock
from core.neighbourhood.partition import PartitionRules, greedy, make_problem, solve
from core.neighbourhood.partition.checker import Ground, check_bound, plan_problems
from core.neighbourhood.path.judge import judge_pairs
from core.neighbourhood.qualification import QUALIFIED, pairs_within
from tests.core.neighbourhood.path.known_town import known_town
from tests.core.neighbourhood.path.test_known_town import DOUBT_M, degrees, land_of
from tests.proofs import SEED, cases, record

RULES = (PartitionRules(), PartitionRules(2, 4), PartitionRules(3, 3), PartitionRules(1, 5))


@pytest.mark.prove(figure="200 towns")
def test_plans_keep_the_rules_and_cross_no_road_of_the_true_town(request: pytest.FixtureRequest) -> None:
    random, homes, proven = Random(SEED + 1), 0, 0
    towns = cases(sample=4, full=200)
    for number in range(towns):
        town, rules = known_town(random, columns=2, rows=2), RULES[number % len(RULES)]
        places = degrees(np.array([(home.x, home.y) for home in town.homes]))
        pairs = pairs_within(places[:, 0], places[:, 1], 80.0)
        judged = judge_pairs(land_of(town), places[:, 0], places[:, 1], pairs.first, pairs.second)
        yes = judged.verdict == QUALIFIED
        first, second = pairs.first[yes], pairs.second[yes]
        count = len(town.homes)
        problem = make_problem(count, first, second, judged.length_m[yes], rules)
        plan = solve(problem, clock=SystemClock(), time_limit_s=10)
        for star in plan.stars:
            for home in star.neighbours:
                assert town.way_m(town.homes[star.host], town.homes[home]) <= 160 + DOUBT_M
        ground = Ground(count, list(zip(first.tolist(), second.tolist(), strict=True)), rules, {})
        assert plan_problems(ground, plan.stars, plan.served) == []
        assert check_bound(ground, plan.certificates, plan.bound).problems == ()
        assert sum(len(star.members) for star in greedy(problem)) <= plan.served <= plan.bound
        homes, proven = homes + count, proven + plan.optimal
    assert proven == towns
    record(request, f"{towns} towns with {homes:,} homes: every rule holds, no road is crossed, {proven} proven best")
