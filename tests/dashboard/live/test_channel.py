"""The push channel over real sockets: built once a scope, never held up by one reader, closed with its session."""

import asyncio
import json
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from core.accounts import Role
from core.clock import MovableClock, SystemClock
from core.fleet.live import STATE_CODES
from core.fleet.model import MowerState
from dashboard.i18n import current_language, told
from dashboard.live.channel import SERVER_STOPS, SESSION_ENDED
from dashboard.live.frame import FLEET, HEARTBEAT, Frame, decode
from dashboard.live.scope import ALL, Scope
from dashboard.live.socket import FOREIGN_ORIGIN, NOT_UNDERSTOOD
from tests.dashboard.live.cast import (
    ELM_HOUSEHOLD,
    NOW,
    Pushing,
    channel_of,
    fleet_of,
    pushing,
    snapshot,
    viewer,
)

DISPATCHER = viewer(Role.DISPATCHER)
ELM = viewer(Role.HOMEOWNER, ELM_HOUSEHOLD)
PATIENCE = 10


def joined(server: Pushing, who: str = "dispatcher", **options: Any) -> connect:
    return connect(server.url, additional_headers={"x-viewer": who}, max_size=None, **options)


async def next_frame(socket: ClientConnection, *, kind: int | None = None) -> Frame:
    """The next binary message, of the given kind if one is asked for."""
    while True:
        data = await asyncio.wait_for(socket.recv(), PATIENCE)
        if isinstance(data, bytes) and (kind is None or decode(data).kind == kind):
            return decode(data)


async def next_message(socket: ClientConnection, kind: str) -> dict[str, Any]:
    while True:
        data = await asyncio.wait_for(socket.recv(), PATIENCE)
        if isinstance(data, str) and json.loads(data)["type"] == kind:
            return dict(json.loads(data))


async def closed_with(socket: ClientConnection) -> int | None:
    with pytest.raises(ConnectionClosed):
        while True:
            await asyncio.wait_for(socket.recv(), PATIENCE)
    return socket.close_code


async def test_a_browser_gets_a_full_frame_at_once_and_heartbeats_while_nothing_changes() -> None:
    async with pushing(channel_of(fleet_of(40), tick_s=0.1), dispatcher=DISPATCHER) as server, joined(server) as socket:
        first = await next_frame(socket)
        assert (first.kind, len(first.state)) == (FLEET, 40)
        beats = [await next_frame(socket, kind=HEARTBEAT) for _ in range(3)]
        assert [beat.sequence for beat in beats] == sorted(beat.sequence for beat in beats)
        assert beats[-1].now_s > first.now_s


async def test_a_change_of_state_does_not_wait_for_the_tick() -> None:
    live = fleet_of(5)
    async with pushing(channel_of(live, tick_s=60), dispatcher=DISPATCHER) as server, joined(server) as socket:
        await next_frame(socket)
        live.put(snapshot(3, state=MowerState.FAULT, version=2))
        frame = await next_frame(socket, kind=FLEET)
        assert frame.state[2] == STATE_CODES[MowerState.FAULT]


async def test_twenty_browsers_of_one_scope_share_one_frame_and_a_stalled_one_bothers_nobody() -> None:
    live = fleet_of(3000)
    channel = channel_of(live, tick_s=0.05)
    async with pushing(channel, dispatcher=DISPATCHER) as server:
        stalled = await joined(server, max_queue=1)
        readers = [await joined(server) for _ in range(19)]
        try:
            for version in range(2, 90):  # 60 kB each: far more than the socket buffers of the one that does not read
                live.put(snapshot(1, battery=version, version=version))
                await channel.tick()
                await asyncio.sleep(0.002)
            for reader in readers:
                frame = await next_frame(reader, kind=FLEET)
                while frame.battery_percent[0] != 89:
                    frame = await next_frame(reader, kind=FLEET)
            waiting = [
                subscriber.mailbox for subscriber in channel._everyone() if subscriber.mailbox._frame is not None
            ]
            assert len(waiting) <= 1
            live.put(snapshot(1, battery=100, version=100))
            frame = await next_frame(stalled, kind=FLEET)
            read = 1
            while frame.battery_percent[0] != 100:
                frame = await next_frame(stalled, kind=FLEET)
                read += 1
            assert read < 88  # it woke to the latest, not to everything it had missed
        finally:
            await asyncio.gather(*(socket.close() for socket in (stalled, *readers)))


async def test_a_scope_is_encoded_once_however_many_watch() -> None:
    live = fleet_of(10)
    channel = channel_of(live, MovableClock(NOW))
    subscribers = [await channel.subscribe(ALL, None) for _ in range(20)]
    for subscriber in subscribers:
        await subscriber.mailbox.take()
    live.put(snapshot(1, battery=12, version=2))
    await channel.tick()
    frames = [(await subscriber.mailbox.take())[1] for subscriber in subscribers]
    assert len({id(frame) for frame in frames}) == 1
    assert frames[0] is not None
    assert decode(frames[0]).battery_percent[0] == 12


