"""``/health`` and ``/ready``: whether the process serves, and whether what it leans on answers, each with its age."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import APIRouter, Response
from sqlalchemy import text

from core.clock import Clock
from core.db import Database
from core.fleet.model import LinkHealth, LinkState

CHECK_SECONDS = 2


def health_router(
    *, database: Database, clock: Clock, scheduler_running: Callable[[], bool], links: Callable[[], list[LinkHealth]]
) -> APIRouter:
    """The two routes. A vendor link that is down is told, but does not take the dashboard out of service."""
    router = APIRouter(include_in_schema=False)
    started = clock.monotonic()

    async def scheduler() -> bool:
        return scheduler_running()

    checks: Mapping[str, Callable[[], Awaitable[bool]]] = {
        "database": lambda: _answers(database),
        "scheduler": scheduler,
    }

    @router.get("/health")
    async def health() -> dict[str, Any]:
        return {"status": "ok", "up_s": round(clock.monotonic() - started)}

    @router.get("/ready")
    async def ready(response: Response) -> dict[str, Any]:
        told = {name: await _within(check) for name, check in checks.items()}
        if not all(told.values()):
            response.status_code = 503
        return {
            "status": "ready" if all(told.values()) else "not ready",
            "dependencies": {name: "up" if up else "down" for name, up in told.items()},
            "vendor_links": _summary(links(), clock),
        }

    return router


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
