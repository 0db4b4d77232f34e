"""Betters a large plan window by window: an exact search in the surroundings of a home that is left out.

A window holds whole clusters, so that what is found there fits into the rest. It grows where nothing is found.
"""

from collections import deque
from collections.abc import Callable, Iterator

import numpy as np

from core.neighbourhood.partition.components import part_of
from core.neighbourhood.partition.exact import best_plan
from core.neighbourhood.partition.layout import NOBODY, Layout
from core.neighbourhood.partition.model import Problem, Star

SIZES = (80, 160, 320, 640)
"""Homes in a window: the first round over all parts, and the rounds that follow where that was no use."""

WINDOW_S = 20.0


def better(
    problem: Problem,
    start: list[Star],
    bound: int,
    size: int,
    *,
    left_s: Callable[[], float],
    workers: int = 1,
    stopped: Callable[[], bool] = lambda: False,
    found: Callable[[list[Star], int], None] = lambda _stars, _served: None,
) -> list[Star]:
    """Better than ``start`` by windows of ``size`` homes, until the bound is met, the time is over or every window has
    been tried once."""
    layout = Layout(problem, start)
    waiting = deque(layout.left_out())
    while waiting and layout.served < bound and left_s() > 0 and not stopped():
        home = waiting.popleft()
        if layout.host_of[home] != NOBODY:
            continue
        if _improve(problem, layout, home, size, bound, min(WINDOW_S, left_s()), workers, stopped):
            found(layout.stars(), layout.served)
    return layout.stars()


def _improve(
    problem: Problem,
    layout: Layout,
    home: int,
    size: int,
    bound: int,
    seconds: float,
    workers: int,
    stopped: Callable[[], bool],
) -> bool:
    homes = np.array(sorted(window(layout, home, size)), dtype=np.int32)
    part = part_of(problem, homes)
    place = {int(position): number for number, position in enumerate(homes)}
    old = [star for star in layout.stars() if star.host in place]
    mine = [Star(place[star.host], tuple(place[other] for other in star.neighbours)) for star in old]
    served = sum(part.worth(star.members) for star in mine)
    most = min(int(part.weight.sum()), served + bound - layout.served)
    search = best_plan(part, mine, most, time_limit_s=seconds, workers=workers, stopped=stopped)
    if search.served <= served:
        return False
    for star in old:
        layout.close(star.host)
    for star in search.stars:
        layout.open(int(homes[star.host]))
        for other in star.neighbours:
            layout.place(int(homes[other]), int(homes[star.host]))
    layout.forget()
    return True


def window(layout: Layout, home: int, size: int) -> set[int]:
    """The nearest homes by steps of reach, with all of their clusters; about ``size`` of them."""
    inside: set[int] = set()
    for step in _outward(layout, home):
        if len(inside) >= size:
            break
        host = layout.host_of[step]
        inside.add(step)
        if host != NOBODY:
            inside.update((host, *layout.group[host]))
    return inside


def _outward(layout: Layout, home: int) -> Iterator[int]:
    """Homes breadth first, hardest first among those of one home: few ways in mean few ways out."""
    seen = {home}
    queue = deque([home])
    while queue:
        here = queue.popleft()
        yield here
        for other in layout.around[here]:
            if other not in seen and layout.free[other]:
                seen.add(other)
                queue.append(other)
