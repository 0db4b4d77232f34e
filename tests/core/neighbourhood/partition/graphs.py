"""Small graphs of homes, drawn by hypothesis, as a problem and as what the checker reads."""

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from core.clock import SystemClock
from core.neighbourhood.partition import PartitionRules, Plan, Problem, make_problem, solve
from core.neighbourhood.partition.checker import Ground

USUAL = PartitionRules()


@dataclass(frozen=True)
class Drawn:
    """A graph in both forms."""

    problem: Problem
    ground: Ground


def drawn(
    homes: int,
    pairs: list[tuple[int, int]],
    rules: PartitionRules = USUAL,
    *,
    weights: dict[int, int] | None = None,
    no_hosts: frozenset[int] = frozenset(),
    taken: frozenset[int] = frozenset(),
) -> Drawn:
    ends = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    metres = 10.0 + (ends[:, 0] * 7 + ends[:, 1] * 3) % 61
    problem = make_problem(
        homes,
        ends[:, 0],
        ends[:, 1],
        metres,
        rules,
        weights=weights,
        no_hosts=sorted(no_hosts),
        taken=sorted(taken),
    )
    return Drawn(problem, Ground(homes, pairs, rules, weights or {}, no_hosts, taken))


@st.composite
def graphs(draw: st.DrawFn, most: int = 12) -> Drawn:
    """Up to ``most`` homes, sparse to dense, some of which may not host, are taken, or weigh more."""
    homes = draw(st.integers(1, most))
    every = [(one, other) for one in range(homes) for other in range(one + 1, homes)]
    density = draw(st.integers(1, 4))
    chosen = draw(st.lists(st.integers(0, 3), min_size=len(every), max_size=len(every)))
    low = draw(st.integers(1, 3))
    some = st.frozensets(st.integers(0, homes - 1), max_size=2)
    return drawn(
        homes,
        [pair for pair, pick in zip(every, chosen, strict=True) if pick < density],
        PartitionRules(low, draw(st.integers(low, 5))),
        weights=draw(st.dictionaries(st.integers(0, homes - 1), st.integers(0, 9), max_size=4)),
        no_hosts=draw(some),
        taken=draw(some),
    )


def solved(graph: Drawn, seconds: float = 20.0) -> Plan:
    return solve(graph.problem, clock=SystemClock(), time_limit_s=seconds, workers=1)


def block(columns: int, rows: int, reach: int = 1) -> list[tuple[int, int]]:
    """Homes on a grid, each reaching those at most ``reach`` steps away in column and in row."""
    return [
        (row * columns + column, low * columns + side)
        for row in range(rows)
        for column in range(columns)
        for low in range(row, min(rows, row + reach + 1))
        for side in range(max(0, column - reach), min(columns, column + reach + 1))
        if (low, side) > (row, column)
    ]
