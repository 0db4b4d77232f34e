"""A lawn mown again beside the plan: within allowed hours, not billed, and the promise is closed once it is kept."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from core.billing import UsageFeed, UsageLedger
from core.clock import MovableClock, to_epoch_ms
from core.db import Database
from core.db.reads.mowing import MowingReads
from core.errors import Conflict, NotAllowed
from core.household.problems import ProblemKind, ProblemState
from core.scheduling import Visit, VisitReason, VisitState
from core.scheduling.store import write_visit
from core.scheduling.tables import VisitRow
from tests.core.billing.test_feed import WEST, elm_street, mow
from tests.core.household.test_problems_and_notes import House, house
from tests.core.scheduling.conftest import quiet_on

__all__ = ["elm_street", "house"]


async def extras(house: House) -> list[Visit]:
    return [one for one in await house.row.visits() if one.extra]


async def promised(house: House) -> Visit:
    """A reported problem that is answered with a visit beside the plan."""
    problem = await house.desk.report(lot_id=house.lot, kind=ProblemKind.QUALITY, by=house.row.household)
    answered = await house.desk.mow_extra(problem.id, answer="sorry", by=house.row.dispatcher)
    (visit,) = await extras(house)
    assert (answered.state, answered.remow_visit_id) == (ProblemState.REMOW, visit.id)
    return visit


async def ends_as(house: House, visit: Visit, state: VisitState) -> None:
    async with house.row.database.session() as session:
        after = replace(visit, state=state, started_at=visit.begins_at, ended_at=visit.ends_at)
        assert await write_visit(session, visit, after, house.row.clock.now(), "mowthos")


async def test_it_is_planned_at_the_first_allowed_hour_and_its_household_sees_it(house: House) -> None:
    await quiet_on(house.row, "0", 0, 13 * 60)  # Monday, 07:00: quiet until 13:00
    visit = await promised(house)
    zone = (await house.row.desk.plans.site(house.lot)).zone
    assert f"{visit.begins_at.astimezone(zone):%a %H:%M}" == "Mon 13:00"
    assert (visit.minutes, visit.pinned, visit.reason) == (60, True, VisitReason.MOWN_AGAIN)
    (found,) = await house.desk.of_lots([house.lot], viewer=house.row.household)
    assert found.remow == visit
    assert await house.told(house.row.household) == ["Your report: Will be mown again"]


async def test_generation_neither_takes_it_for_the_plans_nor_calls_it_off(house: House) -> None:
    before = [one for one in await house.row.visits() if not one.extra]
    problem = await house.desk.report(lot_id=house.lot, kind=ProblemKind.QUALITY, by=house.row.household)
    on_a_day_of_the_plan = before[0].ends_at + timedelta(hours=1)
    await house.desk.mow_extra(problem.id, begins_at=on_a_day_of_the_plan, minutes=30, by=house.row.dispatcher)
    (visit,) = await extras(house)
    assert visit.due_on == before[0].due_on
    for _ in range(2):
        await house.row.desk.generate()
    assert [one for one in await house.row.visits() if not one.extra] == before
    assert await extras(house) == [visit]


async def test_a_time_that_is_not_allowed_is_refused_and_leaves_nothing(house: House) -> None:
    problem = await house.desk.report(lot_id=house.lot, kind=ProblemKind.QUALITY, by=house.row.household)
    taken = (await house.row.visits())[0]
    for begins in (taken.begins_at, house.row.clock.now() - timedelta(hours=1)):
        with pytest.raises(Conflict, match="it cannot be there"):
            await house.desk.mow_extra(problem.id, begins_at=begins, by=house.row.dispatcher)
    with pytest.raises(NotAllowed):
        await house.desk.mow_extra(problem.id, by=house.row.household)
    assert await extras(house) == []
    assert (await house.desk.get(problem.id, viewer=house.row.dispatcher)).state is ProblemState.OPEN


async def test_a_household_may_skip_it_and_take_it_back(house: House) -> None:
    visit = await promised(house)
    desk = house.row.desk.visits
    skipped = await desk.skip(visit.id, by=house.row.dispatcher)
    back = await desk.unskip(visit.id, by=house.row.dispatcher)
    assert (skipped.state, back.state, back.span) == (VisitState.SKIPPED, VisitState.PLANNED, visit.span)


@pytest.mark.parametrize("state", [VisitState.SHORT, VisitState.FAILED, VisitState.DONE])
async def test_the_problem_is_closed_once_and_only_when_the_visit_is_done(house: House, state: VisitState) -> None:
    visit = await promised(house)
    assert await house.desk.close_mown() == 0
    await ends_as(house, visit, state)
    kept = state is VisitState.DONE
    assert (await house.desk.close_mown(), await house.desk.close_mown()) == (int(kept), 0)
    (found,) = await house.desk.of_lots([house.lot], viewer=house.row.household)
    assert found.problem.state is (ProblemState.CLOSED if kept else ProblemState.REMOW)
    assert ("Your lawn was mown again" in await house.told(house.row.household)) is kept


async def test_nobody_took_it_up_and_it_is_told_as_not_started_though_the_plan_mowed_that_day(house: House) -> None:
    visit = await promised(house)
    house.row.clock.move((visit.ends_at - house.row.clock.now()).total_seconds() + 3 * 3_600)
    await house.row.desk.settling.settle()
    (told,) = await extras(house)
    assert (told.state, told.reason) == (VisitState.FAILED, VisitReason.NOT_STARTED)


@pytest.mark.parametrize(("extra", "billed"), [(True, 7), (False, 10 + 7)])
async def test_its_minutes_are_not_billed_and_those_of_the_neighbour_are(
    database: Database, clock: MovableClock, elm_street: tuple[object, object], extra: bool, billed: int
) -> None:
    ledger = UsageLedger(database, clock)
    begin = clock.now() - timedelta(hours=1)
    await mow(database, to_epoch_ms(begin), [(10, WEST + 0.0002), (7, WEST + 0.0007)])
    async with database.session() as session:
        session.add(VisitRow(
            lot_id=elm_street[0], due_on=begin.date(), extra=extra, plan_version=0, state="done", begins_at=begin,
            ends_at=begin + timedelta(minutes=40), made_at=begin, changed_at=begin,
        ))  # fmt: skip
    usage = UsageFeed(ledger, MowingReads(database), clock)
    usage.heard(3, to_epoch_ms(begin), to_epoch_ms(clock.now()))
    assert await usage.drain() == billed
    async with database.session() as session:
        assert (await session.exec(select(VisitRow.extra))).one() is extra
