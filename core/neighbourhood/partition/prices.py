"""Bounds by prices: the dual of the linear relaxation.

Give each home a price of at least 0. If no cluster that the rules allow is worth more than its members' prices
together, no plan is worth more than all prices together, since its clusters share no home (weak duality of set
packing). Any prices can be made to fit by raising those of hosts; the best come from the assignment model's relaxation,
which is as tight as set packing's: with its host chosen, a cluster's neighbours form an integral polytope.
"""

import numpy as np
from numpy.typing import NDArray
from ortools.linear_solver import pywraplp  # type: ignore[import-untyped]

from core.neighbourhood.partition.components import sources
from core.neighbourhood.partition.model import Problem

UNIT = 1_000_000
"""Prices are whole millionths of a weight, so that the check is exact."""

ROUNDING = 5e-7


def plain_prices(problem: Problem) -> NDArray[np.int64]:
    """Every home costs its weight: the bound is all homes."""
    prices: NDArray[np.int64] = problem.weight * UNIT
    return prices


def relaxed_prices(problem: Problem, time_limit_s: float) -> NDArray[np.int64] | None:
    """The best prices, repaired to be exact; ``None`` when the time is over before."""
    solver = pywraplp.Solver.CreateSolver("GLOP")
    solver.SetTimeLimit(max(1, int(time_limit_s * 1000)))
    cover = _build(solver, problem)
    if solver.Solve() != pywraplp.Solver.OPTIMAL:
        return None
    found = np.array([row.dual_value() for row in cover])
    return repaired(problem, np.ceil(np.clip(found, 0, None) * UNIT - ROUNDING * UNIT).astype(np.int64))


def _build(solver: pywraplp.Solver, problem: Problem) -> list[pywraplp.Constraint]:
    """The assignment model's relaxation; returns the rows that let each home be used once."""
    infinity = solver.infinity()
    rules, weight = problem.rules, problem.weight.tolist()
    cover = [solver.Constraint(-infinity, 1) for _ in range(problem.homes)]
    objective = solver.Objective()
    objective.SetMaximization()
    for host in np.flatnonzero(problem.may_host & problem.free).tolist():
        hosts = solver.NumVar(0, infinity, "")
        objective.SetCoefficient(hosts, weight[host])
        cover[host].SetCoefficient(hosts, 1)
        least, most = solver.Constraint(0, infinity), solver.Constraint(-infinity, 0)
        least.SetCoefficient(hosts, -rules.min_neighbours)
        most.SetCoefficient(hosts, -rules.max_neighbours)
        for home in problem.around(host).tolist():
            if not problem.free[home]:
                continue
            takes = solver.NumVar(0, infinity, "")
            objective.SetCoefficient(takes, weight[home])
            cover[home].SetCoefficient(takes, 1)
            least.SetCoefficient(takes, 1)
            most.SetCoefficient(takes, 1)
            only_if = solver.Constraint(-infinity, 0)
            only_if.SetCoefficient(takes, 1)
            only_if.SetCoefficient(hosts, -1)
    return cover


def repaired(problem: Problem, prices: NDArray[np.int64]) -> NDArray[np.int64]:
    """Prices that fit: each possible host pays what its dearest cluster lacks."""
    fitting = prices.copy()
    gain = (problem.weight * UNIT - prices)[problem.to]
    gain = np.where(problem.free[problem.to], gain, np.iinfo(np.int64).min // 64)
    order = np.lexsort((-gain, sources(problem)))
    gain = gain[order]
    for host in np.flatnonzero(problem.may_host & problem.free).tolist():
        low, high = int(problem.start[host]), int(problem.start[host + 1])
        best = gain[low : min(high, low + problem.rules.max_neighbours)]
        if len(best) < problem.rules.min_neighbours:
            continue
        forced = int(best[: problem.rules.min_neighbours].sum())
        lacking = int(problem.weight[host]) * UNIT + forced
        lacking += int(np.clip(best[problem.rules.min_neighbours :], 0, None).sum())
        fitting[host] = max(int(fitting[host]), lacking)
    return fitting


def size_bound(problem: Problem, bound: int) -> int:
    """The bound, lowered to a number of homes that whole clusters can make up: where every home counts as one, clusters
    of 4 to 6 homes cannot serve 7."""
    if np.any(problem.weight != 1):
        return bound
    least, most = problem.rules.min_neighbours + 1, problem.rules.max_neighbours + 1
    while bound > 0 and not any(least * clusters <= bound <= most * clusters for clusters in range(1, bound + 1)):
        bound -= 1
    return bound


def price_bound(prices: NDArray[np.int64]) -> int:
    """What no plan is worth more than: weights are whole, so the sum is rounded down."""
    return int(prices.sum()) // UNIT
