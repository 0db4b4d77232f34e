"""Rounds keep every rule, are the best there is up to twelve homes, and say why a home is left out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from core.neighbourhood.routes import Round, RoundPlan, Stop, UnvisitedReason, plan_round
from core.neighbourhood.routes.model import NO_WAY
from core.neighbourhood.routes.timing import Rules, State
from tests.proofs import counted

LINE = (0, 100, 200, 300)
"""Metres from the dock along one street."""


def street(metres: tuple[int, ...], stops: tuple[Stop, ...], **limits: int) -> Round:
    """Places along one street, at 1 m/s."""
    places = np.array(metres)
    apart = np.abs(places[:, None] - places[None, :]).astype(np.int64)
    return Round(stops, apart, apart, **limits)


@st.composite
def rounds(draw: st.DrawFn, most: int = 5, battery: bool = True) -> Round:
    """Few homes, ways that need not be the same back, some missing; windows, an end, perhaps a battery."""
    count = draw(st.integers(1, most))
    side = count + 1
    ways = draw(st.lists(st.integers(-1, 30), min_size=side * side, max_size=side * side))
    drive = np.array(ways, dtype=np.int64).reshape(side, side)
    np.fill_diagonal(drive, 0)
    stops = []
    for home in range(count):
        opens = draw(st.integers(0, 60))
        stops.append(
            Stop(
                home + 1,
                draw(st.integers(0, 30)),
                opens,
                opens + draw(st.integers(0, 120)),
                draw(st.integers(1, 3)),
            )
        )
    return Round(
        tuple(stops),
        drive,
        np.where(drive == NO_WAY, NO_WAY, drive * 2),
        ends_s=draw(st.integers(20, 300)),
        battery_s=draw(st.none() | st.integers(20, 150)) if battery else None,
        charge_s=draw(st.integers(0, 30)),
    )


def tried(round_: Round) -> tuple[int, int, int]:
    """The rank of the best round (weight, -drive, -end), by trying every order with every choice of charging."""
    best = (0, 0, 0)

    def go(place: int, drive: int, time: int, used: int, visited: frozenset[int], weight: int) -> None:
        nonlocal best
        back = int(round_.drive_s[place, 0])
        best = max(best, (weight, -(drive + back), -(time + back)))
        for number, stop in enumerate(round_.stops, start=1):
            if number in visited:
                continue
            starts = [(place, drive, time, used)]
            if round_.battery_s is not None and place:
                starts.append((0, drive + back, time + back + round_.charge_s, 0))
            for at, driven, now, empty in starts:
                there, home = int(round_.drive_s[at, number]), int(round_.drive_s[number, 0])
                begins = max(now + there, stop.opens_s)
                left = empty + there + stop.work_s
                if (
                    min(there, home) < 0
                    or begins > stop.closes_s
                    or begins + stop.work_s + home > round_.ends_s
                    or (round_.battery_s is not None and left + home > round_.battery_s)
                ):
                    continue
                go(number, driven + there, begins + stop.work_s, left, visited | {number}, weight + stop.weight)

    go(0, 0, 0, 0, frozenset(), 0)
    return best


def rank(round_: Round, plan: RoundPlan) -> tuple[int, int, int]:
    weight = {stop.home_id: stop.weight for stop in round_.stops}
    return sum(weight[visit.home_id] for visit in plan.visits), -plan.figures.drive_s, -plan.figures.ends_s


def holds(round_: Round, plan: RoundPlan) -> bool:
    """Whether the timetable keeps windows, end, ways and battery, walked through by itself."""
    stops = {stop.home_id: (place, stop) for place, stop in enumerate(round_.stops, start=1)}
    here, now, used, drive, metres = 0, 0, 0, 0, 0
    for visit in plan.visits:
        place, stop = stops[visit.home_id]
        legs = [(here, 0), (0, place)] if visit.charged_before else [(here, place)]
        for start, end in legs:
            seconds = int(round_.drive_s[start, end])
            if seconds < 0:
                return False
            now, used, drive = now + seconds, used + seconds, drive + seconds
            metres += int(round_.length_m[start, end])
            if end == 0:
                if round_.battery_s is not None and used > round_.battery_s:
                    return False
                now, used = now + round_.charge_s, 0
        if visit.arrives_s != now or not stop.opens_s <= max(now, stop.opens_s) <= stop.closes_s:
            return False
        now = max(now, stop.opens_s) + stop.work_s
        used += stop.work_s
        if visit.leaves_s != now:
            return False
        here = place
    back = int(round_.drive_s[here, 0])
    if back < 0 or (round_.battery_s is not None and used + back > round_.battery_s):
        return False
    figures = plan.figures
    return (
        now + back <= round_.ends_s
        and (figures.ends_s, figures.drive_s) == (now + back, drive + back)
        and figures.length_m == metres + int(round_.length_m[here, 0])
    )


@counted(sample=150, full=10_000)
@given(round_=rounds(most=5))
def test_a_round_of_few_homes_equals_trying_every_order_and_charge(round_: Round) -> None:
    plan = plan_round(round_)
    assert plan.proven
    assert rank(round_, plan) == tried(round_)
    assert holds(round_, plan)


@counted(sample=15, full=10_000)
@given(round_=rounds(most=7, battery=False))
def test_a_round_of_seven_homes_equals_trying_every_order(round_: Round) -> None:
    plan = plan_round(round_)
    assert rank(round_, plan) == tried(round_)


@counted(sample=100, full=10_000)
@given(round_=rounds(most=9))
def test_every_home_is_visited_or_told_why_not_and_the_given_order_is_never_better(round_: Round) -> None:
    plan = plan_round(round_)
    assert holds(round_, plan)
    named = [visit.home_id for visit in plan.visits] + [out.home_id for out in plan.unvisited]
    assert sorted(named) == [stop.home_id for stop in round_.stops]
    assert all(out.words for out in plan.unvisited)
    assert plan.figures.visits >= 0
    rules = Rules(round_)
    given_order = rules.as_given()
    given_weight = sum(round_.stops[place - 1].weight for place, _ in given_order)
    assert rank(round_, plan) >= (given_weight, -plan.before.drive_s, -plan.before.ends_s)


def test_a_zigzag_is_straightened_and_the_saving_told() -> None:
    stops = tuple(Stop(home, 60) for home in (1, 2, 3, 4))
    plan = plan_round(street((0, 400, 100, 300, 200), stops))
    assert plan.figures.length_m == 800
    assert plan.before.length_m == 400 + 300 + 200 + 100 + 200
    assert (plan.saved_m, plan.saved_s) == (400, 400)


@pytest.mark.parametrize(
    ("stop", "limits", "reason"),
    [
        (Stop(9, 10, closes_s=299), {}, UnvisitedReason.WINDOW),
        (Stop(9, 10), {"ends_s": 600}, UnvisitedReason.TOO_LONG),
        (Stop(9, 10), {"battery_s": 605}, UnvisitedReason.BATTERY),
    ],
)
def test_a_home_that_no_round_can_hold_says_why(stop: Stop, limits: dict[str, int], reason: UnvisitedReason) -> None:
    plan = plan_round(street(LINE, (Stop(1, 10), Stop(2, 10), stop), **limits))
    assert [visit.home_id for visit in plan.visits] == [1, 2]
    assert [(out.home_id, out.reason) for out in plan.unvisited] == [(9, reason)]


def test_a_home_without_a_way_and_one_without_time_say_so() -> None:
    asked = street(LINE, (Stop(1, 100), Stop(2, 100), Stop(3, 100)), ends_s=700)
    cut = asked.drive_s.copy()
    cut[1, :] = cut[:, 1] = NO_WAY
    plan = plan_round(Round(asked.stops, cut, cut, ends_s=700))
    reasons = {out.home_id: out.reason for out in plan.unvisited}
    assert reasons == {1: UnvisitedReason.NO_WAY, 3: UnvisitedReason.CROWDED}


def test_the_mower_charges_where_the_battery_asks_for_it() -> None:
    stops = tuple(Stop(home, 200) for home in (1, 2, 3))
    plan = plan_round(street((0, 10, 20, 30), stops, battery_s=460, charge_s=1000))
    assert len(plan.visits) == 3
    assert sum(visit.charged_before for visit in plan.visits) == 1
    assert plan.figures.ends_s == 600 + 1000 + plan.figures.drive_s


def test_twelve_homes_are_proven_and_thirty_are_found() -> None:
    rng = np.random.default_rng(4)
    for count, proven in ((12, True), (30, False)):
        places = rng.integers(0, 1000, (count + 1, 2))
        apart = np.ceil(np.hypot(*(places[:, None] - places[None, :]).transpose(2, 0, 1))).astype(np.int64)
        stops = tuple(Stop(home, 60) for home in range(1, count + 1))
        asked = Round(stops, apart, apart)
        plan = plan_round(asked, time_limit_s=0.5)
        assert plan.proven is proven
        assert holds(asked, plan)
        assert len(plan.visits) == count
        assert plan.figures.drive_s < 0.7 * plan.before.drive_s


def test_many_homes_with_windows_and_a_battery_keep_every_rule() -> None:
    rng = np.random.default_rng(5)
    places = rng.integers(0, 300, (26, 2))
    apart = np.ceil(np.hypot(*(places[:, None] - places[None, :]).transpose(2, 0, 1))).astype(np.int64)
    opens = rng.integers(0, 9000, 25).tolist()
    stops = tuple(Stop(home + 1, 300, opens[home], opens[home] + 4000) for home in range(25))
    asked = Round(stops, apart, apart, ends_s=14_000, battery_s=2500, charge_s=400)
    plan = plan_round(asked, time_limit_s=0.5)
    assert holds(asked, plan)
    assert len(plan.visits) >= plan.before.visits
    assert {out.reason for out in plan.unvisited} <= {UnvisitedReason.NOT_FOUND_YET}


def test_a_visit_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(Invalid, match="visit of home 3"):
        Stop(3, -1)
    with pytest.raises(Invalid, match="expected 2 rows"):
        Round((Stop(1, 0),), np.zeros((3, 3), np.int64), np.zeros((3, 3), np.int64))
    assert Rules(street((0, 5), (Stop(1, 0),))).home(State(1)).drive_s == 5
