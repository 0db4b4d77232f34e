"""The job of catch-up takes the best of all orders: where the longest wait alone would choose, lawns wait longer."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from core.errors import NotFound
from core.scheduling import Rhythm, ServicePlan, Visit, VisitReason, VisitState
from core.scheduling.catch_up import MOST_EXACT
from core.scheduling.catch_up_week import MINUTE, NO_WAYS, TURN, USUAL_PACE, CaughtUp, Ways, caught_up, lost_week
from core.scheduling.planner_spans import Span
from core.scheduling.store import write_visit
from core.scheduling.weather_rainout import DayVisit, placed
from tests.core.scheduling.conftest import Row
from tests.core.scheduling.plan_checker import problems
from tests.core.scheduling.test_catch_up import best_order_by_trying
from tests.proofs import cases

MONDAY = datetime(2026, 6, 1, 12, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)
UNTIL = MONDAY + timedelta(days=7)
HOUR = timedelta(hours=1)


def lost(*hours: tuple[float, float], work_min: int, days_ago: float = 28, **more: object) -> DayVisit:
    """A visit that rain took from the Luba on Monday; it may go into these hours, counted from Monday noon (UTC)."""
    spans = tuple(Span(MONDAY + first * HOUR, MONDAY + last * HOUR) for first, last in hours)
    begins = MONDAY - timedelta(hours=3)
    return replace(
        DayVisit(
            id=uuid4(), mower="Luba-ELM", household_id=None, lawn="12 ELM ST", hours=spans,
            span=Span(begins, begins + timedelta(minutes=work_min)), since=MONDAY - timedelta(days=days_ago),
        ),
        **more,
    )  # type: ignore[arg-type]  # fmt: skip


def order(*waiting: DayVisit, others: tuple[DayVisit, ...] = (), ways: Ways = NO_WAYS) -> CaughtUp:
    return caught_up(waiting, others, now=MONDAY, after=MONDAY + HALF_HOUR, until=UNTIL, ways=ways)


def test_a_lawn_that_fits_one_hour_alone_goes_before_one_that_waited_a_little_longer() -> None:
    easy, narrow = lost((20, 26), (44, 50), work_min=80, days_ago=12), lost((20, 22), work_min=70, days_ago=11.9)
    found = {move.visit.id: move.to.begins for move in order(easy, narrow).moves}
    assert found == {narrow.id: MONDAY + 20 * HOUR, easy.id: MONDAY + 20 * HOUR + 80 * MINUTE}
    allowed = {"Luba-ELM": easy.hours or ()}
    one_by_one, none = placed([easy, narrow], [], allowed=allowed, after=MONDAY, until=UNTIL, turn=TURN)
    assert [move.visit.id for move in one_by_one] == [easy.id] and [clash.visit.id for clash in none] == [narrow.id]


def test_the_way_is_left_between_visits_and_beside_one_that_stands() -> None:
    stands = replace(lost(work_min=60), span=Span(MONDAY + 21 * HOUR, MONDAY + 22 * HOUR))
    alone = order(lost((20.5, 26), work_min=60), others=(stands,)).moves
    assert [move.to.begins for move in alone] == [MONDAY + 22 * HOUR + TURN]
    two = order(lost((22, 26), work_min=60), lost((20, 26), work_min=60), others=(stands,)).moves
    assert [move.to.begins for move in two] == [MONDAY + 22 * HOUR + TURN, MONDAY + 23 * HOUR + 2 * TURN]


def test_lawns_that_one_battery_does_not_hold_have_a_charge_between_them() -> None:
    moves = order(lost((20, 26), work_min=100), lost((20, 26), work_min=100)).moves
    charged = timedelta(minutes=USUAL_PACE.charge_min)
    assert [move.to.begins for move in moves] == [MONDAY + 20 * HOUR, moves[0].to.ends + 2 * TURN + charged]


def test_of_equal_waits_the_shortest_way_along_the_corridors_is_taken() -> None:
    near, other_side, far = (lost((20, 28), work_min=30, days_ago=9) for _ in range(3))
    waits_longest = lost((44, 46), work_min=30, days_ago=30)
    rows = {near.id: 1, other_side.id: 2, far.id: 3, waits_longest.id: 1}
    spots = (0, 100, -100, 200)
    ways = Ways(rows, tuple(tuple(abs(a - b) for b in spots) for a in spots))
    found = order(near, other_side, far, waits_longest, ways=ways)
    assert other_side.id != found.moves[1].visit.id and len(found.moves) == 4
    assert found.plan.rank.travel_m == 600 + 200


def test_more_lawns_than_are_tried_in_all_orders_are_placed_all_the_same_and_it_is_said() -> None:
    many = [lost((20, 40), (44, 60), work_min=40, days_ago=9 + n / 10) for n in range(MOST_EXACT + 2)]
    found = order(*many)
    assert (found.proven, len(found.moves)) == (False, len(many))
    assert order(*many[:3]).proven
    assert found.moves[0].visit.id == many[-1].id  # the longest wait
    assert problems_of(many, found) == []


@settings(max_examples=cases(sample=40, full=1_000), deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(10, 150), st.integers(3, 16), st.integers(0, 3), st.integers(30, 300)),
        min_size=1, max_size=4,
    ),
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 5)), max_size=2),
)  # fmt: skip
def test_whatever_was_lost_the_order_is_the_best_of_all_and_clear_of_what_stands(
    rows: list[tuple[int, int, int, int]], taken: list[tuple[int, int]]
) -> None:
    waiting = [
        lost((20 + off, 20 + off + lasts / 60), (44, 47), work_min=minutes, days_ago=days)
        for minutes, days, off, lasts in rows
    ]
    others = tuple(
        replace(lost(work_min=60), span=Span(MONDAY + at * HOUR, MONDAY + (at + hours) * HOUR)) for at, hours in taken
    )
    found = order(*waiting, others=others)
    assert problems_of(waiting, found, others) == []
    week = lost_week(waiting, others, begins=MONDAY, after=MONDAY + HALF_HOUR, until=UNTIL)
    assert found.plan.rank == best_order_by_trying(week) and problems(week, found.plan) == []


def problems_of(waiting: list[DayVisit], found: CaughtUp, others: tuple[DayVisit, ...] = ()) -> list[str]:
    """Moves outside a visit's own hours, of another length, or nearer to another visit than the way takes."""
    wrong = []
    spans = [one.span for one in others]
    for move in found.moves:
        if not any(one.begins <= move.to.begins and move.to.ends <= one.ends for one in move.visit.hours or ()):
            wrong.append(f"{move.to} lies in none of its hours")
        if move.to.length != move.visit.span.length or move.to.begins < MONDAY + HALF_HOUR:
            wrong.append(f"{move.to} is too short or too soon")
        if any(move.to.begins < one.ends + TURN and one.begins < move.to.ends + TURN for one in spans):
            wrong.append(f"{move.to} leaves no way")
        spans.append(move.to)
    return wrong


