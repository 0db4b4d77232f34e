"""Hands commands over, follows them through telemetry, and ends those whose time ran out.

Steps 2-5 of `core.fleet.commands`; knows nothing of who asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError

from core.clock import Clock
from core.errors import MowthosError, Unavailable
from core.events import Event
from core.fleet.command_rules import CommandLimits, CommandView, done, overdue, refusals, seen
from core.fleet.command_store import CommandStore, finished
from core.fleet.guard import Reason
from core.fleet.holding import Fence
from core.fleet.inbox import Inbox
from core.fleet.listener import Acknowledgement
from core.fleet.live import LiveFleet
from core.fleet.model import CommandKind, CommandStatus, LinkHealth, MowerSnapshot

if TYPE_CHECKING:  # core.ports speaks of this package's values, and so imports it
    from core.ports import CloudLink

log = structlog.get_logger(__name__)

C = CommandStatus
RETRY_S = 3.0
"""Between two attempts to hand over a command while the vendor's cloud does not answer."""
HALT_RETRY_S = 1.0
HALT_REPEAT_S = 5.0
"""A halt that telemetry does not show yet goes out again, and the mower is asked how it stands."""


class Links(Protocol):
    """What commands need of the vendor accounts."""

    def link_of(self, device_name: str) -> CloudLink | None: ...

    def health_of(self, device_name: str) -> LinkHealth | None: ...

    def owns(self, device_name: str) -> bool:
        """Whether this process owns the account of a mower now."""
        ...


type FenceOf = Callable[[str], Fence | None]
"""What a write for a mower must show; ``None`` where this process does not own its account."""


@dataclass(frozen=True, slots=True)
class SnapshotChanged:
    snapshot: MowerSnapshot


@dataclass(frozen=True, slots=True)
class CommandQueued:
    command_id: UUID


type Item = SnapshotChanged | CommandQueued | Acknowledgement


