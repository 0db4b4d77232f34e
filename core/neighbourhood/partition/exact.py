"""The best plan of one part and the proof of it: an assignment model for CP-SAT.

A boolean for each possible host, one for each host and home it reaches. The model starts from a plan that is known and
knows the bound of prices, so that it stops as soon as it meets it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ortools.sat.python import cp_model

from core.neighbourhood.partition.model import Problem, Star

type Found = Callable[[list[Star], int], None]
"""Told of each better plan: its stars and their weight."""


@dataclass(frozen=True, slots=True)
class Search:
    """What a search came to; ``bound`` holds whether or not it was finished."""

    stars: tuple[Star, ...]
    served: int
    bound: int


def best_plan(
    problem: Problem,
    start: list[Star],
    bound: int,
    *,
    time_limit_s: float,
    workers: int = 1,
    stopped: Callable[[], bool] = lambda: False,
    found: Found = lambda _stars, _served: None,
) -> Search:
    """Better than ``start`` where there is better; ``bound`` is one that is known to hold."""
    served = sum(problem.worth(star.members) for star in start)
    model = _Model(problem)
    model.begin(start)
    model.model.add(model.worth >= served)
    model.model.add(model.worth <= bound)
    model.model.maximize(model.worth)
    solver = _solver(time_limit_s, workers)
    watcher = _Watcher(model, stopped, found, served)
    solver.best_bound_callback = lambda _bound: solver.stop_search() if stopped() else None
    status = solver.solve(model.model, watcher)
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return Search(tuple(start), served, bound)
    stars = model.stars(solver.boolean_value)
    worth = sum(problem.worth(star.members) for star in stars)
    if status == cp_model.OPTIMAL:
        return Search(tuple(stars), worth, worth)
    return Search(tuple(stars), worth, min(bound, int(solver.best_objective_bound + 1e-6)))


def shortest_plan(problem: Problem, start: list[Star], *, time_limit_s: float, workers: int = 1) -> list[Star]:
    """A plan worth as much as ``start`` with the shortest corridors that the time allows to find (centimetres)."""
    model = _Model(problem)
    model.begin(start)
    model.model.add(model.worth >= sum(problem.worth(star.members) for star in start))
    model.model.minimize(model.centimetres)
    solver = _solver(time_limit_s, workers)
    status = solver.solve(model.model)
    return model.stars(solver.boolean_value) if status in {cp_model.OPTIMAL, cp_model.FEASIBLE} else start


def _solver(time_limit_s: float, workers: int) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(0.01, time_limit_s)
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = 1
    return solver


class _Model:
    """Variables and rules."""

    def __init__(self, problem: Problem) -> None:
        self.model = model = cp_model.CpModel()
        usable = (problem.may_host & problem.free).tolist()
        free = problem.free.tolist()
        weight: list[int] = problem.weight.tolist()
        self.hosts = {home: model.new_bool_var("") for home, may in enumerate(usable) if may}
        self.takes: dict[tuple[int, int], cp_model.IntVar] = {}
        uses: list[list[cp_model.IntVar]] = [[] for _ in range(problem.homes)]
        metres: list[tuple[cp_model.IntVar, int]] = []
        for host, opened in self.hosts.items():
            low, high = int(problem.start[host]), int(problem.start[host + 1])
            mine = []
            for home, length in zip(problem.to[low:high].tolist(), problem.length_m[low:high].tolist(), strict=True):
                if free[home]:
                    takes = self.takes[host, home] = model.new_bool_var("")
                    mine.append(takes)
                    uses[home].append(takes)
                    metres.append((takes, round(length * 100)))
                    model.add_implication(takes, opened)
            model.add(sum(mine) >= problem.rules.min_neighbours * opened)
            model.add(sum(mine) <= problem.rules.max_neighbours * opened)
            uses[host].append(opened)
        for all_uses in uses:
            if len(all_uses) > 1:
                model.add_at_most_one(all_uses)
        self.worth = cp_model.LinearExpr.weighted_sum(
            [use for all_uses in uses for use in all_uses],
            [weight[home] for home, all_uses in enumerate(uses) for _ in all_uses],
        )
        self.centimetres = cp_model.LinearExpr.weighted_sum([way for way, _ in metres], [cost for _, cost in metres])

    def begin(self, stars: list[Star]) -> None:
        """Start the search from these stars."""
        opened = {star.host for star in stars}
        taken = {(star.host, home) for star in stars for home in star.neighbours}
        for host, variable in self.hosts.items():
            self.model.add_hint(variable, host in opened)
        for way, variable in self.takes.items():
            self.model.add_hint(variable, way in taken)

    def stars(self, value: Callable[[cp_model.IntVar], bool]) -> list[Star]:
        groups: dict[int, list[int]] = {host: [] for host, opened in self.hosts.items() if value(opened)}
        for host, home in self._taken(value):
            groups[host].append(home)
        return [Star(host, tuple(sorted(homes))) for host, homes in sorted(groups.items())]

    def _taken(self, value: Callable[[cp_model.IntVar], bool]) -> Iterator[tuple[int, int]]:
        return (way for way, variable in self.takes.items() if value(variable))


class _Watcher(cp_model.CpSolverSolutionCallback):
    """Tells of better plans as they come, and ends the search when asked to."""

    def __init__(self, model: _Model, stopped: Callable[[], bool], found: Found, served: int) -> None:
        super().__init__()
        self._model, self._stopped, self._found, self._served = model, stopped, found, served

    def on_solution_callback(self) -> None:
        if self._stopped():
            self.stop_search()
        worth = round(self.objective_value)
        if worth > self._served:
            self._served = worth
            self._found(self._model.stars(lambda variable: bool(self.value(variable))), worth)
