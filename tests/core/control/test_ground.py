"""Where a mower may be, and what happens when it is elsewhere: left, came back, lifted, taken; on both databases."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.control import (
    BY_PERSON,
    Fence,
    Ground,
    GroundRules,
    Happened,
    IncidentKind,
    NoFence,
    Sight,
    look,
)
from core.errors import Conflict, Invalid
from core.fleet import CommandRefused, Reason
from core.fleet.model import CommandKind, FleetEvent, FleetEventKind, MowerState, PositionType
from tests.core.control.cast import LIFT, Dispatcher, Street, square
from tests.core.fleet.cast import DOCK, LUBA, YUKA, docked, metres_north, mowing, report

K, E = CommandKind, FleetEventKind
RULES = GroundRules()


def sight(outside: float | None = 0.0, *, moved: float = 0.0, **more: Any) -> Sight:
    return Sight(outside_m=outside, moved_m=moved, **{"driving": False, "lifted": False, **more})


def told(*sights: Sight) -> list[Happened]:
    ground, happened = Ground(), list[Happened]()
    for one in sights:
        ground, now = look(ground, one, RULES)
        happened += now
    return happened


def test_one_wild_position_is_no_breach_two_are_one_and_only_one() -> None:
    out = sight(5.0, driving=True)
    assert told(sight(), out, sight(), out) == []
    assert told(out, out, out, out) == [Happened.LEFT]
    assert told(out, out, sight(), out, out) == [Happened.LEFT, Happened.CAME_BACK, Happened.LEFT]


def test_carried_off_while_it_stands_is_taken_driving_off_is_not() -> None:
    assert told(sight(30.0, moved=30.0), sight(31.0, moved=31.0)) == [Happened.LEFT, Happened.TAKEN]
    assert told(sight(30.0, driving=True), sight(31.0, driving=True)) == [Happened.LEFT]
    assert told(sight(4.0, moved=4.0), sight(4.0, moved=4.0)) == [Happened.LEFT]


def test_without_a_fence_only_leaving_the_site_without_driving_is_told() -> None:
    away = sight(None, moved=400.0, off_site=True)
    assert told(away, away) == [Happened.TAKEN]
    assert told(sight(None, driving=True, off_site=True), sight(None, driving=True, off_site=True)) == []


def test_lifted_is_told_at_once_and_again_only_after_it_was_put_down() -> None:
    up = sight(lifted=True)
    assert told(up, up, sight(), up) == [Happened.LIFTED, Happened.PUT_DOWN, Happened.LIFTED]


ANY_SIGHT = st.builds(
    sight,
    st.sampled_from([0.0, 3.0, 40.0]),
    driving=st.booleans(),
    lifted=st.booleans(),
    moved=st.sampled_from([0.0, 60.0]),
)


@settings(deadline=None)
@given(st.lists(ANY_SIGHT))
def test_leaving_and_coming_back_take_turns_whatever_is_seen(sights: list[Sight]) -> None:
    turns = [what for what in told(*sights) if what in (Happened.LEFT, Happened.CAME_BACK)]
    assert turns == [Happened.LEFT, Happened.CAME_BACK] * (len(turns) // 2) + [Happened.LEFT] * (len(turns) % 2)


@pytest.mark.parametrize("wrong", [{"sights": 0}, {"taken_m": 1}, {"site_m": 10}])
def test_rules_outside_their_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        GroundRules(**wrong)


@pytest.fixture
def events(street: Street) -> Iterator[list[FleetEvent]]:
    heard: list[FleetEvent] = []
    ends = street.fleet.pipeline.happened.subscribe(
        lambda event: heard.append(event) if event.kind in (E.LEFT_GROUND, E.CAME_BACK, E.LIFTED, E.TAKEN) else None
    )
    yield heard
    ends()


async def seen(street: Street, *readings: Any) -> None:
    """The fleet hears readings and the watch looks once after each."""
    for reading in readings:
        street.clock.move(max(0.0, (reading.received_at - street.clock.now()).total_seconds()))
        await street.hears(reading)
        await street.control.watch.tick()


async def test_a_mower_that_drives_off_its_lot_is_paused_and_the_place_is_told(
    street: Street, events: list[FleetEvent]
) -> None:
    await seen(street, mowing(10, north=20.0), mowing(11, north=29.0), mowing(12, north=31.5))
    assert events == []  # the lot ends 30 m north of the dock; 2 m of play
    await seen(street, mowing(13, north=33.0), mowing(14, north=33.5))
    assert [event.kind for event in events] == [E.LEFT_GROUND]
    assert events[0].place == metres_north(33.5)
    assert events[0].distance_m == pytest.approx(3.5, abs=0.05)
    (incident,) = street.control.incidents.open(LUBA)
    pause = (await street.fleet.commands.recent(LUBA))[0]
    assert (pause.kind, pause.asked_by, pause.source, pause.id) == (K.PAUSE, "geofence", "job", incident.command_id)
    await street.fleet.commands.step()
    assert [kind for _, kind, *_ in street.cloud.link.sent] == [K.PAUSE]
    still = {"mode": MowerState.PAUSED}
    await seen(street, report(20, north=34.0, **still), report(30, north=10.0, **still))
    assert [event.kind for event in events] == [E.LEFT_GROUND, E.CAME_BACK]
    assert street.control.incidents.open(LUBA) == ()


async def test_one_that_goes_on_driving_outside_is_paused_again(street: Street) -> None:
    for second in range(50):
        await seen(street, mowing(10 + second, north=33.0 + second * 0.3))
        street.cloud.link.send_errors = []
    pauses = [command for command in await street.fleet.commands.recent(LUBA, 50) if command.kind is K.PAUSE]
    assert len(pauses) >= 2


async def test_the_play_grows_with_the_noise_of_the_position(street: Street, events: list[FleetEvent]) -> None:
    poor = [mowing(at, north=36.0 + at / 100, position_type=PositionType.GNSS) for at in range(10, 20)]
    await seen(street, *poor)
    assert events == []


async def test_a_mower_carried_off_is_taken_tracked_and_starts_no_more_until_a_person_ends_it(
    street: Street, events: list[FleetEvent], dispatchers: tuple[Dispatcher, Dispatcher]
) -> None:
    ana, _ = dispatchers
    await street.control.watch.tick()
    off = {"mode": MowerState.IDLE, "battery_percent": 90, "charging": False}
    away = [report(10 + n, north=20.0 * n, **off) for n in range(1, 5)]
    await seen(street, *away)
    assert [event.kind for event in events] == [E.LEFT_GROUND, E.TAKEN]
    assert await street.control.watch.track() == 1
    assert street.cloud.link.asked == [LUBA]
    with pytest.raises(CommandRefused) as refused:
        await street.fleet.commands.request(device_name=LUBA, kind=K.START, asked_by="x", source="web")
    assert Reason.MISSING in refused.value.reasons
    taken = next(one for one in street.control.incidents.open(LUBA) if one.kind is IncidentKind.TAKEN)
    with pytest.raises(Invalid, match="three characters"):
        await street.control.incidents.end(taken.id, ana, " ")
    ended = await street.control.incidents.end(taken.id, ana, "The owner moved it to the shed.")
    assert (ended.ended_by, ended.end_reason) == (ana.email, "The owner moved it to the shed.")
    with pytest.raises(Conflict, match="ended this already"):
        await street.control.incidents.end(taken.id, ana, "Again.")
    assert ("incident.end", ana.email, "The owner moved it to the shed.") in await street.audited()
    assert await street.control.watch.track() == 0
    await seen(street, report(30, mode=MowerState.IDLE, north=81.0))
    assert len(events) == 2  # not told again while it still lies there


async def test_a_lifted_mower_is_told_once_and_a_person_ends_it(
    street: Street, events: list[FleetEvent], dispatchers: tuple[Dispatcher, Dispatcher]
) -> None:
    up = {"mode": MowerState.FAULT, "fault_code": -LIFT}
    await seen(street, mowing(10, north=5.0), report(11, north=5.0, **up), report(12, north=5.0, **up))
    assert [(event.kind, event.fault_code) for event in events] == [(E.LIFTED, -LIFT)]
    (incident,) = street.control.incidents.open(LUBA)
    assert incident.kind in BY_PERSON
    await seen(street, docked(20), docked(21))
    assert street.control.incidents.missing(LUBA)
    await street.control.incidents.end(incident.id, dispatchers[0], "Cleaned underneath.")
    assert not street.control.incidents.missing(LUBA)


async def test_another_fault_is_no_lift(street: Street, events: list[FleetEvent]) -> None:
    await seen(street, report(11, mode=MowerState.FAULT, fault_code=1201, north=5.0))
    assert events == []


async def test_a_restart_goes_on_with_what_is_open_and_tells_nothing_twice(
    street: Street, events: list[FleetEvent]
) -> None:
    await seen(street, mowing(13, north=33.0), mowing(14, north=33.5))
    assert len(events) == 1
    street.control.attach(street.fleet, lift_codes=frozenset({LIFT}))
    await street.control.watch.load()
    await seen(street, mowing(15, north=34.0), mowing(16, north=34.5))
    assert [event.kind for event in events] == [E.LEFT_GROUND]


async def test_a_fence_is_never_made_of_estimates_and_says_so(street: Street) -> None:
    await street.lot("14 Elm St", "neighbour", square(30), source="estimated")
    await street.control.fences.refresh()
    standing = street.control.fences.of(LUBA)
    assert isinstance(standing, NoFence)
    assert standing.why == "14 Elm St has no surveyed or drawn boundary."
    assert street.control.fences.of(YUKA) == NoFence("No lot is assigned to it.")


async def test_the_corridor_counts_while_its_cluster_is_approved(street: Street) -> None:
    await street.lot("16 Elm St", "neighbour", square(50))
    corridor = ((DOCK.longitude, DOCK.latitude), (DOCK.longitude, metres_north(60).latitude))
    between = metres_north(40)
    for state, way in (("draft", 10.0), ("approved", 0.0), ("suspended", 10.0)):
        street.clusters.say(state, corridors=(corridor,))
        street.control.sites.outdated()
        await street.control.fences.refresh()
        fence = street.control.fences.of(LUBA)
        assert isinstance(fence, Fence)
        assert fence.distance_m(between) == pytest.approx(way, abs=0.1), state
        assert fence.distance_m(metres_north(70)) == 0


async def test_the_watch_looks_singly_only_at_those_that_are_not_where_they_belong(street: Street) -> None:
    await seen(street, mowing(10, north=5.0))
    assert await street.control.watch.tick() == 0
    await street.hears(mowing(11, north=6.0))
    assert await street.control.watch.tick() == 0
    await street.hears(mowing(12, north=36.0))
    assert await street.control.watch.tick() == 1
