"""The best plan of a mower's week by OR-Tools CP-SAT, one aim after another, each held while the next is sought.

The rules and aims stand in `core.scheduling.planner_model`. Deterministic: one worker, a seed, and limits counted in
the solver's own steps, never in seconds. Mowers do not wait for one another, so each cluster is a problem of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ortools.sat.python import cp_model

from core.scheduling.planner_model import DOCK, NO_WAY, Shape, Week, WeekPlan, possible
from core.scheduling.planner_steps import plan_of

SEED = 20_260_601
EFFORT = 4.0
"""Deterministic seconds for each aim, about as long on one core; the best found then is taken, with its bound."""


def plan_week(week: Week, *, effort: float = EFFORT) -> WeekPlan:
    """The plan of one mower. ``proven`` where every aim was brought to its proven best within the effort."""
    could = possible(week)
    if not could:
        return plan_of(week, (), (), bound_min=None, proven=True)
    model = _Model(week, could)
    aims = [(model.longest, "longest"), (-sum(model.present.values()), "count"), (model.travel_then_ends(), "way")]
    if any(week.tasks[number].pinned is not None for number in could):
        pinned = [model.present[number] for number in could if week.tasks[number].pinned is not None]
        aims.insert(0, (-sum(pinned), "pinned"))
    proven, bound = True, 0
    solver = cp_model.CpSolver()
    for aim, name in aims:
        solver, best = _solved(model, aim, effort)
        proven = proven and best
        if name == "longest":
            bound = round(solver.best_objective_bound)
        model.hold(aim, round(solver.objective_value), solver)
    order, begins = model.read(solver)
    return plan_of(week, order, begins, bound_min=bound, proven=proven)


def _solved(model: "_Model", aim: Any, effort: float) -> tuple[cp_model.CpSolver, bool]:
    """The solver after its search, and whether what it found is proven best."""
    model.cp.minimize(aim)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = SEED
    solver.parameters.max_deterministic_time = effort
    status = solver.solve(model.cp)
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:  # to leave every visit out is always possible
        raise RuntimeError(f"planner: {solver.status_name(status)}: {solver.response_stats()}")
    return solver, bool(status == cp_model.OPTIMAL)


@dataclass
class _Model:
    """The week as variables. Arcs run from the dock (0) over the visits that are present and back."""

    week: Week
    could: Sequence[int]
    cp: cp_model.CpModel = field(default_factory=cp_model.CpModel)

    def __post_init__(self) -> None:
        week, cp = self.week, self.cp
        self.present = {number: cp.new_bool_var(f"present {number}") for number in self.could}
        self.in_span: dict[tuple[int, int], Any] = {}
        self.begin: dict[int, Any] = {}
        self.used: dict[int, Any] = {}
        self.direct: dict[tuple[int, int], Any] = {}
        self.by_dock: dict[tuple[int, int], Any] = {}
        self.first: dict[int, Any] = {}
        self.last: dict[int, Any] = {}
        longest = max(week.wait(number, None) for number in self.could)
        least = min(0, *(week.wait(number, 0) for number in self.could))
        self.longest = cp.new_int_var(least, longest, "longest")
        self.ends: dict[int, Any] = {}
        for number in self.could:
            self._visit(number)
        self._ways()

    def _visit(self, number: int) -> None:
        """When it may begin, and how long its lawn waits."""
        week, cp, starts = self.week, self.cp, self.week.starts[number]
        domain = cp_model.Domain.from_intervals([[one.first, one.last] for one in starts])
        self.begin[number] = cp.new_int_var_from_domain(domain, f"begin {number}")
        chosen: dict[int, list[Any]] = {}
        for place, one in enumerate(starts):
            here = cp.new_bool_var(f"{number} in {one.span}, {place}")
            chosen.setdefault(one.span, []).append(here)
            cp.add(self.begin[number] >= one.first).only_enforce_if(here)
            cp.add(self.begin[number] <= one.last).only_enforce_if(here)
        for span, ways in chosen.items():
            self.in_span[number, span] = ways[0] if len(ways) == 1 else cp.new_bool_var(f"{number} in {span}")
            if len(ways) > 1:
                cp.add(sum(ways) == self.in_span[number, span])
        cp.add(sum(self.in_span[number, span] for span in chosen) == self.present[number])
        shape = self._shape(number)
        self.ends[number] = cp.new_int_var(0, week.ends, f"end {number}")  # 0 where it is left out
        cp.add(self.ends[number] == self.begin[number] + shape.minutes).only_enforce_if(self.present[number])
        cp.add(self.ends[number] == 0).only_enforce_if(~self.present[number])
        since = week.tasks[number].since
        cp.add(self.longest >= self.ends[number] - since)
        cp.add(self.longest >= week.ends - since).only_enforce_if(~self.present[number])
        if week.battery_min is not None:
            place = week.tasks[number].place
            least = shape.used if shape.fresh else week.drive_min[DOCK][place] + shape.used
            most = week.battery_min - week.drive_min[place][DOCK]
            self.used[number] = cp.new_int_var(least, max(least, most), f"used {number}")

    def _ways(self) -> None:
        cp = self.cp
        arcs: list[Any] = [(0, 0, cp.new_bool_var("none"))]
        for number in self.could:
            self.first[number] = cp.new_bool_var(f"first {number}")
            self.last[number] = cp.new_bool_var(f"last {number}")
            node = number + 1
            arcs += [(0, node, self.first[number]), (node, 0, self.last[number]), (node, node, ~self.present[number])]
            for other in self.could:
                if other != number:
                    arc = cp.new_bool_var(f"{number} then {other}")
                    arcs.append((node, other + 1, arc))
                    self._next(number, other, arc)
        cp.add_circuit(arcs)

    def _next(self, one: int, other: int, arc: Any) -> None:
        """What it means to go from one lawn to another, straight or by the dock."""
        week, cp = self.week, self.cp
        here, there = week.tasks[one].place, week.tasks[other].place
        shape, following = self._shape(one), self._shape(other)
        by_dock = self.by_dock[one, other] = cp.new_bool_var(f"{one} dock {other}")
        back = week.drive_min[here][DOCK] + week.charge_min + week.drive_min[DOCK][there]
        cp.add(self.begin[other] >= self.begin[one] + shape.minutes + back).only_enforce_if(by_dock)
        drive = week.drive_min[here][there]
        if drive == NO_WAY or following.fresh:
            cp.add(by_dock == arc)
            return
        direct = self.direct[one, other] = cp.new_bool_var(f"{one} straight {other}")
        cp.add(direct + by_dock == arc)
        cp.add(self.begin[other] >= self.begin[one] + shape.minutes + drive).only_enforce_if(direct)
        for span in range(len(week.spans)):
            before, after = self.in_span.get((one, span)), self.in_span.get((other, span))
            if before is not None and after is not None:
                cp.add_implication(before, after).only_enforce_if(direct)
            elif before is not None:
                cp.add_bool_or(~direct, ~before)
        if week.battery_min is not None:
            cp.add(self.used[other] >= self.used[one] + drive + following.used).only_enforce_if(direct)

    def travel_then_ends(self) -> Any:
        """Metres first; of equally short ways the one whose visits end earliest."""
        week = self.week
        length, place = week.length_m, {number: week.tasks[number].place for number in self.could}
        metres = sum(length[place[one]][place[other]] * arc for (one, other), arc in self.direct.items())
        metres += sum(
            (length[place[one]][DOCK] + length[DOCK][place[other]]) * arc for (one, other), arc in self.by_dock.items()
        )
        metres += sum(length[DOCK][place[number]] * arc for number, arc in self.first.items())
        metres += sum(length[place[number]][DOCK] * arc for number, arc in self.last.items())
        metres += sum(self._shape(number).metres * present for number, present in self.present.items())
        return metres * (week.ends * len(self.could) + 1) + sum(self.ends.values())

    def hold(self, aim: Any, value: int, solver: cp_model.CpSolver) -> None:
        """Keep what was reached, and begin the next search from there."""
        self.cp.add(aim <= value)
        self.cp.clear_hints()  # type: ignore[no-untyped-call]
        for variable in (*self.begin.values(), *self.present.values(), *self.direct.values(), *self.by_dock.values()):
            self.cp.add_hint(variable, solver.value(variable))

    def read(self, solver: cp_model.CpSolver) -> tuple[list[tuple[int, bool]], list[int]]:
        """The visits that are present by the minute they begin, with whether each comes by the dock."""
        present = [number for number in self.could if solver.boolean_value(self.present[number])]
        present.sort(key=lambda number: solver.value(self.begin[number]))
        straight = {other for (_one, other), arc in self.direct.items() if solver.boolean_value(arc)}
        return [(number, number not in straight) for number in present], [
            solver.value(self.begin[number]) for number in present
        ]

    def _shape(self, number: int) -> Shape:
        shape = self.week.shapes[number]
        assert shape is not None
        return shape
