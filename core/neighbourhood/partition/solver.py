"""From a problem to a plan with a bound, in steps each of which may be the last.

1. a start for every part: three orders of greedy, each repaired by chains of moves; the best stays
2. a bound by prices for every part that leaves homes out
3. parts whose plan and bound differ: small ones exactly, large ones through windows that grow; what resists is searched
   exactly for the time left
4. shorter corridors at the same worth
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from core.clock import Clock
from core.neighbourhood.partition.components import components, part_of
from core.neighbourhood.partition.corridors import shorter
from core.neighbourhood.partition.exact import best_plan, shortest_plan
from core.neighbourhood.partition.greedy import greedy, hard_first
from core.neighbourhood.partition.layout import NOBODY, Layout
from core.neighbourhood.partition.model import Certificate, Plan, Positions, Problem, Star, corridor_m
from core.neighbourhood.partition.prices import plain_prices, price_bound, relaxed_prices, size_bound
from core.neighbourhood.partition.repair import serve
from core.neighbourhood.partition.windows import SIZES, better

SMALL = 150
"""Homes of an area whose corridors are made as short as can be, not only shorter."""

SMALL_PART = 120
"""Homes of a part that is searched exactly at once, without windows before."""

FIRST_TRY_S = 20.0
REPORT_EVERY_S = 0.5
SHORTEN_S = 2.0
LONGEST_RELAXATION_S = 120.0


@dataclass(frozen=True, slots=True)
class Step:
    """How far the work is: ``done`` from 0 to 1; the plan is whole and valid at every step."""

    plan: Plan
    done: float


def nobody_stops() -> bool:
    return False


def no_report(_step: Step) -> None:
    """For those who wait for the end."""


def solve(
    problem: Problem,
    *,
    clock: Clock,
    time_limit_s: float,
    workers: int = 2,
    stopped: Callable[[], bool] = nobody_stops,
    report: Callable[[Step], None] = no_report,
) -> Plan:
    """The best plan found in the time, never worth less than `greedy`'s; proven best where plan and bound meet."""
    return _Work(problem, clock, time_limit_s, workers, stopped, report).run()


class _Part:
    """One independent part: its best plan so far and what is proven of it."""

    def __init__(self, problem: Problem, homes: Positions) -> None:
        self.homes = homes
        self.problem = part_of(problem, homes)
        self.stars = start(self.problem)
        self.served = _worth(self.problem, self.stars)
        self.prices: NDArray[np.int64] = plain_prices(self.problem)
        self.bound = size_bound(self.problem, price_bound(self.prices))
        self.searched = False
        self._whole: tuple[list[Star], list[Star], float] | None = None

    @property
    def open(self) -> bool:
        return self.served < self.bound

    def relax(self, seconds: float) -> None:
        prices = relaxed_prices(self.problem, seconds)
        if prices is not None and price_bound(prices) < self.bound:
            self.prices = prices
            self.bound = min(self.bound, size_bound(self.problem, price_bound(prices)))

    def take(self, stars: list[Star], served: int) -> None:
        if served >= self.served:
            self.stars, self.served = stars, served

    def lower(self, bound: int) -> None:
        if bound < self.bound:
            self.bound, self.searched = bound, True

    def whole(self) -> tuple[list[Star], float]:
        """Its stars in positions of the whole problem, and the metres of their corridors."""
        if self._whole is None or self._whole[0] is not self.stars:
            at = self.homes.tolist()
            moved = [Star(at[star.host], tuple(at[home] for home in star.neighbours)) for star in self.stars]
            self._whole = (self.stars, moved, corridor_m(self.problem, self.stars))
        return self._whole[1:]


