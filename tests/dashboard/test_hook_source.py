"""What goes out by webhook stands beside its fact; a mower's state is told once, over a stop and a kill."""

import asyncio
import json
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from core.accounts import Audit, Role, Viewer
from core.clock import MovableClock
from core.db import Database
from core.db.storing import Storing
from core.fleet.live import LiveFleet
from core.fleet.model import MowerSnapshot, MowerState
from core.fleet.sessions import MowingSession, SessionKeeper
from core.fleet.sessions.store import put_sessions
from core.fleet.telemetry import TelemetryStore
from core.hooks import HookDesk, HookOutbox
from core.ids import new_id
from dashboard.hook_source import HookSource
from tests.core.fleet.cast import LUBA, NOON
from tests.core.fleet.fakes import ReversingBox
from tests.core.fleet.sessions.cast import NOON_MS

S = MowerState


class Nobody:
    async def post(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        raise AssertionError("nothing is delivered here")


def source(database: Database, clock: MovableClock, live: LiveFleet, sessions: Storing[MowingSession]) -> HookSource:
    """A run of the house, as far as webhooks see it."""
    outbox = HookOutbox(database, clock, ReversingBox(), Nobody())
    return HookSource(outbox, live, clock, commands=Storing("c"), alarms=Storing("a"), sessions=sessions)


def fleet_of(state: MowerState) -> LiveFleet:
    live = LiveFleet()
    live.set_roster([MowerSnapshot(number=1, device_name=LUBA, state=state)])
    return live


def now_is(live: LiveFleet, state: MowerState) -> None:
    live.put(MowerSnapshot(number=1, device_name=LUBA, state=state, received_at=NOON))


@pytest.fixture
async def asked(database: Database, clock: MovableClock) -> None:
    """Somebody wants to be told of everything."""
    ada = Viewer(new_id(), "ada@elm.example", "Ada", Role.ADMIN)
    desk = HookDesk(database, clock, Audit(database, clock), ReversingBox())
    await desk.add("https://hooks.example.com/", ["mower.state_changed", "session.ended"], by=ada)


async def told(database: Database) -> list[dict[str, Any]]:
    async with database.connection() as connection:
        rows = (await connection.execute(text("SELECT body FROM hook_event"))).all()
    return [json.loads(row.body)["data"] for row in rows]


async def moves(database: Database) -> set[tuple[str, str]]:
    """Each once; ``before`` is what was told last, so the pairs say the order, too."""
    found = [(one["before"], one["state"]) for one in await told(database)]
    assert len(found) == len(set(found))
    return set(found)


@pytest.mark.usefixtures("asked")
async def test_a_state_that_came_as_the_process_died_is_told_by_the_next_one_and_no_state_twice(
    database: Database, clock: MovableClock
) -> None:
    live = fleet_of(S.DOCKED)
    first = source(database, clock, live, Storing("s"))
    await first.start()
    await first.settle()
    assert await told(database) == [], "a mower that comes into sight has not changed"
    now_is(live, S.MOWING)
    await first.settle()

    # it is killed as the mower pauses: nothing of that was stored, and nobody called stop
    for state in (S.PAUSED, S.PAUSED, S.RETURNING):  # three runs, each finds the mower so
        after = source(database, clock, fleet_of(state), Storing("s"))
        await after.start()
        await after.stop()
    assert await moves(database) == {("docked", "mowing"), ("mowing", "paused"), ("paused", "returning")}


@pytest.mark.usefixtures("asked")
async def test_states_are_told_in_order_and_what_waits_at_a_stop_is_stored(
    database: Database, clock: MovableClock
) -> None:
    live = fleet_of(S.DOCKED)
    run = source(database, clock, live, Storing("s"))
    await run.start()
    for state in (S.MOWING, S.PAUSED, S.MOWING, S.RETURNING):
        now_is(live, state)
    await run.stop()
    expected = {("docked", "mowing"), ("mowing", "paused"), ("paused", "mowing"), ("mowing", "returning")}
    assert await moves(database) == expected


@pytest.mark.usefixtures("asked")
async def test_two_processes_that_see_the_same_change_tell_it_once(database: Database, clock: MovableClock) -> None:
    outbox = HookOutbox(database, clock, ReversingBox(), Nobody())
    data = {"device_name": LUBA, "before": "docked", "state": "mowing"}
    await outbox.put_state(LUBA, "docked", data, sighted=True)
    told_by = await asyncio.gather(*[outbox.put_state(LUBA, "mowing", data) for _ in range(4)])
    assert sum(told_by) == 1
    assert await moves(database) == {("docked", "mowing")}


@pytest.mark.usefixtures("asked")
async def test_a_session_and_what_is_told_of_it_are_stored_together(database: Database, clock: MovableClock) -> None:
    keeper = SessionKeeper(database, TelemetryStore(database, clock), clock)
    source(database, clock, fleet_of(S.DOCKED), keeper.storing)
    ended = MowingSession(number=1, started_ms=NOON_MS, ended_ms=NOON_MS + 60_000)

    class Broken(Exception):
        pass

    with pytest.raises(Broken):
        async with database.connection() as connection:
            await put_sessions(connection, [ended])
            await keeper.storing.emit(connection, ended)
            raise Broken
    assert await told(database) == [], "a fact that was taken back is not told"
    async with database.connection() as connection:
        await put_sessions(connection, [ended])
        await keeper.storing.emit(connection, ended)
    assert [one["device_name"] for one in await told(database)] == [LUBA]


async def test_who_fails_beside_a_fact_takes_back_its_own_and_never_the_fact(database: Database) -> None:
    async def fails(connection: AsyncConnection, name: str) -> None:
        await connection.execute(text("INSERT INTO hook_told (device_name, state) VALUES ('beside', 'x')"))
        await connection.execute(text("INSERT INTO nowhere VALUES (1)"))

    storing: Storing[str] = Storing("mower")
    storing.subscribe(fails)
    async with database.connection() as connection:
        await connection.execute(text("INSERT INTO hook_told (device_name, state) VALUES ('fact', 'x')"))
        await storing.emit(connection, "fact")
    async with database.connection() as connection:
        rows = (await connection.execute(text("SELECT device_name FROM hook_told"))).all()
    assert [row.device_name for row in rows] == ["fact"]
