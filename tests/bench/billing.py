"""Month's end of 10,000 households, worked out by both engines and written; webhooks received and processed."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from core.billing.facts import FactKind
from core.billing.inbox import Inbox
from core.billing.provider_jobs import ProviderJobs
from core.billing.tables import FactRow, Payer, SubscriptionRow
from core.billing.terms import terms_dict
from core.billing.usage_tables import UsageEntry
from core.billing.usage_view import minute_of
from core.clock import MovableClock, SystemClock
from core.db import Database, open_database
from core.db.migrate import migrate
from tests.bench.rows import BenchRow
from tests.core.billing.conftest import House, make_house
from tests.core.billing.fake_provider import FakeProvider

HOUSEHOLDS = 10_000
VISITS = 8
EVENTS = 2_000
START = datetime(2026, 6, 1, 12, tzinfo=UTC)


def bench() -> list[BenchRow]:
    with TemporaryDirectory() as folder:
        return asyncio.run(_bench(Path(folder)))


async def _bench(folder: Path) -> list[BenchRow]:
    database = open_database(f"sqlite:///{folder / 'bench.sqlite3'}")
    await migrate(database)
    clock, wall = MovableClock(START), SystemClock()
    house = make_house(database, clock)
    await _fill(database, house)
    clock.move(31 * 86_400 + 3_600)
    begun = wall.monotonic()
    closed = await house.closing.run()
    took = wall.monotonic() - begun
    assert (closed.closed, closed.held) == (HOUSEHOLDS, 0), closed
    rows = [
        BenchRow(f"month's end of {HOUSEHOLDS:,} households, {HOUSEHOLDS * VISITS:,} visits", took, "s", aim=60),
        BenchRow("the same: bills a second", HOUSEHOLDS / took, "bills/s"),
        *await _webhooks(database, house),
    ]
    await database.close()
    return rows


async def _webhooks(database: Database, house: House) -> list[BenchRow]:
    stripe, wall = FakeProvider(), SystemClock()
    jobs = ProviderJobs(database=database, clock=house.clock, provider=stripe, desk=house.desk)
    inbox = Inbox(database=database, clock=house.clock, provider=stripe, desk=house.desk, jobs=jobs)
    waits = []
    begun = wall.monotonic()
    for number in range(EVENTS):
        body = {"id": f"evt_{number}", "type": "invoice.paid", "kind": "invoice", "object": _invoice(stripe, number)}
        sent = wall.monotonic()
        await inbox.receive(json.dumps(body).encode(), "genuine")
        waits.append((wall.monotonic() - sent) * 1_000)
    received = wall.monotonic() - begun
    begun, done = wall.monotonic(), 0
    while settled := await inbox.run():
        done += settled
    processed = wall.monotonic() - begun
    return [
        BenchRow("webhook: received and stored, p95", quantiles(waits, n=20)[-1], "ms", aim=100),
        BenchRow("webhooks received a second, one after the other", EVENTS / received, "events/s"),
        BenchRow("webhooks processed a second", done / processed, "events/s"),
    ]


def _invoice(stripe: FakeProvider, number: int) -> str:
    name = f"in_{number}"
    metadata = {"subscription": str(UUID(int=30_000 + number)), "bill": "2"}
    stripe.state["invoices"][name] = {
        "customer": "cus_1", "status": "paid", "items": [], "metadata": metadata, "attempts": 1,
    }  # fmt: skip
    return name


async def _fill(database: Database, house: House) -> None:
    """Members in their first paid month, each with its visits."""
    plan = await house.plan()
    joined, trial_end, end = START - timedelta(days=30), START, START + timedelta(days=30)
    payer = Payer(name="All", email="all@example.org", created_at=START)
    async with database.session() as session:
        session.add(payer)
    subscriptions: list[dict[str, Any]] = []
    facts: list[dict[str, Any]] = []
    visits: list[dict[str, Any]] = []
    for number in range(HOUSEHOLDS):
        lot, owner = UUID(int=10_000 + number), UUID(int=30_000 + number)
        subscriptions.append(
            {
                "id": owner, "household_id": UUID(int=50_000 + number), "lot_id": lot, "payer_id": payer.id,
                "address": f"{number} ELM ST", "host": number % 6 == 0, "status": "active",
                "plan_version_id": plan.version_id, "facts": 4, "next_at": end, "created_at": joined,
            }
        )  # fmt: skip
        told = (
            (joined, FactKind.JOINED, {"terms": terms_dict(plan), "host": number % 6 == 0, "trial_days": 30}),
            (joined, FactKind.CARD_SAVED, {}),
            (trial_end, FactKind.BILL_CLOSED, {"number": 1, "known_by": trial_end.isoformat()}),
            (trial_end, FactKind.PAID, {"number": 1}),
        )
        facts += [
            {
                "subscription_id": owner, "seq": seq, "at": at, "kind": kind.value, "data": data,
                "key": f"{owner}/{seq}", "actor": "bench", "recorded_at": at,
            }
            for seq, (at, kind, data) in enumerate(told)
        ]  # fmt: skip
        visits += [
            {
                "mower": number // 6, "session_ms": 0,
                "start_minute": minute_of(trial_end) + day * 4_000 + number % 6 * 60,
                "minutes": 25 + (number + day) % 20, "sign": 1, "lot_id": lot, "recorded_at": trial_end,
                "household_id": None, "zone": None, "reverses": None, "reason": "", "by": "",
            }
            for day in range(VISITS)
        ]  # fmt: skip
    async with database.connection() as connection:
        await connection.execute(insert(SubscriptionRow), subscriptions)
        await connection.execute(insert(FactRow), facts)
        await connection.execute(insert(UsageEntry), visits)
