"""Drills on the movable clock: what goes wrong is faded, asked about, alarmed and named within its seconds (X7, X16).

The whole fleet and its alarms run on a fake cloud; a second of the clock is a look of every rule. Times asserted here
are the product's promises: fade 60 s, asked 180 s, silence 300 s, broker down 15 s, account blocked at once (its banner
within 10 s: `tests/external/mammotion/test_link_health.py`, `tests/dashboard/components/test_browser_rules.py`).
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from core.clock import MovableClock
from core.db import Database
from core.fleet.alarms import AlarmView, ChangeKind, SubjectKind
from core.fleet.model import DeviceDescription, LinkState, MowerState, Reading
from core.fleet.service import FleetService
from tests.core.fleet.alarms.conftest import Watchroom, watchroom
from tests.core.fleet.cast import mowing
from tests.core.fleet.conftest import ELM_STREET, service_on
from tests.core.fleet.fakes import FakeCloud, device, healthy

FLEET = [f"Luba-{number:02}" for number in range(30)]
SLACK_S = 2
"""A look a second, and the second in which it happens."""

room = watchroom

type Feed = Callable[[Reading, int], Reading | None]


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    return sqlite_database


@pytest.fixture
def cloud(clock: MovableClock) -> FakeCloud:
    devices: list[DeviceDescription] = [device(name) for name in FLEET]
    return FakeCloud(clock, {ELM_STREET: devices})


@pytest.fixture
async def linked(database: Database, cloud: FakeCloud, clock: MovableClock) -> AsyncIterator[FleetService]:
    """Thirty mowers on one account."""
    service = service_on(database, cloud, clock)
    await service.accounts.start()
    await service.accounts.link(ELM_STREET, "right password", by="admin@mowthos.example")
    yield service
    await service.accounts.stop()
    await service.commands.stop()


@dataclass
class Drill:
    """Plays seconds: honest mowers report each second, the drilled ones what their feed makes of it."""

    room: Watchroom
    feeds: dict[str, Feed] = field(default_factory=dict)
    second: int = 0
    faded: dict[str, int] = field(default_factory=dict)
    began: int = 0

    async def lasts(self, seconds: int, *, names: tuple[str, ...] = tuple(FLEET)) -> None:
        for _ in range(seconds):
            self.second += 1
            self.room.clock.move(1)
            said = []
            for name in names:
                honest = mowing(self.second, north=self.second * 0.4 % 40 + self.second * 1e-4, device_name=name)
                heard = self.feeds[name](honest, self.second) if name in self.feeds else honest
                said += [] if heard is None else [heard]
            self.room.hears(*said)
            self.room.fleet.pipeline.tick()
            await self.room.alarms.keeper.tick()
            await self.room.alarms.keeper.ask_due()
            for name in names:
                if name in self.feeds and self.room.fleet.live.get(name).state is not MowerState.MOWING:
                    self.faded.setdefault(name, self.second - self.began)

    def begins(self, **feeds: Feed) -> None:
        self.feeds, self.began = {name.replace("_", "-"): feed for name, feed in feeds.items()}, self.second

    def raised_after(self, alarm: AlarmView) -> float:
        """Seconds from the beginning of the drill."""
        began = self.room.clock.now() - timedelta(seconds=self.second - self.began)
        return (alarm.raised_at - began).total_seconds()


def frozen() -> Feed:
    """The last report again and again, with a fresh time stamp."""
    last: list[Reading] = []

    def feed(honest: Reading, _second: int) -> Reading:
        last[:] = last or [honest]
        return replace(last[0], device_time=honest.device_time, received_at=honest.received_at)

    return feed


def replayed() -> Feed:
    """A minute of earlier reports in a ring, with fresh time stamps."""
    heard: list[Reading] = []

    def feed(honest: Reading, second: int) -> Reading:
        if len(heard) < 60:
            heard.append(honest)
            return honest
        return replace(heard[second % 60], device_time=honest.device_time, received_at=honest.received_at)

    return feed


def silent(_honest: Reading, _second: int) -> None:
    return None


async def test_a_silent_mower_fades_at_60_s_is_asked_at_180_s_and_alarmed_at_300_s(room: Watchroom) -> None:
    drill = Drill(room)
    await drill.lasts(30, names=tuple(FLEET[:6]))
    drill.begins(Luba_00=silent)
    await drill.lasts(179, names=tuple(FLEET[:6]))
    assert room.asked == []
    await drill.lasts(SLACK_S, names=tuple(FLEET[:6]))
    assert room.asked == ["Luba-00"]
    assert room.alarms.book.open == []
    await drill.lasts(120, names=tuple(FLEET[:6]))
    (alarm,) = room.alarms.book.open
    assert (alarm.kind, alarm.mower) == ("silent", "Luba-00")
    assert 300 <= drill.raised_after(alarm) <= 300 + SLACK_S
    assert 56 <= drill.faded["Luba-00"] <= 60


@pytest.mark.parametrize("feed", [frozen, replayed])
async def test_a_feed_that_repeats_itself_fades_at_60_s_is_asked_and_alarmed_like_silence(
    room: Watchroom, feed: Callable[[], Feed]
) -> None:
    drill = Drill(room)
    drill.begins(Luba_00=feed())
    await drill.lasts(61, names=tuple(FLEET[:6]))
    proven_until = drill.second if feed is replayed else 1
    await drill.lasts(320, names=tuple(FLEET[:6]))
    (alarm,) = room.alarms.book.open
    assert (alarm.kind, alarm.mower) == ("unproven", "Luba-00")
    assert abs(drill.raised_after(alarm) - proven_until - 300) <= SLACK_S
    assert drill.faded["Luba-00"] <= proven_until + 60
    assert room.asked == ["Luba-00"]


async def test_thirty_mowers_silent_at_once_are_one_alarm_and_one_notice(room: Watchroom) -> None:
    drill = Drill(room)
    await drill.lasts(20)
    drill.begins(**{name.replace("-", "_"): silent for name in FLEET})
    await drill.lasts(310)
    (alarm,) = room.alarms.book.open
    assert (alarm.subject.kind, alarm.subject.name, alarm.member_count) == (SubjectKind.ACCOUNT, ELM_STREET, 30)
    assert 300 <= drill.raised_after(alarm) <= 300 + SLACK_S
    assert max(drill.faded.values()) <= 60
    detail = await room.alarms.book.detail(alarm.id)
    assert sorted(member.name for member in detail.members) == FLEET
    await room.outbox.flush()
    assert await room.notices.unread(room.dana.person_id) == 1
    drill.feeds = {}
    await drill.lasts(15)
    assert room.alarms.book.open == []


async def test_a_broker_that_drops_is_alarmed_at_15_s_and_takes_its_silent_mowers(room: Watchroom) -> None:
    drill = Drill(room)
    await drill.lasts(20)
    down = healthy(ELM_STREET, room.clock.now(), state=LinkState.BROKER_DOWN)
    room.fleet.accounts.listener.health_changed(down)
    await room.fleet.accounts.handle_messages()
    drill.begins(**{name.replace("-", "_"): silent for name in FLEET})
    await drill.lasts(14)
    assert room.alarms.book.open == []
    await drill.lasts(SLACK_S)
    assert [(one.kind, one.subject.name) for one in room.alarms.book.open] == [("broker_down", ELM_STREET)]
    await drill.lasts(300)
    (alarm,) = room.alarms.book.open
    assert alarm.member_count == 30
    up = healthy(ELM_STREET, room.clock.now())
    room.fleet.accounts.listener.health_changed(up)
    await room.fleet.accounts.handle_messages()
    drill.feeds = {}
    await drill.lasts(35)
    assert room.alarms.book.open == []


async def test_an_account_the_vendor_blocks_is_alarmed_at_the_next_look(room: Watchroom) -> None:
    drill = Drill(room)
    await drill.lasts(5, names=tuple(FLEET[:3]))
    blocked = healthy(ELM_STREET, room.clock.now(), state=LinkState.BLOCKED)
    room.fleet.accounts.listener.health_changed(blocked)
    await room.fleet.accounts.handle_messages()
    drill.begins()
    await drill.lasts(1, names=tuple(FLEET[:3]))
    (alarm,) = room.alarms.book.open
    assert (alarm.kind, alarm.severity) == ("account_blocked", "critical")
    assert drill.raised_after(alarm) <= 1
    changes = await room.alarms.keeper.tick()
    assert ChangeKind.RAISED not in {change.kind for change in changes}
