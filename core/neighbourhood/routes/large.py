"""A good round of many homes by OR-Tools' routing search: without a proof, but in seconds.

The search minds windows and the end of the round. Where a battery must be minded too, its order is followed with a
charge wherever the next visit needs one; what then no longer fits is put back where it does.
"""

from ortools.constraint_solver import pywrapcp, routing_enums_pb2  # type: ignore[import-untyped]

from core.neighbourhood.routes.exact import Order
from core.neighbourhood.routes.model import NO_WAY
from core.neighbourhood.routes.timing import DOCK, Rules, State

MISSED = 10_000_000
"""What a missed visit costs in seconds of driving: more than any round drives."""


def good_order(rules: Rules, time_limit_s: float) -> Order:
    """Places in order, each with whether to charge before; every step holds."""
    order = followed(rules, _searched(rules, time_limit_s))
    given = rules.as_given()
    return filled(rules, max(order, given, key=lambda order: _rank(rules, order)))


def followed(rules: Rules, places: list[int]) -> Order:
    """The places one after another, charging where it must be and skipping what does not fit."""
    state, order = State(), []
    for place in places:
        after = next(iter(rules.steps(state, place)), None)
        if after is not None:
            state = after[0]
            order.append((place, after[1]))
    return order


def filled(rules: Rules, order: Order) -> Order:
    """Put homes that are missing wherever the others still fit."""
    for place in range(1, len(rules.stops) + 1):
        if any(place == visited for visited, _ in order):
            continue
        for position in range(len(order) + 1):
            places = [visited for visited, _ in order]
            longer = followed(rules, [*places[:position], place, *places[position:]])
            if len(longer) > len(order):
                order = longer
                break
    return order


def _rank(rules: Rules, order: Order) -> tuple[int, int]:
    return sum(rules.stops[place - 1].weight for place, _ in order), -rules.follow(order)[1].drive_s


def _searched(rules: Rules, time_limit_s: float) -> list[int]:
    """Places in the order that the routing search found, battery left aside."""
    manager = pywrapcp.RoutingIndexManager(len(rules.stops) + 1, 1, DOCK)
    model = pywrapcp.RoutingModel(manager)
    end = rules.round.ends_s

    def drive(start: int, to: int) -> int:
        seconds = rules.drive[manager.IndexToNode(start)][manager.IndexToNode(to)]
        return end + 1 if seconds == NO_WAY else seconds

    def drive_and_work(start: int, to: int) -> int:
        node = manager.IndexToNode(start)
        return drive(start, to) + (rules.stops[node - 1].work_s if node else 0)

    model.SetArcCostEvaluatorOfAllVehicles(model.RegisterTransitCallback(drive))
    model.AddDimension(model.RegisterTransitCallback(drive_and_work), end, end, True, "clock")
    clock = model.GetDimensionOrDie("clock")
    for place, stop in enumerate(rules.stops, start=1):
        index = manager.NodeToIndex(place)
        model.AddDisjunction([index], MISSED * stop.weight)
        if stop.opens_s <= end:
            clock.CumulVar(index).SetRange(stop.opens_s, min(stop.closes_s, end))
        else:
            model.VehicleVar(index).SetValue(-1)
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromMilliseconds(max(50, int(time_limit_s * 1000)))
    found = model.SolveWithParameters(parameters)
    if found is None:
        return list(range(1, len(rules.stops) + 1))
    places, index = [], found.Value(model.NextVar(model.Start(0)))
    while not model.IsEnd(index):
        places.append(manager.IndexToNode(index))
        index = found.Value(model.NextVar(index))
    return places
