"""X18: from a household's tap on "keep off my lawn" to the command on its way to the mower, in the simulated cloud.

Two processes: the cloud whose mowers mow and report (`tests.bench.intake_cloud`), and the fleet with the keep-off desk
on SQLite, every part the product's own, the vendor's library among them. Taps come while the fleet reports seldom, and
again while it reports as much as `intake` sends; each tap is another mower's. ``TAPS=20`` tries it quickly.
"""

import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from core.accounts import Audit, Role, Viewer
from core.clock import SystemClock
from core.db import Database, open_database
from core.db.migrate import migrate
from core.db.reads.household_lots import household_lots
from core.errors import Unavailable
from core.fleet import FleetService
from core.fleet.model import MowerSnapshot, MowerState
from core.geo import METRES_PER_DEGREE, Point
from core.household.keep_off import Progress, tap_to_command
from core.household.keep_off_desk import KeepOffDesk
from core.household.model import LotBook
from core.ids import new_id
from core.neighbourhood import assign_mower, create_household, register_lot
from dashboard.logs import set_up_logs
from external.mammotion import MammotionCloud
from external.sealing import FernetBox
from tests.bench.rows import BenchRow

TAPS = int(os.environ.get("TAPS", "100"))
MOWERS, ACCOUNTS = TAPS * 6 // 5, 2
PAUSE_S = 0.05
"""Between two taps of the fleet, at the mean."""
SELDOM_PER_S, LOAD_PER_S = MOWERS / 10, 1_000.0
SETTLE_S, PATIENCE_S, LONGEST_S = 120.0, 15.0, 600
AIM_S = 2.0


def bench() -> list[BenchRow]:
    """Both loads in turn, each with a fleet of its own."""
    rows = []
    for words, rate_per_s in (("a report in 10 s a mower", SELDOM_PER_S), ("1,000 reports a second", LOAD_PER_S)):
        told = measured(rate_per_s)
        rows += [
            BenchRow(f"keep-off: tap to command sent, median, {words}", told["p50_s"], "s"),
            BenchRow(f"keep-off: the same, p95 of {TAPS} taps", told["p95_s"], "s", aim=AIM_S),
            BenchRow("keep-off: taps whose command was never sent", told["unsent"], "taps", aim=0),
        ]
    return rows


def measured(rate_per_s: float) -> dict[str, float]:
    """A cloud that reports so often, and what the taps took beside it."""
    with tempfile.TemporaryDirectory() as folder:
        cloud = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.intake_cloud", str(MOWERS), str(ACCOUNTS)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert cloud.stdin is not None and cloud.stdout is not None
        try:
            told = cloud.stdout.readline()
            cloud.stdin.write(f"{rate_per_s} {LONGEST_S}\n")
            cloud.stdin.flush()
            home = [sys.executable, "-m", "tests.bench.keep_off", folder, told]
            answer = subprocess.run(home, stdout=subprocess.PIPE, text=True, check=True, timeout=LONGEST_S)
        finally:
            cloud.kill()
            cloud.wait()
    figures: dict[str, float] = json.loads(answer.stdout)
    return figures


async def taps(folder: Path, cloud: dict[str, Any]) -> dict[str, float]:
    """Tap for one mowing mower after another, and wait until each command went out."""
    clock = SystemClock()
    database = open_database(f"sqlite:///{folder / 'keep_off.sqlite3'}")
    await migrate(database)
    fleet = FleetService(
        database=database,
        cloud=MammotionCloud(login_url=cloud["url"], api_url=cloud["url"], clock=clock, request_ceiling=1_000_000),
        secret_box=FernetBox("x" * 32),
        clock=clock,
    )
    await fleet.start()
    for account, password in cloud["accounts"]:
        await fleet.accounts.link(account, password, by="bench")
    desk = KeepOffDesk(
        database=database, clock=clock, lots=LotBook(partial(household_lots, database)), live=fleet.live,
        commands=fleet.commands, audit=Audit(database, clock), latest_map=fleet.maps.latest, audience=nobody,
    )  # fmt: skip
    await desk.start()
    found = [await tapped(desk, *home) for home in await homes(database, fleet, clock)]
    await desk.stop()
    await fleet.stop()
    await database.close()
    return figures_of(found)


def figures_of(found: Sequence[Progress]) -> dict[str, float]:
    """Median and p95 in seconds; those that were never sent count as endless in both."""
    counted, p95 = tap_to_command(found)
    if counted < len(found) or p95 is None:
        raise Unavailable(f"only {counted} of {len(found)} taps had a mower to send away")
    sent = sorted(one.sent_s for one in found if one.sent_s is not None)
    return {"p50_s": sent[len(sent) // 2], "p95_s": p95, "unsent": float(len(found) - len(sent))}


async def homes(database: Database, fleet: FleetService, clock: SystemClock) -> list[tuple[UUID, Viewer]]:
    """A lot around each of some mowers that are seen mowing, and somebody who lives there."""
    until = clock.monotonic() + SETTLE_S
    while clock.monotonic() < until:
        seen = [one for one in fleet.live.all() if one.state is MowerState.MOWING and placed(one)]
        if len(seen) >= TAPS:
            break
        await clock.sleep(0.5)
    else:
        raise Unavailable(f"only {len(seen)} of {TAPS} mowers were seen mowing")
    ids = {one.device_name: one.id for one in fleet.roster.all()}
    made = []
    for one in random.Random(7).sample(seen, TAPS):
        assert one.reading is not None and one.reading.position is not None
        place = one.reading.position
        household = await create_household(database, clock, name=one.device_name)
        lot = await register_lot(
            database, household_id=household, address=f"{one.number} ELM ST", city="Rochester",
            longitude=place.longitude, latitude=place.latitude, boundary=ground(place),
        )  # fmt: skip
        await assign_mower(database, lot_id=lot.id, mower_id=ids[one.device_name], part="neighbour")
        by = Viewer(
            person_id=new_id(), email=f"{one.number}@elm.example", name="", role=Role.HOMEOWNER,
            household_ids=frozenset({household}),
        )  # fmt: skip
        made.append((lot.id, by))
    return made


def placed(one: MowerSnapshot) -> bool:
    """Whether it knows where it is: that takes what the base tells, asked of each mower once."""
    return one.reading is not None and one.reading.position is not None


def ground(place: Point, half_m: float = 60.0) -> dict[str, Any]:
    """A square with the mower in its middle, so wide that no report leads out of it."""
    reach = half_m / METRES_PER_DEGREE
    west, east = place.longitude - reach, place.longitude + reach
    south, north = place.latitude - reach, place.latitude + reach
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


async def tapped(desk: KeepOffDesk, lot_id: UUID, by: Viewer) -> Progress:
    """One tap, followed until its command is sent or patience is over; then the lawn is free again."""
    clock = SystemClock()
    view = await desk.ask(lot_id=lot_id, minutes=60, by=by)
    until = clock.monotonic() + PATIENCE_S
    while view.progress.sent_s is None and clock.monotonic() < until:
        await clock.sleep(0.02)
        found = await desk.of_lot(lot_id, viewer=by)
        assert found is not None
        view = found
    await desk.end(view.keep_off.id, by=by)
    await clock.sleep(random.expovariate(1 / PAUSE_S))
    return view.progress


async def nobody() -> tuple[()]:
    """No office that is told."""
    return ()


if __name__ == "__main__":
    set_up_logs("ERROR")  # standard output is for figures
    print(json.dumps(asyncio.run(taps(Path(sys.argv[1]), json.loads(sys.argv[2])))))
