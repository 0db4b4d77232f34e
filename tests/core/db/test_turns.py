"""Writers of one process take turns: nobody is told "database is locked" because others were luckier."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from structlog.testing import capture_logs

from core.clock import SystemClock
from core.db.engine import configure_sqlite
from core.db.turns import WriteTurns, take_turns

WRITERS, HELD_S, BUSY_S = 12, 0.05, 0.2


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncEngine:
    """SQLite that waits for its lock for a fifth of the time that all writers need together."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'turns.sqlite3'}", pool_size=WRITERS + 2)
    event.listen(engine.sync_engine, "connect", configure_sqlite)
    event.listen(engine.sync_engine, "connect", lambda raw, _: raw.execute(f"PRAGMA busy_timeout={BUSY_S * 1000:.0f}"))
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE line (place INTEGER PRIMARY KEY AUTOINCREMENT, writer INTEGER)"))
    return engine


async def write(engine: AsyncEngine, writer: int, held_s: float = HELD_S) -> None:
    async with engine.begin() as connection:
        await connection.execute(text(f"INSERT INTO line (writer) VALUES ({writer})"))
        await asyncio.sleep(held_s)


async def written(engine: AsyncEngine) -> list[int]:
    async with engine.connect() as connection:
        return list((await connection.execute(text("SELECT writer FROM line ORDER BY place"))).scalars())


async def test_writers_in_a_crowd_are_all_served(engine: AsyncEngine) -> None:
    take_turns(engine.sync_engine)
    for writer in range(WRITERS):  # every connection is open before the crowd comes
        await write(engine, writer, 0)
    await asyncio.gather(*(write(engine, writer) for writer in range(WRITERS)))
    assert sorted(await written(engine)) == sorted([*range(WRITERS), *range(WRITERS)])


async def test_a_reader_never_waits_for_a_turn(engine: AsyncEngine) -> None:
    take_turns(engine.sync_engine)
    holder = asyncio.create_task(write(engine, 1, held_s=5))
    await asyncio.sleep(0.05)
    assert await asyncio.wait_for(written(engine), 1) == []
    holder.cancel()


async def test_a_turn_ends_with_a_failed_and_with_a_cancelled_transaction(engine: AsyncEngine) -> None:
    take_turns(engine.sync_engine)
    with pytest.raises(OperationalError):
        async with engine.begin() as connection:
            await connection.execute(text("INSERT INTO line (writer) VALUES (1)"))
            await connection.execute(text("INSERT INTO nowhere VALUES (1)"))
    holder = asyncio.create_task(write(engine, 2, held_s=5))
    await asyncio.sleep(0.05)
    waiting = asyncio.create_task(write(engine, 3, held_s=0))
    await asyncio.sleep(0.05)
    waiting.cancel()
    holder.cancel()
    await asyncio.gather(holder, waiting, return_exceptions=True)
    await asyncio.wait_for(write(engine, 4, held_s=0), 1)
    assert await written(engine) == [4]


async def test_a_turn_that_never_comes_is_an_error_and_a_long_one_is_told(engine: AsyncEngine) -> None:
    turns = WriteTurns(SystemClock(), patience_s=0.05, told_from_s=0.1)
    event.listen(engine.sync_engine, "before_cursor_execute", turns.before_statement)
    event.listen(engine.sync_engine, "checkin", turns.after_checkin)
    with capture_logs() as told:
        holder = asyncio.create_task(write(engine, 1, held_s=0.3))
        await asyncio.sleep(0.05)
        with pytest.raises(OperationalError, match="database is locked"):
            await write(engine, 2)
        await holder
    assert [(one["event"], one["first"][:11]) for one in told] == [("database.held_long", "INSERT INTO")]
    assert await written(engine) == [1]
