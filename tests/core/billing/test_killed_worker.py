"""A worker killed at random instants of metering, invoicing and webhooks loses nothing and doubles nothing."""

import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from sqlmodel import select

from core.billing.tables import FactRow, InvoiceRow, JournalRow, OutboxRow
from core.billing.usage_tables import UsageEntry, UsageMinute
from core.clock import MovableClock, SystemClock
from core.db import open_database
from core.db.migrate import migrate
from tests.core.billing.conftest import make_house
from tests.core.billing.fake_provider import FakeProvider
from tests.core.billing.killed_worker import HOMES, LOTS, START
from tests.proofs import SEED, cases, record

ROOT = Path(__file__).parents[3]
KILLS_A_LIFE = cases(sample=2, full=5)


@pytest.mark.timeout(3_600)
@pytest.mark.prove
async def test_a_worker_killed_at_random_loses_and_doubles_nothing(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    wanted, random, kills, lives = cases(sample=2, full=200), Random(SEED), 0, 0
    whole_s = await time_unkilled(tmp_path / "unkilled")
    while kills < wanted and lives < wanted:
        folder = tmp_path / f"life-{lives}"
        await prepare(folder)
        for _ in range(KILLS_A_LIFE):
            kills += run(folder, kill_after_s=random.uniform(0.0, whole_s / KILLS_A_LIFE)) == "killed"
        assert run(folder) == "done"
        await check(folder)
        shutil.rmtree(folder)
        lives += 1
    record(request, f"{kills} kills in {lives} lives of {HOMES} homes")
    assert kills >= wanted


async def time_unkilled(folder: Path) -> float:
    """Seconds from the first write to the end when nothing kills the worker: the span the kills are spread over."""
    await prepare(folder)
    clock, process = SystemClock(), start(folder)
    await_first_write(folder, process)
    begun = clock.monotonic()
    assert finish(process) == "done"
    await check(folder)
    return clock.monotonic() - begun


async def prepare(folder: Path) -> None:
    folder.mkdir()
    database = open_database(f"sqlite:///{folder / 'billing.sqlite3'}")
    await migrate(database)
    house = make_house(database, MovableClock(START))
    plan = await house.plan()
    for lot in LOTS:
        await house.join(plan, lot)
    await database.close()


def run(folder: Path, kill_after_s: float | None = None) -> str:
    """``done``, or ``killed``; ``kill_after_s`` counts from its first write, as far as one can tell from outside."""
    process = start(folder)
    if kill_after_s is not None:
        await_first_write(folder, process)
        _pause(process, kill_after_s)
        if process.poll() is None:
            process.kill()
            process.communicate()
            return "killed"
    return finish(process)


def start(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.core.billing.killed_worker", str(folder)], cwd=ROOT, stdout=subprocess.PIPE
    )


def finish(process: subprocess.Popen[bytes]) -> str:
    told, _errors = process.communicate(timeout=300)
    assert (process.returncode, told) == (0, b"done\n")
    return "done"


def await_first_write(folder: Path, process: subprocess.Popen[bytes]) -> None:
    wal, clock = folder / "billing.sqlite3-wal", SystemClock()
    begun = clock.monotonic()
    while process.poll() is None and clock.monotonic() - begun < 60 and not (wal.exists() and wal.stat().st_size):
        _pause(process, 0.01)


def _pause(process: subprocess.Popen[bytes], seconds: float) -> None:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return


async def check(folder: Path) -> None:
    database = open_database(f"sqlite:///{folder / 'billing.sqlite3'}")
    stripe = FakeProvider(folder / "provider.json")
    async with database.session() as session:
        invoices = (await session.exec(select(InvoiceRow))).all()
        facts = (await session.exec(select(FactRow))).all()
        journal = (await session.exec(select(JournalRow))).all()
        entries = (await session.exec(select(UsageEntry))).all()
        minutes = (await session.exec(select(UsageMinute))).all()
        waiting = (await session.exec(select(OutboxRow).where(OutboxRow.state != "done"))).all()
    assert waiting == []
    assert len(invoices) == 3 * HOMES and {row.state for row in invoices} == {"paid"}
    assert Counter(fact.kind for fact in facts) == {
        "joined": HOMES, "card_saved": HOMES, "bill_closed": 3 * HOMES, "paid": 3 * HOMES,
    }  # fmt: skip
    theirs = stripe.state["invoices"].values()
    assert sorted(sum(item["minor"] for item in one["items"]) for one in theirs) == sorted(
        row.due_minor for row in invoices
    )
    assert all(one["attempts"] == 1 and one["status"] == "paid" for one in theirs)
    assert sum(row.minor for row in journal) == 0
    assert sum(row.minor for row in journal if row.account == "cash") == sum(row.due_minor for row in invoices)
    assert all(entry.sign == 1 for entry in entries) and len(entries) == 3 * HOMES
    assert len(minutes) == sum(entry.minutes for entry in entries)
    assert sorted(one["units"] for one in stripe.state["usage"].values()) == sorted(entry.minutes for entry in entries)
    await database.close()
