"""From a round that is asked for to its plan: exact for few homes, searched for many."""

from core.neighbourhood.routes.exact import MOST_EXACT, Order, best_order
from core.neighbourhood.routes.large import good_order
from core.neighbourhood.routes.model import REASON_WORDS, Round, RoundPlan, Unvisited, UnvisitedReason
from core.neighbourhood.routes.timing import Rules

SEARCH_S = 5.0


def plan_round(round_: Round, *, time_limit_s: float = SEARCH_S) -> RoundPlan:
    """The best round, proven for at most 12 homes that can be visited at all; a good one for more.

    Never worse than visiting in the order given.
    """
    rules = Rules(round_)
    impossible = {
        place: reason for place in range(1, len(round_.stops) + 1) if (reason := rules.alone(place)) is not None
    }
    exact = len(round_.stops) - len(impossible) <= MOST_EXACT
    order = best_order(_without(rules, impossible)) if exact else good_order(rules, time_limit_s)
    if exact:
        order = _original(order, impossible, len(round_.stops))
    visits, figures = rules.follow(order)
    _, before = rules.follow(rules.as_given())
    visited = {place for place, _ in order}
    other = UnvisitedReason.CROWDED if exact else UnvisitedReason.NOT_FOUND_YET
    return RoundPlan(
        visits=visits,
        unvisited=tuple(
            _unvisited(round_.stops[place - 1].home_id, impossible.get(place, other))
            for place in range(1, len(round_.stops) + 1)
            if place not in visited
        ),
        figures=figures,
        before=before,
        proven=exact,
    )


def _without(rules: Rules, impossible: dict[int, UnvisitedReason]) -> Rules:
    """The same round without the stops that no round can hold."""
    if not impossible:
        return rules
    round_ = rules.round
    kept = [0, *(place for place in range(1, len(round_.stops) + 1) if place not in impossible)]
    return Rules(
        Round(
            stops=tuple(round_.stops[place - 1] for place in kept[1:]),
            drive_s=round_.drive_s[kept][:, kept],
            length_m=round_.length_m[kept][:, kept],
            ends_s=round_.ends_s,
            battery_s=round_.battery_s,
            charge_s=round_.charge_s,
        )
    )


def _original(order: Order, impossible: dict[int, UnvisitedReason], stops: int) -> Order:
    kept = [place for place in range(1, stops + 1) if place not in impossible]
    return [(kept[place - 1], charge) for place, charge in order]


def _unvisited(home_id: int, reason: UnvisitedReason) -> Unvisited:
    return Unvisited(home_id, reason, REASON_WORDS[reason])
