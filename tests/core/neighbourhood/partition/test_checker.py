"""The checker catches a planted wrong plan and a planted wrong bound of every kind."""

from dataclasses import replace

import pytest

from core.neighbourhood.partition import PartitionRules, Star
from core.neighbourhood.partition.checker import check_bound, most_served, plan_problems
from tests.core.neighbourhood.partition.graphs import block, drawn, solved

HUB = [(0, other) for other in range(1, 8)]


@pytest.mark.parametrize(
    ("stars", "served", "words"),
    [
        ([Star(0, (1, 2))], 3, "host 0 has 2 neighbours"),
        ([Star(0, (1, 2, 3, 4, 5, 6))], 7, "host 0 has 6 neighbours"),
        ([Star(1, (0, 2, 3))], 4, "host 1 does not reach home 2"),
        ([Star(0, (1, 2, 3)), Star(7, (0, 1, 2))], 8, "home 1 is with host 0 and with host 7"),
        ([Star(0, (1, 2, 7))], 4, "home 7 is not free"),
        ([Star(6, (1, 2, 3))], 4, "home 6 may not host"),
        ([Star(0, (1, 2, 3))], 5, "5 claimed, 4 served"),
    ],
)
def test_each_broken_rule_is_named(stars: list[Star], served: int, words: str) -> None:
    ground = drawn(8, HUB, no_hosts=frozenset({6}), taken=frozenset({7})).ground
    assert words in plan_problems(ground, stars, served)


def test_prices_that_are_too_low_prove_nothing() -> None:
    graph = drawn(8, HUB)
    plan = solved(graph)
    (part,) = plan.certificates
    assert plan.bound == 6
    cheap = replace(part, prices=part.prices // 2, bound=int(part.prices.sum()) // 2_000_000)
    problems = check_bound(graph.ground, [cheap], cheap.bound).problems
    assert any("do not fit" in problem for problem in problems)


def test_a_bound_below_the_truth_is_caught_by_trying_everything() -> None:
    graph = drawn(8, HUB)
    (part,) = solved(graph).certificates
    report = check_bound(graph.ground, [replace(part, bound=5, searched=True)], 5)
    assert "6 can be served where 5 is claimed as the most" in report.problems


def test_a_bound_above_all_homes_within_reach_is_caught() -> None:
    graph = drawn(8, HUB)
    (part,) = solved(graph).certificates
    report = check_bound(graph.ground, [replace(part, bound=9)], 9)
    assert "9 claimed, but only 8 can be reached at all" in report.problems


def test_a_part_that_is_left_out_is_missed() -> None:
    graph = drawn(16, HUB + [(one + 8, other + 8) for one, other in HUB])
    parts = solved(graph).certificates
    report = check_bound(graph.ground, parts[:1], parts[0].bound)
    assert sum("is in no part" in problem for problem in report.problems) == 8


def test_what_only_the_search_knows_is_counted_as_trusted() -> None:
    graph = drawn(30, block(10, 3))
    parts = solved(graph).certificates
    claimed = replace(parts[0], bound=parts[0].bound - 1, searched=True)
    report = check_bound(graph.ground, [claimed], claimed.bound)
    assert report.trusted == 1
    assert report.proven == claimed.bound + 1


def test_homes_that_whole_clusters_cannot_add_up_to_need_no_search() -> None:
    graph = drawn(27, block(27, 1, reach=26), PartitionRules(3, 3))
    plan = solved(graph)
    assert plan.served == plan.bound == 24
    (part,) = plan.certificates
    assert not part.searched
    report = check_bound(graph.ground, plan.certificates, plan.bound)
    assert (report.problems, report.proven, report.trusted) == ((), 24, 0)


def test_trying_everything_agrees_with_a_count_by_hand() -> None:
    assert most_served(drawn(8, HUB).ground, range(8)) == 6
    assert most_served(drawn(3, HUB[:2]).ground, range(3)) == 0
    assert most_served(drawn(8, block(8, 1, reach=7)).ground, range(8)) == 8
