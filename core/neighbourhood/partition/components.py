"""Which homes can be served at all, and the independent parts a problem falls into."""

import numpy as np
from numpy.typing import NDArray

from core.neighbourhood.partition.model import Positions, Problem


def hosts_possible(problem: Problem) -> NDArray[np.bool_]:
    """Homes that may host and reach enough homes that are free."""
    free_around = np.add.reduceat(np.append(problem.free[problem.to], False), problem.start[:-1], dtype=np.int64)
    free_around[np.diff(problem.start) == 0] = 0
    hosts: NDArray[np.bool_] = problem.free & problem.may_host & (free_around >= problem.rules.min_neighbours)
    return hosts


def reachable(problem: Problem, hosts: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Homes that could be in some cluster: possible hosts, and free homes that one of them reaches."""
    source = sources(problem)
    found = hosts.copy()
    found[problem.to[hosts[source]]] = True
    found &= problem.free
    return found


def sources(problem: Problem) -> Positions:
    """The home from which each entry of ``problem.to`` starts."""
    return np.repeat(np.arange(problem.homes, dtype=np.int32), np.diff(problem.start))


def components(problem: Problem) -> list[Positions]:
    """Homes that may come into one another's way, as ascending positions; the largest part first.

    Only pairs with a possible host count, so that parts are small; homes that nobody can serve are in none.
    """
    hosts = hosts_possible(problem)
    useful = reachable(problem, hosts)
    source = sources(problem)
    kept = (hosts[source] | hosts[problem.to]) & useful[source] & useful[problem.to]
    label = _labels(problem.homes, source[kept], problem.to[kept])
    homes = np.flatnonzero(useful).astype(np.int32)
    order = homes[np.argsort(label[homes], kind="stable")]
    cuts = np.flatnonzero(np.diff(label[order])) + 1
    parts = [part for part in np.split(order, cuts) if len(part)]
    return sorted(parts, key=lambda part: (-len(part), int(part[0])))


def _labels(homes: int, first: Positions, second: Positions) -> NDArray[np.int64]:
    """The least position of each home's component: labels sink along pairs until nothing moves."""
    label = np.arange(homes, dtype=np.int64)
    while True:
        least = label.copy()
        np.minimum.at(least, first, label[second])
        least = least[least]
        while not np.array_equal(least, lower := least[least]):
            least = lower
        if np.array_equal(least, label):
            return label
        label = least


def part_of(problem: Problem, homes: Positions) -> Problem:
    """The problem of these homes alone; position k is ``homes[k]``. Pairs that no possible host belongs to are left
    out, and so are hosts that are none."""
    place = np.full(problem.homes, -1, dtype=np.int32)
    place[homes] = np.arange(len(homes), dtype=np.int32)
    counts = np.diff(problem.start)[homes]
    entries = np.repeat(problem.start[homes] - np.append(0, np.cumsum(counts)[:-1]), counts) + np.arange(counts.sum())
    source, to = np.repeat(np.arange(len(homes), dtype=np.int32), counts), place[problem.to[entries]]
    inside = to >= 0
    part = Problem(
        rules=problem.rules,
        start=np.searchsorted(source[inside], np.arange(len(homes) + 1)),
        to=to[inside],
        length_m=problem.length_m[entries[inside]],
        weight=problem.weight[homes],
        may_host=problem.may_host[homes],
        free=problem.free[homes],
    )
    hosts = hosts_possible(part)
    source, to = source[inside], to[inside]
    kept = hosts[source] | hosts[to]
    return Problem(
        rules=part.rules,
        start=np.searchsorted(source[kept], np.arange(len(homes) + 1)),
        to=to[kept],
        length_m=part.length_m[kept],
        weight=part.weight,
        may_host=hosts,
        free=part.free,
    )
