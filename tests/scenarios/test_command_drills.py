"""Drills for commands on the simulated cloud, over the real sockets: nothing is lost, nothing is a false success.

A success is judged against the truth of the simulated mower at the moment it is told. `make prove` plays more rounds
at ten seconds of delay and prints the figures of X8.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest

from core.clock import SystemClock
from core.db import Database
from core.fleet import CommandLimits, CommandRefused, CommandView, FleetService
from core.fleet.limits import StateLimits
from core.fleet.model import CommandKind, CommandStatus, LinkState, MowerState
from external.mammotion import MammotionCloud
from external.mammotion.simulator import SimulatorOptions, SimulatorServer
from external.mammotion.simulator.default_sites import default_sites
from external.mammotion.simulator.mower import Activity
from external.sealing import FernetBox
from tests.proofs import cases, record

K, T = CommandKind, CommandStatus
MOWERS = 6
ROUNDS = cases(sample=1, full=3)
DELAY_S = cases(sample=2, full=10)
PATIENT = CommandLimits(unseen_s=20 + 4 * DELAY_S, unproven_s=30 + 4 * DELAY_S)
STANDS = frozenset({Activity.PAUSED, Activity.IDLE, Activity.DOCKED, Activity.FAULT, Activity.WAITING})
MOVES = frozenset({Activity.TRAVELLING, Activity.MOWING, Activity.RETURNING})
TRUE_WHEN = {K.START: MOVES, K.RESUME: MOVES, K.PAUSE: STANDS, K.HALT: STANDS}


@dataclass
class Drill:
    """A cloud, a fleet, and every success that was told while the mower did something else."""

    server: SimulatorServer
    fleet: FleetService
    session: aiohttp.ClientSession
    false_successes: list[str] = field(default_factory=list)

    async def control(self, path: str, **fields: Any) -> Any:
        async with self.session.post(f"{self.server.control_url}/{path}", json=fields) as answer:
            answer.raise_for_status()
            return await answer.json()

    def activity(self, name: str) -> Activity:
        return self.server.fleet.devices[name].mower.activity

    def heard(self, command: CommandView) -> None:
        """A success is true when the mower truly does it at the moment it is told."""
        if command.status is T.DONE and self.activity(command.device_name) not in TRUE_WHEN[command.kind]:
            self.false_successes.append(f"{command.kind} of {command.device_name}")

    async def ask(self, name: str, kind: CommandKind) -> CommandView | None:
        try:
            return await self.fleet.commands.request(device_name=name, kind=kind, asked_by="drill", source="job")
        except CommandRefused as refused:
            return refused.command

    async def over(self, commands: list[CommandView], *, within_s: float) -> list[CommandView]:
        async with asyncio.timeout(within_s):
            while True:
                now = [await self.fleet.commands.get(command.id) for command in commands]
                if not any(command.is_open for command in now):
                    return now
                await asyncio.sleep(0.2)

    async def until(self, holds: Callable[[], bool], *, within_s: float = 30) -> None:
        async with asyncio.timeout(within_s):
            while not holds():
                await asyncio.sleep(0.1)

    def link_state(self) -> LinkState:
        return self.fleet.accounts.health()[0].state


@asynccontextmanager
async def drilling(database: Database, **limits: float) -> AsyncIterator[Drill]:
    """One account of six mowers, linked, each of them heard of."""
    clock = SystemClock()
    server = SimulatorServer(
        SimulatorOptions(
            sites=default_sites(mowers=MOWERS, accounts=1, seed=5), seed=7, owners=False, reply_delay_s=0.01,
            docked_period_s=3,
        )
    )  # fmt: skip
    await server.start()
    fleet = FleetService(
        database=database,
        cloud=MammotionCloud(
            login_url=server.http_url, api_url=server.http_url, clock=clock, request_ceiling=100_000
        ),
        secret_box=FernetBox("x" * 32),
        clock=clock,
        limits=StateLimits(**limits),
        command_limits=PATIENT,
    )  # fmt: skip
    try:
        await fleet.start()
        for account, password in server.accounts:
            await fleet.accounts.link(account, password, by="drill")
        async with aiohttp.ClientSession() as session:
            drill = Drill(server, fleet, session)
            fleet.commands.changed.subscribe(drill.heard)
            await drill.until(lambda: len(fleet.live) == MOWERS)
            await drill.until(
                lambda: all(one.state in (MowerState.DOCKED, MowerState.CHARGING) for one in fleet.live.all())
            )
            yield drill
    finally:
        await fleet.stop()
        await server.stop()


@pytest.mark.prove
@pytest.mark.timeout(1500)
async def test_with_a_fifth_lost_and_ten_seconds_of_delay_nothing_is_lost_and_no_success_is_false(
    request: pytest.FixtureRequest, sqlite_database: Database
) -> None:
    async with drilling(sqlite_database) as drill:
        names = list(drill.server.fleet.devices)
        await drill.control("radio", loss=0.2, delay_s=DELAY_S)
        asked: list[CommandView] = []
        halts: list[CommandView] = []
        for _ in range(ROUNDS):
            kinds = {name: K.RESUME if drill.activity(name) is Activity.PAUSED else K.START for name in names}
            starts = [await drill.ask(name, kind) for name, kind in kinds.items()]
            given = [one for one in starts if one is not None]
            await drill.over(given, within_s=260)
            stops = [one for one in [await drill.ask(name, K.HALT) for name in names] if one is not None]
            asked += given + stops
            halts += await drill.over(stops, within_s=260)
        await drill.control("radio", loss=0.0, delay_s=0.0)
        ended = [await drill.fleet.commands.get(command.id) for command in asked]
        assert drill.false_successes == []
        assert all(not one.is_open and (one.status is T.DONE or one.reasons) for one in ended)
        assert len(ended) == len({one.id for one in ended}) == ROUNDS * 2 * MOWERS
        proven = [halt for halt in halts if halt.status is T.DONE]
        assert len(proven) >= 0.8 * len(halts)
        figures = await drill.fleet.commands.stop_figures()
        all_halts = figures.all
        assert all_halts.p50_s is not None and all_halts.p95_s is not None
        record(
            request,
            f"20 % loss, {DELAY_S} s delay: {len(ended)} commands, 0 false successes, 0 lost; "
            f"STOP {all_halts.proven} of {all_halts.asked} proven, "
            f"p50 {all_halts.p50_s:.1f} s, p95 {all_halts.p95_s:.1f} s",
        )


@pytest.mark.timeout(240)
async def test_a_mower_stuck_on_the_spot_is_no_successful_start(sqlite_database: Database) -> None:
    async with drilling(sqlite_database, evidence_s=6) as drill:
        name = next(iter(drill.server.fleet.devices))
        drill.server.fleet.devices[name].spinning = True
        start = await drill.ask(name, K.START)
        assert start is not None
        await drill.until(lambda: drill.activity(name) in MOVES)
        await asyncio.sleep(10)
        assert (await drill.fleet.commands.get(start.id)).status is not T.DONE
        drill.server.fleet.devices[name].spinning = False
        (ended,) = await drill.over([start], within_s=150)
        assert ended.status is T.DONE


@pytest.mark.timeout(240)
async def test_a_dropped_broker_neither_loses_a_command_nor_invents_its_success(sqlite_database: Database) -> None:
    async with drilling(sqlite_database) as drill:
        names = list(drill.server.fleet.devices)
        await drill.control("broker", down_s=8.0)
        given = [one for one in [await drill.ask(name, K.START) for name in names] if one is not None]
        await asyncio.sleep(4)
        during = [await drill.fleet.commands.get(command.id) for command in given]
        assert not any(command.status in (T.SEEN, T.DONE) for command in during)
        ended = await drill.over(given, within_s=180)
        assert drill.false_successes == []
        assert len(ended) == MOWERS
        assert all(one.status is T.DONE or one.reasons for one in ended)
        assert drill.server.journal.leaves["to_device nav.todev_taskctrl"] == MOWERS


@pytest.mark.timeout(120)
async def test_a_blocked_account_refuses_with_its_reason_and_keeps_the_record(sqlite_database: Database) -> None:
    async with drilling(sqlite_database) as drill:
        name = next(iter(drill.server.fleet.devices))
        (account, _password), *_ = drill.server.accounts
        await drill.control(f"accounts/{account}", blocked=True)
        first = await drill.ask(name, K.START)  # before anybody knows
        assert first is not None
        await drill.until(lambda: drill.link_state() in (LinkState.BLOCKED, LinkState.REAUTH_NEEDED), within_s=60)
        refused = await drill.ask(name, K.START)
        assert refused is not None
        assert refused.status is T.REFUSED
        assert "The vendor account is blocked: a person must act." in refused.reasons
        assert (await drill.fleet.commands.get(first.id)).status is not T.DONE
        assert drill.activity(name) is Activity.DOCKED
        assert [one.id for one in await drill.fleet.commands.recent(name)] == [refused.id, first.id]
