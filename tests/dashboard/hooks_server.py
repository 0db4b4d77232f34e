"""The pages of accounts with that of webhooks, whose sender may call this machine by one name.

``python -m tests.dashboard.hooks_server PORT FOLDER``; the folder holds the ``receiver.pem`` that is trusted.
``POST /test/hours/{n}`` lets that many pass for what waits.
"""

import asyncio
import ssl
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from nicegui import app

from core.accounts import People
from core.clock import SystemClock
from core.db import Database
from core.hooks import HookDesk, HookOutbox, public
from dashboard.pages import admin_webhooks
from external.webhooks import HookSender
from tests.core.fleet.fakes import ReversingBox
from tests.dashboard import pages_server

RECEIVER, INSIDE = "hooks.elm.example", "inside.elm.example"
LEADS_TO = {RECEIVER: "127.0.0.1", INSIDE: "10.0.0.7"}


class AheadClock(SystemClock):
    """The machine's clock, moved on by hand."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


async def look_up(host: str, port: int) -> Sequence[str]:
    return [LEADS_TO[host]]


def hooks(people: People, database: Database, folder: Path) -> None:
    clock, box = AheadClock(), ReversingBox()
    trust = ssl.create_default_context(cafile=str(folder / "receiver.pem"))
    sender = HookSender(look_up=look_up, allowed=lambda one: public(one) or one == "127.0.0.1", trust=trust)
    outbox = HookOutbox(database, clock, box, sender)
    admin_webhooks.register(hooks=HookDesk(database, clock, people.audit, box), outbox=outbox, people=people)

    @app.post("/test/hours/{n}")
    async def later(n: int) -> None:
        for _hour in range(n):
            clock.ahead += timedelta(hours=1)
            await outbox.run()


if __name__ == "__main__":
    place = Path(sys.argv[2])
    asyncio.run(pages_server.main(int(sys.argv[1]), sys.argv[2], lambda people, kept: hooks(people, kept, place)))
