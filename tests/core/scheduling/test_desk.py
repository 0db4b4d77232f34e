"""One visit at a time: skipped and restored by a household until the cut-off, moved and pinned by a dispatcher."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.scheduling import Choice, ClashKind, PauseKind, SchedulingRules, VisitReason, VisitState, billing_rule
from core.scheduling.store import write_visit
from tests.core.scheduling.cast import plan
from tests.core.scheduling.conftest import Row, quiet_on

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def test_a_household_skips_and_restores_its_own_visit(row: Row) -> None:
    await row.agree()
    visit = (await row.visits())[1]
    skipped = await row.desk.visits.skip(visit.id, reason="garden party", by=row.household)
    assert (skipped.state, skipped.reason, skipped.note) == (
        VisitState.SKIPPED, VisitReason.SKIPPED_BY_HOUSEHOLD, "garden party",
    )  # fmt: skip
    assert await row.desk.visits.skip(visit.id, by=row.household) == skipped
    await row.desk.generate()
    assert (await row.visits())[1] == skipped
    back = await row.desk.visits.unskip(visit.id, by=row.household)
    assert (back.state, back.begins_at, back.choice) == (VisitState.PLANNED, visit.begins_at, Choice.KEEP)
    assert [action for action, _who in await row.audited()][-2:] == ["visit.skip", "visit.unskip"]


async def test_a_neighbour_learns_nothing_and_a_technician_only_looks_on(row: Row) -> None:
    await row.agree()
    visit = (await row.visits())[1]
    with pytest.raises(NotFound, match="no visit"):
        await row.desk.visits.skip(visit.id, by=row.viewers["14 ELM ST"])
    with pytest.raises(NotAllowed):
        await row.desk.visits.skip(visit.id, by=row.viewers["tom"])
    with pytest.raises(NotAllowed):
        await row.desk.visits.move_visit(visit.id, begins_at=visit.begins_at + HOUR, by=row.household)
    assert (await row.visits())[1] == visit


async def test_after_the_cut_off_only_a_dispatcher_may(row: Row) -> None:
    await row.agree()
    visit = (await row.visits())[1]
    row.clock.move((visit.begins_at - row.clock.now()).total_seconds() - 24 * 3600)
    await row.desk.visits.skip(visit.id, by=row.household)
    row.clock.move(1)
    with pytest.raises(Conflict, match="24 hours"):
        await row.desk.visits.unskip(visit.id, by=row.household)
    await row.desk.visits.unskip(visit.id, by=row.dispatcher)
    with pytest.raises(Conflict, match="24 hours"):
        await row.desk.visits.skip(visit.id, by=row.household)
    by_desk = await row.desk.visits.skip(visit.id, by=row.dispatcher)
    assert by_desk.reason is VisitReason.SKIPPED_BY_OPERATOR
    with pytest.raises(Conflict):
        await row.desk.visits.unskip(visit.id, by=row.household)
    row.clock.move(2 * 86_400)
    with pytest.raises(Conflict, match="passed"):
        await row.desk.visits.unskip(visit.id, by=row.dispatcher)


def test_the_rule_says_what_skipping_does_to_the_bill_and_until_when() -> None:
    assert "until 36 hours before" in billing_rule(SchedulingRules(cutoff_hours=36))
    assert "adds nothing to your bill" in billing_rule(SchedulingRules())
    with pytest.raises(ValueError, match="cutoff_hours 999"):
        SchedulingRules(cutoff_hours=999)


async def test_a_move_is_refused_with_every_reason_at_once(row: Row) -> None:
    await quiet_on(row, "2", 12 * 60, 13 * 60)
    await row.agree()
    await row.agree("14 ELM ST")
    mine, theirs = (await row.visits())[1], (await row.visits("14 ELM ST"))[1]
    desk = row.desk.visits

    async def kinds(at: datetime) -> list[ClashKind]:
        return [one.kind for one in await desk.clashes(mine.id, begins_at=at, viewer=row.dispatcher)]

    assert await kinds(mine.begins_at + 4 * HOUR) == []
    assert await kinds(theirs.begins_at) == [ClashKind.OTHER_VISIT]
    assert await kinds(mine.begins_at + 13 * HOUR) == [ClashKind.BAN]
    assert await kinds(mine.begins_at + DAY + 3 * HOUR) == [ClashKind.QUIET_HOURS]
    assert await kinds(row.clock.now() - HOUR) == [ClashKind.PAST, ClashKind.BAN]
    with pytest.raises(Conflict, match="14 ELM ST from 10:00 to 11:00") as refused:
        await desk.move_visit(mine.id, begins_at=theirs.begins_at, by=row.dispatcher)
    assert len(refused.value.reasons) == 1
    assert (await row.visits())[1] == mine


async def test_a_moved_visit_is_pinned_and_stays_whatever_is_generated(row: Row) -> None:
    await row.agree()
    visit = (await row.visits())[1]
    moved = await row.desk.visits.move_visit(
        visit.id, begins_at=visit.begins_at + DAY + HOUR, minutes=90, by=row.dispatcher
    )
    assert (moved.state, moved.pinned, moved.minutes, moved.moved_from) == (
        VisitState.MOVED, True, 90, visit.begins_at,
    )  # fmt: skip
    await row.agree(of=plan(minutes=45), expected=1)
    assert (await row.visits())[1].span == moved.span
    freed = await row.desk.visits.pin(visit.id, pinned=False, by=row.dispatcher)
    assert not freed.pinned
    with pytest.raises(Conflict, match="in between"):
        await row.desk.visits.move_visit(visit.id, begins_at=visit.begins_at, expected_version=1, by=row.dispatcher)


async def test_a_wrong_time_says_what_was_expected(row: Row) -> None:
    await row.agree()
    visit = (await row.visits())[1]
    for begins, minutes, wrong in (
        (datetime(2026, 6, 9, 9), None, "time zone"),
        (visit.begins_at, 4, "minutes: 4"),
    ):
        with pytest.raises(Invalid, match=wrong):
            await row.desk.visits.move_visit(visit.id, begins_at=begins, minutes=minutes, by=row.dispatcher)
    with pytest.raises(Invalid, match="reason"):
        await row.desk.visits.skip(visit.id, reason="x" * 501, by=row.household)


async def test_a_vacation_skips_its_visits_and_ending_it_restores_them(row: Row) -> None:
    await row.agree()
    made = await row.desk.pauses.vacation(
        lot_id=row.lots["12 ELM ST"], from_on=date(2026, 6, 8), restarts_on=date(2026, 6, 23), by=row.household
    )
    assert made.too_late == ()
    planned, skipped = VisitState.PLANNED, VisitState.SKIPPED
    assert [one.state for one in await row.visits()] == [planned, skipped, skipped, planned]
    kept = (await row.visits())[1]
    await row.desk.visits.unskip(kept.id, by=row.household)
    assert [one.state for one in await row.visits()] == [planned, planned, skipped, planned]
    with pytest.raises(Conflict, match="paused already"):
        await row.desk.pauses.vacation(
            lot_id=row.lots["12 ELM ST"], from_on=date(2026, 6, 8), restarts_on=date(2026, 6, 23), by=row.household
        )
    (pause,) = await row.desk.pauses.of(row.lots["12 ELM ST"], viewer=row.household)
    await row.desk.pauses.end(pause.id, by=row.household)
    assert [one.state for one in await row.visits()] == [planned] * 4
    assert await row.desk.pauses.of(row.lots["12 ELM ST"], viewer=row.household) == []
    with pytest.raises(Conflict, match="ended already"):
        await row.desk.pauses.end(pause.id, by=row.household)


async def test_a_vacation_from_today_leaves_a_visit_whose_cut_off_has_passed(row: Row) -> None:
    await row.agree()
    first = (await row.visits())[0]
    row.clock.move((first.begins_at - row.clock.now()).total_seconds() - 3 * 3600)
    days = {"from_on": date(2026, 6, 2), "restarts_on": date(2026, 6, 10)}
    made = await row.desk.pauses.vacation(lot_id=row.lots["12 ELM ST"], by=row.household, **days)  # type: ignore[arg-type]
    assert [one.due_on.day for one in made.too_late] == [2]
    assert [one.state for one in await row.visits()][:2] == [VisitState.PLANNED, VisitState.SKIPPED]
    season = await row.desk.pauses.vacation(
        lot_id=row.lots["12 ELM ST"],
        kind=PauseKind.SEASON,
        reason="winter",
        by=row.dispatcher,
        **days,  # type: ignore[arg-type]
    )
    assert season.too_late == ()
    assert (await row.visits())[0].state is VisitState.SKIPPED


async def test_wrong_dates_of_a_vacation_are_told(row: Row) -> None:
    for first, restarts in ((date(2026, 5, 1), date(2026, 6, 5)), (date(2026, 6, 5), date(2026, 6, 5))):
        with pytest.raises(Invalid, match="dates"):
            await row.desk.pauses.vacation(
                lot_id=row.lots["12 ELM ST"], from_on=first, restarts_on=restarts, by=row.household
            )


async def test_of_two_writers_one_is_told_that_the_other_was_first(row: Row) -> None:
    await row.agree()
    visit = (await row.visits())[1]
    async with row.database.session() as session:
        assert await write_visit(session, visit, replace(visit, note="first"), row.clock.now(), "a")
        assert not await write_visit(session, visit, replace(visit, note="second"), row.clock.now(), "b")
    assert (await row.visits())[1].note == "first"
