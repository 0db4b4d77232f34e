"""A household is told of a visit that is skipped or moved, once, with its reason, and not of its own doing."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import col, select

from core.notices.tables import NoticeOutbox
from core.scheduling import PauseKind, Visit, VisitReason, VisitState
from core.scheduling.news import news_of
from core.texts import recalled
from tests.core.scheduling.cast import ELM_LOT, NOON
from tests.core.scheduling.conftest import Row


async def told(row: Row) -> list[tuple[str, str, str]]:
    """(kind, title, whom) of every notice, oldest first."""
    emails = {viewer.person_id: viewer.email for viewer in row.viewers.values()}
    async with row.database.session() as session:
        rows = (await session.exec(select(NoticeOutbox).order_by(col(NoticeOutbox.id)))).all()
    return [(one.kind, recalled(one.title), emails[one.person_id]) for one in rows]


async def test_a_skip_by_the_office_is_told_with_its_reason_and_once(row: Row) -> None:
    await row.agree()
    first, second = (await row.visits())[:2]
    await row.desk.visits.skip(first.id, by=row.dispatcher)
    await row.desk.visits.unskip(first.id, by=row.dispatcher)
    await row.desk.visits.skip(first.id, by=row.dispatcher)
    ((kind, title, whom),) = await told(row)
    assert (kind, whom) == ("visit.skipped", row.household.email)
    assert title == "The visit of Tue 02 Jun 2026 is skipped: Skipped by the operator"
    await row.desk.visits.move_visit(second.id, begins_at=second.begins_at + timedelta(hours=2), by=row.dispatcher)
    moved = (await told(row))[-1]
    assert moved == ("visit.skipped", "The visit of Tue 09 Jun 2026 is moved: Moved by the operator", whom)


async def test_who_skips_their_own_visit_is_not_told_of_it_and_no_neighbour_ever_is(row: Row) -> None:
    await row.agree()
    await row.agree("14 ELM ST")
    second = (await row.visits())[1]
    await row.desk.visits.skip(second.id, by=row.household)
    assert await told(row) == []
    theirs = (await row.visits("14 ELM ST"))[1]
    await row.desk.visits.skip(theirs.id, by=row.dispatcher)
    assert [whom for _kind, _title, whom in await told(row)] == [row.viewers["14 ELM ST"].email]


async def test_a_pause_by_the_office_tells_of_every_visit_that_it_takes_and_a_late_failure_of_none(row: Row) -> None:
    await row.agree()
    first, *_later = await row.visits()
    await row.desk.pauses.vacation(
        lot_id=first.lot_id, kind=PauseKind.RANGE, from_on=first.due_on, restarts_on=first.due_on + timedelta(days=8),
        by=row.dispatcher,
    )  # fmt: skip
    assert [title for _kind, title, _whom in await told(row)] == [
        "The visit of Tue 02 Jun 2026 is skipped: Paused", "The visit of Tue 09 Jun 2026 is skipped: Paused",
    ]  # fmt: skip
    row.clock.move(17 * 86_400)
    await row.desk.settling.settle()
    assert len(await told(row)) == 2


BEFORE = Visit(
    id=UUID(int=1), lot_id=ELM_LOT, due_on=NOON.date(), plan_version=1, state=VisitState.PLANNED,
    begins_at=NOON + timedelta(hours=26), ends_at=NOON + timedelta(hours=27),
)  # fmt: skip


@pytest.mark.parametrize(
    ("after", "news"),
    [
        (replace(BEFORE, state=VisitState.SKIPPED, reason=VisitReason.RAIN), "skipped"),
        (replace(BEFORE, state=VisitState.MOVED, begins_at=BEFORE.begins_at + timedelta(hours=1)), "moved"),
        (replace(BEFORE, pinned=True), None),
        (replace(BEFORE, state=VisitState.FAILED, reason=VisitReason.NOT_STARTED), None),
        (replace(BEFORE, state=VisitState.CANCELLED, reason=VisitReason.PLAN_CHANGED), None),
    ],
)
def test_what_is_news(after: Visit, news: str | None) -> None:
    now = BEFORE.begins_at - timedelta(days=1)
    found = news_of(BEFORE, after, now)
    assert (found.told.value if found else None) == news
    assert news_of(BEFORE, after, BEFORE.ends_at) is None  # it is over
    assert news_of(replace(BEFORE, state=VisitState.SKIPPED), after, now) is None  # nobody had promised it
