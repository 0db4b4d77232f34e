"""Starts and stops the parts, each process what it is for (`dashboard.roles`), in the order in which they depend."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

import structlog

from core.clock import SystemClock
from core.db import open_database
from core.db.migrate import migrate
from core.drills import DrillFloor
from core.settings import Settings
from dashboard.bootstrap import Parts, build, make_homeassistant
from dashboard.command_audit import CommandAudit
from dashboard.crossing import Crossing
from dashboard.logs import set_up_logs
from dashboard.roles import Duty, duty_of_server
from dashboard.sentry import set_up_sentry
from dashboard.server import claim_port, serve_app

if TYPE_CHECKING:
    from dashboard.pages.sign_in import SamplePerson

log = structlog.get_logger(__name__)

type Prepare = Callable[[Parts], Awaitable[None]]


@asynccontextmanager
async def running(
    settings: Settings, *, prepare: Prepare | None = None, duty: Duty = Duty.HOUSE
) -> AsyncIterator[Parts]:
    """Migrate, build, ``prepare``, start; on the way out stop everything in the opposite order."""
    async with AsyncExitStack() as stack:
        database = open_database(settings.database)
        stack.push_async_callback(database.close)
        await migrate(database)
        parts = build(settings, database, SystemClock(), duty)
        stack.push_async_callback(parts.programs.counts.close)
        if prepare is not None:
            await prepare(parts)
        await _start(parts, duty, stack)
        yield parts


async def _start(parts: Parts, duty: Duty, stack: AsyncExitStack) -> None:
    looks = duty.owns_links and parts.settings.mammotion_link_accounts
    if duty is Duty.HOUSE:
        await parts.proposals.recover()
    stack.push_async_callback(parts.fleet.stop)
    await parts.fleet.start()
    for loss in parts.fleet.losses:
        log.warning("telemetry.lost_at_last_stop", loss=str(loss))
    if parts.answering is not None:
        stack.push_async_callback(parts.answering.stop)
        parts.answering.start()
    if duty.owns_links:
        stack.push_async_callback(parts.hooks.stop)
        await parts.hooks.start()
    stack.push_async_callback(parts.lawns.stop)
    await parts.lawns.start(watches=duty.owns_links)
    stack.push_async_callback(parts.control.stop)
    stack.push_async_callback(parts.households.keep_off.stop)
    stack.push_async_callback(parts.care.alarms.stop)
    await parts.care.alarms.start(looks=looks)
    await parts.control.start(watches=duty.owns_links, orders=duty is not Duty.PAGES)
    await parts.households.keep_off.start(watches=duty.owns_links)
    audit = CommandAudit(parts.people.audit, parts.fleet.commands.decided)
    audit.start()
    stack.push_async_callback(audit.stop)
    if parts.settings.redis is not None:
        crossing = Crossing(parts, parts.bus, duty)
        stack.push_async_callback(crossing.stop)
        await crossing.start()
    stack.push_async_callback(parts.scheduler.stop)
    await parts.scheduler.start()
    stack.push_async_callback(parts.proposals.stop)


async def serve(
    settings: Settings,
    *,
    listener: socket.socket | None = None,
    prepare: Prepare | None = None,
    on_ready: Prepare | None = None,
    demo_people: "Sequence[SamplePerson]" = (),
    drills: Callable[[Parts], DrillFloor] | None = None,
) -> None:
    """Run the dashboard until a signal ends it; ``drills`` makes the floor of a copy that drills are held on."""
    from dashboard.app import make_app  # noqa: PLC0415 - NiceGUI is heavy: a process without pages goes without it

    set_up_logs(settings.log_level)
    set_up_sentry(settings.sentry_dsn.get_secret_value() if settings.sentry_dsn else "")
    listener = listener or claim_port(settings.host, settings.port)
    async with running(settings, prepare=prepare, duty=duty_of_server(settings)) as parts:
        floor = None if drills is None else drills(parts)
        app, live = make_app(parts, demo_people, floor)
        pushing = [asyncio.create_task(live.run(), name="live")]
        if (bridge := make_homeassistant(parts)) is not None:
            pushing.append(asyncio.create_task(bridge.run(), name="homeassistant"))
        try:
            await serve_app(app, listener, on_ready=None if on_ready is None else partial(on_ready, parts))
        finally:
            if floor is not None:
                await floor.stop()
            for task in pushing:
                task.cancel()
            await asyncio.gather(*pushing, return_exceptions=True)


async def own_links(settings: Settings) -> None:
    """`mowthos fleet-worker`: own vendor accounts until cancelled."""
    set_up_logs(settings.log_level)
    set_up_sentry(settings.sentry_dsn.get_secret_value() if settings.sentry_dsn else "")
    async with running(settings, duty=Duty.LINKS):
        await asyncio.Event().wait()
