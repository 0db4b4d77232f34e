"""Pages read by key show every row once, in order, and read no more than they show."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlmodel import col, select

from core.accounts.tables import AuditEntry
from core.db import Database
from core.db.pages import Page, paged
from core.ids import new_id
from core.jobs.tables import JobRun

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


async def runs(database: Database, moments: list[int]) -> None:
    async with database.session() as session:
        for second in moments:
            session.add(JobRun(job="sweep", started_at=NOON + timedelta(seconds=second), seconds=1, outcome="done"))


@pytest.mark.parametrize("newest_first", [True, False])
async def test_rows_of_one_moment_are_told_apart_by_their_id(database: Database, newest_first: bool) -> None:
    await runs(database, [1, 1, 1, 2, 3, 3, 3, 3])
    seen: list[tuple[datetime, UUID]] = []
    after = None
    while True:
        keys = (col(JobRun.started_at), col(JobRun.id))
        query = paged(select(JobRun), keys, Page(3, after), newest_first=newest_first)
        async with database.session() as session:
            rows = (await session.exec(query)).all()
        seen += [(row.started_at, row.id) for row in rows[:3]]
        if len(rows) <= 3:
            break
        assert len(rows) == 4
        after = seen[-1]
    assert len(set(seen)) == 8
    moments = [moment for moment, _id in seen]
    assert moments == sorted(moments, reverse=newest_first)


async def test_an_order_that_stood_before_gives_way_and_no_row_is_after_the_last(database: Database) -> None:
    query = select(AuditEntry).order_by(col(AuditEntry.actor)).limit(500)
    cut = paged(query, (col(AuditEntry.id),), Page(2, (1,)))
    text = str(cut.compile(compile_kwargs={"literal_binds": True}))
    assert "LIMIT 3" in text and "ORDER BY audit_entry.id DESC" in text and "actor" not in text.split("ORDER BY")[1]
    async with database.session() as session:
        assert (await session.exec(cut)).all() == []


def test_as_many_keys_are_needed_as_the_order_has() -> None:
    with pytest.raises(ValueError, match="zip"):
        paged(select(JobRun), (col(JobRun.started_at), col(JobRun.id)), Page(2, (new_id(),)))
