"""Checks a plan and its bound from the pairs alone: shares no code with what made them.

Plans are checked rule by rule. Bounds are checked by prices (see `check_bound`), by trying everything in small parts,
and only what a search claims beyond both is taken on trust, and counted.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from core.neighbourhood.partition.model import Certificate, PartitionRules, Star

MILLION = 1_000_000
BRUTE_FORCE_HOMES = 15

type Reached = dict[int, set[int]]


@dataclass(frozen=True, slots=True)
class Ground:
    """What a plan is checked against."""

    homes: int
    pairs: Sequence[tuple[int, int]]
    """Positions that reach each other."""
    rules: PartitionRules
    weights: Mapping[int, int]
    """By home; 1 where none is given."""
    no_hosts: frozenset[int] = frozenset()
    taken: frozenset[int] = frozenset()

    def reached(self) -> Reached:
        """Who reaches whom among the homes that a plan may use."""
        found: Reached = {home: set() for home in range(self.homes) if home not in self.taken}
        for one, other in self.pairs:
            if one in found and other in found:
                found[one].add(other)
                found[other].add(one)
        return found

    def weight(self, home: int) -> int:
        return self.weights.get(home, 1)


def plan_problems(ground: Ground, stars: Iterable[Star], served: int) -> list[str]:
    """Every broken rule in words; empty for a plan that holds."""
    reached = ground.reached()
    problems: list[str] = []
    owner: dict[int, int] = {}
    worth = 0
    for star in stars:
        host, count = star.host, len(star.neighbours)
        if not ground.rules.min_neighbours <= count <= ground.rules.max_neighbours:
            problems.append(f"host {host} has {count} neighbours")
        if host in ground.no_hosts:
            problems.append(f"home {host} may not host")
        for home in (host, *star.neighbours):
            if home not in reached:
                problems.append(f"home {home} is not free")
            if home in owner:
                problems.append(f"home {home} is with host {owner[home]} and with host {host}")
            owner[home] = host
            worth += ground.weight(home)
        problems += [
            f"host {host} does not reach home {home}"
            for home in star.neighbours
            if home not in reached.get(host, set())
        ]
    if worth != served:
        problems.append(f"{served} claimed, {worth} served")
    return problems


@dataclass(frozen=True, slots=True)
class BoundReport:
    """What is known about a bound."""

    problems: tuple[str, ...]
    """Why the certificates prove nothing, if so."""
    claimed: int
    proven: int
    """Proven here, by prices or by trying everything: no plan is worth more."""
    reachable: int
    """The weight of the homes that any cluster could serve: a bound that needs no certificate."""
    tried: int
    """Parts in which everything was tried."""
    trusted: int
    """Parts whose bound rests on the solver's search alone."""