def weekly(ends: time, minutes: int) -> ServicePlan:
    return ServicePlan(
        rhythm=Rhythm.WEEKLY, starts_on=date(2026, 6, 1), weekdays=frozenset({0}), window_begins=time(9),
        window_ends=ends, minutes=minutes,
    )  # fmt: skip


async def rained_away(row: Row) -> dict[str, Visit]:
    """Monday's visits of a lawn with the whole day and of one with two hours in the morning."""
    await row.agree("12 ELM ST", weekly(time(15), 60))
    await row.agree("14 ELM ST", weekly(time(11), 90))
    lost_ones = {}
    for address in ("12 ELM ST", "14 ELM ST"):
        visit = next(one for one in await row.visits(address) if one.state is VisitState.PLANNED)
        begins = MONDAY.replace(hour=14, minute=len(lost_ones))
        after = replace(
            visit, state=VisitState.SKIPPED, reason=VisitReason.RAIN, begins_at=begins,
            ends_at=begins + visit.span.lasts,
        )  # fmt: skip
        async with row.database.session() as session:
            assert await write_visit(session, visit, after, row.clock.now(), "visits.run")
        lost_ones[address] = visit
    row.clock.move((max(one.ends_at for one in lost_ones.values()) - row.clock.now()).total_seconds())
    return lost_ones


async def test_the_job_writes_the_order_that_the_search_proves_best(row: Row) -> None:
    lost_ones = await rained_away(row)
    with capture_logs() as logs:
        assert await row.desk.rain.catch_up() == 2
    (said,) = [one for one in logs if one["event"] == "visits.caught_up"]
    assert (said["mower"], said["placed"], said["order"]) == ("Luba-ELM", 2, "proven best")
    found = {address: await now_of(row, address, visit) for address, visit in lost_ones.items()}
    assert {one.reason for one in found.values()} == {VisitReason.CATCH_UP}
    nine = MONDAY.replace(hour=14) + timedelta(days=1)  # on Tuesday; the lawn that lost its visit first waits a little
    assert found["14 ELM ST"].begins_at == nine
    assert found["12 ELM ST"].begins_at == nine + timedelta(minutes=90) + TURN
    assert await row.desk.rain.catch_up() == 0


async def test_ways_that_cannot_be_read_do_not_keep_lawns_waiting(row: Row) -> None:
    async def no_ways(cluster_id: UUID) -> tuple[dict[UUID, int], tuple[tuple[int, ...], ...]]:
        raise NotFound(f"no cluster {cluster_id}")

    row.desk.rain.ways = no_ways
    await rained_away(row)
    assert await row.desk.rain.catch_up() == 2


async def test_of_a_lawn_that_lost_two_visits_the_last_stands_for_both(row: Row) -> None:
    plan = replace(weekly(time(15), 60), weekdays=frozenset({0, 1}))
    await row.agree("12 ELM ST", plan)
    first, second = (one for one in await row.visits() if one.due_on <= date(2026, 6, 2))
    for visit in (first, second):
        async with row.database.session() as session:
            after = replace(visit, state=VisitState.SKIPPED, reason=VisitReason.RAIN)
            assert await write_visit(session, visit, after, row.clock.now(), "visits.run")
    row.clock.move((second.ends_at - row.clock.now()).total_seconds())
    assert await row.desk.rain.catch_up() == 1
    assert (await now_of(row, "12 ELM ST", first)).state is VisitState.SKIPPED
    assert (await now_of(row, "12 ELM ST", second)).reason is VisitReason.CATCH_UP


async def now_of(row: Row, address: str, visit: Visit) -> Visit:
    return next(one for one in await row.visits(address) if one.id == visit.id)
