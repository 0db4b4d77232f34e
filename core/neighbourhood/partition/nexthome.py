"""The next best home: which sign-up would let most homes be served that are signed up and left out today.

The plan for the signed-up homes is made first. Then each candidate that a signed-up home reaches is added alone, and
the homes left out around it are served by chains of moves or by a plan made anew, whichever serves more. A gain is
therefore real, though a longer search might find a greater one.
"""

from dataclasses import dataclass, replace

import numpy as np

from core.clock import Clock
from core.neighbourhood.partition.area import Area
from core.neighbourhood.partition.components import part_of
from core.neighbourhood.partition.layout import NOBODY, Layout
from core.neighbourhood.partition.model import Problem, Star
from core.neighbourhood.partition.repair import serve
from core.neighbourhood.partition.solver import solve, start
from core.neighbourhood.partition.windows import window
from core.texts import Text, joined, sentence

MOST_CANDIDATES = 400
AROUND = 200
"""Homes around a candidate that may move for it."""
BASE_LIMIT_S = 5.0


@dataclass(frozen=True, slots=True)
class Wish:
    """A candidate and what it would do."""

    home_id: int
    gain: int
    unlocks: int
    completes: int
    words: str


def next_homes(area: Area, signed: frozenset[int], limit: int, clock: Clock) -> list[Wish]:
    """The best candidates of an area whose homes are the signed-up ones and those around."""
    is_signed = np.array([home in signed for home in area.ids], dtype=np.bool_)
    problem = area.problem
    today = replace(problem, free=problem.free & is_signed)
    plan = solve(today, clock=clock, time_limit_s=BASE_LIMIT_S, workers=1)
    now = Layout(today, plan.stars)
    wishes = [
        wish
        for candidate in _candidates(problem, is_signed, plan.stars)
        if (wish := _wish(area, today, now, candidate)) is not None
    ]
    wishes.sort(key=lambda wish: (-wish.gain, -wish.unlocks, -wish.completes, wish.home_id))
    return wishes[:limit]


def _candidates(problem: Problem, is_signed: np.ndarray, stars: tuple[Star, ...]) -> list[int]:
    """Homes not signed up that reach one that is; those near most homes left out first."""
    served = np.zeros(problem.homes, dtype=np.bool_)
    served[[home for star in stars for home in star.members]] = True
    waiting = problem.free & is_signed & ~served
    found = []
    for home in np.flatnonzero(problem.free & ~is_signed).tolist():
        around = problem.around(home)
        if is_signed[around].any():
            found.append((-int(waiting[around].sum()), home))
    return [home for _, home in sorted(found)[:MOST_CANDIDATES]]


def _wish(area: Area, today: Problem, now: Layout, candidate: int) -> Wish | None:
    """What one candidate would do; ``None`` if nothing."""
    free = today.free.copy()
    free[candidate] = True
    with_it = replace(today, free=free, weight=np.ones(today.homes, dtype=np.int64))
    near = np.array(sorted(window(now, candidate, AROUND)), dtype=np.int32)
    place = {int(home): number for number, home in enumerate(near)}
    part = part_of(with_it, near)
    before = [
        Star(place[host], tuple(place[home] for home in homes)) for host, homes in now.group.items() if host in place
    ]
    layout = Layout(part, before)
    had = layout.served
    for home in layout.left_out():
        if layout.host_of[home] == NOBODY and home != place[candidate]:
            serve(layout, home)
    after = max(layout.stars(), start(part), key=lambda plan: sum(len(star.members) for star in plan))
    holds = any(place[candidate] in star.members for star in after)
    gain = sum(len(star.members) for star in after) - had - holds
    unlocks = len(after) - len(before)
    completes = _full(part, after) - _full(part, before)
    if gain <= 0 and completes <= 0:
        return None
    return Wish(area.ids[candidate], max(0, gain), max(0, unlocks), max(0, completes), _words(gain, unlocks, completes))


def _full(problem: Problem, stars: list[Star]) -> int:
    return sum(len(star.neighbours) == problem.rules.max_neighbours for star in stars)


def _words(gain: int, unlocks: int, completes: int) -> str:
    parts = []
    if gain > 0:
        parts.append(Text("Signed-up homes that would be served and are left out today: {n}.", n=gain))
    if unlocks > 0:
        parts.append(Text("Clusters that would become possible: {n}.", n=unlocks))
    if completes > 0:
        parts.append(Text("Clusters that would be full: {n}.", n=completes))
    return joined(parts) if parts else sentence("")
