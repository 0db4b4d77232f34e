"""A fleet with a past, as a process of its own for browser tests: the live map and the page of one mower.

``python -m tests.dashboard.past.server FOLDER PORT MOWERS`` prints a dispatcher's token once it serves.
"""

import asyncio
import sys
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import uvloop
from fastapi import FastAPI

from core.clock import Clock, SystemClock
from core.db import open_database
from core.db.migrate import migrate
from core.fleet import FleetService
from dashboard.live import Live
from dashboard.mower_tabs.history import history_tab
from dashboard.mower_tabs.now import now_tab
from dashboard.mower_tabs.sessions import sessions_tab
from dashboard.pages import mower
from dashboard.past.routes import past_router
from tests.dashboard.components.live_app import run
from tests.dashboard.past.day import store_day


@dataclass(frozen=True)
class Facts:
    device_name: str
    model: str = "Luba 2"
    account: str | None = "fleet@elm.example"


def beside(outer: FastAPI, fleet: FleetService, clock: Clock, live: Live) -> Coroutine[Any, Any, None]:
    outer.include_router(
        past_router(live=fleet.live, history=fleet.history_desk, fleet_past=fleet.fleet_past, channel=live.channel)
    )
    facts = [Facts(snapshot.device_name) for snapshot in fleet.live.all()]
    mower.register(
        live=fleet.live,
        roster=lambda: facts,
        tabs=(
            now_tab(
                fleet.live,
                told_at=fleet.history_desk.told_at,
                latest_map=fleet.maps.latest,
                health_of=fleet.accounts.health_of,
            ),
            history_tab(latest_map=fleet.maps.latest, clock=clock),
            sessions_tab(live=fleet.live, sessions=fleet.sessions, latest_map=fleet.maps.latest, clock=clock),
        ),
    )
    return asyncio.sleep(0)


async def main(folder: Path, port: int, mowers: int) -> None:
    database = open_database(f"sqlite:///{folder / 'live.sqlite3'}")
    await migrate(database)
    began = SystemClock().now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=24)
    await store_day(database, [f"Luba-{number:06d}" for number in range(mowers)], began)
    await database.close()
    await run(folder, port, mowers, beside=beside)


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
