"""A process killed while it sends reports loses none, and sends again only what may not have arrived, under its id."""

import asyncio
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path
from shutil import copyfile

from core.clock import MovableClock
from core.db import open_database
from core.reports import Cadence, ReportDesk, ReportWanted, RunState
from external.mail.simulator import MailTwin
from tests.browsers import ROOT
from tests.core.notices.cast import make_street, viewer_of
from tests.core.reports.killed_reporter import DUE

REPORTS = 16


async def run(folder: Path, twin: MailTwin, minutes: int, *, kill_at: int | None = None) -> int | None:
    """Let it work; kill it once that many mails have arrived. Its exit code."""
    given = (str(folder), str(twin.smtp_port), str(minutes))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.core.reports.killed_reporter", *given, cwd=ROOT
    )
    while kill_at is not None and process.returncode is None and len(twin.box.mails) < kill_at:
        await asyncio.sleep(0)
    if kill_at is not None and process.returncode is None:
        process.kill()
    return await process.wait()


async def test_every_report_arrives_and_none_that_was_noted_arrives_again(
    tmp_path: Path, sqlite_template: Path
) -> None:
    copyfile(sqlite_template, tmp_path / "reports.sqlite3")
    database, clock = open_database(f"sqlite:///{tmp_path / 'reports.sqlite3'}"), MovableClock(DUE - timedelta(hours=1))
    street = await make_street(database, clock)
    desk = ReportDesk(
        database=database, clock=clock, audit=street.people.audit, readers=street.readers.of,
        checked=lambda _viewer, _wanted: None,
    )  # fmt: skip
    for number in range(REPORTS):
        wanted = ReportWanted(export="track", form="gpx", cadence=Cadence.DAILY, hour=7, mower=f"M{number}")
        await desk.subscribe(wanted, by=viewer_of(street.dana))
    async with MailTwin() as twin:
        killed = [await run(tmp_path, twin, turn * 15, kill_at=(turn + 1) * 5) for turn in range(2)]
        for turn in (3, 4):
            await run(tmp_path, twin, turn * 15)
        mails = list(twin.box.mails)
    assert killed.count(-9) >= 1
    assert {mail.subject for mail in mails} == {f"gpx M{number} 2026-06-01" for number in range(REPORTS)}
    times = Counter(str(mail.message["Message-ID"]) for mail in mails)
    assert len(times) == REPORTS
    assert sum(times.values()) - REPORTS <= len(killed)
    assert {one.state for one in await desk.sent(street.dana.id)} == {RunState.SENT}
    await database.close()
