"""Billing's work as a slim process that may be killed at any instant.

``python -m tests.core.billing.killed_worker FOLDER``

It mows, meters, closes, tells the provider and takes in its webhooks for three months, and says ``done``. Started again
after a kill it begins from the first day: everything it repeats must do nothing.
"""

import asyncio
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from core.billing import LotRef, Mowed
from core.billing.inbox import Inbox
from core.billing.metering import Metering
from core.billing.outbox import Outbox
from core.billing.provider_jobs import ProviderJobs
from core.billing.usage_view import minute_of
from core.clock import MovableClock
from core.db import open_database
from tests.core.billing.conftest import House, make_house
from tests.core.billing.fake_provider import FakeProvider

START = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOMES = 5
DAYS = (31, 62, 93)
LOTS = [LotRef(UUID(int=100 + number), UUID(int=200 + number)) for number in range(HOMES)]


async def work(folder: Path) -> None:
    database = open_database(f"sqlite:///{folder / 'billing.sqlite3'}")
    for day in DAYS:
        clock = MovableClock(START + timedelta(days=day))
        house, stripe = make_house(database, clock), FakeProvider(folder / "provider.json")
        jobs = ProviderJobs(database=database, clock=clock, provider=stripe, desk=house.desk)
        outbox = Outbox(database=database, clock=clock, provider=stripe, desk=house.desk, jobs=jobs)
        inbox = Inbox(database=database, clock=clock, provider=stripe, desk=house.desk, jobs=jobs)
        await mow(house, clock, day)
        await Metering(database, clock).run()
        clock.move(3_600)
        await house.closing.run()
        while await outbox.run():
            pass
        for name in sorted(stripe.state["invoices"]):
            for kind in ("invoice.paid", "invoice.payment_failed"):
                event = {"id": f"evt_{name}_{kind}", "type": kind, "kind": "invoice", "object": name}
                await inbox.receive(json.dumps(event).encode(), "genuine")
        await inbox.run()
    await database.close()


async def mow(house: House, clock: MovableClock, day: int) -> None:
    """The same minutes whenever the day is played."""
    for number, lot in enumerate(LOTS):
        first = minute_of(clock.now() - timedelta(hours=40 + number))
        minutes = 200 + 30 * number + day % 7
        mowed = [Mowed(first, minutes, first * 60_000, lot, 1)]
        await house.ledger.settle(number + 1, first, first + minutes, mowed)


if __name__ == "__main__":
    asyncio.run(work(Path(sys.argv[1])))
    sys.stdout.write("done\n")
