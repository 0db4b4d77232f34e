"""Shorter corridors for a plan that stays worth the same: better hosts within clusters, better clusters for homes."""

from ortools.graph.python import min_cost_flow  # type: ignore[import-untyped]

from core.neighbourhood.partition.model import Problem, Star

ROUNDS = 3
FILL = 10_000_000
"""Centimetres that a host's first places are worth, so that none stays below the minimum; longer than all corridors of
a cluster together."""


def shorter(problem: Problem, stars: list[Star]) -> list[Star]:
    """The same homes, served by corridors that are together no longer."""
    ways = _ways(problem, stars)
    for _ in range(ROUNDS):
        centred = [_centred(problem, ways, star) for star in stars]
        assigned = _assigned(problem, ways, centred)
        if _length(ways, assigned) >= _length(ways, stars):
            break
        stars = assigned
    return stars


type _Ways = dict[int, dict[int, int]]


def _ways(problem: Problem, stars: list[Star]) -> _Ways:
    """Centimetres between the homes that are served."""
    served = {home for star in stars for home in star.members}
    found: _Ways = {}
    for home in served:
        low, high = int(problem.start[home]), int(problem.start[home + 1])
        around = zip(problem.to[low:high].tolist(), problem.length_m[low:high].tolist(), strict=True)
        found[home] = {other: round(length * 100) for other, length in around if other in served}
    return found


def _length(ways: _Ways, stars: list[Star]) -> int:
    return sum(ways[star.host][home] for star in stars for home in star.neighbours)


def _centred(problem: Problem, ways: _Ways, star: Star) -> Star:
    """The member as host whose corridors to the others are shortest."""
    best, least = star, _length(ways, [star])
    for host in star.neighbours:
        others = [home for home in star.members if home != host]
        if problem.may_host[host] and all(home in ways[host] for home in others):
            length = sum(ways[host][home] for home in others)
            if length < least:
                best, least = Star(host, tuple(sorted(others))), length
    return best


def _assigned(problem: Problem, ways: _Ways, stars: list[Star]) -> list[Star]:
    """Give every neighbour to the host that makes all corridors shortest: a flow of least cost."""
    flow = min_cost_flow.SimpleMinCostFlow()
    hosts = [star.host for star in stars]
    homes = [home for star in stars for home in star.neighbours]
    number = {home: node for node, home in enumerate([*hosts, *homes])}
    sink = len(number)
    is_host = set(hosts)
    arcs: list[tuple[int, int]] = []
    for home in homes:
        flow.set_node_supply(number[home], 1)
        for host, length in ways[home].items():
            if host in is_host:
                flow.add_arc_with_capacity_and_unit_cost(number[home], number[host], 1, length)
                arcs.append((home, host))
    least, most = problem.rules.min_neighbours, problem.rules.max_neighbours
    for host in hosts:
        flow.add_arc_with_capacity_and_unit_cost(number[host], sink, least, -FILL)
        if most > least:
            flow.add_arc_with_capacity_and_unit_cost(number[host], sink, most - least, 0)
    flow.set_node_supply(sink, -len(homes))
    if flow.solve() != flow.OPTIMAL:
        return stars
    groups: dict[int, list[int]] = {host: [] for host in hosts}
    for arc, (home, host) in enumerate(arcs):
        if flow.flow(arc):
            groups[host].append(home)
    if any(len(group) < least for group in groups.values()):
        return stars
    return [Star(host, tuple(sorted(group))) for host, group in groups.items()]
