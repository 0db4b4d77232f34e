"""The handler around the rules: once a second it looks at the fleet and stores what changed.

1. Facts of every mower and account (`facts`), made anew only where a snapshot changed.
2. `engine.next_alarms` and `rota.climbs` say what changed. Pure.
3. One transaction stores it (`recorder`): alarms, timeline, notices. Only then does the new state count, so a look
   whose transaction fails is simply repeated: nothing is lost, and the unique key of open alarms lets none be doubled.
4. Open pages hear, silent mowers are asked for a report, notices go out.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime

import structlog
from sqlalchemy.exc import DBAPIError, IntegrityError

from core.clock import Clock
from core.db import Database
from core.db.storing import Storing
from core.events import Event, Subscription
from core.fleet.alarms.book import AlarmBook
from core.fleet.alarms.engine import next_alarms
from core.fleet.alarms.facts import FactsOfFleet, Signals
from core.fleet.alarms.model import AlarmChange, AlarmState, ChangeKind, Key, SubjectKind
from core.fleet.alarms.recorder import Recorder
from core.fleet.alarms.rota import Climb, climbs
from core.fleet.alarms.rulebook import Rulebook
from core.fleet.alarms.views import AlarmView, Audience
from core.fleet.faults import FaultLexicon
from core.fleet.inbox import Inbox
from core.fleet.live import LiveFleet
from core.fleet.model import FleetEvent, LinkHealth
from core.notices import Outbox

log = structlog.get_logger(__name__)

TICK_S = 1.0

type Ask = Callable[[str], Awaitable[object]]
"""Asks a mower for a report."""


class AlarmKeeper:
    """Keeps the alarms of the fleet. ``changed`` tells each alarm that is another, after it was stored; ``asked`` each
    mower that is asked for a report because a rule doubts it."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        live: LiveFleet,
        happened: Event[FleetEvent],
        account_of: Callable[[str], str | None],
        health: Callable[[], Iterable[LinkHealth]],
        ask: Ask,
        book: AlarmBook,
        rules: Rulebook,
        lexicon: FaultLexicon,
        audience: Audience,
        outbox: Outbox,
        mine: Callable[[Key, str | None], bool] | None = None,
    ) -> None:
        self._mine, self._stale = mine, False
        self.changed: Event[AlarmView] = Event("alarm_changed")
        self.storing: Storing[AlarmView] = Storing("alarm")
        """Each alarm that is another, in the transaction that stores it; by a look or by a person."""
        self.asked: Event[str] = Event("mower_asked")
        self.reloaded: Event[None] = Event("alarms_reloaded")
        """Another process changed alarms, and they were read anew: whoever draws them draws them again."""
        self.changing = asyncio.Lock()
        self.state = AlarmState()
        self.book = book
        self._database = database
        self._clock = clock
        self._happened = happened
        self._ask = ask
        self._rules = rules
        self._lexicon = lexicon
        self._audience = audience
        self._outbox = outbox
        self._signals = Signals()
        self._facts = FactsOfFleet(live, self._signals, account_of, health)
        self._to_ask: Inbox[str] = Inbox()
        self._began_at: datetime | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._unsubscribe: Subscription | None = None

    async def load(self) -> None:
        """Take up what an earlier run left open."""
        await self._rules.load()
        self.state = self._ours(await self.book.load())
        self._signals.restore(self.state)
        self._began_at = self._clock.now()
        if self._unsubscribe is None:
            self._unsubscribe = self._happened.subscribe(self._hear)

    async def reload(self) -> None:
        """Another process changed alarms, or mowers came to us: take up what stands in the database."""
        async with self.changing:
            self.state = self._ours(await self.book.load())
            self._signals.restore(self.state)
            self.book.note(())

    def ask_to_reload(self) -> None:
        """Mowers came to us or left: the next look begins with what is stored."""
        self._stale = True

    def _ours(self, state: AlarmState) -> AlarmState:
        """Where several processes watch, each the mowers and accounts that are its own."""
        if self._mine is None:
            return state
        return AlarmState({key: watch for key, watch in state.watches.items() if self._mine(key, watch.account)})

    async def start(self) -> None:
        await self.load()
        self._tasks = [
            asyncio.create_task(self._run(), name="fleet.alarms"),
            asyncio.create_task(self._ask_on(), name="fleet.alarms.ask"),
        ]

    async def stop(self) -> None:
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None

    async def tick(self) -> Sequence[AlarmChange]:
        """One look. A database that fails is tried again by the next one."""
        async with self.changing:
            now = self._clock.now()
            state, changes = next_alarms(self.state, self._facts.now(self._began_at), self._rules.rules, now)
            climbing = tuple(climbs(self.book.open, self._rules.steps, now)) if self._rules.steps else ()
            views: Sequence[AlarmView] = ()
            if changes or climbing:
                views = await self._store(state, changes, climbing)
            self.state = state
        for change in changes:
            if change.kind is ChangeKind.ASKED and change.key.subject.kind is SubjectKind.MOWER:
                self._to_ask.put(change.key.subject.name)
                self.asked.emit(change.key.subject.name)
        for view in views:
            self.changed.emit(view)
        return changes

    async def ask_due(self) -> int:
        """Ask every mower that is to be asked, one after the other. Returns their number."""
        count = 0
        while (name := self._to_ask.take()) is not None:
            await self._ask(name)
            count += 1
        return count

    def mute(self, key: Key) -> bool:
        """A person cleared this alarm: quiet until its cause is over. Whether that lasts. Call under `changing`."""
        watch = self.state.watches.get(key)
        if watch is None or not watch.open:
            return False
        muted = type(watch)(watch.since, muted=True, asked=True, account=watch.account)
        self.state = AlarmState({**self.state.watches, key: muted})
        return True

    async def _store(
        self, state: AlarmState, changes: Sequence[AlarmChange], climbing: Sequence[Climb]
    ) -> Sequence[AlarmView]:
        telling = climbing or any(change.kind is ChangeKind.RAISED for change in changes)
        audience = await self._audience() if telling else ()
        async with self._database.session() as session:
            recorder = Recorder(session, self._clock, self._lexicon, audience, {})
            views = await recorder.carry_out(changes, climbing)
            for view in views:
                await self.storing.emit(await session.connection(), view)
        common = {key for watch in state.watches.values() if (key := watch.part_of) is not None}
        members = {
            view.id: frozenset(key.subject.name for key, watch in state.watches.items() if watch.part_of == view.key)
            for view in views
            if view.key in common
        }
        self.book.note(views, members)
        return views

    async def _run(self) -> None:
        while True:
            await self._clock.sleep(TICK_S)
            seen = self.book.version
            try:
                if self._stale:
                    self._stale = False
                    await self.reload()
                await self.tick()
                if self.book.version != seen:
                    await self._outbox.flush()
            except IntegrityError as error:
                log.error("alarms.reloaded", error=str(error.orig))
                with suppress(DBAPIError):
                    async with self.changing:
                        self.state = self._ours(await self.book.load())
            except DBAPIError as error:
                log.error("alarms.look_failed", error=str(error.orig))

    async def _ask_on(self) -> None:
        while True:
            await self._to_ask.wait()
            await self.ask_due()

    def _hear(self, event: FleetEvent) -> None:
        self._signals.hear(event)
