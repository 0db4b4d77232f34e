"""The rules of a round, one step at a time: what a next visit means for clock, battery and drive."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.neighbourhood.routes.model import NO_WAY, Figures, Round, UnvisitedReason, Visit

DOCK = 0


@dataclass(frozen=True, slots=True)
class State:
    """Where a round stands after a visit (or at its start): ``place`` is a row of the matrices."""

    place: int = DOCK
    drive_s: int = 0
    time_s: int = 0
    used_s: int = 0
    """Battery used since the last charge."""


class Rules:
    """A round's rules over plain lists, which are faster than arrays one number at a time."""

    def __init__(self, round_: Round) -> None:
        self.round = round_
        self.stops = round_.stops
        self.drive: list[list[int]] = round_.drive_s.tolist()
        self.length: list[list[int]] = round_.length_m.tolist()

    def visit(self, state: State, place: int, *, charge: bool = False) -> State | None:
        """The state after a visit; ``None`` where a rule forbids it, or no way home would be left."""
        if charge:
            charged = self._charge(state)
            return None if charged is None else self.visit(charged, place)
        there, home = self.drive[state.place][place], self.drive[place][DOCK]
        if NO_WAY in {there, home}:
            return None
        stop = self.stops[place - 1]
        begins = max(state.time_s + there, stop.opens_s)
        leaves = begins + stop.work_s
        used = state.used_s + there + stop.work_s
        if begins > stop.closes_s or leaves + home > self.round.ends_s:
            return None
        if self.round.battery_s is not None and used + home > self.round.battery_s:
            return None
        return State(place, state.drive_s + there, leaves, used)

    def home(self, state: State) -> State:
        """Back at the dock."""
        back = self.drive[state.place][DOCK]
        return State(DOCK, state.drive_s + back, state.time_s + back, state.used_s + back)

    def _charge(self, state: State) -> State | None:
        if self.round.battery_s is None or state.place == DOCK:
            return None
        at_dock = self.home(state)
        return State(DOCK, at_dock.drive_s, at_dock.time_s + self.round.charge_s, 0)

    def steps(self, state: State, place: int) -> Iterable[tuple[State, bool]]:
        """Both ways to a next visit that the rules allow: straight on, and by the dock."""
        for charge in (False, True):
            after = self.visit(state, place, charge=charge)
            if after is not None:
                yield after, charge

    def follow(self, order: Iterable[tuple[int, bool]]) -> tuple[tuple[Visit, ...], Figures]:
        """The timetable of an order (places, each with whether to charge before) that is known to hold."""
        state, visits, metres = State(), [], 0
        for place, charge in order:
            after = self.visit(state, place, charge=charge)
            assert after is not None
            stop = self.stops[place - 1]
            metres += self._metres(state.place, place, charge)
            begins = after.time_s - stop.work_s
            arrives = state.time_s + (after.drive_s - state.drive_s) + (self.round.charge_s if charge else 0)
            visits.append(Visit(stop.home_id, arrives, begins, after.time_s, charge))
            state = after
        end = self.home(state)
        metres += max(0, self.length[state.place][DOCK])
        return tuple(visits), Figures(len(visits), end.drive_s, metres, end.time_s)

    def _metres(self, here: int, there: int, charge: bool) -> int:
        if charge:
            return self.length[here][DOCK] + self.length[DOCK][there]
        return self.length[here][there]

    def as_given(self) -> list[tuple[int, bool]]:
        """The stops in the order given, those left out that cannot follow; charging only where it must be."""
        state, order = State(), []
        for place in range(1, len(self.stops) + 1):
            after = next(iter(self.steps(state, place)), None)
            if after is not None:
                state = after[0]
                order.append((place, after[1]))
        return order

    @cached_property
    def _shortest(self) -> list[list[int]]:
        """Seconds from place to place, by others where that is faster (Floyd, 1962)."""
        far = int(self.round.drive_s.max(initial=0)) * len(self.drive) + 1
        best = np.where(self.round.drive_s == NO_WAY, far, self.round.drive_s)
        for middle in range(len(best)):
            best = np.minimum(best, best[:, middle, None] + best[None, middle, :])
        found: list[list[int]] = np.where(best >= far, NO_WAY, best).tolist()
        return found

    def alone(self, place: int) -> UnvisitedReason | None:
        """Why not even a round with this one visit holds, passing others where that is faster; ``None`` if one may."""
        there, home = self._shortest[DOCK][place], self._shortest[place][DOCK]
        if NO_WAY in {there, home}:
            return UnvisitedReason.NO_WAY
        stop = self.stops[place - 1]
        if self.round.battery_s is not None and there + stop.work_s + home > self.round.battery_s:
            return UnvisitedReason.BATTERY
        if there > stop.closes_s:
            return UnvisitedReason.WINDOW
        if max(there, stop.opens_s) + stop.work_s + home > self.round.ends_s:
            return UnvisitedReason.TOO_LONG
        return None
