"""The fleet put together: its parts in the order in which they depend on each other, started and stopped as one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from core.clock import Clock
from core.db import Database
from core.errors import Invalid
from core.fleet.accounts import VendorAccounts
from core.fleet.command_rules import DEFAULT_COMMAND_LIMITS, CommandLimits
from core.fleet.commands import Commands
from core.fleet.guard import Guard
from core.fleet.history import FleetPast, ForgetPlaces, HistoryDesk, MinuteKeeper, Thinning
from core.fleet.holding import Holder, LeaseBook
from core.fleet.limits import DEFAULT_LIMITS, StateLimits
from core.fleet.live import LiveFleet
from core.fleet.maps import MapLibrary
from core.fleet.pipeline import FleetPipeline
from core.fleet.refresh import Refresh
from core.fleet.roster import Roster
from core.fleet.sessions import SessionDesk, SessionKeeper
from core.fleet.settings_book import SettingsBook
from core.fleet.telemetry import LossReport, TelemetryStore
from core.fleet.telemetry_codec import StoredReading
from core.texts import Text

if TYPE_CHECKING:  # core.ports speaks of this package's values, and so imports it
    from core.ports import MowerCloud, SecretBox

MAX_HISTORY_HOURS = 24 * 31
HISTORY_ROWS = 5_000


class FleetService:
    """Live fleet, telemetry, maps, vendor accounts and commands. ``cloud=None``: this process owns no vendor links."""

    def __init__(
        self,
        *,
        database: Database,
        cloud: MowerCloud | None,
        secret_box: SecretBox,
        clock: Clock,
        limits: StateLimits = DEFAULT_LIMITS,
        command_limits: CommandLimits = DEFAULT_COMMAND_LIMITS,
        coverage_cell_m: float = 0.25,
        guard: Guard | None = None,
        raw_days: int = 30,
        location_days: int = 0,
        holder: Holder | None = None,
        shared: bool = False,
    ) -> None:
        """``shared``: other processes have a part of this fleet, too; without it this one is alone."""
        self.shared, self.owns_links = shared, cloud is not None
        holder = holder or Holder(database, clock)
        self._database = database
        self._clock = clock
        self.live = LiveFleet()
        self.telemetry = TelemetryStore(database, clock)
        self.pipeline = FleetPipeline(self.live, self.telemetry, clock, limits)
        self.session_keeper = SessionKeeper(database, self.telemetry, clock)
        self.sessions = SessionDesk(database, cell_m=coverage_cell_m)
        self.history_desk = HistoryDesk(database)
        self.fleet_past = FleetPast(database, limits)
        self.minutes = MinuteKeeper(database, self.telemetry, clock)
        self.thinning = Thinning(database, clock, raw_days=raw_days)
        self.forgetting = ForgetPlaces(database, clock, days=location_days)
        only_mine = shared and cloud is not None
        self.roster = Roster(database, self.live, self.telemetry, clock, **({"mine": holder.mine} if only_mine else {}))
        self.maps = MapLibrary(database)
        self.settings = SettingsBook(database)
        self.accounts = VendorAccounts(
            database=database,
            cloud=cloud,
            secret_box=secret_box,
            roster=self.roster,
            maps=self.maps,
            settings=self.settings,
            take_readings=self.pipeline.enqueue,
            clock=clock,
            holder=holder,
        )
        self.commands = Commands(
            database,
            self.live,
            self.accounts,
            clock,
            identities=self.roster,
            acknowledged=self.accounts.acknowledged,
            limits=command_limits,
            guard=guard,
            fence_of=self.accounts.fence_of,
            shared=shared,
            hands_over=cloud is not None or not shared,
        )
        if shared:
            self.accounts.held_changed.subscribe(self.commands.held)
        self.refresh = Refresh(self.live, self.roster, self.maps, clock)
        self.losses: tuple[LossReport, ...] = ()
        self._running: tuple[asyncio.Task[None], ...] = ()

    async def start(self) -> None:
        """Report what an earlier run lost, restore, then take readings, commands and links, in this order.

        A process that only watches (shared, without links) takes no readings: snapshots come to it from elsewhere,
        and it lets them grow old by itself."""
        if self.shared and not self.owns_links:
            await self.accounts.load()
            self._running = (asyncio.create_task(self.pipeline.age(), name="fleet.age"),)
        else:
            await self._begin_writing()
            await self.accounts.load()
            self._running = (
                asyncio.create_task(self.pipeline.run(), name="fleet.pipeline"),
                asyncio.create_task(self.session_keeper.run(), name="fleet.sessions"),
            )
        await self.commands.start()
        await self.accounts.start()

    async def _begin_writing(self) -> None:
        owner = self.accounts.holder.owner
        others = (await LeaseBook(self._database).present(self._clock.now())) - {owner}
        self.losses = await self.telemetry.start(owner=owner, others=others)

    async def stop(self) -> None:
        """Close links first, so that nothing comes in any more; then store what came, and leave no task."""
        await self.accounts.stop()
        await self.commands.stop()
        running, self._running = self._running, ()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def history(
        self, device_name: str, hours: float = 24, *, known_by: datetime | None = None, limit: int = HISTORY_ROWS
    ) -> Sequence[StoredReading]:
        """A mower's readings of the last ``hours``, oldest first, thinned evenly to about ``limit``.

        ``NotFound`` for an unknown mower, ``Invalid`` for a span outside 0 to 31 days.
        """
        if not 0 < hours <= MAX_HISTORY_HOURS:
            raise Invalid(
                Text(
                    "hours: expected more than 0 and at most {most}, not {hours:g}", most=MAX_HISTORY_HOURS, hours=hours
                )
            )
        mower = self.roster.identity(device_name)
        now = self._clock.now()
        return await self.telemetry.history(
            mower.number,
            now - timedelta(hours=hours),
            now + timedelta(minutes=1),
            device_name=device_name,
            known_by=known_by,
            limit=limit,
        )