class _Work:
    def __init__(
        self,
        problem: Problem,
        clock: Clock,
        time_limit_s: float,
        workers: int,
        stopped: Callable[[], bool],
        report: Callable[[Step], None],
    ) -> None:
        self._problem, self._clock, self._workers = problem, clock, workers
        self._stopped, self._report = stopped, report
        self._end = clock.monotonic() + time_limit_s
        self._next_report = 0.0
        self._parts: list[_Part] = []
        self._done = 0.0

    def run(self) -> Plan:
        self._parts = [_Part(self._problem, homes) for homes in components(self._problem)]
        self._tell(0.15)
        for part in (waiting := [part for part in self._parts if part.open]):
            if self._over():
                break
            part.relax(min(LONGEST_RELAXATION_S, self._left()))
            self._tell(self._done + 0.15 / len(waiting))
        self._each([part for part in self._open() if part.problem.homes <= SMALL_PART], self._exact, upto=0.35)
        for number, size in enumerate(SIZES, start=1):
            self._each(self._open(), partial(self._windows, size), upto=0.35 + 0.4 * number / len(SIZES))
        while self._open() and not self._over():
            seconds = max(FIRST_TRY_S, self._left() / len(self._open()))
            self._each(self._open(), self._exact, upto=0.95, seconds=seconds)
        self._shorten()
        self._tell(1.0)
        return self.plan()

    def plan(self) -> Plan:
        wholes = [part.whole() for part in self._parts]
        stars = sorted((star for found, _ in wholes for star in found), key=lambda star: star.host)
        return Plan(
            stars=tuple(stars),
            served=sum(part.served for part in self._parts),
            bound=sum(part.bound for part in self._parts),
            corridor_m=sum(metres for _, metres in wholes),
            certificates=tuple(
                Certificate(part.homes, part.bound, part.prices, part.searched, part.open) for part in self._parts
            ),
        )

    def _open(self) -> list[_Part]:
        return [part for part in self._parts if part.open]

    def _each(
        self,
        parts: list[_Part],
        work: Callable[[_Part, Callable[[], float]], None],
        *,
        upto: float,
        seconds: float = FIRST_TRY_S,
    ) -> None:
        """Do ``work`` on every part, the smallest first, each for so many seconds at most."""
        share = (upto - self._done) / max(1, len(parts))
        for part in sorted(parts, key=lambda part: part.problem.homes):
            if self._over():
                return
            end = self._clock.monotonic() + min(seconds, self._left())
            work(part, lambda end=end: end - self._clock.monotonic())  # type: ignore[misc]
            self._tell(self._done + share)

    def _windows(self, size: int, part: _Part, left_s: Callable[[], float]) -> None:
        stars = better(
            part.problem,
            part.stars,
            part.bound,
            size,
            left_s=left_s,
            workers=self._workers,
            stopped=self._stopped,
            found=partial(self._found, part),
        )
        part.take(stars, _worth(part.problem, stars))

    def _exact(self, part: _Part, left_s: Callable[[], float]) -> None:
        search = best_plan(
            part.problem,
            part.stars,
            part.bound,
            time_limit_s=left_s(),
            workers=self._workers,
            stopped=self._stopped,
            found=partial(self._found, part),
        )
        part.take(list(search.stars), search.served)
        part.lower(search.bound)

    def _found(self, part: _Part, stars: list[Star], served: int) -> None:
        part.take(stars, served)
        self._tell(self._done)

    def _shorten(self) -> None:
        small = sum(part.problem.homes for part in self._parts) <= SMALL
        end = self._clock.monotonic() + min(SHORTEN_S, self._left())
        for part in self._parts:
            if self._stopped():
                return
            part.stars = shorter(part.problem, part.stars)
            seconds = end - self._clock.monotonic()
            if small and part.stars and seconds > 0:
                part.stars = shortest_plan(part.problem, part.stars, time_limit_s=seconds, workers=self._workers)

    def _tell(self, done: float) -> None:
        self._done = done
        if self._clock.monotonic() >= self._next_report or done >= 1:
            self._report(Step(self.plan(), done))
            self._next_report = self._clock.monotonic() + REPORT_EVERY_S

    def _left(self) -> float:
        return self._end - self._clock.monotonic()

    def _over(self) -> bool:
        return self._left() <= 0 or self._stopped()


def start(problem: Problem) -> list[Star]:
    """The best of a few quick plans; the first that serves everyone is taken at once."""
    best: list[Star] = []
    most, everyone = -1, int(problem.weight.sum())
    for quick in (hard_first, greedy, lambda problem: hard_first(problem, seed=1)):
        layout = Layout(problem, quick(problem))
        for home in sorted(layout.left_out(), key=lambda home: -layout.weight[home]):
            if layout.host_of[home] == NOBODY:
                serve(layout, home)
        if layout.served > most:
            best, most = layout.stars(), layout.served
        if most == everyone:
            break
    return best


def _worth(problem: Problem, stars: list[Star]) -> int:
    return sum(problem.worth(star.members) for star in stars)
