"""A mower seen inside an active temporary no-go is told as ``ENTERED_NO_GO`` and paused, once an entry.

`judge_entry` is pure; the watch hears every snapshot, and pauses through `Commands` as any person would, so that the
guard, the record and the proof by telemetry are the same.
"""

import asyncio
from collections.abc import Iterable
from typing import Protocol
from uuid import UUID

import structlog

from core.clock import Clock
from core.errors import MowthosError
from core.events import Event, Subscription
from core.fleet import CommandView, LiveFleet
from core.fleet.model import (
    CommandKind,
    FleetEvent,
    FleetEventKind,
    MowerChanged,
    MowerSnapshot,
    MowerState,
    PositionType,
)
from core.lawnmaps.no_go import NoGo
from core.lawnmaps.no_go_desk import NoGoDesk

log = structlog.get_logger(__name__)

WATCH = "no-go watch"
MOVING = frozenset({MowerState.MOWING, MowerState.RETURNING})
PAUSED_FROM = frozenset({MowerState.MOWING})
"""A mower on its way home is left to go: standing still in the middle of a party helps nobody."""
PRECISE = frozenset({PositionType.RTK_FIXED, PositionType.RTK_FLOAT})


class Pauses(Protocol):
    """`core.fleet.Commands` is one."""

    async def request(self, *, device_name: str, kind: CommandKind, asked_by: str, source: str) -> CommandView: ...


def inside_of(snapshot: MowerSnapshot, active: Iterable[NoGo], margin_m: float) -> frozenset[UUID]:
    """The active ones a moving mower is inside of, by a position precise enough to say so."""
    reading = snapshot.reading
    if reading is None or reading.position is None or reading.position_type not in PRECISE:
        return frozenset()
    if snapshot.state not in MOVING:
        return frozenset()
    place = reading.position
    return frozenset(one.id for one in active if one.holds(place, margin_m))


class NoGoWatch:
    """Listens from `start` to `stop`."""

    def __init__(
        self, *, desk: NoGoDesk, live: LiveFleet, happened: Event[FleetEvent], commands: Pauses, clock: Clock
    ) -> None:
        self._desk, self._live, self._happened = desk, live, happened
        self._commands, self._clock = commands, clock
        self._inside: dict[str, frozenset[UUID]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._unsubscribe: Subscription | None = None

    def start(self) -> None:
        self._unsubscribe = self._live.changed.subscribe(self._heard)

    async def stop(self) -> None:
        """Listen no longer and leave no task."""
        if self._unsubscribe is not None:
            self._unsubscribe()
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def look(self) -> int:
        """Look at every mower, as when a no-go begins over one that is there already; how many were inside."""
        for snapshot in self._live.all():
            self._judge(snapshot)
        return sum(bool(inside) for inside in self._inside.values())

    def _heard(self, change: MowerChanged) -> None:
        self._judge(change.after)

    def _judge(self, after: MowerSnapshot) -> None:
        name, now = after.device_name, self._clock.now()
        active = [one for one in self._desk.coming() if one.active(now)]
        before = self._inside.get(name, frozenset())
        inside = inside_of(after, active, self._desk.rules.margin_m) if active else frozenset()
        self._inside[name] = inside if after.state in MOVING else before & {one.id for one in active}
        if not inside - before:
            return
        log.warning("no_go.entered", device_name=name, no_go=[str(one) for one in inside - before])
        self._happened.emit(
            FleetEvent(
                kind=FleetEventKind.ENTERED_NO_GO, device_name=name, at=now, before=after.state, after=after.state
            )
        )
        if after.state in PAUSED_FROM:
            task = asyncio.ensure_future(self._pause(name))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pause(self, device_name: str) -> None:
        try:
            await self._commands.request(device_name=device_name, kind=CommandKind.PAUSE, asked_by=WATCH, source="job")
        except MowthosError as error:
            log.warning("no_go.not_paused", device_name=device_name, error=error.message)
