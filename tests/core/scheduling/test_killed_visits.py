"""The process that runs visits, killed at random instants: no lawn is mowed twice for one visit, none is forgotten."""

import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from sqlmodel import select

from core.clock import MovableClock, SystemClock
from core.db import open_database
from core.db.migrate import migrate
from core.scheduling.run_store import running_visits
from core.scheduling.tables import VisitRow
from tests.core.fleet.cast import NOON
from tests.core.scheduling.killed_visits import LASTS, MONDAYS, LoneMower
from tests.core.scheduling.run_cast import BACK, FRONT, play_on
from tests.proofs import SEED, cases, record

ROOT = Path(__file__).parents[3]
KILLS_A_LIFE = cases(sample=2, full=6)
WHOLE_S = 2.5
"""About as long as the two Mondays take where nothing else runs."""


@pytest.mark.timeout(3_600)
@pytest.mark.prove
async def test_visits_run_by_a_process_killed_at_random_start_once_and_end_done(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    wanted, random, kills, lives = cases(sample=2, full=200), Random(SEED), 0, 0
    while kills < wanted and lives <= wanted:
        folder = tmp_path / f"life-{lives}"
        folder.mkdir()
        await prepare(folder)
        for _ in range(KILLS_A_LIFE):
            kills += run(folder, kill_after_s=random.uniform(0, WHOLE_S / 3)) == "killed"
        assert run(folder) == "done"
        await check(folder)
        lives += 1
    record(request, f"{kills} kills in {lives} lives of {2 * len(MONDAYS)} visits")
    assert kills >= min(wanted, 1)


async def prepare(folder: Path) -> None:
    """Elm Street with its plans, as it is before the first visit."""
    database = open_database(f"sqlite:///{folder / 'visits.sqlite3'}")
    await migrate(database)
    async with play_on(database, MovableClock(NOON)):
        pass
    await database.close()


def run(folder: Path, kill_after_s: float | None = None) -> str:
    """``done``, or ``killed`` so long after its work began."""
    started = folder / "started"
    started.unlink(missing_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.core.scheduling.killed_visits", str(folder)], cwd=ROOT, stdout=subprocess.PIPE
    )
    if kill_after_s is not None:
        clock = SystemClock()
        begun = clock.monotonic()
        while process.poll() is None and not started.exists() and clock.monotonic() - begun < 60:
            _pause(process, 0.01)
        _pause(process, kill_after_s)
        if process.poll() is None:
            process.kill()
            process.communicate()
            return "killed"
    told, _errors = process.communicate(timeout=300)
    assert (process.returncode, told.splitlines()[-1]) == (0, b"done")
    return "done"


def _pause(process: subprocess.Popen[bytes], seconds: float) -> None:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return


async def check(folder: Path) -> None:
    starts = LoneMower(folder / "mower").starts()
    assert Counter((one.at.date(), one.areas) for one in starts) == {
        (monday.date(), (zone,)): 1 for monday in MONDAYS for zone in (FRONT, BACK)
    }  # fmt: skip
    assert all(one.mows_until <= following.at for one, following in pairwise(starts))
    database = open_database(f"sqlite:///{folder / 'visits.sqlite3'}")
    async with database.session() as session:
        visits = (await session.exec(select(VisitRow).where(VisitRow.begins_at < MONDAYS[-1] + LASTS))).all()
        still_running = await running_visits(session)
    await database.close()
    assert [(visit.state, visit.mowed_minutes) for visit in visits] == [("done", 50)] * 2 * len(MONDAYS)
    assert still_running == []
