"""From a device's report to everybody's map: the flow of one reading, in order.

1. `enqueue` (any thread): into a bounded queue; returns at once.
2. `_take` (the one writer): the mower by its name, or refused as ``unknown_device``.
3. `next_state`: accept or refuse, and the snapshot after it.
4. `LiveFleet.put`: the snapshot becomes live, its subscribers hear.
5. `TelemetryStore.append`: into the next batch of history; late readings go here only.
6. `happened`: what the step means, for sessions and alerts.

Every ``TICK_S`` `tick` lets time pass over every snapshot. Readings of one mower are taken in arrival order.

Overload: when ``MAX_QUEUED`` readings wait, the oldest are dropped and counted as ``overload`` (the newest matter most
to a live map); readings wait while history has no room (`TelemetryStore.has_room`).
"""

import asyncio
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from core.clock import Clock
from core.events import Event
from core.fleet.judge import happened
from core.fleet.limits import DEFAULT_LIMITS, StateLimits
from core.fleet.live import LiveFleet
from core.fleet.model import Confidence, FleetEvent, IngestCounts, MowerState, Reading
from core.fleet.sanity import Refusal
from core.fleet.state import aged, next_state
from core.fleet.telemetry import TelemetryStore

MAX_QUEUED = 100_000
TURN = 250
"""Readings taken before the event loop gets its turn (about 10 ms)."""
TICK_S = 0.5
EARLY_S = 2.0
"""Proof ends this much before ``evidence_s`` here, for what may still be under way when it ends: a tick, the frame that
tells the screens (1 s), and a busy moment. So the promise holds for what a person sees."""


class FleetPipeline:
    """The single writer of the live fleet."""

    def __init__(
        self, live: LiveFleet, telemetry: TelemetryStore, clock: Clock, limits: StateLimits = DEFAULT_LIMITS
    ) -> None:
        self.happened: Event[FleetEvent] = Event("fleet_event")
        self._live = live
        self._telemetry = telemetry
        self._clock = clock
        self._limits = replace(limits, evidence_s=limits.evidence_s - EARLY_S)
        self._queue: deque[Reading] = deque()
        self._accepted = 0
        self._history_only = 0
        self._refused: dict[str, int] = {}
        self._repaired: dict[str, int] = {}
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = 0

    @property
    def counts(self) -> IngestCounts:
        """What became of the readings since start."""
        return IngestCounts(
            accepted=self._accepted,
            refused=dict(self._refused),
            repaired=dict(self._repaired),
            history_only=self._history_only,
        )

    @property
    def queued(self) -> int:
        return len(self._queue)

    def enqueue(self, batch: Sequence[Reading]) -> None:
        """Take readings from any thread or task, in arrival order. Never blocks, never raises."""
        self._queue.extend(batch)
        if self._loop is None or self._wake.is_set():
            return
        if threading.get_ident() == self._thread:
            self._wake.set()
        else:
            with suppress(RuntimeError):  # the loop has closed: nobody is left to be woken
                self._loop.call_soon_threadsafe(self._wake.set)

    async def run(self) -> None:
        """Work until cancelled; on the way out everything queued is taken and stored."""
        self._loop, self._thread = asyncio.get_running_loop(), threading.get_ident()
        if self._queue:
            self._wake.set()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._telemetry.run(), name="fleet.telemetry")
                group.create_task(self._work(), name="fleet.work")
                group.create_task(self.age(), name="fleet.age")
        finally:
            self._loop = None
            self.drain()
            await self._telemetry.close()

    def drain(self) -> int:
        """Take everything queued, now. Returns the number of readings taken."""
        taken = 0
        while self._queue:
            taken += self._turn(TURN)
        return taken

    def tick(self) -> None:
        """Let time pass over every snapshot."""
        now = self._clock.now()
        for before in self._live.all():
            after = aged(before, now, self._limits)
            if after is not before:
                self._live.put(after)
                for event in happened(before, after, now):
                    self.happened.emit(event)

    async def _work(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._queue:
                while not self._telemetry.has_room:
                    await self._clock.sleep(0.05)
                self._turn(TURN)
                await asyncio.sleep(0)

    async def age(self) -> None:
        """Let time pass until cancelled."""
        while True:
            await self._clock.sleep(TICK_S)
            self.tick()

    def _turn(self, most: int) -> int:
        queue = self._queue
        excess = len(queue) - MAX_QUEUED
        if excess > 0:
            for _ in range(excess):
                queue.popleft()
            self._count(self._refused, Refusal.OVERLOAD, excess)
        taken = min(most, len(queue))
        for _ in range(taken):
            self._take(queue.popleft())
        return taken

    def _take(self, reading: Reading) -> None:
        live = self._live
        if reading.device_name not in live:
            self._count(self._refused, Refusal.UNKNOWN_DEVICE)
            return
        before = live.get(reading.device_name)
        verdict = next_state(before, reading, self._limits)
        for repair in verdict.repairs:
            self._count(self._repaired, repair)
        stored = verdict.reading or reading
        if not verdict.accepted:
            self._count(self._refused, verdict.refusal or Refusal.LATE)
            if verdict.stored:
                self._history_only += 1
                self._telemetry.append(before.number, stored, stored.mode or MowerState.UNKNOWN, Confidence.STALE)
            return
        self._accepted += 1
        after = verdict.snapshot
        live.put(after)
        self._telemetry.append(after.number, stored, after.state, after.confidence)
        for event in verdict.events:
            self.happened.emit(event)

    @staticmethod
    def _count(counter: dict[str, int], rule: str, by: int = 1) -> None:
        counter[str(rule)] = counter.get(rule, 0) + by
