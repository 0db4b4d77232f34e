"""A plan in the making: who is whose host, changed step by step and undone where a step was no use."""

from collections.abc import Iterable

from core.neighbourhood.partition.model import Problem, Star

NOBODY = -1


class Layout:
    """Which host each home belongs to. ``host_of[home]`` is ``NOBODY`` for a home left out, the home itself for a host.

    Every change is written to a journal, so that `undo_to` can take back what a failed attempt did. The size of a
    cluster is not policed here, only kept: see `open`, `close`, `place` and `release`.
    """

    def __init__(self, problem: Problem, stars: Iterable[Star] = ()) -> None:
        self.problem = problem
        self.least, self.most = problem.rules.min_neighbours, problem.rules.max_neighbours
        self.around = [problem.around(home).tolist() for home in range(problem.homes)]
        self.weight: list[int] = problem.weight.tolist()
        self.may_host: list[bool] = (problem.may_host & problem.free).tolist()
        self.free: list[bool] = problem.free.tolist()
        self.host_of = [NOBODY] * problem.homes
        self.group: dict[int, set[int]] = {}
        self.served = 0
        self._journal: list[tuple[int, int]] = []
        for star in stars:
            self.open(star.host)
            for home in star.neighbours:
                self.place(home, star.host)
        self._journal.clear()

    def open(self, host: int) -> None:
        """Make a home that is left out a host without neighbours."""
        self._set(host, host)

    def close(self, host: int) -> list[int]:
        """Dissolve a cluster; its homes, host first, are left out."""
        homes = [host, *self.group[host]]
        for home in homes[1:]:
            self._set(home, NOBODY)
        self._set(host, NOBODY)
        return homes

    def place(self, home: int, host: int) -> None:
        """Give a home to a host, from wherever it was."""
        self._set(home, host)

    def release(self, home: int) -> None:
        """Leave a neighbour out."""
        self._set(home, NOBODY)

    def mark(self) -> int:
        """A point to which `undo_to` can go back."""
        return len(self._journal)

    def undo_to(self, mark: int) -> None:
        """Take back everything since ``mark``."""
        while len(self._journal) > mark:
            home, before = self._journal.pop()
            self._change(home, before)

    def forget(self) -> None:
        """Nothing so far will be undone."""
        self._journal.clear()

    def left_out(self) -> list[int]:
        """Free homes of nobody."""
        return [home for home, host in enumerate(self.host_of) if host == NOBODY and self.free[home]]

    def stars(self) -> list[Star]:
        return [Star(host, tuple(sorted(homes))) for host, homes in sorted(self.group.items())]

    def surplus(self, home: int) -> bool:
        """Whether a neighbour's host can do without it."""
        host = self.host_of[home]
        return host not in {NOBODY, home} and len(self.group[host]) > self.least

    def _set(self, home: int, host: int) -> None:
        self._journal.append((home, self.host_of[home]))
        self._change(home, host)

    def _change(self, home: int, host: int) -> None:
        before = self.host_of[home]
        if before == home:
            del self.group[home]
        elif before != NOBODY:
            self.group[before].discard(home)
        if host == home:
            self.group[home] = set()
        elif host != NOBODY:
            self.group[host].add(home)
        self.host_of[home] = host
        self.served += self.weight[home] * ((host != NOBODY) - (before != NOBODY))
