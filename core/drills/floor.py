"""Where drills are held: one at a time, on a running copy. Once a second, in this order:

1. Faults whose second has come are put in, those whose time is up are mended.
2. What the product shows is looked at (`witness`); alarms, questions and commands were heard as they came.
3. Once nothing can change any more, or the script's time is up, the drill is over: everything is mended.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

import structlog

from core.accounts import Audit, Viewer
from core.clock import Clock
from core.drills.model import DrillRecord, DrillScript, Injection, Observation, Sign, Target
from core.drills.ports import Injector, Lookout
from core.drills.score import DrillScore, score
from core.drills.scripts import script_named
from core.drills.witness import State, Witness, link_states, mower_states
from core.errors import Conflict, MowthosError
from core.events import Event, Subscription
from core.fleet import CommandView, FleetService
from core.fleet.alarms import AlarmService, AlarmView
from core.fleet.model import Confidence, MowerSnapshot, MowerState
from core.texts import N_, Text

log = structlog.get_logger(__name__)

TICK_S = 1.0
READY_S = 120.0
"""How long a drill waits for a mower at work before it says that there is none."""


class DrillFloor:
    """Begins, plays and scores drills. ``ended`` tells each score once its drill is over."""

    def __init__(
        self,
        *,
        clock: Clock,
        fleet: FleetService,
        alarms: AlarmService,
        audit: Audit,
        injector: Injector,
        lookouts: Sequence[Lookout] = (),
    ) -> None:
        self.ended: Event[DrillScore] = Event("drill_ended")
        self.past: list[DrillScore] = []
        self._clock, self._fleet, self._alarms, self._audit = clock, fleet, alarms, audit
        self._injector, self._lookouts = injector, lookouts
        self._record: DrillRecord | None = None
        self._witness = Witness()
        self._done: set[str] = set()
        self._choosing = False
        self._task: asyncio.Task[None] | None = None
        self._hearing: Sequence[Subscription] = ()

    @property
    def preparing(self) -> bool:
        """Whether a drill looks for its mower just now."""
        return self._choosing

    def present(self) -> DrillScore | None:
        """The drill that runs, as it stands now; else the last one."""
        if self._record is None:
            return self.past[-1] if self.past else None
        seen = replace(self._record, observations=tuple(self._witness.seen))
        return score(seen, self._clock.now())

    async def start(self, name: str, *, by: str, viewer: Viewer | None = None) -> DrillRecord:
        """Begin a drill. ``NotFound`` for an unknown one; ``Conflict`` while one runs, or when no mower is at work."""
        script = script_named(name)
        if self._record is not None or self._choosing:
            raise Conflict(N_("a drill is running: end it first"))
        self._choosing = True
        try:
            target = await self._target(script)
        finally:
            self._choosing = False
        self._witness, self._done = Witness(), set()
        self._record = DrillRecord(script=script, target=target, began_at=self._clock.now(), begun_by=by)
        self._hearing = (
            self._alarms.keeper.changed.subscribe(self._hear_alarm),
            self._alarms.keeper.asked.subscribe(self._hear_question),
            self._fleet.commands.changed.subscribe(self._hear_command),
        )
        await self._audit.record(
            actor=by, person_id=viewer.person_id if viewer else None, action="drill.start", object_type="drill",
            object_id=name, after={"mower": target.mower, "account": target.account},
            source="web" if viewer else "cli",
        )  # fmt: skip
        return self._record

    async def play(self, name: str, *, by: str, viewer: Viewer | None = None) -> DrillRecord:
        """Begin a drill and let it run by itself."""
        record = await self.start(name, by=by, viewer=viewer)
        self._task = asyncio.create_task(self._run(), name="drill")
        return record

    async def step(self) -> None:
        """One second of the running drill."""
        record = self._record
        if record is None:
            return
        try:
            for injection in record.script.injections:
                await self._turn(record, injection)
            await self._look(record)
        except MowthosError as error:
            log.warning("drill.broken_off", drill=record.script.name, reason=error.message)
            await self.end(trouble=error.message)
            return
        current = self.present()
        over = record.seconds(self._clock.now()) >= record.script.lasts_s
        if self._record is record and (over or (current is not None and current.settled)):
            await self.end()

    async def end(self, *, trouble: str = "") -> DrillScore | None:
        """End the running drill now: mend everything, score what was seen."""
        record, self._record = self._record, None
        if record is None:
            return None
        for unsubscribe in self._hearing:
            unsubscribe()
        over = replace(
            record, ended_at=self._clock.now(), observations=tuple(self._witness.seen), trouble=trouble
        )  # fmt: skip
        result = score(over, self._clock.now())
        self.past.append(result)
        try:
            await self._injector.heal()
        except MowthosError as error:
            log.warning("drill.not_mended", reason=error.message)
        self.ended.emit(result)
        return result

    async def stop(self) -> None:
        """End what runs, and leave no task."""
        await self.end()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    # --- a second ---

    async def _run(self) -> None:
        record = self._record
        while self._record is record:
            await self.step()
            await self._clock.sleep(TICK_S)

    async def _turn(self, record: DrillRecord, injection: Injection) -> None:
        """Put a fault in, or mend it, when its second has come. It counts once taken, from when it was asked for."""
        passed_s = record.seconds(self._clock.now())
        if injection.key not in self._done and passed_s >= injection.at_s:
            self._done.add(injection.key)
            began = self._clock.now()
            await self._injector.inject(injection.fault, record.target, for_s=injection.for_s)
            self._witness.hears(Sign.INJECTED, injection.key, began, detail=injection.fault.value)
        if injection.end_key not in self._done and passed_s >= injection.ends_s:
            self._done.add(injection.end_key)
            began = self._clock.now()
            await self._injector.mend(injection.fault, record.target)
            self._witness.hears(Sign.MENDED, injection.key, began, detail=injection.fault.value)

    async def _look(self, record: DrillRecord) -> None:
        now, target = self._clock.now(), record.target
        holding: set[State] = link_states(self._fleet.accounts.health(), now)
        if target.mower in self._fleet.live:
            link = self._fleet.accounts.health_of(target.mower)
            holding |= mower_states(self._fleet.live.get(target.mower), link, now)
        self._witness.looks(holding, now)
        for lookout in self._lookouts:
            for one in await lookout(record.began_at):
                self._hear(one)

    def _hear(self, one: Observation) -> None:
        self._witness.hears(one.sign, one.subject, one.at, detail=one.detail, by=one.by)

    def _hear_alarm(self, alarm: AlarmView) -> None:
        if self._record is not None and alarm.raised_at >= self._record.began_at:
            self._witness.hears_alarm(alarm, self._alarms.book.mowers_of(alarm), self._clock.now())

    def _hear_question(self, device_name: str) -> None:
        self._witness.hears(Sign.ASKED, device_name, self._clock.now())

    def _hear_command(self, command: CommandView) -> None:
        if self._record is not None and command.requested_at >= self._record.began_at:
            self._witness.hears_command(command)

    # --- whom it meets ---

    async def _target(self, script: DrillScript) -> Target:
        """A mower truly at work and its account; one is set to work where none is."""
        if not script.needs_mower:
            return Target()
        until, sent = self._clock.monotonic() + READY_S, False
        while True:
            mower = _best(self._fleet.live.all(), self._fit)
            if mower is not None:
                return Target(mower.device_name, self._fleet.roster.account_of(mower.device_name) or "")
            resting = next((one for one in self._fleet.live.all() if one.state in _RESTING and one.online), None)
            if resting is not None and not sent:
                await self._injector.set_to_work(resting.device_name)
                sent = True
            if self._clock.monotonic() >= until:
                words = Text("no mower is at work after {seconds} s: look at /fleet, then try again", seconds=READY_S)
                raise Conflict(words)
            await self._clock.sleep(TICK_S)

    def _fit(self, mower: MowerSnapshot) -> bool:
        proven = mower.state is MowerState.MOWING and mower.confidence is Confidence.PROVEN
        return proven and not mower.in_fault and not self._alarms.book.of_mower(mower.device_name)


_RESTING = frozenset({MowerState.DOCKED, MowerState.CHARGING, MowerState.IDLE})


def _best(mowers: Sequence[MowerSnapshot], fit: Callable[[MowerSnapshot], bool]) -> MowerSnapshot | None:
    """The one with the fullest battery, so that it does not go home by itself."""
    found = [one for one in mowers if fit(one)]
    return max(found, key=lambda one: (one.reading and one.reading.battery_percent) or 0, default=None)
