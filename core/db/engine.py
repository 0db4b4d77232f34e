"""One async engine a process: SQLite (WAL, foreign keys, busy timeout) or PostgreSQL (psycopg)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from core.db.reading import refuse_writes
from core.db.turns import take_turns
from core.db.writes import Writes

BUSY_TIMEOUT_MS = 10_000
POOL_SIZE, POOL_OVERFLOW = 10, 30  # those who wait for their turn to write must not keep readers out


class Database:
    """Hands out sessions and connections; each ``session()`` block is one transaction. ``writes`` counts what is
    changed through it, table by table."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        refuse_writes(engine.sync_engine)
        self.writes = Writes(engine.sync_engine)

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.engine.dialect.name

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed when the block ends well, rolled back when it raises."""
        async with AsyncSession(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        """One transaction without the ORM, for bulk statements."""
        async with self.engine.begin() as connection:
            yield connection

    async def close(self) -> None:
        await self.engine.dispose()


def open_database(address: str) -> Database:
    """Open ``sqlite:///file`` or ``postgresql://...``. Nothing connects until the first session."""
    url = async_url(address)
    if url.get_backend_name() != "sqlite":
        return Database(create_async_engine(url, pool_pre_ping=True, hide_parameters=True))
    engine = create_async_engine(
        url,
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000},
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        hide_parameters=True,  # an error's text goes to the log: values are names, addresses, positions
    )
    event.listen(engine.sync_engine, "connect", configure_sqlite)
    take_turns(engine.sync_engine)
    return Database(engine)


def async_url(address: str) -> URL:
    """The address with its async driver named; the folder of an SQLite file is made."""
    url = make_url(address)
    if url.get_backend_name() == "sqlite":
        if url.database and url.database != ":memory:":
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        return url.set(drivername="sqlite+aiosqlite")
    return url.set(drivername="postgresql+psycopg")


def configure_sqlite(connection: Any, _record: Any) -> None:
    """The pragmas every SQLite connection of ours runs with."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()
