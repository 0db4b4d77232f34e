"""A process that dies the moment a fact is stored: other people's servers are told of it all the same."""

import asyncio
import json
import signal
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from core.db import open_database
from tests.browsers import ROOT


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("fact", "kind", "has"), [("command", "command.changed", "status"), ("alarm", "alarm.changed", "acknowledged_at")]
)
async def test_what_is_stored_is_told_though_the_process_was_killed_right_after(
    tmp_path: Path, kept_postgres: str, postgres_database: object, fact: str, kind: str, has: str
) -> None:
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.dashboard.killed_teller", kept_postgres, str(tmp_path), fact, cwd=ROOT
    )
    assert await running.wait() == -signal.SIGKILL
    database = open_database(kept_postgres)
    async with database.connection() as connection:
        waiting = "SELECT e.type, e.body FROM hook_event e JOIN hook_delivery d ON d.event_id = e.id"
        rows = (await connection.execute(text(waiting))).all()
        facts = (await connection.execute(text(f"SELECT count(*) FROM {fact}"))).scalar_one()
    await database.close()
    assert facts == 1
    assert [row.type for row in rows] == [kind], "the fact and what is told of it stand together"
    assert json.loads(rows[0].body)["data"][has]
