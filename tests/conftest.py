"""Shared fixtures: databases of both kinds, the movable clock, and honest skips."""

import asyncio
import gc
import os
import signal
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfile
from uuid import uuid4

import psycopg
import pytest
from playwright.async_api import expect as expect_soon
from playwright.sync_api import expect as expect_soon_too

from core.clock import MovableClock
from core.db import Database, open_database
from core.db.migrate import migrate
from tests.browsers import browser, shared_chromium, shared_webgl_chromium, webgl_browser

__all__ = ["browser", "shared_chromium", "shared_webgl_chromium", "webgl_browser"]

POSTGRES_URL = os.environ.get("MOWTHOS_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
SHARED = Path(__file__).parents[2] / "shared"

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
"""A run in the background of a script inherits an ignored Ctrl-C, and every process that a test ends by it with it."""

PATIENCE_MS = 20_000
"""How long a browser test waits for what it expects unless it says how soon it must come: two cores draw, serve and
test at once, and no test of what happens is to be one of how fast."""
expect_soon.set_options(timeout=PATIENCE_MS)
expect_soon_too.set_options(timeout=PATIENCE_MS)


gc.set_threshold(200_000, 20, 50)
"""A run holds thousands of tests and whole applications; looking them through for cycles as often as Python does by
itself takes a seventh of its time."""


def pytest_collection_finish() -> None:
    """What was collected stays to the end: no cycle is looked for among it."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(datetime(2026, 6, 1, 12, 0, tzinfo=UTC))


@pytest.fixture
def shared_data() -> Path:
    """The folder of real data; the test is skipped, by name, where it is absent."""
    folder = SHARED / "data"
    if not folder.is_dir():
        pytest.skip("needs the folder ../shared/data with real data")
    return folder


def migrated(address: str) -> None:
    """Bring a database to the newest schema, on a loop of its own."""

    async def go() -> None:
        database = open_database(address)
        await migrate(database)
        await database.close()

    with ThreadPoolExecutor(1) as threads:
        threads.submit(asyncio.run, go()).result()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied: migrating anew for each test would take longer than most tests."""
    path = tmp_path_factory.mktemp("template") / "migrated.sqlite3"
    migrated(f"sqlite:///{path}")
    return path


@pytest.fixture
async def sqlite_database(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Database]:
    """An empty, migrated SQLite file."""
    copyfile(sqlite_template, tmp_path / "test.sqlite3")
    database = open_database(f"sqlite:///{tmp_path / 'test.sqlite3'}")
    yield database
    await database.close()


@contextmanager
def scratch_postgres() -> Iterator[str]:
    """The address of a new PostgreSQL database, dropped in the end."""
    try:
        admin = psycopg.connect(POSTGRES_URL, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError as error:
        pytest.skip(f"needs a PostgreSQL server (MOWTHOS_TEST_POSTGRES_URL): {error}")
    name = f"mowthos_test_{uuid4().hex[:12]}"
    with admin:
        admin.execute(f'CREATE DATABASE "{name}"')
    yield POSTGRES_URL.rsplit("/", 1)[0] + f"/{name}"
    with psycopg.connect(POSTGRES_URL, autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture
def postgres_address() -> Iterator[str]:
    """The address of an empty scratch PostgreSQL database, dropped after the test."""
    with scratch_postgres() as address:
        yield address


@pytest.fixture(scope="session")
def kept_postgres() -> Iterator[str]:
    """The address of a migrated PostgreSQL database, emptied after each test that had it: making one takes longer."""
    with scratch_postgres() as address:
        migrated(address)
        yield address


@pytest.fixture
async def postgres_database(kept_postgres: str) -> AsyncIterator[Database]:
    """An empty, migrated PostgreSQL database."""
    database = open_database(kept_postgres)
    yield database
    await database.close()
    emptied(kept_postgres)


def emptied(address: str) -> None:
    """Take every row out of a PostgreSQL database, also those that triggers guard; needs a superuser."""
    with psycopg.connect(address, autocommit=True) as connection:
        tables = connection.execute(
            "SELECT quote_ident(tablename) FROM pg_tables"
            " WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        ).fetchall()
        sequences = connection.execute("SELECT quote_ident(sequencename) FROM pg_sequences").fetchall()
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET lock_timeout = '20s'")
        connection.execute(";".join(f"DELETE FROM {name}" for (name,) in tables))
        connection.execute(";".join(f"ALTER SEQUENCE {name} RESTART" for (name,) in sequences))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """Runs the test once on each database."""
    fixture: Database = request.getfixturevalue("sqlite_database" if request.param == "sqlite" else "postgres_database")
    return fixture


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """With ``MOWTHOS_NO_SKIPS=1`` (CI) a skipped test fails the run: nothing may be missing there."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if os.environ.get("MOWTHOS_NO_SKIPS") and skipped and exitstatus == 0:
        reporter.write_line(f"{len(skipped)} tests were skipped, and MOWTHOS_NO_SKIPS forbids it:", red=True)
        for report in skipped:
            reporter.write_line(f"  {report.nodeid}: {report.longrepr[2] if report.longrepr else ''}", red=True)
        session.exitstatus = 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with a browser come first: they take longest, and nobody then waits for the last of them. What a ``prove``
    mark says of its count goes into the test's report."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)
    for item in items:
        if "webgl_browser" in getattr(item, "fixturenames", ()):
            item.add_marker("webgl")
        marker = item.get_closest_marker("prove")
        if marker is not None and "figure" in marker.kwargs:
            item.user_properties.append(("proof", marker.kwargs["figure"]))
