"""Plans, due lists, the log with its cost, and the board, over stored telemetry."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.accounts import HashCost, Passwords, People, Role, Viewer
from core.clock import MovableClock
from core.db import Database
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.fleet import FleetService
from core.fleet.maintenance import Due, Maintenance, Measure, Part, amount_of, parse_cost
from core.fleet.maintenance.cost import minor_digits
from core.fleet.model import MowerState
from core.ids import new_id
from core.money import Money
from tests.core.fleet.alarms.conftest import viewer
from tests.core.fleet.cast import LUBA, NOON, YUKA, docked, mowing, report


@pytest.fixture
def people(database: Database, clock: MovableClock) -> People:
    return People(database, clock, passwords=Passwords(HashCost(1, 8, 1)))


@pytest.fixture
async def tess(people: People) -> Viewer:
    return await viewer(people, "Tess", Role.TECHNICIAN)


@pytest.fixture
def desk(database: Database, clock: MovableClock, linked: FleetService, people: People) -> Maintenance:
    return Maintenance(database, clock, people.audit, linked.roster.all)


def driven(second: float) -> float:
    """Where it is after so many seconds at 0.4 m/s on lanes of 40 m: never twice at the same spot."""
    lane, along = divmod(second * 0.4, 40)
    return (along if lane % 2 == 0 else 40 - along) + second * 1e-4


async def works(fleet: FleetService, desk: Maintenance, clock: MovableClock, hours: float) -> None:
    """Luba mows for so long, then docks; its readings are stored and counted."""
    began = (clock.now() - NOON).total_seconds()
    for second in range(0, int(hours * 3_600), 20):
        fleet.pipeline.enqueue([mowing(began + second, north=driven(second + began))])
    fleet.pipeline.enqueue([docked(began + hours * 3_600)])
    fleet.pipeline.drain()
    await fleet.telemetry.flush()
    clock.move(hours * 3_600 + 600)
    await desk.count()


async def test_counters_come_from_telemetry_and_counting_again_gives_the_same(
    desk: Maintenance, linked: FleetService, clock: MovableClock
) -> None:
    await works(linked, desk, clock, 1)
    first = await desk.counters(LUBA)
    assert first.blade_hours == pytest.approx(1.0, abs=0.01)
    assert first.distance_km == pytest.approx(1.44, rel=0.05)
    assert await desk.count() == 0
    await desk.counting.recount(linked.roster.identity(LUBA).number)
    assert await desk.counters(LUBA) == first


async def test_a_line_becomes_due_then_overdue_and_a_logged_service_resets_it(
    desk: Maintenance, linked: FleetService, clock: MovableClock, tess: Viewer
) -> None:
    item = await desk.add_item(LUBA, "Change the blades", Measure.BLADE_HOURS, 2, by=tess)
    assert (await desk.items(LUBA))[0].due is Due.FINE
    await works(linked, desk, clock, 1.85)
    assert [(one.device_name, one.due) for one in await desk.due()] == [(LUBA, Due.DUE)]
    await works(linked, desk, clock, 0.2)
    assert [one.due for one in await desk.due()] == [Due.OVERDUE]
    cost = parse_cost("12,50", "EUR")
    await desk.log_service(LUBA, "New blades", by=tess, item_id=item.id, parts=[Part("blade set", 2)], cost=cost)
    assert await desk.due() == []
    (row,) = await desk.log(LUBA)
    assert (row.what, row.done_by, row.cost, row.reset) == ("New blades", "Tess", Money(1250, "EUR"), True)
    assert row.parts == [Part("blade set", 2)]
    assert row.counters.blade_hours == pytest.approx(2.05, abs=0.02)


async def test_days_are_counted_from_the_last_reset(desk: Maintenance, clock: MovableClock, tess: Viewer) -> None:
    await desk.add_item(YUKA, "Yearly inspection", Measure.DAYS, 365, by=tess)
    clock.move(340 * 86_400)
    assert [one.due for one in await desk.due()] == [Due.DUE]


async def test_what_is_logged_without_reset_leaves_the_line_as_it_is(
    desk: Maintenance, clock: MovableClock, tess: Viewer
) -> None:
    item = await desk.add_item(LUBA, "Inspect", Measure.DAYS, 10, by=tess)
    clock.move(11 * 86_400)
    await desk.log_service(LUBA, "looked at it", by=tess, item_id=item.id, reset=False)
    assert [one.due for one in await desk.due()] == [Due.OVERDUE]


async def test_the_usual_plan_is_added_once(desk: Maintenance, tess: Viewer) -> None:
    once = await desk.add_usual_plan(LUBA, by=tess)
    again = await desk.add_usual_plan(LUBA, by=tess)
    assert len(once) == len(again) == 5
    with pytest.raises(Conflict, match="already"):
        await desk.add_item(LUBA, once[0].name, Measure.DAYS, 5, by=tess)


async def test_wrong_input_is_told_and_a_dispatcher_may_not_write(desk: Maintenance, tess: Viewer) -> None:
    with pytest.raises(Invalid, match="every"):
        await desk.add_item(LUBA, "x", Measure.DAYS, 0, by=tess)
    with pytest.raises(Invalid, match="what was done"):
        await desk.log_service(LUBA, " ", by=tess)
    with pytest.raises(NotFound):
        await desk.log_service(LUBA, "x", by=tess, item_id=new_id())
    with pytest.raises(NotFound):
        await desk.items("Nobody")
    with pytest.raises(NotAllowed):
        await desk.log_service(LUBA, "x", by=replace(tess, role=Role.DISPATCHER))


async def test_the_board_tells_availability_time_between_faults_and_to_recover(
    desk: Maintenance, linked: FleetService, clock: MovableClock
) -> None:
    for second in range(0, 3_600, 20):
        broken = 1_200 <= second < 1_800
        state = {"mode": MowerState.FAULT, "fault_code": 1201} if broken else {"mode": MowerState.MOWING}
        linked.pipeline.enqueue(
            [report(second, north=driven(second), battery_percent=80, blade_on=not broken, **state)]
        )
    linked.pipeline.drain()
    await linked.telemetry.flush()
    clock.move(7_200)
    await desk.count()
    board = {row.name: row for row in await desk.reliability()}
    luba = board[LUBA]
    assert luba.availability == pytest.approx(1 - 600 / 3_580, abs=0.01)
    assert (luba.faults, list(luba.top_codes)) == (1, [(1201, 1)])
    assert luba.to_recover_min == pytest.approx(10, abs=0.5)
    assert luba.between_faults_h == pytest.approx(2_980 / 3_600, abs=0.02)
    assert (board[YUKA].availability, board[YUKA].between_faults_h) == (None, None)
    models = {row.name: row for row in await desk.reliability(by_model=True)}
    assert models["Luba 2 AWD 3000"].faults == 1


@given(st.integers(0, 10**12), st.sampled_from(["USD", "EUR", "JPY", "KWD"]))
def test_a_cost_survives_being_written_and_read(minor: int, currency: str) -> None:
    cost = Money(minor, currency)
    assert parse_cost(str(amount_of(cost)), currency) == cost
    assert parse_cost(f"{amount_of(cost):.{minor_digits(currency)}f}".replace(".", ","), currency) == cost


@pytest.mark.parametrize("words", ["", "abc", "1.234", "-5", "NaN", "1e400", "1,2,3", "Infinity"])
def test_what_is_no_amount_is_refused(words: str) -> None:
    with pytest.raises(Invalid, match="not an amount"):
        parse_cost(words, "USD")