class CommandWorker:
    """Works on the open commands. One command at a time is handed over a mower; a halt waits for nothing."""

    def __init__(
        self,
        store: CommandStore,
        live: LiveFleet,
        links: Links,
        clock: Clock,
        limits: CommandLimits,
        changed: Event[CommandView],
        *,
        fence_of: FenceOf = lambda _device_name: None,
        hands_over: bool = True,
        shared: bool = False,
    ) -> None:
        """``hands_over``: this process may own accounts. ``shared``: others may, too, so that no step is taken for a
        mower without a fence."""
        self.inbox: Inbox[Item] = Inbox()
        self._handling = asyncio.Lock()
        self.open: dict[UUID, CommandView] = {}
        self._store = store
        self._live = live
        self._links = links
        self._clock = clock
        self._limits = limits
        self._changed = changed
        self.refused: Event[CommandView] = Event("command_refused_late")
        self._fence_of = fence_of
        self._hands_over, self._shared = hands_over, shared
        self._not_before: dict[UUID, datetime] = {}
        self._sending: dict[UUID, tuple[str, asyncio.Task[None]]] = {}
        self._repeated_at: dict[UUID, datetime] = {}

    def follows(self, device_name: str) -> bool:
        """Whether a mower has an open command."""
        return any(command.device_name == device_name for command in self.open.values())

    async def handle(self, item: Item) -> None:
        """Do what one item asks for."""
        match item:
            case CommandQueued():
                self.send_due()
            case SnapshotChanged(snapshot):
                await self._follow(snapshot)
            case Acknowledgement():
                await self._acknowledge(item)

    async def handle_all(self) -> None:
        """Do what waits in the inbox, one item at a time, in order, whoever asks."""
        async with self._handling:
            while (item := self.inbox.take()) is not None:
                try:
                    await self.handle(item)
                except DBAPIError:
                    self.inbox.put_back(item)
                    raise

    async def settle(self) -> None:
        """Wait until nothing is being handed over, and hear what came of it."""
        while self._sending:
            await asyncio.wait([task for _, task in self._sending.values()])
            await asyncio.sleep(0)
        await self.handle_all()

    async def cancel(self) -> None:
        tasks = [task for _, task in self._sending.values()]
        self._sending = {}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def send_due(self) -> None:
        """Begin to hand over every queued command whose time has come, one at a time a mower."""
        if not self._hands_over:
            return
        now = self._clock.now()
        for command in list(self.open.values()):
            if command.status is not C.QUEUED or self._not_before.get(command.id, now) > now:
                continue
            busy = any(name == command.device_name for name, _ in self._sending.values())
            if command.id in self._sending or (busy and command.kind is not CommandKind.HALT):
                continue
            self._begin(command, self._send(command))

    def repeat_halts(self) -> None:
        """Send every halt again whose standstill telemetry has not shown for `HALT_REPEAT_S`."""
        if not self._hands_over:
            return
        now = self._clock.now()
        for command in list(self.open.values()):
            if command.kind is not CommandKind.HALT or command.status is C.QUEUED or command.sent_at is None:
                continue
            last = self._repeated_at.get(command.id, command.sent_at)
            if command.id not in self._sending and (now - last).total_seconds() >= HALT_REPEAT_S:
                self._repeated_at[command.id] = now
                self._begin(command, self._repeat(command))

    def _begin(self, command: CommandView, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name=f"fleet.command.{command.id}")
        self._sending[command.id] = (command.device_name, task)
        task.add_done_callback(self._handed_over(command))

    async def _repeat(self, command: CommandView) -> None:
        link = self._links.link_of(command.device_name)
        if link is None:
            return
        try:
            if command.status is not C.SEEN:
                again = f"{command.id}/{command.sends + 1}"
                await link.send(command.device_name, command.kind, {}, command_id=again)
                current = self.open.get(command.id)
                if current is not None:
                    await self.move(current, sends=current.sends + 1)
            await link.request_report(command.device_name)
        except MowthosError as error:  # the next repeat comes in seconds; what ends it is time or evidence
            log.info("commands.halt_repeat_failed", device_name=command.device_name, error=error.message)

    def _handed_over(self, command: CommandView) -> Callable[[asyncio.Task[None]], None]:
        def done_with(task: asyncio.Task[None]) -> None:
            self._sending.pop(command.id, None)
            if not task.cancelled() and (error := task.exception()) is not None:
                log.error("commands.send_failed", command_id=str(command.id), error=repr(error))
            self.inbox.put(CommandQueued(command.id))  # the next one of this mower may go

        return done_with

    async def _send(self, command: CommandView) -> None:
        now = self._clock.now()
        late = overdue(command, now, self._limits)
        if late is not None:  # it may have waited through a restart
            await self.move(command, **finished(late[0], now, late[1]))
            return
        if command.device_name not in self._live:
            await self.move(command, **finished(C.FAILED, now, Reason.NO_LINK))
            return
        again = refusals(command.kind, self._live.get(command.device_name), self._links.health_of(command.device_name))
        if Reason.ALREADY in again:  # it came about by itself while the command waited
            await self.move(command, **finished(C.REFUSED, now, Reason.ALREADY))
            return
        link = self._links.link_of(command.device_name)
        if link is None:
            self._not_before[command.id] = now + timedelta(seconds=RETRY_S)
            return
        handed = await self.move(command, unsent=True, sent_at=now)
        if handed is None:
            return
        try:
            receipt = await link.send(command.device_name, command.kind, command.parameters, command_id=str(command.id))
        except Unavailable:
            wait_s = HALT_RETRY_S if command.kind is CommandKind.HALT else RETRY_S
            self._not_before[command.id] = self._clock.now() + timedelta(seconds=wait_s)
            await self.move(handed, sent_at=None)
        except MowthosError as error:
            await self.move(handed, **finished(C.FAILED, self._clock.now(), error.message))
        else:
            acknowledged = receipt.acknowledged_at
            status = C.SENT if acknowledged is None else C.ACKNOWLEDGED
            after = await self.move(
                handed,
                status=status,
                sent_at=receipt.sent_at,
                acknowledged_at=acknowledged,
                link=receipt.link[:40],
                sends=1,
            )
            if after is not None and command.device_name in self._live:
                self.inbox.put(SnapshotChanged(self._live.get(command.device_name)))

    async def _acknowledge(self, answer: Acknowledgement) -> None:
        for command in [command for command in self.open.values() if command.device_name == answer.device_name]:
            if command.kind is not answer.kind or command.sent_at is None or command.acknowledged_at is not None:
                continue
            if command.status is C.QUEUED:  # answered before the cloud's receipt was stored: hear it again after that
                if command.id in self._sending:
                    self._sending[command.id][1].add_done_callback(lambda _: self.inbox.put(answer))
            elif not answer.accepted and command.kind is CommandKind.HALT:
                continue  # one that stands already refuses to pause: telemetry decides, and the refusal proves nothing
            elif not answer.accepted:
                reasons = [Reason.DEVICE_REFUSED, *([answer.detail] if answer.detail else [])]
                await self.move(command, **finished(C.FAILED, self._clock.now(), *reasons))
            else:
                status = C.ACKNOWLEDGED if command.status is C.SENT else command.status
                await self.move(command, status=status, acknowledged_at=self._clock.now())
            return

    async def _follow(self, snapshot: MowerSnapshot) -> None:
        for command in [command for command in self.open.values() if command.device_name == snapshot.device_name]:
            current: CommandView | None = command
            if command.status in (C.SENT, C.ACKNOWLEDGED) and seen(command, snapshot):
                current = await self.move(command, status=C.SEEN, seen_at=snapshot.received_at)
            if current is not None and current.status is C.SEEN and done(current, snapshot):
                await self.move(current, status=C.DONE, finished_at=self._clock.now())

    async def replace_older(self, newest: CommandView) -> None:
        """A later command ends what an earlier one still waited for: unsent, or sent and wanting another state."""
        if newest.status is not C.QUEUED:
            return
        now = self._clock.now()
        for command in list(self.open.values()):
            if command.device_name == newest.device_name and command.id != newest.id:
                await self.move(command, fenced=False, **finished(C.FAILED, now, Reason.REPLACED))

    async def end_overdue(self) -> None:
        if not self._hands_over:
            return
        now = self._clock.now()
        for command in list(self.open.values()):
            end = overdue(command, now, self._limits)
            if end is not None and command.id not in self._sending:
                await self.move(command, **finished(end[0], now, end[1]))

    async def move(self, command: CommandView, *, fenced: bool = True, **changes: Any) -> CommandView | None:
        """The next step of a command, unless somebody else took it: then we know by now what became of it."""
        fence = self._fence_of(command.device_name) if fenced else None
        if fenced and fence is None and self._shared:
            return None
        moved = await self._store.move(command.id, expected=(command.status,), fence=fence, **changes)
        if moved is None:
            for now in await self._store.among([command.id]):
                if now != self.open.get(command.id):
                    self.tell(now)
            return None
        if moved.status is C.REFUSED:
            self.refused.emit(moved)
        self.tell(moved)
        return moved

    async def take_up(self, command: CommandView) -> None:
        """Go on with one that is open; caught while it was being handed over, it is followed as sent."""
        if command.status is C.QUEUED and command.sent_at is not None:
            await self.move(command, status=C.SENT, reasons=(Reason.INTERRUPTED,))
        elif command.status is C.QUEUED:
            self.inbox.put(CommandQueued(command.id))
        elif command.device_name in self._live:
            self.inbox.put(SnapshotChanged(self._live.get(command.device_name)))

    def is_handing_over(self, command_id: UUID) -> bool:
        return command_id in self._sending

    def forget(self, command: CommandView) -> None:
        """Its mower is another process's business from now on."""
        self.open.pop(command.id, None)
        self._not_before.pop(command.id, None)
        self._repeated_at.pop(command.id, None)

    def tell(self, command: CommandView) -> None:
        log.info(
            "command.moved",
            command_id=str(command.id),
            device_name=command.device_name,
            kind=command.kind.value,
            status=command.status.value,
        )
        self.keep(command)
        self._changed.emit(command)

    def keep(self, command: CommandView) -> None:
        if command.is_open:
            self.open[command.id] = command
        else:
            self.forget(command)
