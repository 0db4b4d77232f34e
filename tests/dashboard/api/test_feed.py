"""The live feed: everything once and in order, resumed after a gap, scoped as the screen is, ended with its token."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.accounts import Role, Viewer
from core.fleet.model import MowerState
from core.sight import Sight
from dashboard.api import PREFIX
from dashboard.api.feed.log import FeedLog
from dashboard.api.feed.reader import CHECK_S, FeedReaders, Told
from tests.dashboard.api.conftest import ELM_LAWN, OAK_LAWN, Api, Around, Facts, mowing


class Desk:
    """Readers on the fleet of Elm Street, and a way to make something happen."""

    def __init__(self, api: Api, kept: int = 100) -> None:
        self.api, self.log = api, FeedLog(kept)

        async def ground(household_ids: frozenset[object]) -> dict[str, Around]:
            return {"Luba-ELM": Around(ELM_LAWN)} if api.household_id in household_ids else {}

        rows = [Facts("Luba-ELM", "Luba 2", None), Facts("Yuka-OAK", "Yuka", None)]
        self.readers = FeedReaders(
            self.log,
            live=api.live,
            roster=lambda: rows,
            own_ground=ground,
            clock=api.clock,  # type: ignore[arg-type]
        )

    def moves(self, *, at: object = ELM_LAWN, state: MowerState = MowerState.MOWING) -> None:
        snapshot = replace(mowing(1, "Luba-ELM", self.api.clock.now(), at), state=state)  # type: ignore[arg-type]
        self.log.add("mower", "Luba-ELM", snapshot=snapshot)

    async def read(self, role: Role, last_event_id: str) -> AsyncIterator[Told]:
        """As somebody of a role, for as long as the test lasts."""
        viewer = await viewer_of(self.api, role)

        async def still() -> Viewer:
            return viewer

        return self.readers.read(viewer, last_event_id, still)

    async def take(self, feed: AsyncIterator[Told], count: int) -> list[Told]:
        async with asyncio.timeout(5):
            return [await anext(feed) for _ in range(count)]


async def viewer_of(api: Api, role: Role) -> Viewer:
    token = (await api.as_(role))["Authorization"].removeprefix("Bearer ")
    viewer = await api.programs.tokens.viewer(token)
    assert viewer is not None
    return viewer


async def test_a_fresh_reader_hears_every_mower_and_then_what_changes(api: Api) -> None:
    desk = Desk(api)
    feed = await desk.read(Role.DISPATCHER, "")
    told = await desk.take(feed, 4)
    assert [one.event for one in told] == ["reset", "mower", "mower", "ready"]
    assert told[0].data == {"reason": "start", "mowers": 2}
    desk.moves(state=MowerState.RETURNING)
    (change,) = await desk.take(feed, 1)
    assert (change.event, change.data["state"], change.id) == ("mower", "returning", f"{desk.log.epoch}-1")


async def test_a_reader_that_comes_back_hears_what_it_missed_and_no_reset(api: Api) -> None:
    desk = Desk(api)
    for _ in range(5):
        desk.moves()
    feed = await desk.read(Role.DISPATCHER, desk.log.name(2))
    assert [one.id for one in await desk.take(feed, 3)] == [desk.log.name(number) for number in (3, 4, 5)]


@pytest.mark.parametrize(("name", "reason"), [("gap", "gap"), ("another", "restart")])
async def test_where_too_much_was_missed_the_reader_is_told_and_begins_afresh(api: Api, name: str, reason: str) -> None:
    desk = Desk(api, kept=3)
    for _ in range(9):
        desk.moves()
    last = desk.log.name(2) if name == "gap" else "of-another-run-7"
    feed = await desk.read(Role.DISPATCHER, last)
    told = await desk.take(feed, 4)
    assert (told[0].event, told[0].data["reason"], told[-1].event) == ("reset", reason, "ready")
    assert told[-1].id == desk.log.name(9)


async def test_a_slow_reader_that_falls_behind_the_log_is_reset_and_not_fed_a_part(api: Api) -> None:
    desk = Desk(api, kept=3)
    feed = await desk.read(Role.DISPATCHER, "")
    await desk.take(feed, 4)
    for _ in range(9):
        desk.moves()
    (told,) = await desk.take(feed, 1)
    assert (told.event, told.data["reason"]) == ("reset", "gap")


async def test_a_homeowner_hears_of_their_own_mower_alone_and_not_where_it_is_elsewhere(api: Api) -> None:
    desk = Desk(api)
    feed = await desk.read(Role.HOMEOWNER, "")
    told = await desk.take(feed, 3)
    assert [one.data.get("device_name") for one in told] == [None, "Luba-ELM", None]
    desk.log.add("command", "Luba-ELM", data={"asked_by": "dana"})
    desk.log.add("alarm", "Luba-ELM", data={})
    desk.log.add("mower", "Yuka-OAK", snapshot=mowing(2, "Yuka-OAK", api.clock.now(), OAK_LAWN))
    desk.moves(at=OAK_LAWN)
    (away,) = await desk.take(feed, 1)
    assert (away.data["device_name"], away.data["location"], away.data["state"]) == ("Luba-ELM", None, "unknown")


async def test_commands_are_told_to_our_people(api: Api) -> None:
    desk = Desk(api)
    feed = await desk.read(Role.DISPATCHER, "")
    await desk.take(feed, 4)
    desk.log.add("command", "Luba-ELM", data={"kind": "return"})
    assert [one.event for one in await desk.take(feed, 1)] == ["command"]


@given(kept=st.integers(1, 12), count=st.integers(0, 30), last=st.integers(0, 40))
def test_whatever_is_replayed_is_whole_and_in_order(kept: int, count: int, last: int) -> None:
    async def go() -> None:
        log = FeedLog(kept)
        for _ in range(count):
            log.add("alarm", "")
        events = log.after(last)
        if events is None:
            assert last > count or last < count - kept
        else:
            assert [one.number for one in events] == list(range(last + 1, count + 1))

    asyncio.run(go())


class Socket:
    """A web socket of the API, driven in process; ``sent`` is what the server said, ``code`` how it ended."""

    def __init__(self, api: Api) -> None:
        self._api, self.code = api, 0
        self.sent: list[dict[str, Any]] = []
        self._said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._said.put_nowait({"type": "websocket.connect"})

    async def talk(self, first: object, until: str) -> None:
        self._said.put_nowait({"type": "websocket.receive", "text": json.dumps(first)})
        scope = {
            "type": "websocket", "path": f"{PREFIX}/live/ws", "raw_path": b"", "query_string": b"", "root_path": "",
            "headers": [(b"host", b"test")], "scheme": "ws", "subprotocols": [], "asgi": {"version": "3.0"},
            "client": ("test", 1), "server": ("test", 80),
        }  # fmt: skip

        async def send(message: Any) -> None:
            self.code = message.get("code", self.code)
            if message["type"] == "websocket.send":
                self.sent.append(json.loads(message["text"]))
                if self.sent[-1]["event"] == until:
                    self._said.put_nowait({"type": "websocket.disconnect", "code": 1000})

        async with asyncio.timeout(10):
            await self._api.app(scope, self._said.get, send)


async def test_over_a_socket_the_token_comes_first_and_the_feed_follows(api: Api) -> None:
    token = (await api.as_(Role.DISPATCHER))["Authorization"].removeprefix("Bearer ")
    stranger, known = Socket(api), Socket(api)
    await stranger.talk({"token": "none of ours"}, "ready")
    assert (stranger.sent, stranger.code) == ([], 4401)
    await known.talk({"token": token}, "ready")
    assert [one["event"] for one in known.sent] == ["reset", "mower", "mower", "ready"]


async def test_the_feed_ends_when_its_token_does(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.api.feed.reader.CHECK_S", 0.05)
    desk, reader = Desk(api), await viewer_of(api, Role.DISPATCHER)
    now: list[Viewer | None] = [reader]

    async def still() -> Viewer | None:
        return now[0]

    feed = desk.readers.read(reader, "", still)
    await desk.take(feed, 4)
    now[0] = None
    with pytest.raises(StopAsyncIteration):
        await desk.take(feed, 1)


@pytest.mark.parametrize("ending", ["token", "areas"])
async def test_the_feed_of_a_fleet_that_never_rests_ends_with_its_token_too_and_with_other_areas(
    api: Api, ending: str
) -> None:
    desk, reader = Desk(api), await viewer_of(api, Role.DISPATCHER)
    now: list[Viewer | None] = [reader]

    async def still() -> Viewer | None:
        return now[0]

    feed = desk.readers.read(reader, "", still)
    await desk.take(feed, 4)
    desk.moves()
    await desk.take(feed, 1)
    now[0] = None if ending == "token" else replace(reader, sight=Sight(key="another area"))
    api.clock.move(CHECK_S + 1)
    desk.moves()
    with pytest.raises(StopAsyncIteration):
        await desk.take(feed, 1)


async def test_who_works_in_an_area_hears_of_its_mowers_and_their_commands_and_alarms_alone(api: Api) -> None:
    desk = Desk(api)
    reader = replace(await viewer_of(api, Role.DISPATCHER), sight=Sight(key="elm", mowers=frozenset({"Luba-ELM"})))

    async def still() -> Viewer:
        return reader

    feed = desk.readers.read(reader, "", still)
    assert [one.data.get("device_name") for one in await desk.take(feed, 3)] == [None, "Luba-ELM", None]
    desk.log.add("command", "Yuka-OAK", data={"kind": "return"})
    desk.log.add("alarm", "Yuka-OAK", data={})
    desk.log.add("alarm", "", data={"kind": "account"})
    desk.log.add("mower", "Yuka-OAK", snapshot=mowing(2, "Yuka-OAK", api.clock.now(), OAK_LAWN))
    desk.log.add("command", "Luba-ELM", data={"kind": "pause"})
    assert [one.data for one in await desk.take(feed, 1)] == [{"kind": "pause"}]


async def test_a_stream_of_events_needs_a_token_and_speaks_sse(api: Api) -> None:
    assert (await api.client.get("/live/events")).status_code == 401
    header = await api.as_(Role.DISPATCHER)
    got: list[bytes] = []
    done = asyncio.Event()
    scope = {
        "type": "http", "method": "GET", "path": f"{PREFIX}/live/events", "raw_path": b"", "query_string": b"",
        "root_path": "", "headers": [(b"authorization", header["Authorization"].encode()), (b"host", b"test")],
        "http_version": "1.1", "scheme": "http", "client": ("test", 1), "server": ("test", 80),
        "asgi": {"version": "3.0"},
    }  # fmt: skip

    async def receive() -> Any:
        await done.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        got.append(message["body"] if message["type"] == "http.response.body" else repr(message).encode())
        if b"ready" in b"".join(got):
            done.set()

    async with asyncio.timeout(10):
        await api.app(scope, receive, send)
    whole = b"".join(got)
    assert (
        b"text/event-stream" in whole and whole.count(b"event: mower") == 2 and b"\nid: " in whole.replace(b"\r", b"")
    )
