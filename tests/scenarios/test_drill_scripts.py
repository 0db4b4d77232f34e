"""Every drill of the fleet, played second by second on the movable clock: the real fleet and alarms, a fake cloud.

What the product has promised is kept by the product itself, and the drill's score is what says so (X16).
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import pytest

from core.clock import MovableClock
from core.db import Database
from core.drills import DrillFloor, DrillScore, Fault, Observation, Party, Sign, Target, Verdict
from core.errors import Conflict, NotFound, Unavailable
from core.fleet.model import CommandKind, DeviceDescription, LinkState, Reading
from core.fleet.service import FleetService
from tests.core.fleet.alarms.conftest import Watchroom, watchroom
from tests.core.fleet.cast import mowing
from tests.core.fleet.conftest import ELM_STREET, service_on
from tests.core.fleet.fakes import FakeCloud, device, healthy

MOWERS = ("Luba-00", "Luba-01", "Luba-02")

room = watchroom


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    return sqlite_database


@pytest.fixture
def cloud(clock: MovableClock) -> FakeCloud:
    devices: list[DeviceDescription] = [device(name) for name in MOWERS]
    return FakeCloud(clock, {ELM_STREET: devices})


@pytest.fixture
async def linked(database: Database, cloud: FakeCloud, clock: MovableClock) -> AsyncIterator[FleetService]:
    service = service_on(database, cloud, clock)
    await service.accounts.start()
    await service.accounts.link(ELM_STREET, "right password", by="admin@mowthos.example")
    await service.commands.resume()
    yield service
    await service.accounts.stop()
    await service.commands.stop()


@dataclass
class Town:
    """Mowers at work, and the faults that a drill puts in."""

    room: Watchroom
    faults: dict[Fault, Target] = field(default_factory=dict)
    frozen: dict[str, Reading] = field(default_factory=dict)
    second: int = 0
    down: bool = False  # the twin itself does not answer

    async def set_to_work(self, device_name: str) -> None:
        raise AssertionError(f"{device_name} is at work already")

    async def inject(self, fault: Fault, target: Target, *, for_s: float) -> None:
        if self.down:
            raise Unavailable("the simulated vendor did not answer")
        self.faults[fault] = target
        state = {Fault.ACCOUNT_BLOCKED: LinkState.BLOCKED, Fault.BROKER_DOWN: LinkState.BROKER_DOWN}.get(fault)
        if state is not None:
            await self.link(state)

    async def mend(self, fault: Fault, target: Target) -> None:
        if self.faults.pop(fault, None) is not None and fault is Fault.BROKER_DOWN:
            await self.link(LinkState.UP)

    async def heal(self) -> None:
        self.faults.clear()

    async def link(self, state: LinkState) -> None:
        accounts = self.room.fleet.accounts
        accounts.listener.health_changed(healthy(ELM_STREET, self.room.clock.now(), state=state))
        await accounts.handle_messages()

    def said_by(self, name: str) -> Reading | None:
        honest = mowing(self.second, north=self.second * 0.4 % 40 + self.second * 1e-4, device_name=name)
        if Fault.BROKER_DOWN in self.faults or Fault.ACCOUNT_BLOCKED in self.faults:
            return None
        if name in {target.mower for target in self.faults.values()}:
            last = self.frozen.setdefault(name, honest)
            if Fault.FROZEN in self.faults:
                return last
            return replace(last, device_time=honest.device_time, received_at=honest.received_at)
        return honest

    async def passes(self, seconds: int) -> None:
        for _ in range(seconds):
            self.second += 1
            self.room.clock.move(1)
            self.room.hears(*[said for name in MOWERS if (said := self.said_by(name)) is not None])
            self.room.fleet.pipeline.tick()
            await self.room.alarms.keeper.tick()
            await self.room.alarms.keeper.ask_due()


@dataclass
class Held:
    """A floor on the town, and the scores of the drills that ended on it."""

    town: Town
    floor: DrillFloor
    scores: list[DrillScore] = field(default_factory=list)

    async def plays(self, seconds: int) -> None:
        for _ in range(seconds):
            await self.town.passes(1)
            await self.floor.step()
            if self.scores:
                return

    def line(self, key: str) -> tuple[Verdict, float | None]:
        score = self.floor.present()
        assert score is not None
        found = next(one for one in score.lines if one.expected.key == key)
        return found.verdict, found.seconds


@pytest.fixture
async def held(room: Watchroom) -> Held:
    town = Town(room)
    floor = DrillFloor(
        clock=room.clock, fleet=room.fleet, alarms=room.alarms, audit=room.people.audit, injector=town
    )  # fmt: skip
    held = Held(town, floor)
    floor.ended.subscribe(held.scores.append)
    await town.passes(5)
    return held


async def takes(room: Watchroom) -> None:
    """Dana acknowledges the one open alarm, and takes it."""
    (alarm,) = room.alarms.book.open
    await room.alarms.desk.acknowledge(alarm.id, by=room.dana)
    await room.alarms.desk.assign(alarm.id, room.dana.person_id, by=room.dana)


async def test_a_blocked_account_is_told_in_its_seconds_and_linked_again_by_a_person(
    held: Held, room: Watchroom
) -> None:
    await held.floor.start("account-blocked", by="dana")
    await held.plays(20)
    assert held.line("banner")[0] is held.line("alarm")[0] is Verdict.IN_TIME
    await takes(room)
    await held.plays(300)
    await room.fleet.accounts.link(ELM_STREET, "right password", by="dana")
    await held.town.link(LinkState.UP)
    await held.plays(30)
    (score,) = held.scores
    assert score.points() == (80, 80)
    assert {one.seen.by for one in score.lines if one.expected.key in ("acknowledged", "owned") and one.seen} == {
        "Dana"
    }
    assert held.town.faults == {}
    assert [line.object_id for line in await room.people.audit.lines(action="drill.start")] == ["account-blocked"]


async def test_a_dropped_broker_is_told_in_its_seconds_and_comes_back_by_itself(held: Held, room: Watchroom) -> None:
    await held.floor.start("broker-drop", by="dana")
    await held.plays(40)
    await takes(room)
    await held.plays(200)
    (score,) = held.scores
    assert score.points() == (80, 80)
    assert [line.seconds for line in score.lines if line.expected.key == "banner"] == [3]
    assert score.record.seconds(score.record.ended_at or score.record.began_at) < score.record.script.lasts_s


@pytest.mark.parametrize("name", ["stuck-mower", "frozen-feed"])
async def test_a_mower_that_only_says_it_mows_is_faded_asked_about_and_alarmed(
    held: Held, room: Watchroom, name: str
) -> None:
    record = await held.floor.start(name, by="dana")
    await held.plays(320)
    await takes(room)
    if name == "stuck-mower":
        await room.fleet.commands.request(
            device_name=record.target.mower, kind=CommandKind.HALT, asked_by="Dana", source="web",
            person_id=room.dana.person_id,
        )  # fmt: skip
    await held.plays(250)
    (score,) = held.scores
    assert [(one.expected.key, one.verdict) for one in score.lines if one.verdict is not Verdict.IN_TIME] == []
    assert score.points(Party.SYSTEM)[0] == score.points(Party.SYSTEM)[1] > 0
    assert {one.subject for one in score.record.observations if one.sign is Sign.ASKED} == {record.target.mower}


async def test_nobody_answering_is_what_the_score_says(held: Held) -> None:
    await held.floor.start("broker-drop", by="dana")
    await held.plays(400)
    (score,) = held.scores
    assert score.points(Party.PEOPLE) == (0, 20)
    assert score.points(Party.SYSTEM) == (60, 60)


async def test_one_drill_at_a_time_and_one_ended_early_is_mended_and_scored(held: Held) -> None:
    await held.floor.start("stuck-mower", by="dana")
    with pytest.raises(Conflict, match="is running"):
        await held.floor.start("broker-drop", by="dana")
    await held.plays(30)
    assert Fault.SPINNING in held.town.faults
    await held.floor.end()
    assert held.town.faults == {}
    assert held.scores[0].points() == (0, 0)
    assert await held.floor.end() is None
    with pytest.raises(NotFound):
        await held.floor.start("meteor", by="dana")
    await held.floor.start("broker-drop", by="dana")
    await held.floor.stop()
    assert [one.record.script.name for one in held.floor.past] == ["stuck-mower", "broker-drop"]


async def test_a_twin_that_does_not_answer_breaks_the_drill_off_and_blames_nobody(held: Held) -> None:
    await held.floor.start("broker-drop", by="dana")
    held.town.down = True
    await held.plays(12)
    (score,) = held.scores
    assert (score.points(), score.record.trouble) == ((0, 0), "the simulated vendor did not answer")


async def test_what_else_is_looked_at_counts_too(held: Held, room: Watchroom) -> None:
    seen: list[Observation] = []

    async def look(_since: object) -> list[Observation]:
        return seen

    floor = DrillFloor(
        clock=room.clock, fleet=room.fleet, alarms=room.alarms, audit=room.people.audit, injector=held.town,
        lookouts=[look],
    )  # fmt: skip
    floor.ended.subscribe(held.scores.append)
    held.floor = floor
    await floor.start("webhook-outage", by="dana")
    await held.plays(70)
    at = room.clock.now()
    seen += [
        Observation(sign=Sign.BANNER, subject="payments", at=at, detail="webhooks_away"),
        Observation(sign=Sign.EVENT_TAKEN, subject="payments", at=at),
        Observation(sign=Sign.BOOKS_COMPARED, subject="payments", at=at, by="Dana"),
    ]
    await held.plays(300)
    assert [(one.seconds, one.points) for one in held.scores[0].lines] == [(60, 20), (60, 20), (0, 20)]
