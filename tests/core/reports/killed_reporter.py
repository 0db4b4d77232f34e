"""Sends reports that are due as a slim process that may be killed at any instant.

``python -m tests.core.reports.killed_reporter FOLDER SMTP_PORT MINUTES``: the clock stands that many minutes after the
hour at which all are due. Started again it goes on where the last one was killed.
"""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.clock import MovableClock, SystemClock
from core.db import open_database
from core.db.reads.notice_readers import NoticeReaders
from core.notices import Letter
from core.reports import DueReport, Packed, ReportOutbox
from external.mail.client import SmtpPost, TlsMode

DUE = datetime(2026, 6, 2, 12, tzinfo=UTC)


class Plain:
    """Words that name the report."""

    async def letter(self, due: DueReport) -> Packed:
        subject = f"{due.wanted.form} {due.wanted.mower} {due.first}"
        return Packed(Letter(id=due.id, to=due.reader.email, subject=subject, text="Hello"))


async def work(folder: Path, smtp_port: int, minutes: int) -> None:
    database = open_database(f"sqlite:///{folder / 'reports.sqlite3'}")
    sender = "MowthosOS <notices@mowthos.example>"
    post = SmtpPost(host="127.0.0.1", port=smtp_port, tls=TlsMode.NONE, sender=sender, clock=SystemClock())
    outbox = ReportOutbox(
        database=database, clock=MovableClock(DUE + timedelta(minutes=minutes)), readers=NoticeReaders(database).of,
        letters=Plain(), sender=post,
    )  # fmt: skip
    await outbox.run()
    await database.close()


if __name__ == "__main__":
    asyncio.run(work(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
