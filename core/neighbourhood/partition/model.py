"""The partition problem, its plans and its bounds: frozen values. Homes are positions 0..n-1; ids only at the edges.

A cluster is a star: a host and ``min_neighbours`` to ``max_neighbours`` homes that the host reaches. Stars of a plan
are disjoint. A plan is worth the weight of the homes in its stars, hosts included; of two plans worth the same, the one
with shorter corridors is better.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.errors import Invalid
from core.texts import N_, Text

type Positions = NDArray[np.int32]
type Lengths = NDArray[np.float64]

MOST_NEIGHBOURS = 12
HEAVIEST = 1_000_000


@dataclass(frozen=True, slots=True)
class PartitionRules:
    """How many neighbours a cluster has, host not counted; ``Invalid`` outside 1 <= min <= max <= 12."""

    min_neighbours: int = 3
    max_neighbours: int = 5

    def __post_init__(self) -> None:
        if not 1 <= self.min_neighbours <= self.max_neighbours <= MOST_NEIGHBOURS:
            raise Invalid(
                Text(
                    "{low} to {high} neighbours: expected 1 ≤ minimum ≤ maximum ≤ {most}",
                    low=self.min_neighbours,
                    high=self.max_neighbours,
                    most=MOST_NEIGHBOURS,
                )
            )


@dataclass(frozen=True, slots=True)
class Star:
    """One cluster of a plan: positions, neighbours sorted."""

    host: int
    neighbours: tuple[int, ...]

    @property
    def members(self) -> tuple[int, ...]:
        return (self.host, *self.neighbours)


@dataclass(frozen=True, slots=True)
class Problem:
    """Homes, who reaches whom, and what may be done with each. Arrays are never written to.

    The neighbours of home i are ``to[start[i]:start[i + 1]]``, ascending, with corridors ``length_m`` in metres. Every
    pair stands in both directions.
    """

    rules: PartitionRules
    start: NDArray[np.int64]
    to: Positions
    length_m: Lengths
    weight: NDArray[np.int64]
    may_host: NDArray[np.bool_]
    free: NDArray[np.bool_]
    """False for homes that are in a fixed cluster already: no plan may use them."""

    @property
    def homes(self) -> int:
        return len(self.weight)

    def around(self, home: int) -> Positions:
        """The homes that ``home`` reaches."""
        return self.to[self.start[home] : self.start[home + 1]]

    def worth(self, members: Sequence[int]) -> int:
        """The weight of these homes together."""
        return int(self.weight[list(members)].sum()) if members else 0


@dataclass(frozen=True, slots=True)
class Certificate:
    """Why no plan is worth more than ``bound``: a price for every home (see `checker.bound_of_prices`), or the word of
    an exhausted search where prices alone do not reach so low."""

    homes: Positions
    bound: int
    prices: NDArray[np.int64]
    """In millionths of a weight, for each of ``homes``."""
    searched: bool = False
    """The bound is lower than the prices say, because a search has tried everything else."""
    open: bool = False
    """The plan serves less of these homes than ``bound``: a longer search may find more."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Disjoint stars and how good they can be shown to be."""

    stars: tuple[Star, ...]
    served: int
    bound: int
    corridor_m: float
    certificates: tuple[Certificate, ...] = field(default=(), repr=False)

    @property
    def optimal(self) -> bool:
        return self.served == self.bound

    @property
    def gap(self) -> float:
        """How far the plan may be from the best, as a part of the bound: 0 is proven best."""
        return (self.bound - self.served) / self.bound if self.bound else 0.0

    @property
    def homes(self) -> int:
        return sum(1 + len(star.neighbours) for star in self.stars)


def make_problem(
    homes: int,
    first: NDArray[np.integer],
    second: NDArray[np.integer],
    length_m: Lengths,
    rules: PartitionRules = PartitionRules(),
    *,
    weights: Mapping[int, int] | None = None,
    no_hosts: Sequence[int] = (),
    taken: Sequence[int] = (),
) -> Problem:
    """A problem from pairs of positions in any order; a pair given twice counts once, with its shorter corridor.

    ``Invalid`` for a pair outside 0..homes-1, a home paired with itself, or a weight below 0.
    """
    first, second = np.asarray(first, dtype=np.int64), np.asarray(second, dtype=np.int64)
    if len(first) and (min(first.min(), second.min()) < 0 or max(first.max(), second.max()) >= homes):
        raise Invalid(N_("a pair names a home that is not there"))
    if np.any(first == second):
        raise Invalid(N_("a home cannot be its own neighbour"))
    if not np.all(np.isfinite(length_m)):
        raise Invalid(N_("a pair has no length"))
    source, to, length = (
        np.concatenate([first, second]),
        np.concatenate([second, first]),
        np.concatenate([length_m, length_m]).astype(np.float64),
    )
    order = np.lexsort((length, to, source))
    source, to, length = source[order], to[order], length[order]
    fresh = np.ones(len(source), dtype=np.bool_)
    fresh[1:] = (source[1:] != source[:-1]) | (to[1:] != to[:-1])
    source, to, length = source[fresh], to[fresh], length[fresh]
    weight = np.ones(homes, dtype=np.int64)
    for home, value in (weights or {}).items():
        if not 0 <= value <= HEAVIEST:
            raise Invalid(Text("weight {value}: expected 0 to {most}", value=value, most=HEAVIEST))
        weight[home] = value
    may_host, free = np.ones(homes, dtype=np.bool_), np.ones(homes, dtype=np.bool_)
    may_host[list(no_hosts)] = False
    free[list(taken)] = False
    return Problem(
        rules=rules,
        start=np.searchsorted(source, np.arange(homes + 1)),
        to=to.astype(np.int32),
        length_m=length,
        weight=weight,
        may_host=may_host,
        free=free,
    )


def corridor_m(problem: Problem, stars: Sequence[Star]) -> float:
    """The corridors of all stars together, in metres."""
    return float(sum(way_m(problem, star.host, home) for star in stars for home in star.neighbours))


def way_m(problem: Problem, host: int, home: int) -> float:
    """The corridor between two homes that reach each other."""
    low, high = problem.start[host], problem.start[host + 1]
    position = low + int(np.searchsorted(problem.to[low:high], home))
    return float(problem.length_m[position])
