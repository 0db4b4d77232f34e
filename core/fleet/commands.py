"""What a person tells a mower, followed until telemetry shows it. Never sent twice, never lost.

1. `request`: the guard (`command_rules.refusals`, with the facts of `core.fleet.guard`); stored as refused, with its
   reasons, or as queued. A typed override takes the reasons away that may be overridden, and is kept with them.
2. `_send`: the moment of handing over is stored first (``sent_at`` on a queued command), then the vendor's cloud is
   called once. ``Unavailable`` means not sent: it stays queued and is tried again. Any other error ends it as failed.
3. The device's own acknowledgement; a refusal there ends it as failed.
4. `seen` and `done`: from snapshots, by readings newer than ``sent``.
5. `overdue`: what time ends. A halt is sent again every few seconds until telemetry shows standstill: the vendor's
   pause does no harm twice, and a lost one does.

After a restart `start` goes on with every open command. One that was being handed over when the process died may have
gone out: it counts as sent and is followed, never sent again.
"""

import asyncio
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError

from core.clock import Clock
from core.db import Database
from core.db.pages import Page
from core.errors import Conflict, Invalid
from core.events import Event, Subscription
from core.fleet.command_rules import DEFAULT_COMMAND_LIMITS, CommandLimits, CommandView, refusals
from core.fleet.command_sharing import CommandSharing
from core.fleet.command_store import CommandStore
from core.fleet.command_worker import CommandQueued, CommandWorker, FenceOf, Links, SnapshotChanged
from core.fleet.guard import ALWAYS_FREE, NO_FACTS, OVERRIDE_LEAST, Guard, NoGuard, Reason, split_override
from core.fleet.listener import Acknowledgement
from core.fleet.live import LiveFleet
from core.fleet.model import CommandKind, CommandStatus, MowerChanged
from core.fleet.roster import MowerIdentity
from core.fleet.start_plan import start_settings
from core.fleet.stop_figures import StopFigures, stop_figures
from core.ids import new_id
from core.texts import N_, Text, joined

log = structlog.get_logger(__name__)

C = CommandStatus
STEP_S = 1.0


class Identities(Protocol):
    """What commands need of the roster."""

    def identity(self, device_name: str) -> MowerIdentity: ...


class CommandRefused(Conflict):
    """The guard said no; the record is kept and carried here."""

    def __init__(self, command: CommandView) -> None:
        super().__init__(joined(command.reasons), reasons=command.reasons)
        self.command = command


