"""Keeps the sessions of the fleet: listens to every stored reading, in order, and writes what it means.

1. `_heard` (on every append): the row's sample waits in its mower's list. Nothing else happens on that path.
2. `turn`, every ``TURN_S``: samples older than ``HOLD_S`` are sorted into key order and given to the mower's tracker.
3. A sample at or before the tracker's frontier came late: the mower's sessions are made anew from stored history, from
   the session that it can reach (`SessionLimits.reach_s`) to the present.
4. Sessions that ended, those under way, and the marks are written in one transaction.

A tracker is made from stored history when its mower is first heard, so a start and a late reading are the same case. A
turn that fails forgets the trackers it touched: the next turn makes them anew from what is stored.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog
from sqlalchemy.exc import DBAPIError

from core.clock import Clock, to_epoch_ms
from core.db import Database
from core.db.storing import Storing
from core.events import Event
from core.fleet.sessions import store
from core.fleet.sessions.model import DEFAULT_SESSION_LIMITS, MowingSession, SessionLimits
from core.fleet.sessions.rule import SessionTracker
from core.fleet.sessions.sample import Sample, sample_of_row
from core.fleet.telemetry import TelemetryStore

log = structlog.get_logger(__name__)

TURN_S = 2.0
HOLD_S = 5.0
"""Samples wait this long, so that small disorder sorts itself; lag is under a second, a reordered report under 5."""
WRITE_OPEN_S = 30.0
"""A session under way, and the mark of a mower, are written this often."""
MOST_DERIVED = 10
"""Mowers made anew from stored history in one turn."""
BREATH = 2_000
"""Samples after which the event loop gets its turn."""


@dataclass(slots=True)
class _Mower:
    """What is remembered of a mower between turns."""

    tracker: SessionTracker
    frontier: tuple[int, int] = (-1, -1)  # key of the last sample taken
    written_ms: int = 0


@dataclass(slots=True)
class _Outcome:
    """What a turn will write."""

    sessions: list[MowingSession] = field(default_factory=list)
    anew: dict[int, int] = field(default_factory=dict)  # mower -> sessions from here on are replaced
    marks: dict[int, int] = field(default_factory=dict)
    touched: list[int] = field(default_factory=list)


class SessionKeeper:
    """One writer of sessions. ``ended`` tells each session once it has ended, also when late readings changed it;
    ``storing`` the same in the transaction that stores it."""

    def __init__(
        self,
        database: Database,
        telemetry: TelemetryStore,
        clock: Clock,
        limits: SessionLimits = DEFAULT_SESSION_LIMITS,
    ) -> None:
        self.ended: Event[MowingSession] = Event("session_ended")
        self.storing: Storing[MowingSession] = Storing("session")
        self._database = database
        self._telemetry = telemetry
        self._clock = clock
        self._limits = limits
        self._waiting: dict[int, list[Sample]] = {}
        self._mowers: dict[int, _Mower] = {}
        self._marks: dict[int, int] | None = None
        self._turning = asyncio.Lock()
        telemetry.appended.subscribe(self._heard)

    @property
    def waiting(self) -> int:
        """Samples not yet taken in."""
        return sum(map(len, self._waiting.values()))

    def _heard(self, row: tuple[object, ...]) -> None:
        number: int = row[0]  # type: ignore[assignment]
        self._waiting.setdefault(number, []).append(sample_of_row(row))

    async def run(self) -> None:
        """Take turns until cancelled; a database that fails is asked again at the next turn."""
        while True:
            await self._clock.sleep(TURN_S)
            try:
                await self.turn()
            except DBAPIError as error:
                log.error("sessions.turn_failed", waiting=self.waiting, error=str(error.orig))

    async def turn(self, *, hold_s: float = HOLD_S) -> int:
        """Take in what has waited for ``hold_s``. Returns the number of sessions that ended."""
        async with self._turning:
            now_ms = to_epoch_ms(self._clock.now())
            release_ms = now_ms - round(hold_s * 1000)
            outcome = _Outcome()
            try:
                await self._take_all(release_ms, outcome)
                await self._write(outcome)
            except BaseException:
                for number in outcome.touched:
                    self._mowers.pop(number, None)
                    self._waiting.setdefault(number, [])
                raise
        ended = [session for session in outcome.sessions if not session.open]
        for session in ended:
            self.ended.emit(session)
        return len(ended)

    async def rederive(self, number: int, since_ms: int) -> None:
        """Make a mower's sessions from ``since_ms`` on anew at the next turn."""
        self._mowers.pop(number, None)
        self._waiting.setdefault(number, [])
        marks = await self._known_marks()
        marks[number] = min(since_ms, marks.get(number, since_ms))

    async def _take_all(self, release_ms: int, outcome: _Outcome) -> None:
        derived = taken = 0
        for number in tuple(self._waiting.keys() | self._mowers.keys()):
            samples = self._waiting.get(number, [])
            mower = self._mowers.get(number)
            ready = sorted(sample for sample in samples if sample.device_time_ms <= release_ms)
            late = mower is not None and bool(ready) and ready[0][:2] <= mower.frontier
            if mower is None or late:
                if derived < MOST_DERIVED:
                    derived += 1
                    outcome.touched.append(number)
                    await self._derive(number, release_ms, ready[0].device_time_ms if late else None, outcome)
                continue
            if not ready and not mower.tracker.at_work:
                continue
            if len(ready) == len(samples):
                self._waiting.pop(number, None)
            else:
                self._waiting[number] = [sample for sample in samples if sample.device_time_ms > release_ms]
            outcome.touched.append(number)
            self._advance(number, mower, ready, release_ms, outcome)
            taken += len(ready)
            if taken >= BREATH:
                taken = 0
                await asyncio.sleep(0)

    def _advance(self, number: int, mower: _Mower, ready: list[Sample], release_ms: int, outcome: _Outcome) -> None:
        tracker = mower.tracker
        ended = [session for sample in ready if (session := tracker.take(sample)) is not None]
        if ready:
            mower.frontier = (ready[-1].device_time_ms, ready[-1].sequence)
        if (gone := tracker.settle(release_ms)) is not None:
            ended.append(gone)
            mower.frontier = max(mower.frontier, (release_ms, 0))
        outcome.sessions += ended
        if ended or release_ms - mower.written_ms >= WRITE_OPEN_S * 1000:
            mower.written_ms = release_ms
            self._mark(number, mower, outcome)

    def _mark(self, number: int, mower: _Mower, outcome: _Outcome) -> None:
        under_way = mower.tracker.open
        if under_way is not None:
            outcome.sessions.append(under_way)
        outcome.marks[number] = max(0, mower.frontier[0] if under_way is None else under_way.started_ms)

    async def _derive(self, number: int, release_ms: int, late_ms: int | None, outcome: _Outcome) -> None:
        """Make a mower's sessions anew: from its mark, or from what a late reading can reach, up to ``release_ms``."""
        await self._telemetry.flush()
        start_ms = (await self._known_marks()).get(number, 0) if late_ms is None else late_ms
        reach_ms = start_ms - round(self._limits.reach_s * 1000)
        async with self._database.connection() as connection:
            near = await store.session_before(connection, number, start_ms + 1)
            while near is not None and (near.ended_ms >= reach_ms or near.open):
                start_ms = near.started_ms
                reach_ms = start_ms - round(self._limits.reach_s * 1000)
                near = await store.session_before(connection, number, start_ms)
        mower = _Mower(SessionTracker(number, last=near, limits=self._limits), (start_ms, -1))
        while True:
            async with self._database.connection() as connection:
                rows = await store.samples_of(connection, number, after=mower.frontier, until_ms=release_ms)
            for place, sample in enumerate(rows):
                if (session := mower.tracker.take(sample)) is not None:
                    outcome.sessions.append(session)
                if place % BREATH == BREATH - 1:
                    await asyncio.sleep(0)
            if rows:
                mower.frontier = (rows[-1].device_time_ms, rows[-1].sequence)
            if len(rows) < store.READ_ROWS:
                break
        self._advance(number, mower, [], release_ms, outcome)
        outcome.anew[number] = start_ms
        left = [one for one in self._waiting.pop(number, []) if one[:2] > mower.frontier]
        if left:
            self._waiting[number] = left
        self._mowers[number] = mower

    async def _write(self, outcome: _Outcome) -> None:
        if not (outcome.sessions or outcome.anew or outcome.marks):
            return
        newest = {(one.number, one.started_ms): one for one in outcome.sessions}
        async with self._database.connection() as connection:
            for number, since_ms in outcome.anew.items():
                await store.drop_sessions(connection, number, since_ms=since_ms)
            await store.put_sessions(connection, list(newest.values()))
            await store.put_marks(connection, "sessions_ms", outcome.marks)
            for session in newest.values():
                if not session.open:
                    await self.storing.emit(connection, session)
        (await self._known_marks()).update(outcome.marks)

    async def _known_marks(self) -> dict[int, int]:
        if self._marks is None:
            async with self._database.connection() as connection:
                self._marks = await store.marks_of(connection, "sessions_ms")
        return self._marks

    def marks(self) -> Mapping[int, int]:
        """Up to where each mower's history is made into sessions, milliseconds since 1970."""
        return dict(self._marks or {})