async def test_a_heartbeat_never_takes_the_place_of_a_frame_that_waits() -> None:
    live = fleet_of(2)
    channel = channel_of(live, MovableClock(NOW))
    subscriber = await channel.subscribe(ALL, None)
    live.put(snapshot(2, battery=9, version=2))
    for _ in range(3):
        await channel.tick()
    _messages, frame = await subscriber.mailbox.take()
    assert frame is not None
    assert decode(frame).battery_percent[1] == 9


async def test_a_homeowner_hears_of_their_own_mower_only_while_it_is_on_their_lot() -> None:
    live = fleet_of(6)
    async with pushing(channel_of(live, tick_s=0.05), elm=ELM) as server, joined(server, "elm") as socket:
        at_home = await next_frame(socket)
        assert len(at_home.state) == 1
        assert at_home.longitude[0] == pytest.approx(-92.4999, abs=1e-6)
        live.put(snapshot(1, longitude=-92.4990, version=2))
        away = await next_frame(socket, kind=FLEET)
        assert away.flags[0] == 1
        assert away.longitude[0] != away.longitude[0]
        assert away.state[0] == STATE_CODES[MowerState.UNKNOWN]


async def test_a_homeowner_is_told_no_address_no_account_and_no_command() -> None:
    live = fleet_of(6)
    channel = channel_of(live, tick_s=0.05)
    channel.keep_telling("accounts", {"type": "accounts", "accounts": []}, meant_for=lambda scope: not scope.private)
    async with (
        pushing(channel, elm=ELM, dispatcher=DISPATCHER) as server,
        joined(server, "elm") as socket,
        joined(server) as office,
    ):
        await next_frame(socket)
        await next_message(office, "accounts")
        channel.tell("command:1", {"type": "command"}, device_name="Luba-000001")
        assert await next_message(office, "command")
        live.put(snapshot(1, battery=5, version=3))
        told = [await asyncio.wait_for(socket.recv(), PATIENCE) for _ in range(3)]
        assert all(isinstance(message, bytes) for message in told)
    rows = Scope("own:x", grounds={}).told(
        {"name": "Luba-000001", "model": "Luba 2", "address": "12 Elm", "account": "a"}
    )
    assert rows == {"name": "Luba-000001", "model": "Luba 2"}


async def test_a_revoked_session_closes_its_socket_and_no_other() -> None:
    other = viewer(Role.ADMIN)
    async with (
        pushing(channel_of(fleet_of(2), tick_s=0.05), dispatcher=DISPATCHER, other=other) as server,
        joined(server) as socket,
        joined(server, "other") as kept,
    ):
        await next_frame(socket)
        await next_frame(kept)
        assert DISPATCHER.session_id is not None
        server.channel.end_session(DISPATCHER.session_id)
        assert await closed_with(socket) == SESSION_ENDED
        assert (await next_frame(kept)).kind in {FLEET, HEARTBEAT}


async def test_nobody_signed_in_and_foreign_pages_are_shown_out() -> None:
    async with pushing(channel_of(fleet_of(2)), dispatcher=DISPATCHER) as server:
        async with joined(server, "stranger") as socket:
            assert await closed_with(socket) == SESSION_ENDED
        async with joined(server, origin="https://elsewhere.example") as socket:  # type: ignore[arg-type]
            assert await closed_with(socket) == FOREIGN_ORIGIN
        async with joined(server, origin=f"http://127.0.0.1:{server.port}") as socket:  # type: ignore[arg-type]
            assert (await next_frame(socket)).kind == FLEET


@pytest.mark.parametrize("said", ["no json", '{"watch": 3}', '{"do": "x"}', '"' + "x" * 2000 + '"', "[]"])
async def test_a_browser_that_says_what_nobody_understands_is_shown_out(said: str) -> None:
    async with pushing(channel_of(fleet_of(2)), dispatcher=DISPATCHER) as server, joined(server) as socket:
        await socket.send(said)
        assert await closed_with(socket) == NOT_UNDERSTOOD


async def test_details_of_the_watched_mower_come_when_it_changes() -> None:
    live = fleet_of(4)
    channel = channel_of(
        live, tick_s=0.05, detail=lambda name, _scope: {"name": name, "version": live.get(name).version}
    )
    async with pushing(channel, dispatcher=DISPATCHER) as server, joined(server) as socket:
        await socket.send(json.dumps({"watch": "Luba-000002"}))
        assert (await next_message(socket, "detail"))["mower"] == {"name": "Luba-000002", "version": 1}
        live.put(snapshot(3, version=2))
        live.put(snapshot(2, version=5))
        assert (await next_message(socket, "detail"))["mower"] == {"name": "Luba-000002", "version": 5}


