"""The server that `live_map` measures: the real page and push, with a fleet whose every mower moves once a second.

The simulation writes all columns at once (a tenth of a millisecond), so that what is measured is the push. A while
after each step one report goes the usual way, ``LiveFleet.put`` with another state, and its moment is noted.
"""

import gc
import sys
import time
import tracemalloc
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import uvloop
from fastapi import FastAPI

from core.clock import Clock
from core.fleet import FleetService, LiveFleet
from core.fleet.model import MowerState
from dashboard.live import Live
from tests.dashboard.components.live_app import run

TOGGLE = (MowerState.PAUSED, MowerState.MOWING)


def simulate(outer: FastAPI, fleet: FleetService, clock: Clock, _live: Live) -> Coroutine[Any, Any, None]:
    """Adds ``/told`` and ``/memory``; returns the simulation."""
    accepted: list[float] = []

    steps = Steps()

    @outer.get("/told")
    async def told(report: bool = False) -> dict[str, object]:
        """Process CPU at the end of each round, and when reports came; ``report``: from now on, one a round."""
        steps.report = report
        return {"cpu_s": steps.cpu_s, "accepted": accepted}

    @outer.get("/memory")
    async def memory(trace: bool = False) -> dict[str, int]:
        """Resident bytes once garbage is collected, and what Python counts since it was told to ``trace``."""
        gc.collect()
        traced = tracemalloc.get_traced_memory()[0]
        resident = psutil.Process().memory_info().rss
        if trace:
            tracemalloc.start()
        return {"resident": resident, "traced": traced}

    return drive(fleet.live, clock, accepted, steps)


@dataclass
class Steps:
    cpu_s: list[float] = field(default_factory=list)
    report: bool = False


async def drive(live: LiveFleet, clock: Clock, accepted: list[float], steps: Steps) -> None:
    rng = np.random.default_rng(1)
    while True:
        began = clock.monotonic()
        columns = live.columns
        columns.longitude[:] += rng.normal(0, 2e-6, len(live))
        columns.latitude[:] += rng.normal(0, 2e-6, len(live))
        columns.received_s[:] = clock.now().timestamp()
        live.version += 1
        await clock.sleep(0.6)
        if steps.report:
            known = live.all()[0]
            now = clock.now()
            accepted.append(now.timestamp())
            live.put(replace(known, version=known.version + 1, state=TOGGLE[len(accepted) % 2], received_at=now))
        steps.cpu_s.append(time.process_time())
        await clock.sleep(max(0.0, 1.0 - (clock.monotonic() - began)))


if __name__ == "__main__":
    uvloop.run(run(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), beside=simulate))
