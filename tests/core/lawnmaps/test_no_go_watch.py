"""A mower that drives into an active temporary no-go is told of and paused, once; and what the start guard may ask."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from core.errors import Conflict, NotFound
from core.fleet.model import CommandKind, FleetEvent, FleetEventKind, MowerState, PositionType
from core.geo import Point
from core.lawnmaps import NoGoDesk, NoGoPhase, NoGoWatch
from tests.core.fleet.cast import LUBA, NOON, YUKA, report
from tests.core.lawnmaps.cast import box, lawn, ring, zone
from tests.core.lawnmaps.conftest import ADA, Desk

TRAMPOLINE = box(10, 10, 16, 16)
DRIVING: dict[str, Any] = {"mode": MowerState.MOWING, "battery_percent": 80, "blade_on": True}


@dataclass
class Pauses:
    """What was asked of the mowers; refuses while ``refuses``."""

    asked: list[tuple[str, CommandKind, str]] = field(default_factory=list)
    refuses: bool = False

    async def request(self, *, device_name: str, kind: CommandKind, asked_by: str, source: str) -> Any:
        self.asked.append((device_name, kind, asked_by))
        if self.refuses:
            raise Conflict("it is paused already")


@dataclass
class Scene:
    desk: Desk
    no_go: NoGoDesk
    watch: NoGoWatch
    pauses: Pauses
    events: list[FleetEvent]

    async def drives(self, x: float, y: float, *, at_s: float, **fields: Any) -> None:
        """The mower is mowing there at that second after noon."""
        fleet = self.desk.fleet
        fleet.pipeline.enqueue([report(at_s, **DRIVING | {"position": Point(*ring((x, y))[0])} | fields)])
        fleet.pipeline.drain()
        await asyncio.sleep(0)
        await asyncio.sleep(0)


@pytest.fixture
def scene(desk: Desk) -> Iterator[Scene]:
    fleet, pauses = desk.fleet, Pauses()
    no_go = NoGoDesk(database=desk.database, clock=desk.clock, maps=fleet.maps, mowers=fleet.roster, audit=desk.audit)
    events: list[FleetEvent] = []
    fleet.pipeline.happened.subscribe(
        lambda event: events.append(event) if event.kind is FleetEventKind.ENTERED_NO_GO else None
    )
    watch = NoGoWatch(desk=no_go, live=fleet.live, happened=fleet.pipeline.happened, commands=pauses, clock=desk.clock)
    watch.start()
    yield Scene(desk, no_go, watch, pauses, events)


async def drawn(scene: Scene, *, starts_s: float = 0, lasts_s: float = 3600) -> Any:
    start = NOON + timedelta(seconds=starts_s)
    return await scene.no_go.draw(
        device_name=LUBA, name="Trampoline", ring=TRAMPOLINE, starts_at=start,
        ends_at=start + timedelta(seconds=lasts_s), by=ADA,
    )  # fmt: skip


async def test_driving_in_is_told_and_paused_once_and_again_after_leaving(scene: Scene) -> None:
    await drawn(scene)
    await scene.drives(5, 5, at_s=1)
    assert (scene.events, scene.pauses.asked) == ([], [])
    for second, x in enumerate((9, 11, 12, 13), 2):
        await scene.drives(x, 12, at_s=second)
    assert [(event.kind, event.device_name) for event in scene.events] == [(FleetEventKind.ENTERED_NO_GO, LUBA)]
    assert scene.pauses.asked == [(LUBA, CommandKind.PAUSE, "no-go watch")]
    await scene.drives(18, 12, at_s=7)
    await scene.drives(15, 12, at_s=9)
    assert len(scene.events) == len(scene.pauses.asked) == 2
    await scene.watch.stop()


async def test_a_person_who_lets_it_go_on_inside_is_not_overruled(scene: Scene) -> None:
    await drawn(scene)
    await scene.drives(12, 12, at_s=1)
    scene.desk.fleet.pipeline.enqueue([report(3, mode=MowerState.PAUSED)])
    scene.desk.fleet.pipeline.drain()
    await scene.drives(12.5, 12, at_s=5)
    assert len(scene.pauses.asked) == 1


async def test_the_clock_begins_and_ends_it(scene: Scene) -> None:
    one = await drawn(scene, starts_s=60, lasts_s=600)
    await scene.drives(12, 12, at_s=1)
    assert scene.watch.look() == 0
    assert scene.no_go.active_no_go(LUBA) == []
    scene.desk.clock.move(60)
    assert scene.watch.look() == 1  # it stood there when the party began
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert len(scene.pauses.asked) == 1
    assert [found.id for found in scene.no_go.active_no_go(LUBA)] == [one.id]
    scene.desk.clock.move(600)
    assert (scene.watch.look(), scene.no_go.active_no_go(LUBA), scene.no_go.coming()) == (0, [], [])
    (over,) = await scene.no_go.of_mower(LUBA)
    assert over.phase(scene.desk.clock.now()) is NoGoPhase.OVER


async def test_a_mower_without_a_precise_place_or_on_its_way_home_is_not_stopped(scene: Scene) -> None:
    await drawn(scene)
    await scene.drives(12, 12, at_s=1, position_type=PositionType.DEAD_RECKONING)
    assert scene.events == []
    await scene.drives(12, 12.4, at_s=4, mode=MowerState.RETURNING)
    assert (len(scene.events), scene.pauses.asked) == (1, [])


async def test_a_pause_that_is_refused_leaves_the_event_and_breaks_nothing(scene: Scene) -> None:
    await drawn(scene)
    scene.pauses.refuses = True
    await scene.drives(12, 12, at_s=1)
    assert len(scene.events) == 1


async def test_the_start_guard_learns_what_is_active_and_which_zones_it_reaches_into(scene: Scene) -> None:
    near, far = zone("Front", 0, 0, 20, 20), zone("Back", 40, 0, 60, 20)
    await scene.desk.fleet.maps.put(lawn(near, far))
    await scene.desk.fleet.maps.put(lawn(zone("Verge", 15, 0, 30, 30), device_name=YUKA))
    one = await drawn(scene, starts_s=3600)
    later = NOON + timedelta(hours=1)
    assert scene.no_go.active_no_go(LUBA) == []
    assert [found.id for found in scene.no_go.active_no_go(LUBA, later)] == [one.id]
    assert [found.name for found in scene.no_go.zones_touched(LUBA, later)] == ["Front"]
    assert [found.id for found in scene.no_go.active_no_go(YUKA, later)] == [one.id]


async def test_areas_are_held_while_it_is_active_and_all_of_them_when_none_is_left_or_known(scene: Scene) -> None:
    await drawn(scene)
    assert scene.no_go.held_areas(LUBA) is None  # its map is not known: it could mow anywhere
    front, back = zone("Front", 0, 0, 20, 20), zone("Back", 40, 0, 60, 20)
    await scene.desk.fleet.maps.put(lawn(front, back))
    assert scene.no_go.held_areas(LUBA) == {front.hash}
    await scene.desk.fleet.maps.put(lawn(front))
    assert scene.no_go.held_areas(LUBA) is None
    scene.desk.clock.move(3601)
    assert scene.no_go.held_areas(LUBA) == frozenset()


async def test_what_is_drawn_survives_a_restart_and_ends_early_when_told(scene: Scene) -> None:
    one = await drawn(scene)
    desk = scene.desk
    again = NoGoDesk(
        database=desk.database, clock=desk.clock, maps=desk.fleet.maps, mowers=desk.fleet.roster, audit=desk.audit
    )
    await again.load()
    assert again.coming() == [one]
    desk.clock.move(60)
    assert (await again.cancel(one.id, by=ADA)).phase(desk.clock.now()) is NoGoPhase.CANCELLED
    assert again.active_no_go(LUBA) == []
    with pytest.raises(Conflict):
        await again.cancel(one.id, by=ADA)
    with pytest.raises(NotFound):
        await drawn_for(again, "stranger")
    actions = [line.action for line in await desk.audit.lines(action="no_go")]
    assert actions == ["no_go.cancel", "no_go.draw"]


async def drawn_for(no_go: NoGoDesk, name: str) -> None:
    await no_go.draw(
        device_name=name, name="Party", ring=TRAMPOLINE, starts_at=NOON, ends_at=NOON + timedelta(hours=1), by=ADA
    )