async def test_another_roster_is_another_epoch_and_the_same_one_keeps_its_epoch_over_a_restart() -> None:
    live = fleet_of(3)
    channel = channel_of(live, MovableClock(NOW))
    before = await channel.view(ALL)
    assert (await channel_of(fleet_of(3), MovableClock(NOW)).view(ALL)).epoch == before.epoch
    live.set_roster([*live.all(), snapshot(9)])
    after = await channel.view(ALL)
    assert after.epoch != before.epoch
    assert json.loads(after.roster.body)["mowers"][3]["name"] == "Luba-000009"
    assert json.loads(after.roster.body)["epoch"] == after.epoch


async def test_a_server_that_stops_says_so_to_its_browsers() -> None:
    channel = channel_of(fleet_of(2), tick_s=0.05)
    async with pushing(channel, dispatcher=DISPATCHER) as server:
        socket = await joined(server)
        await next_frame(socket)
        for subscriber in channel._everyone():
            subscriber.close(SERVER_STOPS)
        assert await closed_with(socket) == SERVER_STOPS


class SlowToStop(SystemClock):
    """Whoever sleeps here takes a moment to notice that nobody waits any more."""

    def __init__(self) -> None:
        self.stopping = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            self.stopping.set()
            await asyncio.sleep(0.05)
            raise


async def test_it_stops_also_when_told_so_between_two_ticks() -> None:
    clock, fleet = SlowToStop(), fleet_of(3)
    channel = channel_of(fleet, clock=clock, tick_s=0.5)
    running = asyncio.create_task(channel.run())
    await asyncio.sleep(0.4)
    fleet.put(snapshot(3, state=MowerState.FAULT, version=2))  # urgent: the timer is called off
    await asyncio.wait_for(clock.stopping.wait(), PATIENCE)
    running.cancel()
    done, _ = await asyncio.wait({running}, timeout=3)
    running.cancel()
    assert done == {running}


async def test_frames_between_ticks_keep_their_distance_under_a_storm_of_changes() -> None:
    live = fleet_of(20)
    clock = SystemClock()
    async with pushing(channel_of(live, clock, tick_s=5), dispatcher=DISPATCHER) as server, joined(server) as socket:
        await next_frame(socket)
        began, frames = clock.monotonic(), 0
        for version in range(200):
            state = MowerState.FAULT if version % 2 else MowerState.MOWING
            live.put(replace(snapshot(1, state=state), version=version))
            await asyncio.sleep(0.003)
        spent = clock.monotonic() - began
        while True:
            frame = await next_frame(socket, kind=FLEET)
            frames += 1
            if frame.state[0] == STATE_CODES[MowerState.FAULT] and frame.now_s >= clock.now().timestamp() - 0.2:
                break
        assert frames <= spent / 0.1 + 3


async def test_a_message_with_sentences_is_made_once_a_language() -> None:
    made: list[str] = []

    def message() -> dict[str, Any]:
        made.append(current_language())
        return {"type": "command", "words": told("The mower is offline.")}

    german = replace(DISPATCHER, language="de")
    channel = channel_of(fleet_of(3), tick_s=0.1)
    async with (
        pushing(channel, dispatcher=DISPATCHER, german=german) as server,
        joined(server) as one,
        joined(server, "german") as two,
        joined(server, "german") as three,
    ):
        for socket in (one, two, three):
            await next_frame(socket)
        channel.tell_words("command:1", message, device_name="Luba-000001")
        words = [(await next_message(socket, "command"))["words"] for socket in (one, two, three)]
    assert words == ["The mower is offline.", "Der Mäher ist offline.", "Der Mäher ist offline."]
    assert sorted(made) == ["de", "en"]


async def test_a_person_is_told_on_each_of_their_browsers_and_nobody_else() -> None:
    other = replace(DISPATCHER, person_id=uuid4(), language="de")
    channel = channel_of(fleet_of(3), tick_s=0.1)
    async with (
        pushing(channel, dispatcher=DISPATCHER, other=other) as server,
        joined(server) as one,
        joined(server) as two,
        joined(server, "other") as three,
    ):
        for socket in (one, two, three):
            await next_frame(socket)
        assert channel.hears(DISPATCHER.person_id)
        assert not channel.hears(uuid4())
        channel.tell_person(DISPATCHER.person_id, "bell", lambda: {"type": "bell", "words": told("offline")})
        channel.tell_person(other.person_id, "bell", lambda: {"type": "bell", "words": current_language()})
        assert [(await next_message(socket, "bell"))["words"] for socket in (one, two, three)] == [
            "offline", "offline", "de",
        ]  # fmt: skip
