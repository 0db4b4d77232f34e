"""A process killed while it sends loses no mail, and sends again only what may not have arrived, under the same id."""

import asyncio
import sys
from collections import Counter
from pathlib import Path
from shutil import copyfile

from core.clock import MovableClock
from core.db import open_database
from external.mail.simulator import MailTwin
from tests.browsers import ROOT
from tests.core.notices.cast import make_street, notice, viewer_of
from tests.external.mail.killed_sender import TEN

MAILS = 24


async def run(folder: Path, twin: MailTwin, hours: int, *, kill_at: int | None = None) -> int | None:
    """Let a sender work; kill it once that many mails have arrived. Its exit code."""
    given = (str(folder), str(twin.smtp_port), str(hours))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.external.mail.killed_sender", *given, cwd=ROOT
    )
    while kill_at is not None and process.returncode is None and len(twin.box.mails) < kill_at:
        await asyncio.sleep(0)
    if kill_at is not None and process.returncode is None:
        process.kill()
    return await process.wait()


async def test_every_mail_arrives_and_none_that_was_confirmed_arrives_again(
    tmp_path: Path, sqlite_template: Path
) -> None:
    copyfile(sqlite_template, tmp_path / "notices.sqlite3")
    database = open_database(f"sqlite:///{tmp_path / 'notices.sqlite3'}")
    street = await make_street(database, MovableClock(TEN))
    await street.preferences.set_limit(street.hana.id, 60, by=viewer_of(street.hana))
    await street.put(*[notice(street.hana, f"notice {number}") for number in range(MAILS)])
    await database.close()
    async with MailTwin() as twin:
        killed = [await run(tmp_path, twin, hours, kill_at=(hours + 1) * 6) for hours in range(3)]
        await run(tmp_path, twin, 3)
        await run(tmp_path, twin, 4)
        mails = list(twin.box.mails)
    assert killed.count(-9) >= 1
    assert {mail.subject for mail in mails} == {f"notice {number}" for number in range(MAILS)}
    times = Counter(str(mail.message["Message-ID"]) for mail in mails)
    assert len(times) == MAILS
    assert sum(times.values()) - MAILS <= len(killed)
