"""Plans at once: the plain greedy that every better plan is held against, and one that serves the hard homes first."""

import heapq

import numpy as np

from core.neighbourhood.partition.layout import NOBODY, Layout
from core.neighbourhood.partition.model import Problem, Star


def greedy(problem: Problem) -> list[Star]:
    """The host that can take most weight comes first and takes it, by the shortest corridors; then the next."""
    layout = Layout(problem)
    queue = [(-_take(problem, layout, home)[0], home) for home in range(problem.homes) if layout.may_host[home]]
    heapq.heapify(queue)
    while queue:
        claimed, host = heapq.heappop(queue)
        if layout.host_of[host] != NOBODY:
            continue
        worth, chosen = _take(problem, layout, host)
        if len(chosen) < layout.least:
            continue
        if -worth != claimed:  # others were faster: try again with what is left
            heapq.heappush(queue, (-worth, host))
            continue
        layout.open(host)
        for home in chosen:
            layout.place(home, host)
    return layout.stars()


def _take(problem: Problem, layout: Layout, host: int) -> tuple[int, list[int]]:
    """What a host would take now, and the weight of it with the host's own."""
    low = int(problem.start[host])
    ways = problem.length_m[low : low + len(layout.around[host])].tolist()
    free = [
        (-layout.weight[home], way, home)
        for home, way in zip(layout.around[host], ways, strict=True)
        if layout.free[home] and layout.host_of[home] == NOBODY
    ]
    chosen = [home for _, _, home in heapq.nsmallest(layout.most, free)]
    return layout.weight[host] + sum(layout.weight[home] for home in chosen), chosen


def hard_first(problem: Problem, seed: int = 0) -> list[Star]:
    """Homes that few hosts reach choose first; a new cluster takes those of its homes that have least choice.

    ``seed`` 0 keeps the order of positions among equals; others shuffle it.
    """
    layout = Layout(problem)
    shuffled = np.random.default_rng(seed).permutation(problem.homes).tolist() if seed else range(problem.homes)
    choice = [sum(layout.may_host[other] for other in around) for around in layout.around]
    for home in sorted(shuffled, key=lambda home: choice[home]):
        if layout.free[home] and layout.host_of[home] == NOBODY:
            settle(layout, home, choice)
    return layout.stars()


def settle(layout: Layout, home: int, choice: list[int]) -> bool:
    """Serve a home that is left out by a host with room, else by a new cluster of homes that are left out."""
    hosts = [host for host in layout.around[home] if layout.host_of[host] == host]
    room = [host for host in hosts if len(layout.group[host]) < layout.most]
    if room:
        layout.place(home, min(room, key=lambda host: len(layout.group[host])))
        return True
    best: tuple[int, int, int, list[int]] | None = None
    for host in (home, *layout.around[home]):
        if not layout.may_host[host] or layout.host_of[host] != NOBODY:
            continue
        open_homes = [other for other in layout.around[host] if layout.host_of[other] == NOBODY and layout.free[other]]
        if len(open_homes) < layout.least:
            continue
        open_homes.sort(key=lambda other: (other != home, choice[other]))
        chosen = open_homes[: layout.most]
        rank = (len(chosen), -sum(choice[other] for other in chosen), choice[host], chosen)
        if best is None or rank[:3] > best[:3]:
            best, opened = rank, host
    if best is None:
        return False
    layout.open(opened)
    for other in best[3]:
        layout.place(other, opened)
    return True
