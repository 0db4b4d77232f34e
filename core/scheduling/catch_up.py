"""Catch-up after rain: in which order the lawns that wait are mowed. Pure.

What is best is what is best for the planner of a week (`core.scheduling.planner_model`): the longest wait since the
last cut is as short as it can be, inside allowed hours and battery; then as many lawns as can be are mowed; then the
mower drives least. Each visit begins as early as its place in the order allows: nothing waits that could be mowed.

Few lawns are ordered exactly, by a search over every set of lawns and last lawn that keeps what no other way there
beats (after Held and Karp, 1962). Many are ordered by their wait, longest first, and then improved by moving one lawn
at a time for as long as that helps.
"""

from collections.abc import Iterable, Sequence

from core.scheduling.planner_model import DOCK, Rank, Week, WeekPlan, possible
from core.scheduling.planner_steps import BEGIN, State, follow, plan_of, rank_of, step

MOST_EXACT = 7
"""Lawns that are ordered exactly: a cluster of the usual size with its host has six."""
MOST_ROUNDS = 20

type Order = tuple[tuple[int, bool], ...]


def catch_up(week: Week) -> WeekPlan:
    """The lawns that wait, in order with their times, and those left out with why. ``proven`` up to `MOST_EXACT`."""
    could = possible(week)
    exact = len(could) <= MOST_EXACT
    order = _best(week, could) if exact else _improved(week, _longest_first(week, could))
    states = follow(week, order) or []
    begins = [state.minute - _minutes(week, number) for (number, _), state in zip(order, states, strict=True)]
    return plan_of(week, order, begins, bound_min=None if exact else 0, proven=exact)


class _Label:
    """One way to have mowed a set of lawns."""

    __slots__ = ("ends_sum", "longest", "order", "state")

    def __init__(self, state: State, longest: int, ends_sum: int, order: Order) -> None:
        self.state, self.longest, self.ends_sum, self.order = state, longest, ends_sum, order

    def beats(self, other: "_Label") -> bool:
        """As good in everything that what follows depends on; a mower in another span has other ways before it."""
        one, two = self.state, other.state
        return (
            one.span == two.span
            and one.minute <= two.minute
            and one.used <= two.used
            and one.travel_m <= two.travel_m
            and self.longest <= other.longest
            and self.ends_sum <= other.ends_sum
        )


def _best(week: Week, could: Sequence[int]) -> Order:
    layer: dict[tuple[int, int], list[_Label]] = {(0, DOCK): [_Label(BEGIN, 0, 0, ())]}
    best: Order = ()
    rank = _rank(week, {}, BEGIN)
    for _ in could:
        following: dict[tuple[int, int], list[_Label]] = {}
        for (mowed, _last), labels in layer.items():
            for number in could:
                if mowed >> number & 1:
                    continue
                kept = following.setdefault((mowed | 1 << number, number), [])
                for label in labels:
                    for after in _steps(week, label, number):
                        _keep(kept, after)
        layer = following
        for labels in layer.values():
            for label in labels:
                mine = _rank(week, _ends(week, label.order), label.state)
                if mine < rank:
                    best, rank = label.order, mine
    return best


def _steps(week: Week, label: _Label, number: int) -> Iterable[_Label]:
    for by_dock in (False, True):
        state = step(week, label.state, number, by_dock=by_dock)
        if state is not None:
            longest = max(label.longest, week.wait(number, state.minute))
            yield _Label(state, longest, label.ends_sum + state.minute, (*label.order, (number, by_dock)))


def _keep(kept: list[_Label], new: _Label) -> None:
    if not any(label.beats(new) for label in kept):
        kept[:] = [label for label in kept if not new.beats(label)]
        kept.append(new)


def _longest_first(week: Week, could: Sequence[int]) -> Order:
    return _packed(week, sorted(could, key=lambda number: (week.tasks[number].since, week.tasks[number].id)))


def _packed(week: Week, numbers: Iterable[int]) -> Order:
    """The lawns one after another, straight on where that holds, by the dock where it must be, left out where nothing
    holds."""
    order: list[tuple[int, bool]] = []
    state = BEGIN
    for number in numbers:
        for by_dock in (False, True):
            after = step(week, state, number, by_dock=by_dock)
            if after is not None:
                order.append((number, by_dock))
                state = after
                break
    return tuple(order)


def _improved(week: Week, order: Order) -> Order:
    """Move one lawn at a time to where the plan is better, for as long as one is."""
    numbers = [number for number, _ in order]
    numbers += [number for number in possible(week) if number not in numbers]
    best, rank = order, _rank_of_order(week, order)
    for _ in range(MOST_ROUNDS):
        before = rank
        for number in list(numbers):
            others = [one for one in numbers if one != number]
            for position in range(len(numbers)):
                tried = [*others[:position], number, *others[position:]]
                packed = _packed(week, tried)
                mine = _rank_of_order(week, packed)
                if mine < rank:
                    numbers, best, rank = tried, packed, mine
        if rank == before:
            break
    return best


def _rank_of_order(week: Week, order: Order) -> Rank:
    states = follow(week, order) or []
    return _rank(week, _ends(week, order), states[-1] if states else BEGIN)


def _ends(week: Week, order: Order) -> dict[int, int]:
    states = follow(week, order) or []
    return {number: state.minute for (number, _), state in zip(order, states, strict=True)}


def _rank(week: Week, ends: dict[int, int], last: State) -> Rank:
    return rank_of(week, ends, last.travel_m + week.length_m[last.place][DOCK])


def _minutes(week: Week, number: int) -> int:
    shape = week.shapes[number]
    assert shape is not None
    return shape.minutes
