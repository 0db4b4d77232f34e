"""Visits whose time is over: the minutes that were mowed on the lot tell what became of them."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from core.billing import LotRef, Mowed, UsageLedger
from core.billing.usage_view import minute_of
from core.scheduling import VisitReason, VisitState
from core.scheduling.settling import SettleRules
from tests.core.scheduling.conftest import Row


async def mow(row: Row, lot_id: UUID, at: datetime, minutes: int) -> None:
    start = minute_of(at)
    lot = LotRef(lot_id, None)
    await UsageLedger(row.database, row.clock).settle(
        1, start, start + minutes, [Mowed(start, minutes, start * 60_000, lot, 1)]
    )


@pytest.mark.parametrize(
    ("minutes", "state", "reason"),
    [
        (60, VisitState.DONE, VisitReason.NONE),
        (48, VisitState.DONE, VisitReason.NONE),
        (47, VisitState.SHORT, VisitReason.OUT_OF_TIME),
        (0, VisitState.FAILED, VisitReason.NOT_STARTED),
    ],
)
async def test_what_was_mowed_that_day_tells_what_became_of_a_visit(
    row: Row, minutes: int, state: VisitState, reason: VisitReason
) -> None:
    await row.agree()
    first = (await row.visits())[0]
    row.clock.move(2 * 86_400)
    if minutes:
        await mow(row, first.lot_id, first.begins_at + timedelta(minutes=30), minutes)
    assert await row.desk.settling.settle() == 1
    told = (await row.visits())[0]
    assert (told.state, told.reason, told.mowed_minutes) == (state, reason, minutes)
    assert await row.desk.settling.settle() == 0


async def test_minutes_that_come_late_tell_it_anew_and_a_skipped_one_is_left_alone(row: Row) -> None:
    await row.agree()
    first, second = (await row.visits())[:2]
    await row.desk.visits.skip(second.id, by=row.household)
    row.clock.move(9 * 86_400)
    assert await row.desk.settling.settle() == 1
    await mow(row, first.lot_id, first.begins_at, 60)
    assert await row.desk.settling.settle() == 0  # it was told more than three days ago
    assert [one.state for one in (await row.visits())[:2]] == [VisitState.FAILED, VisitState.SKIPPED]


async def test_nothing_is_told_of_a_visit_that_has_only_just_ended(row: Row) -> None:
    await row.agree()
    first = (await row.visits())[0]
    row.clock.move((first.ends_at - row.clock.now()).total_seconds() + 3_600)
    assert await row.desk.settling.settle() == 0
    row.clock.move(3_600)
    assert await row.desk.settling.settle() == 1
    await mow(row, first.lot_id, first.begins_at, 60)
    assert await row.desk.settling.settle() == 1
    assert (await row.visits())[0].state is VisitState.DONE


def test_a_share_outside_its_range_is_refused() -> None:
    with pytest.raises(ValueError, match="done_percent 0"):
        SettleRules(done_percent=0)
