"""The live fleet of several processes: owners put their mowers' snapshots on the bus, others show what they find there.

A snapshot crosses with its account, the owner's token and its own version: an older token is refused, and of one token
an older version, so a process that was taken over cannot speak for its mowers any more. Whoever comes late takes what
is present. While nothing comes through, snapshots here grow old by themselves (`FleetPipeline.age`).
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any

import structlog
from pydantic import TypeAdapter, ValidationError

from core.bus import Bus
from core.clock import Clock
from core.events import Subscription
from core.fleet.holding import Fence
from core.fleet.live import LiveFleet
from core.fleet.model import MowerChanged, MowerSnapshot, Track
from core.fleet.roster import Roster

log = structlog.get_logger(__name__)

PREFIX = "mower/"
UNKNOWN_WAIT_S = 0.5
"""Snapshots of mowers we do not know yet wait this long, so that many new ones make one new roster."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A snapshot on its way, and who speaks."""

    token: int
    snapshot: MowerSnapshot


_codec = TypeAdapter(Sent)


def packed(sent: Sent) -> str:
    """As text; of the track only what ageing needs."""
    track = Track(claimed_at=sent.snapshot.track.claimed_at, mode_since=sent.snapshot.track.mode_since)
    slim = replace(sent, snapshot=replace(sent.snapshot, track=track))
    return _codec.dump_json(slim, exclude_defaults=True).decode()


def unpacked(text: str) -> Sent:
    """``ValueError`` for what is none."""
    return _codec.validate_json(text)


class SnapshotSender:
    """Puts every snapshot of the mowers that are ours on the bus."""

    def __init__(self, live: LiveFleet, bus: Bus, fence_of: Callable[[str], Fence | None]) -> None:
        self._live, self._bus, self._fence_of = live, bus, fence_of
        self._subscriptions: list[Subscription] = []

    def start(self) -> None:
        self._subscriptions = [
            self._live.changed.subscribe(self._changed),
            self._live.roster_changed.subscribe(lambda _epoch: self.all()),
            self._bus.restored.subscribe(lambda _nothing: self.all()),
        ]
        self.all()

    def stop(self) -> None:
        subscriptions, self._subscriptions = self._subscriptions, []
        for unsubscribe in subscriptions:
            unsubscribe()

    def all(self) -> None:
        for snapshot in self._live.all():
            self._send(snapshot)

    def _changed(self, change: MowerChanged) -> None:
        self._send(change.after)

    def _send(self, snapshot: MowerSnapshot) -> None:
        fence = self._fence_of(snapshot.device_name)
        if fence is not None:
            self._bus.put(PREFIX + snapshot.device_name, packed(Sent(fence.token, snapshot)))


class SnapshotMirror:
    """Shows in this process's live fleet what the owners put on the bus."""

    def __init__(self, live: LiveFleet, roster: Roster, bus: Bus, clock: Clock) -> None:
        self._live, self._roster, self._bus, self._clock = live, roster, bus, clock
        self._taken: dict[str, tuple[int, int]] = {}
        self._unknown: dict[str, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        bus.watch(self.take)
        bus.restored.subscribe(lambda _nothing: self._begin(self.load()))

    async def load(self) -> None:
        """Take what is present."""
        for key, state in (await self._bus.present()).items():
            self.take(key, state)

    async def stop(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def take(self, key: str, state: str) -> None:
        """One snapshot of another process; what is older than what we have is left."""
        if not key.startswith(PREFIX):
            return
        try:
            sent = unpacked(state)
        except ValidationError as error:
            log.warning("fleet.snapshot_unreadable", key=key, problems=error.error_count())
            return
        name, number = sent.snapshot.device_name, (sent.token, sent.snapshot.version)
        if name not in self._live:
            self._unknown[key] = state
            if len(self._unknown) == 1:
                self._begin(self._learn())
            return
        if number > self._taken.get(name, (0, -1)):
            self._taken[name] = number
            self._live.put(replace(sent.snapshot, number=self._live.get(name).number))

    async def _learn(self) -> None:
        """Mowers we do not know: the roster is read anew; what is unknown even then is left."""
        await self._clock.sleep(UNKNOWN_WAIT_S)
        await self._roster.load()
        waiting, self._unknown = self._unknown, {}
        for key, state in waiting.items():
            if key.removeprefix(PREFIX) in self._live:
                self.take(key, state)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
