"""``/health`` and ``/ready``: whether the process serves, and whether what it leans on answers, each with its age."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import APIRouter, Response
from sqlalchemy import text

from core.bus import Bus
from core.clock import Clock
from core.db import Database
from core.fleet.model import LinkHealth, LinkState

CHECK_SECONDS = 2


def health_router(
    *,
    database: Database,
    clock: Clock,
    scheduler_running: Callable[[], bool],
    links: Callable[[], list[LinkHealth]],
    bus: Bus | None = None,
) -> APIRouter:
    """The two routes. A vendor link that is down is told, and so is the bus between several processes, but neither
    takes the dashboard out of service: pages go on from the database, and say what they lack."""
    router = APIRouter(include_in_schema=False)
    started = clock.monotonic()

    async def scheduler() -> bool:
        return scheduler_running()

    checks: Mapping[str, Callable[[], Awaitable[bool]]] = {
        "database": lambda: _answers(database),
        "scheduler": scheduler,
    }
    watches = {name: Watch(check, clock) for name, check in checks.items()}

    @router.get("/health")
    async def health() -> dict[str, Any]:
        return {"status": "ok", "up_s": round(clock.monotonic() - started)}

    @router.get("/ready")
    async def ready(response: Response) -> dict[str, Any]:
        told = {name: await watch.look() for name, watch in watches.items()}
        ready = all(one["state"] == "up" for one in told.values())
        if not ready:
            response.status_code = 503
        return {
            "status": "ready" if ready else "not ready",
            "dependencies": told,
            "vendor_links": _summary(links(), clock),
            **({} if bus is None else {"events": _bus(bus, clock)}),
        }

    return router


def _bus(bus: Bus, clock: Clock) -> dict[str, Any]:
    return {"state": "up" if bus.up else "down", "age_s": round((clock.now() - bus.since).total_seconds())}


class Watch:
    """Remembers of one dependency since when it is as it is, and when it last answered."""

    def __init__(self, check: Callable[[], Awaitable[bool]], clock: Clock) -> None:
        self._check, self._clock = check, clock
        self._since = clock.monotonic()
        self._up: bool | None = None
        self._answered: float | None = None

    async def look(self) -> dict[str, Any]:
        """``state``, how long it has been so (``for_s``), and seconds since it last answered (none: never)."""
        began = self._clock.monotonic()
        up = await _within(self._check)
        now = self._clock.monotonic()
        if up is not self._up:
            self._since, self._up = now, up
        if up:
            self._answered = now
        return {
            "state": "up" if up else "down",
            "for_s": round(now - self._since),
            "answered_s_ago": None if self._answered is None else round(now - self._answered),
            "took_ms": round((now - began) * 1_000),
        }


def _summary(links: list[LinkHealth], clock: Clock) -> dict[str, Any]:
    """Counts only: account names are nobody's business at an open address."""
    return {
        "up": sum(link.state is LinkState.UP for link in links),
        "all": len(links),
        "oldest_trouble_s": max(
            (round((clock.now() - link.since).total_seconds()) for link in links if link.state is not LinkState.UP),
            default=0,
        ),
    }


async def _answers(database: Database) -> bool:
    async with database.connection() as connection:
        return (await connection.execute(text("SELECT 1"))).scalar_one() == 1


async def _within(check: Callable[[], Awaitable[bool]]) -> bool:
    try:
        return await asyncio.wait_for(check(), CHECK_SECONDS)
    except Exception:  # whatever keeps a dependency from answering, the answer is "down"
        return False