class Commands:
    """The commands of the fleet."""

    def __init__(
        self,
        database: Database,
        live: LiveFleet,
        links: Links,
        clock: Clock,
        *,
        identities: Identities,
        acknowledged: Event[Acknowledgement],
        limits: CommandLimits = DEFAULT_COMMAND_LIMITS,
        guard: Guard | None = None,
        fence_of: FenceOf = lambda _device_name: None,
        shared: bool = False,
        hands_over: bool = True,
    ) -> None:
        """``shared``: other processes ask for commands or hand them over, too; ``hands_over``: this one may."""
        self.changed: Event[CommandView] = Event("command_changed")
        self.decided: Event[CommandView] = Event("command_decided")
        """A command was accepted or refused by this process, told once."""
        self._shared, self._hands_over = shared, hands_over
        self._store = CommandStore(database)
        self.storing = self._store.storing
        """Each step of a command that this process stores, in its transaction."""
        self._live = live
        self._links = links
        self._clock = clock
        self._identities = identities
        self._acknowledged = acknowledged
        self._limits = limits
        self._guard: Guard = guard or NoGuard()
        self._worker = CommandWorker(
            self._store, live, links, clock, limits, self.changed, fence_of=fence_of, hands_over=hands_over,
            shared=shared,
        )  # fmt: skip
        self._worker.refused.subscribe(self.decided.emit)
        self._sharing = CommandSharing(self._store, self._worker, self._follows)
        self._woken = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._subscriptions: list[Subscription] = []

    async def start(self) -> None:
        """Go on with every open command, and work until `stop`."""
        await self.resume()
        self._tasks = [
            asyncio.create_task(self._work(), name="fleet.commands"),
            asyncio.create_task(self._watch_time(), name="fleet.commands.time"),
        ]
        if self._shared:
            self._tasks.append(asyncio.create_task(self._look_around(), name="fleet.commands.shared"))

    async def stop(self) -> None:
        """Leave no task; open commands are gone on with at the next start."""
        for unsubscribe in self._subscriptions:
            unsubscribe()
        tasks = self._tasks
        self._tasks, self._subscriptions = [], []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._worker.cancel()

    async def request(
        self,
        *,
        device_name: str,
        kind: CommandKind,
        asked_by: str,
        source: str,
        parameters: Mapping[str, Any] | None = None,
        person_id: UUID | None = None,
        command_id: UUID | None = None,
        override: str = "",
        bulk_id: UUID | None = None,
    ) -> CommandView:
        """Accept a command, or raise `CommandRefused` with its kept record.

        The same ``command_id`` again returns (or raises) what became of the first; with another mower or kind it is
        ``Invalid``, as are wrong parameters. ``NotFound`` when the mower is unknown. ``override`` is the reason a
        person typed who may override the start guard (whether they may is the caller's to check).
        """
        mower = self._identities.identity(device_name)
        checked = _checked(kind, parameters or {}, override)
        if self._shared:
            await self._sharing.look()
        reasons = await self.against(device_name, kind, person_id=person_id, areas=checked.get("areas", ()))
        stands, lifted = split_override(reasons) if override else (reasons, ())
        now = self._clock.now()
        asked = CommandView(
            id=command_id or new_id(),
            device_name=device_name,
            kind=kind,
            status=C.REFUSED if stands else C.QUEUED,
            parameters=checked,
            asked_by=asked_by,
            person_id=person_id,
            source=source,
            requested_at=now,
            queued_at=None if stands else now,
            finished_at=now if stands else None,
            expires_at=now + timedelta(seconds=self._limits.unsent_s),
            reasons=tuple(str(reason) for reason in stands),
            override=override.strip() if lifted else "",
            overridden=tuple(str(reason) for reason in lifted),
            bulk_id=bulk_id,
        )
        stored = await self._store.add(asked, mower.id)
        if (stored.device_name, stored.kind) != (device_name, kind):
            raise Invalid(
                Text(
                    "command {id} exists already, as {kind} of {device_name}",
                    id=stored.id,
                    kind=stored.kind,
                    device_name=stored.device_name,
                )
            )
        if stored is asked:
            self._worker.tell(stored)
            self.decided.emit(stored)
            await self._worker.replace_older(stored)
            self._worker.inbox.put(CommandQueued(stored.id))
            if stored.status is C.QUEUED:
                await self._guard.commanded(device_name, kind, person_id=person_id, asked_by=asked_by, source=source)
        if stored.status is C.REFUSED:
            raise CommandRefused(stored)
        return stored

    async def against(
        self, device_name: str, kind: CommandKind, *, person_id: UUID | None, areas: Collection[int] = ()
    ) -> tuple[Reason, ...]:
        """Every reason that would refuse this command now, to this person; ``NotFound`` when the mower is unknown.

        ``areas`` are those chosen for a start; none = all of the mower's."""
        self._identities.identity(device_name)
        free = kind in ALWAYS_FREE  # STOP waits for no fact
        facts = NO_FACTS if free else await self._guard.facts(device_name, person_id=person_id)
        return refusals(
            kind,
            self._live.get(device_name),
            self._links.health_of(device_name),
            [command for command in self._worker.open.values() if command.device_name == device_name],
            self._limits,
            facts,
            areas,
        )

    async def stop_figures(self, device_name: str | None = None, *, days: float = 90) -> StopFigures:
        """From click to proven standstill, over the last ``days``, of one mower or all (X8)."""
        since = self._clock.now() - timedelta(days=days)
        return stop_figures(await self._store.halts(since, device_name))

    async def last_start(self, device_name: str) -> CommandView | None:
        """The newest start of a mower that chose how to mow and was not refused: its values are offered again."""
        return await self._store.last_start(device_name)

    async def get(self, command_id: UUID) -> CommandView:
        """One command; ``NotFound`` when there is none."""
        return await self._store.get(command_id)

    async def of_bulk(self, bulk_id: UUID) -> list[CommandView]:
        """The commands one bulk order has given, oldest first."""
        return list(await self._store.of_bulk(bulk_id))

    async def recent(self, device_name: str, limit: int = 20, page: Page | None = None) -> list[CommandView]:
        """A mower's commands, newest first; with ``page`` those of it and one more."""
        if page is not None:
            return list(await self._store.recent(device_name, page))
        return list(await self._store.recent(device_name, Page(limit)))[:limit]

    async def resume(self) -> None:
        """Take up the open commands of earlier runs; those caught while being handed over are followed as sent."""
        worker = self._worker
        if not self._subscriptions and self._hands_over:
            self._subscriptions = [
                self._live.changed.subscribe(self._on_changed),
                self._acknowledged.subscribe(worker.inbox.put),
            ]
        for command in await self._store.open():
            if self._follows(command.device_name):
                worker.keep(command)
                if self._hands_over:
                    await worker.take_up(command)

    async def look(self) -> None:
        """Take in what other processes asked for or did; an event wakes us, and every second we look ourselves."""
        await self._sharing.look()

    def wake(self) -> None:
        """Another process said that a command is new or another: look at once."""
        self._woken.set()

    def held(self, _accounts: object) -> None:
        """Which accounts are ours is another matter now: what is open there is taken up as after a restart."""
        self.wake()

    def _follows(self, device_name: str) -> bool:
        """Whether the open commands of a mower are this process's to know."""
        if not (self._shared and self._hands_over):
            return True
        return self._links.owns(device_name)

    async def _look_around(self) -> None:
        while True:
            self._woken.clear()
            try:
                await self._sharing.look()
            except DBAPIError as error:
                log.error("commands.look_failed", error=str(error.orig))
            sleeping = asyncio.ensure_future(self._clock.sleep(STEP_S))
            woken = asyncio.ensure_future(self._woken.wait())
            try:
                await asyncio.wait([sleeping, woken], return_when=asyncio.FIRST_COMPLETED)
            finally:
                sleeping.cancel()
                woken.cancel()

    async def step(self) -> None:
        """Do everything that is due now: hand over, follow, end. `start` does this by itself."""
        await self._worker.handle_all()
        await self._worker.end_overdue()
        self._worker.send_due()
        self._worker.repeat_halts()
        await self._worker.settle()

    async def _work(self) -> None:
        inbox = self._worker.inbox
        while True:
            await inbox.wait()
            try:
                await self._worker.handle_all()
            except DBAPIError as error:
                log.error("commands.step_retried", error=str(error.orig))
                await self._clock.sleep(STEP_S)

    async def _watch_time(self) -> None:
        while True:
            await self._clock.sleep(STEP_S)
            try:
                await self._worker.end_overdue()
                self._worker.send_due()
                self._worker.repeat_halts()
            except DBAPIError as error:
                log.error("commands.time_failed", error=str(error.orig))

    def _on_changed(self, change: MowerChanged) -> None:
        if self._worker.open and self._worker.follows(change.after.device_name):
            self._worker.inbox.put(SnapshotChanged(change.after))


def _checked(kind: CommandKind, parameters: Mapping[str, Any], override: str) -> dict[str, Any]:
    """The parameters as they are kept; ``Invalid`` for wrong ones, and for an override that says nothing."""
    if override and len(override.strip()) < OVERRIDE_LEAST:
        raise Invalid(N_("override: type a reason of at least three characters"))
    if kind is CommandKind.START:
        return start_settings(parameters).as_parameters()
    if parameters:
        given = ", ".join(map(str, parameters))
        raise Invalid(Text("{kind}: takes no parameters, not {given}", kind=kind, given=given))
    return {}
