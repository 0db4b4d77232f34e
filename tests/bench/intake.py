"""Reports taken in over MQTT, from socket to live state and stored telemetry, on one core; beside PyMammotion alone.

Three processes: a simulated cloud that publishes prepared reports (`tests.bench.intake_cloud`, first core), our adapter
with the whole fleet behind it (second core), and, on the same reports, a plain PyMammotion client (second core).
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from sqlalchemy import text

from core.clock import Clock, SystemClock
from core.db import open_database
from core.db.migrate import migrate
from core.fleet import FleetService
from core.fleet.model import MowerChanged
from dashboard.logs import set_up_logs
from external.mammotion import MammotionCloud
from external.sealing import FernetBox
from tests.bench.rows import BenchRow

RATE_PER_S, SECONDS = 2_000, 20
PLAIN_RATE_PER_S, PLAIN_SECONDS = 300, 10
RECORDED_PLAIN = 190.0
SETTLE_SECONDS = 60


def bench() -> list[BenchRow]:
    """Measure both in turn."""
    ours = measured("ours", RATE_PER_S, SECONDS)
    plain = measured("plain", PLAIN_RATE_PER_S, PLAIN_SECONDS)
    return [
        BenchRow("reports taken in a second, one core", ours["per_s"], "1/s", plain["per_cpu_s"], "measured", 2_000),
        BenchRow("reports a CPU-second, ours", ours["per_cpu_s"], "1/CPU s", plain["per_cpu_s"], "measured", 2_000),
        BenchRow(
            "reports a CPU-second, PyMammotion alone", plain["per_cpu_s"], "1/CPU s", RECORDED_PLAIN, "recorded"
        ),
        BenchRow("lag to live state, median", ours["lag_p50_s"], "s"),
        BenchRow("lag to live state, p95", ours["lag_p95_s"], "s", aim=1.0),
        BenchRow("reports lost on the way to the store", ours["sent"] - ours["stored"], "reports", aim=0),
    ]  # fmt: skip


def measured(who: str, rate_per_s: int, seconds: int) -> dict[str, float]:
    """Run one consumer against a fresh cloud and read its figures."""
    cores = sorted(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder:
        cloud = subprocess.Popen(
            ["taskset", "-c", str(cores[0]), sys.executable, "-m", "tests.bench.intake_cloud"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert cloud.stdin is not None and cloud.stdout is not None
        told = json.loads(cloud.stdout.readline())
        module = [sys.executable, "-m", "tests.bench.intake", who, folder, json.dumps(told)]
        consumer = subprocess.Popen(
            ["taskset", "-c", str(cores[-1]), *module],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert consumer.stdin is not None and consumer.stdout is not None
        assert consumer.stdout.readline().strip() == "ready"
        cloud.stdin.write(f"{rate_per_s} {seconds}\n")
        cloud.stdin.flush()
        sent = int(cloud.stdout.readline())
        consumer.stdin.write(f"{sent}\n")
        consumer.stdin.flush()
        figures: dict[str, float] = json.loads(consumer.stdout.readline())
        for process in (consumer, cloud):
            process.stdin.close()  # type: ignore[union-attr]
            process.wait(timeout=60)
    return figures | {"sent": float(sent)}


async def consume_ours(folder: Path, cloud: dict[str, Any]) -> None:
    """The product's own parts, all of them, on SQLite."""
    clock = SystemClock()
    database = open_database(f"sqlite:///{folder / 'intake.sqlite3'}")
    await migrate(database)
    fleet = FleetService(
        database=database,
        cloud=MammotionCloud(
            login_url=cloud["url"], api_url=cloud["url"], clock=clock, request_ceiling=1_000_000
        ),
        secret_box=FernetBox("x" * 32),
        clock=clock,
    )  # fmt: skip
    await fleet.start()
    for account, password in cloud["accounts"]:
        await fleet.accounts.link(account, password, by="bench")
    until = clock.monotonic() + SETTLE_SECONDS
    while clock.monotonic() < until and not all(s.reading and s.reading.position for s in fleet.live.all()):
        await clock.sleep(0.5)
    lags: list[float] = []

    def changed(change: MowerChanged) -> None:
        if change.after.device_time is not None and change.after.received_at is not change.before.received_at:
            lags.append((clock.now() - change.after.device_time).total_seconds())

    fleet.live.changed.subscribe(changed)
    rows = await stored(database)
    accepted = fleet.pipeline.counts.accepted
    figures = await timed(clock, lambda: fleet.pipeline.counts.accepted - accepted)
    await fleet.stop()
    ordered = sorted(lags)
    figures["lag_p50_s"] = ordered[len(ordered) // 2]
    figures["lag_p95_s"] = ordered[int(len(ordered) * 0.95)]
    figures["stored"] = await stored(database) - rows
    await database.close()
    print(json.dumps(figures), flush=True)


async def stored(database: Any) -> int:
    async with database.connection() as connection:
        return int((await connection.execute(text("SELECT count(*) FROM telemetry"))).scalar_one())


async def consume_plain(cloud: dict[str, Any]) -> None:
    """PyMammotion as it comes, one client an account, counting the states it makes of the reports."""
    os.environ["MAMMOTION_DOMAIN"] = os.environ["MAMMOTION_API_DOMAIN"] = cloud["url"]
    from pymammotion.client import MammotionClient

    seen = [0]

    async def changed(_snapshot: object) -> None:
        seen[0] += 1

    clients = []
    for account, password in cloud["accounts"]:
        client = MammotionClient()
        await client.login_and_initiate_cloud(account, password)
        for handle in client.device_registry.all_devices:
            await handle.stop_polling()
            handle.subscribe_state_changed(changed)
        clients.append(client)
    clock = SystemClock()
    await clock.sleep(5)
    before = seen[0]
    figures = await timed(clock, lambda: seen[0] - before)
    print(json.dumps(figures), flush=True)
    for client in clients:
        await client.stop()


async def timed(clock: Clock, taken: Any) -> dict[str, float]:
    """Say ready, wait until the publisher has told how many it sent and all have come, and reckon."""
    import resource

    def cpu_s() -> float:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return usage.ru_utime + usage.ru_stime

    print("ready", flush=True)
    began_s, began_cpu = clock.monotonic(), cpu_s()
    sent = int(await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline))
    until = clock.monotonic() + SETTLE_SECONDS
    while taken() < sent and clock.monotonic() < until:
        await clock.sleep(0.05)
    spent_cpu, spent_s = cpu_s() - began_cpu, clock.monotonic() - began_s
    return {"per_s": taken() / spent_s, "per_cpu_s": taken() / spent_cpu, "taken": float(taken())}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("who", choices=["ours", "plain"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("cloud", type=json.loads)
    given = parser.parse_args()
    set_up_logs("WARNING")  # standard output is for figures
    asyncio.run(consume_ours(given.folder, given.cloud) if given.who == "ours" else consume_plain(given.cloud))


if __name__ == "__main__":
    main()
