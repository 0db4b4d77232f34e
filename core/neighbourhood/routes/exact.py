"""The best round of few homes, proven: a search over every set of homes and last visit (Held and Karp, 1962).

Where windows or a battery matter, one best way to a set and a last visit is not enough: kept are all that no other
beats in drive, clock and battery at once.
"""

from core.neighbourhood.routes.timing import Rules, State

MOST_EXACT = 12

type Order = list[tuple[int, bool]]


class _Label:
    """One way to have visited a set of homes."""

    __slots__ = ("before", "charge", "state")

    def __init__(self, state: State, before: "_Label | None", charge: bool) -> None:
        self.state, self.before, self.charge = state, before, charge


def best_order(rules: Rules) -> Order:
    """Places in the order of the best round, each with whether to charge before; empty if no visit is possible."""
    count = len(rules.stops)
    layer: dict[tuple[int, int], list[_Label]] = {(0, 0): [_Label(State(), None, False)]}
    best, rank = layer[0, 0][0], (0, 0, 0)
    weight = [stop.weight for stop in rules.stops]
    for _ in range(count):
        following: dict[tuple[int, int], list[_Label]] = {}
        for (visited, _last), labels in layer.items():
            for place in range(1, count + 1):
                bit = 1 << (place - 1)
                if visited & bit:
                    continue
                kept = following.setdefault((visited | bit, place), [])
                for label in labels:
                    for state, charge in rules.steps(label.state, place):
                        _keep(kept, _Label(state, label, charge))
        layer = {key: labels for key, labels in following.items() if labels}
        for (visited, _last), labels in layer.items():
            worth = sum(weight[place] for place in range(count) if visited >> place & 1)
            for label in labels:
                end = rules.home(label.state)
                mine = (worth, -end.drive_s, -end.time_s)
                if mine > rank:
                    best, rank = label, mine
    return _order(best)


def _keep(kept: list[_Label], new: _Label) -> None:
    """Add a label unless one is as good in everything, and drop those that it is as good as."""
    if any(_as_good(label.state, new.state) for label in kept):
        return
    kept[:] = [label for label in kept if not _as_good(new.state, label.state)]
    kept.append(new)


def _as_good(one: State, other: State) -> bool:
    return one.drive_s <= other.drive_s and one.time_s <= other.time_s and one.used_s <= other.used_s


def _order(label: _Label) -> Order:
    order = []
    step: _Label | None = label
    while step is not None and step.before is not None:
        order.append((step.state.place, step.charge))
        step = step.before
    return order[::-1]
