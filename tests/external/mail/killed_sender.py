"""Sends what is due as a slim process that may be killed at any instant.

``python -m tests.external.mail.killed_sender FOLDER SMTP_PORT HOURS``: the clock stands that many hours after ten in
the morning. Started again it goes on where the last one was killed.
"""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.accounts import HashCost, Passwords, People
from core.clock import MovableClock, SystemClock
from core.db import open_database
from core.notices import Channel
from dashboard.notices.parts import Outside, make_telling
from external.mail.client import SmtpPost, TlsMode
from tests.external.mail.conftest import SENDER

TEN = datetime(2026, 6, 1, 15, tzinfo=UTC)
"""In Chicago."""


async def work(folder: Path, smtp_port: int, hours: int) -> None:
    database = open_database(f"sqlite:///{folder / 'notices.sqlite3'}")
    clock = MovableClock(TEN + timedelta(hours=hours))
    people = People(database, clock, passwords=Passwords(HashCost(1, 8, 1)))
    post = SmtpPost(host="127.0.0.1", port=smtp_port, tls=TlsMode.NONE, sender=SENDER, clock=SystemClock())
    outside = Outside(secret="a secret of the tests", senders={Channel.MAIL: post})
    await make_telling(database=database, clock=clock, audit=people.audit, outside=outside).turn()
    await database.close()


if __name__ == "__main__":
    asyncio.run(work(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
