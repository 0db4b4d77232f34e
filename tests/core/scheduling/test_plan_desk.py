"""Plans become visits ahead of time: once each, whoever generates, and as the newest version says."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.ids import new_id
from core.scheduling import VisitReason, VisitState
from core.scheduling.service import Scheduling
from tests.core.scheduling.cast import plan
from tests.core.scheduling.conftest import ELM, Row, quiet_on


def nine(day: int, hour: int = 14) -> datetime:
    """9 o'clock in Le Sueur on a day of June 2026."""
    return datetime(2026, 6, day, hour, tzinfo=UTC)


async def test_saving_a_plan_makes_its_visits_four_weeks_ahead(row: Row) -> None:
    await row.agree()
    visits = await row.visits()
    assert [(one.due_on.day, one.begins_at, one.state) for one in visits] == [
        (day, nine(day), VisitState.PLANNED) for day in (2, 9, 16, 23)
    ]
    assert ("service_plan.save", "dana@mowthos.example") in await row.audited()


async def test_generating_again_makes_nothing_twice_and_the_next_week_once(row: Row) -> None:
    await row.agree()
    assert await row.desk.generate() == 0
    row.clock.move(7 * 86_400)
    assert await row.desk.generate() == 1
    assert [one.due_on.day for one in await row.visits()] == [2, 9, 16, 23, 30]


async def test_two_processes_at_once_make_every_visit_once(row: Row) -> None:
    await row.agree()
    row.clock.move(28 * 86_400)
    other = Scheduling(database=row.database, clock=row.clock, audit=row.audit, household_ids=row.desk._household_ids)
    added = await asyncio.gather(row.desk.generate(), other.generate(), row.desk.generate())
    days = [one.due_on for one in await row.visits()]
    assert sum(added) == 4
    assert len(days) == len(set(days)) == 8


async def test_lots_of_one_mower_do_not_get_the_same_hour(row: Row) -> None:
    for address in ELM:
        await row.agree(address)
    begins = [(await row.visits(address))[0].begins_at for address in ELM]
    assert begins == [nine(2), nine(2) + timedelta(hours=1), nine(2) + timedelta(hours=2)]


async def test_the_quiet_hours_of_the_host_hold_for_the_neighbour(row: Row) -> None:
    await quiet_on(row, "1", 9 * 60, 11 * 60)
    await row.agree("14 ELM ST")
    assert (await row.visits("14 ELM ST"))[0].begins_at == nine(2) + timedelta(hours=2)


async def test_a_change_for_all_future_leaves_earlier_days_alone(row: Row) -> None:
    await row.agree()
    await row.desk.plans.save(
        lot_id=row.lots["12 ELM ST"], plan=plan(window_begins=time(13)), valid_from=date(2026, 6, 10),
        expected_version=1, by=row.dispatcher,
    )  # fmt: skip
    assert [one.begins_at for one in await row.visits()] == [
        nine(2), nine(9), nine(16) + timedelta(hours=4), nine(23) + timedelta(hours=4),
    ]  # fmt: skip
    versions = await row.desk.plans.versions(row.lots["12 ELM ST"], viewer=row.household)
    assert [(one.version, one.valid_from.day) for one in versions] == [(1, 1), (2, 10)]


async def test_days_a_new_plan_does_not_want_are_cancelled_and_come_back_with_the_old_one(row: Row) -> None:
    await row.agree()
    await row.agree(of=plan(weekdays=frozenset({2})), expected=1)
    assert [(one.due_on.day, one.state, one.reason) for one in await row.visits()][:2] == [
        (2, VisitState.CANCELLED, VisitReason.PLAN_CHANGED), (3, VisitState.PLANNED, VisitReason.NONE),
    ]  # fmt: skip
    await row.agree(expected=2)
    states = {one.due_on.day: one.state for one in await row.visits()}
    assert (states[2], states[3]) == (VisitState.PLANNED, VisitState.CANCELLED)


async def test_who_drew_on_an_older_version_is_told(row: Row) -> None:
    await row.agree()
    with pytest.raises(Conflict, match="in between"):
        await row.agree()
    with pytest.raises(Invalid, match="valid_from"):
        await row.desk.plans.save(
            lot_id=row.lots["12 ELM ST"], plan=plan(), valid_from=date(2026, 5, 1), expected_version=1,
            by=row.dispatcher,
        )  # fmt: skip


async def test_only_a_planner_saves_a_plan_and_a_stranger_learns_of_no_lot(row: Row) -> None:
    wanted = {
        "lot_id": row.lots["12 ELM ST"], "plan": plan(), "valid_from": date(2026, 6, 1), "expected_version": 0,
    }  # fmt: skip
    for who in ("12 ELM ST", "tom"):
        with pytest.raises(NotAllowed):
            await row.desk.plans.save(**wanted, by=row.viewers[who])  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        await row.desk.plans.save(**wanted, by=row.viewers["1 OAK AVE"])  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        await row.desk.plans.save(**wanted | {"lot_id": new_id()}, by=row.dispatcher)  # type: ignore[arg-type]


async def test_a_household_sees_its_own_visits_and_nobody_elses(row: Row) -> None:
    for address in (*ELM, "1 OAK AVE"):
        await row.agree(address)
    span = (row.clock.now(), row.clock.now() + timedelta(days=7))
    seen = await row.desk.calendar(row.household, *span)
    assert {line.site.address for line in seen} == {"12 ELM ST"}
    assert len(await row.desk.calendar(row.dispatcher, *span)) == 4
    assert len(await row.desk.calendar(row.dispatcher, *span, mower="Yuka-OAK")) == 1
    assert await row.desk.calendar(replace(row.household, household_ids=frozenset()), *span) == []


async def test_a_feed_shows_what_its_owner_may_see_until_it_is_taken_back(row: Row) -> None:
    await row.agree()
    await row.agree("14 ELM ST")
    view, secret = await row.desk.feeds.make(by=row.household)
    viewer, lines = await row.desk.feed(secret)
    assert viewer.email == row.household.email
    assert {line.site.address for line in lines} == {"12 ELM ST"}
    with pytest.raises(NotAllowed):
        await row.desk.feeds.make(by=row.household, cluster_id=new_id())
    with pytest.raises(NotFound):
        await row.desk.feeds.revoke(view.id, by=row.dispatcher)
    await row.desk.feeds.revoke(view.id, by=row.household)
    for gone in (secret, "no-such-secret"):
        with pytest.raises(NotFound, match="taken back"):
            await row.desk.feed(gone)
    assert await row.desk.feeds.of(row.household) == []
