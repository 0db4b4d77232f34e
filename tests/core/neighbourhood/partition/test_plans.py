"""Plans keep every rule, are the best there is where everything can be tried, and are never worse than greedy."""

import pytest
from hypothesis import given

from core.clock import SystemClock
from core.errors import Invalid
from core.neighbourhood.partition import PartitionRules, Star, Step, greedy, make_problem, solve
from core.neighbourhood.partition.checker import check_bound, most_served, plan_problems
from core.neighbourhood.partition.layout import Layout
from core.neighbourhood.partition.model import corridor_m
from core.neighbourhood.partition.solver import start
from tests.core.neighbourhood.partition.graphs import Drawn, block, drawn, graphs, solved
from tests.proofs import counted


@counted(sample=120, full=10_000)
@given(graph=graphs(most=11))
def test_a_plan_serves_as_many_as_trying_everything(graph: Drawn) -> None:
    plan = solved(graph)
    assert plan.served == plan.bound == most_served(graph.ground, range(graph.problem.homes))
    assert plan_problems(graph.ground, plan.stars, plan.served) == []
    report = check_bound(graph.ground, plan.certificates, plan.bound)
    assert report.problems == ()
    assert report.proven == plan.bound
    assert report.trusted == 0


@counted(sample=150, full=10_000)
@given(graph=graphs(most=24))
def test_the_quick_start_keeps_every_rule_and_is_never_worse_than_greedy(graph: Drawn) -> None:
    plain, first = greedy(graph.problem), start(graph.problem)
    worth = [sum(graph.problem.worth(star.members) for star in stars) for stars in (plain, first)]
    assert worth[1] >= worth[0]
    for stars, served in zip((plain, first), worth, strict=True):
        assert plan_problems(graph.ground, stars, served) == []


def test_two_hosts_share_a_row_that_greedy_spoils() -> None:
    # home 3 reaches six homes and takes five; the best is a host at each end of the row
    pairs = [(1, 0), (1, 2), (1, 3), (1, 4), (5, 4), (5, 6), (5, 7), (5, 8), (3, 0), (3, 2), (3, 4), (3, 6), (3, 7)]
    graph = drawn(9, pairs)
    plan = solved(graph)
    assert plan.served == 9
    assert plan.optimal
    assert {star.host for star in plan.stars} == {1, 5}
    assert sum(len(star.members) for star in greedy(graph.problem)) == 6


def test_heavier_homes_are_served_first() -> None:
    hub = [(0, other) for other in range(1, 8)]  # seven homes at one possible host with five places
    plan = solved(drawn(8, hub, weights={1: 5, 7: 9}))
    assert plan.served == 1 + 5 + 9 + 3
    assert {1, 7} <= set(plan.stars[0].neighbours)


def test_of_equal_plans_the_shorter_corridors_win() -> None:
    hub = [(0, other) for other in range(1, 7)]
    ends = [list(part) for part in zip(*hub, strict=True)]
    metres = [60.0, 50.0, 40.0, 30.0, 20.0, 10.0]
    plan = solve(make_problem(7, *ends, metres), clock=SystemClock(), time_limit_s=5)
    assert plan.stars == (Star(0, (2, 3, 4, 5, 6)),)
    assert plan.corridor_m == pytest.approx(150.0)


def test_shortening_never_loses_a_home() -> None:
    graph = drawn(60, block(10, 6, reach=2))
    first = start(graph.problem)
    plan = solved(graph)
    assert plan.served == 60
    assert plan.corridor_m <= corridor_m(graph.problem, first)


def test_a_home_that_may_not_host_still_joins() -> None:
    hub = [(0, other) for other in range(1, 5)]
    assert solved(drawn(5, hub, no_hosts=frozenset({0}))).served == 0
    assert solved(drawn(5, hub, no_hosts=frozenset({1, 2}))).served == 5


def test_homes_in_fixed_clusters_stay_out_of_new_ones() -> None:
    plan = solved(drawn(7, block(7, 1, reach=6), taken=frozenset({0, 1})))
    assert plan.served == 5
    assert not {0, 1} & {home for star in plan.stars for home in star.members}


def test_every_report_on_the_way_is_a_whole_valid_plan() -> None:
    graph = drawn(120, block(12, 10))
    steps: list[Step] = []
    solve(graph.problem, clock=SystemClock(), time_limit_s=20, report=steps.append)
    assert steps[-1].done == 1
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert all(plan_problems(graph.ground, step.plan.stars, step.plan.served) == [] for step in steps)


def test_a_stop_keeps_the_best_plan_so_far() -> None:
    graph = drawn(400, block(40, 10))
    plan = solve(graph.problem, clock=SystemClock(), time_limit_s=60, stopped=lambda: True)
    assert plan_problems(graph.ground, plan.stars, plan.served) == []
    assert plan.served >= sum(len(star.members) for star in greedy(graph.problem))


def test_a_chain_of_moves_is_undone_to_the_letter() -> None:
    layout = Layout(drawn(12, block(4, 3)).problem, [Star(5, (0, 1, 4))])
    before = (layout.stars(), list(layout.host_of), layout.served)
    mark = layout.mark()
    layout.release(0)
    layout.place(6, 5)
    layout.close(5)
    layout.open(10)
    layout.undo_to(mark)
    assert (layout.stars(), layout.host_of, layout.served) == before


@pytest.mark.parametrize(("low", "high"), [(0, 5), (4, 3), (1, 13)])
def test_impossible_sizes_are_refused(low: int, high: int) -> None:
    with pytest.raises(Invalid, match="neighbours: expected"):
        PartitionRules(low, high)


def test_a_pair_that_names_no_home_is_refused() -> None:
    with pytest.raises(Invalid, match="not there"):
        make_problem(2, [0], [2], [1.0])
    with pytest.raises(Invalid, match="its own neighbour"):
        make_problem(2, [1], [1], [1.0])
    with pytest.raises(Invalid, match="no length"):
        make_problem(2, [0], [1], [float("nan")])
    with pytest.raises(Invalid, match="weight -1"):
        make_problem(2, [0], [1], [1.0], weights={0: -1})
