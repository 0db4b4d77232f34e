"""What of the house's events goes out by webhook, and how it is told. None is lost to a kill (ADR 0045).

Commands, alarms and sessions are told by whoever stores them, in the same transaction. The state of a mower stands in
no table: what was told last does (`HookTold`), and whatever is another at a start, or comes while we run, is told.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from core.clock import Clock
from core.db.storing import Storing
from core.events import Subscription
from core.fleet import CommandView, MowingSession
from core.fleet.alarms import AlarmView, SubjectKind
from core.fleet.inbox import Inbox
from core.fleet.live import LiveFleet
from core.fleet.model import MowerChanged, MowerSnapshot, MowerState
from core.hooks import HookOutbox
from dashboard.api.models import command_out

log = structlog.get_logger(__name__)

AGAIN_S = 1.0


class HookSource:
    """Stores each event beside its fact; from `start` to `stop` also the states of mowers."""

    def __init__(
        self,
        outbox: HookOutbox,
        live: LiveFleet,
        clock: Clock,
        *,
        commands: Storing[CommandView],
        alarms: Storing[AlarmView],
        sessions: Storing[MowingSession],
    ) -> None:
        self._outbox, self._live, self._clock = outbox, live, clock
        self._waiting: Inbox[tuple[MowerSnapshot, MowerState | None]] = Inbox()  # with the state before, if it moved
        self._handling = asyncio.Lock()
        self._subscriptions: list[Subscription] = []
        self._task: asyncio.Task[None] | None = None
        commands.subscribe(self._command)
        alarms.subscribe(self._alarm)
        sessions.subscribe(self._session)

    async def start(self) -> None:
        """Tell what became another while nobody was here, then what comes. Where mowers' states are made, only."""
        self._subscriptions = [
            self._live.changed.subscribe(self._mower),
            self._live.roster_changed.subscribe(lambda _epoch: self._sight(self._live.all())),
        ]
        self._sight(self._live.all())
        self._task = asyncio.create_task(self._run(), name="hooks.states")

    async def stop(self) -> None:
        for unsubscribe in self._subscriptions:
            unsubscribe()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            with suppress(DBAPIError):  # it is made good at the next start
                await self.settle()
        self._subscriptions, self._task = [], None

    async def settle(self) -> None:
        """Store every state that waits, in order."""
        async with self._handling:
            while (item := self._waiting.take()) is not None:
                (after, before), sighted = item, item[1] is None
                told = _told(after, before or MowerState.UNKNOWN)
                try:
                    await self._outbox.put_state(after.device_name, after.state.value, told, sighted=sighted)
                except DBAPIError:
                    self._waiting.put_back(item)
                    raise

    async def _run(self) -> None:
        while True:
            await self._waiting.wait()
            try:
                await self.settle()
            except DBAPIError as error:
                log.error("hooks.states_retried", waiting=len(self._waiting), error=str(error.orig))
                await self._clock.sleep(AGAIN_S)

    def _sight(self, snapshots: Iterable[MowerSnapshot]) -> None:
        for snapshot in snapshots:
            self._waiting.put((snapshot, None))

    def _mower(self, change: MowerChanged) -> None:
        if change.state_changed:
            self._waiting.put((change.after, change.before.state))

    async def _command(self, connection: AsyncConnection, command: CommandView) -> None:
        told = command_out(command).model_dump(mode="json")
        await self._outbox.put_beside(connection, "command.changed", told)

    async def _alarm(self, connection: AsyncConnection, alarm: AlarmView) -> None:
        told = {
            "id": str(alarm.id),
            "kind": alarm.kind.value,
            "severity": alarm.severity.value,
            "subject": alarm.subject.kind.value,
            "device_name": alarm.subject.name if alarm.subject.kind is SubjectKind.MOWER else None,
            "raised_at": alarm.raised_at.isoformat(),
            "acknowledged_at": alarm.acknowledged_at.isoformat() if alarm.acknowledged_at else None,
            "cleared_at": alarm.cleared_at.isoformat() if alarm.cleared_at else None,
        }
        await self._outbox.put_beside(connection, "alarm.changed", told)

    async def _session(self, connection: AsyncConnection, session: MowingSession) -> None:
        name = next((one.device_name for one in self._live.all() if one.number == session.number), None)
        told = {
            "device_name": name,
            "started_ms": session.started_ms,
            "ended_ms": session.ended_ms,
            "end_reason": session.end_reason.value if session.end_reason else None,
            "mowing_s": session.mowing_s,
            "distance_m": session.distance_m,
            "area_m2": session.area_m2,
        }
        await self._outbox.put_beside(connection, "session.ended", told)


def _told(after: MowerSnapshot, before: MowerState) -> dict[str, Any]:
    return {
        "device_name": after.device_name,
        "before": before.value,
        "state": after.state.value,
        "last_known": after.last_known.value if after.last_known else None,
        "confidence": after.confidence.value,
        "received_at": after.received_at.isoformat() if after.received_at else None,
    }
