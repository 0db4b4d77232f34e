"""A day on Elm Street, second by second, through pipeline and store: what was shown is compared with what was true."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from core.clock import MovableClock
from core.db import Database
from core.fleet.live import LiveFleet
from core.fleet.model import FleetEvent, FleetEventKind, MowerSnapshot, MowerState, PositionType, Reading, Source
from core.fleet.pipeline import FleetPipeline
from core.fleet.telemetry import TelemetryStore
from core.geo import METRES_PER_DEGREE, Point
from tests.core.fleet.cast import DOCK, LUBA, NOON

S = MowerState
LANE_M = 20.0
SPEED_M_S = 0.4
LANE_WIDTH_M = 0.3


@dataclass
class TrueMower:
    """What really happens on the lawn; `report` is what an honest device says about it."""

    mode: MowerState = S.DOCKED
    battery: float = 100.0
    worked_s: float = 0.0
    stuck: bool = False

    def passes(self, second: float = 1.0) -> None:
        if self.mode is S.MOWING and not self.stuck:
            self.worked_s += second
        self.battery += -second / 90 if self.mode in (S.MOWING, S.RETURNING) else second / 60
        self.battery = min(100.0, self.battery)

    @property
    def place(self) -> Point:
        if self.mode in (S.DOCKED, S.CHARGING):
            return DOCK
        lane, along = divmod(self.worked_s * SPEED_M_S, LANE_M)
        north = along if lane % 2 == 0 else LANE_M - along
        east = 2 + lane * LANE_WIDTH_M
        return Point(DOCK.longitude + east / METRES_PER_DEGREE / 0.7193, DOCK.latitude + north / METRES_PER_DEGREE)

    def report(self, clock: MovableClock) -> Reading:
        now = clock.now()
        return Reading(
            device_name=LUBA,
            device_time=now,
            received_at=now,
            mode=self.mode,
            battery_percent=int(self.battery),
            charging=self.mode in (S.DOCKED, S.CHARGING),
            blade_on=self.mode is S.MOWING,
            position=self.place,
            position_type=PositionType.RTK_FIXED,
            progress_percent=min(100, int(self.worked_s / 36)),
        )


@dataclass
class Day:
    """The lawn, the feed and the fleet, moved together one second at a time."""

    pipeline: FleetPipeline
    live: LiveFleet
    telemetry: TelemetryStore
    clock: MovableClock
    mower: TrueMower = field(default_factory=TrueMower)
    shown: Counter[MowerState] = field(default_factory=Counter)
    events: list[FleetEvent] = field(default_factory=list)
    wrong_mowing_s: int = 0
    longest_wrong_s: int = 0

    async def lasts(self, seconds: int, feed: Callable[[Reading, int], Reading | None] | None = None) -> None:
        """Let time pass; ``feed`` changes or swallows what the device said."""
        for second in range(seconds):
            self.clock.move(1)
            self.mower.passes()
            every_s = 1 if self.mower.mode in (S.MOWING, S.RETURNING) else 60
            said = self.mower.report(self.clock) if second % every_s == 0 else None
            heard = feed(said or self.mower.report(self.clock), second) if feed is not None else said
            if heard is not None:
                self.pipeline.enqueue([heard])
            self.pipeline.drain()
            self.pipeline.tick()
            self._compare()
            if self.telemetry.pending > 1_000:
                await self.telemetry.flush()

    def _compare(self) -> None:
        state = self.live.get(LUBA).state
        self.shown[state] += 1
        truly = self.mower.mode is S.MOWING and not self.mower.stuck
        self.wrong_mowing_s = self.wrong_mowing_s + 1 if state is S.MOWING and not truly else 0
        self.longest_wrong_s = max(self.longest_wrong_s, self.wrong_mowing_s)

    @property
    def state(self) -> MowerState:
        return self.live.get(LUBA).state


@pytest.fixture
def day(sqlite_database: Database, clock: MovableClock) -> Day:
    live = LiveFleet()
    live.set_roster([MowerSnapshot(number=1, device_name=LUBA)])
    telemetry = TelemetryStore(sqlite_database, clock)
    pipeline = FleetPipeline(live, telemetry, clock)
    made = Day(pipeline, live, telemetry, clock)
    pipeline.happened.subscribe(made.events.append)
    return made


async def test_a_good_day_is_shown_as_it_was(day: Day) -> None:
    await day.lasts(1_800)
    day.mower.mode = S.MOWING
    await day.lasts(3_600)
    day.mower.mode = S.PAUSED
    await day.lasts(600)
    day.mower.mode = S.MOWING
    await day.lasts(1_200)
    day.mower.mode = S.CHARGING
    await day.lasts(3_600)
    assert day.longest_wrong_s == 0
    assert day.shown[S.UNKNOWN] == 0
    assert day.shown[S.MOWING] == 4_800
    changes = [event.after for event in day.events if event.kind is FleetEventKind.STATE_CHANGED]
    assert changes == [S.DOCKED, S.MOWING, S.PAUSED, S.MOWING, S.CHARGING]
    await day.telemetry.close()
    stored = await day.telemetry.history(1, NOON, NOON + timedelta(hours=6))
    assert len(stored) == day.pipeline.counts.accepted == 4_800 + 30 + 10 + 60
    assert day.pipeline.counts.refused == {}


async def test_a_bad_day_never_shows_mowing_for_more_than_a_minute_when_it_is_not(day: Day) -> None:
    mower = day.mower
    mower.mode = S.MOWING
    await day.lasts(900)

    mower.stuck = True
    await day.lasts(1_800)  # wheels turn on the spot, the device goes on saying "mowing"
    assert day.live.get(LUBA).last_known is S.MOWING
    mower.stuck = False
    await day.lasts(120)
    assert day.state is S.MOWING

    recording = [mower.report(day.clock)]
    await day.lasts(300, lambda said, _: recording.append(said) or said)
    mower.stuck = True
    await day.lasts(
        900, lambda said, _: replace(recording[-1], device_time=said.device_time, received_at=said.received_at)
    )
    assert day.state is S.UNKNOWN
    await day.lasts(900, lambda said, second: replace(recording[second % 300], received_at=said.received_at))
    assert day.state is S.UNKNOWN
    await day.lasts(
        900,
        lambda said, second: replace(
            recording[second % 300], device_time=said.device_time, received_at=said.received_at
        ),
    )
    assert day.state is S.UNKNOWN

    mower.stuck = False
    await day.lasts(120)
    assert day.state is S.MOWING
    mower.stuck = True
    await day.lasts(600, lambda _said, _second: None)  # the broker is down
    assert day.state is S.UNKNOWN
    mower.stuck = False
    await day.lasts(30)
    assert day.state is S.MOWING
    assert 0 < day.longest_wrong_s <= 60


async def test_an_offline_hour_is_offline_and_ends_with_the_first_report(day: Day) -> None:
    await day.lasts(120)
    gone = replace(day.mower.report(day.clock), source=Source.STATUS, online=False, mode=None, position=None)
    await day.lasts(3_600, lambda said, second: replace(gone, received_at=said.received_at) if second == 0 else None)
    assert (day.state, day.live.get(LUBA).last_known) == (S.OFFLINE, S.DOCKED)
    await day.lasts(2)
    assert day.state is S.DOCKED
    kinds = [event.kind for event in day.events]
    assert kinds.count(FleetEventKind.WENT_OFFLINE) == kinds.count(FleetEventKind.CAME_ONLINE) == 1