def check_bound(ground: Ground, certificates: Sequence[Certificate], claimed: int) -> BoundReport:
    """Check the certificates of a plan.

    Prices hold when no possible cluster is worth more than its members' prices together: then, since clusters share no
    home, no plan is worth more than all prices of its homes. For each host the dearest cluster is its own loss with the
    greatest of its neighbours' gains (weight less price): the minimum of them, and what is above 0 up to the maximum.
    Where every home counts one, a part's bound is lowered to what clusters of the allowed sizes can add up to.
    """
    reached = ground.reached()
    possible = _possible(ground, reached)
    coverable = possible | {home for host in possible for home in reached[host]}
    part_of = {int(home): number for number, part in enumerate(certificates) for home in part.homes}
    problems = [f"home {home} is in no part" for home in sorted(coverable - part_of.keys())]
    if sum(len(part.homes) for part in certificates) != len(part_of):
        problems.append("a home is in two parts")
    for host in sorted(possible):
        if any(part_of.get(home) != part_of.get(host) for home in reached[host]):
            problems.append(f"the cluster of host {host} crosses parts")
    prices = {
        int(home): int(price) for part in certificates for home, price in zip(part.homes, part.prices, strict=True)
    }
    problems += [f"home {home} has a price below 0" for home, price in prices.items() if price < 0]
    problems += [
        f"the prices around host {host} do not fit"
        for host in sorted(possible)
        if _gain(ground, prices, reached, host) > 0
    ]
    proven = tried = trusted = 0
    for part in certificates:
        members = [int(home) for home in part.homes]
        by_prices = _made_of_clusters(ground, members, sum(prices[home] for home in members) // MILLION)
        if part.bound < by_prices and len(members) <= BRUTE_FORCE_HOMES:
            best = most_served(ground, members)
            tried += 1
            if best > part.bound:
                problems.append(f"{best} can be served where {part.bound} is claimed as the most")
            by_prices = best
        elif part.bound < by_prices:
            trusted += 1
        proven += by_prices
    if sum(part.bound for part in certificates) != claimed:
        problems.append(f"{claimed} claimed, the parts say {sum(part.bound for part in certificates)}")
    reachable = sum(ground.weight(home) for home in coverable)
    if claimed > reachable:
        problems.append(f"{claimed} claimed, but only {reachable} can be reached at all")
    return BoundReport(tuple(problems), claimed, proven, reachable, tried, trusted)


def _made_of_clusters(ground: Ground, members: Sequence[int], bound: int) -> int:
    """The greatest number of homes up to ``bound`` that clusters of the allowed sizes add up to, if each counts one."""
    if any(ground.weight(home) != 1 for home in members):
        return bound
    sums = {0}
    for homes in range(1, bound + 1):
        sizes = range(ground.rules.min_neighbours + 1, ground.rules.max_neighbours + 2)
        if any(homes - size in sums for size in sizes):
            sums.add(homes)
    return max(sums)


def _possible(ground: Ground, reached: Reached) -> set[int]:
    return {
        home
        for home, others in reached.items()
        if home not in ground.no_hosts and len(others) >= ground.rules.min_neighbours
    }


def _gain(ground: Ground, prices: Mapping[int, int], reached: Reached, host: int) -> int:
    """By how much the host's dearest cluster is worth more than its price, in millionths."""
    gains = sorted((ground.weight(home) * MILLION - prices.get(home, 0) for home in reached[host]), reverse=True)
    least = ground.rules.min_neighbours
    more = (gain for gain in gains[least : ground.rules.max_neighbours] if gain > 0)
    return ground.weight(host) * MILLION - prices.get(host, 0) + sum(gains[:least]) + sum(more)


def most_served(ground: Ground, members: Sequence[int]) -> int:
    """The most that can be served among a few homes, by trying every set of disjoint clusters.

    ``best[set]`` is what the homes of a set are worth at most: its first home is left out, or in one of the clusters
    that lie within the set.
    """
    reached = ground.reached()
    inside = [home for home in members if home in reached]
    bit = {home: 1 << place for place, home in enumerate(inside)}
    clusters_at: list[list[tuple[int, int]]] = [[] for _ in inside]
    for host in inside:
        if host in ground.no_hosts:
            continue
        around = sorted(reached[host] & bit.keys())
        for count in range(ground.rules.min_neighbours, ground.rules.max_neighbours + 1):
            for chosen in combinations(around, count):
                members_bits = bit[host] | sum(bit[home] for home in chosen)
                worth = ground.weight(host) + sum(ground.weight(home) for home in chosen)
                first = (members_bits & -members_bits).bit_length() - 1
                clusters_at[first].append((members_bits, worth))
    unique = [list(dict.fromkeys(clusters)) for clusters in clusters_at]
    known: dict[int, int] = {0: 0}

    def best(left: int) -> int:
        if left not in known:
            first = (left & -left).bit_length() - 1
            answer = best(left & (left - 1))
            for cluster, worth in unique[first]:
                if cluster & left == cluster:
                    answer = max(answer, worth + best(left & ~cluster))
            known[left] = answer
        return known[left]

    return best((1 << len(inside)) - 1)
