"""Visits' work as a slim process that may be killed at any instant.

``python -m tests.core.scheduling.killed_visits FOLDER``

Its mower lives outside of it, in a file that every order reaches before the process hears that it did: a killed process
finds it where the clock has carried it. Two Mondays are played; at their end it says ``done``.
"""

import asyncio
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlmodel import select

from core.accounts import Role, Viewer
from core.clock import MovableClock, to_epoch_ms
from core.db import open_database
from core.fleet import EndReason, MowingSession
from core.fleet.model import CommandKind, SendReceipt
from core.ids import new_id
from core.neighbourhood import households_of_person
from core.neighbourhood.clusters.tables import ClusterRow
from core.neighbourhood.tables import Lot
from core.ports import CloudListener
from core.scheduling.run_store import running_visits
from core.scheduling.service import Scheduling
from tests.core.control.cast import Street, elm_street
from tests.core.fleet.cast import LUBA, docked, mowing
from tests.core.fleet.conftest import ELM_STREET
from tests.core.fleet.fakes import FakeCloud, FakeLink, device, healthy
from tests.core.scheduling.run_cast import BACK, FRONT, NINE, Play, Starts

MONDAYS = (NINE, NINE + timedelta(days=7))
LASTS = timedelta(hours=4)
MOWS = timedelta(minutes=50)
SOON, LATER = timedelta(seconds=5), timedelta(minutes=8)


@dataclass(frozen=True)
class Order:
    """Something the mower was told."""

    at: datetime
    kind: CommandKind
    areas: tuple[int, ...]

    @property
    def mows_until(self) -> datetime:
        return self.at + SOON + MOWS


@dataclass
class LoneMower:
    """What it was told, on disk; it mows 50 minutes from each start on, whoever lives or dies."""

    file: Path

    def take(self, at: datetime, kind: CommandKind, parameters: Mapping[str, Any]) -> None:
        line = json.dumps({"at": at.isoformat(), "kind": kind.value, "areas": list(parameters.get("areas", ()))})
        with self.file.open("a") as file:
            file.write(f"{line}\n")
            file.flush()
            os.fsync(file.fileno())

    def orders(self) -> list[Order]:
        lines = self.file.read_text().splitlines() if self.file.exists() else []
        told = [json.loads(line) for line in lines]
        return [Order(datetime.fromisoformat(one["at"]), CommandKind(one["kind"]), tuple(one["areas"])) for one in told]

    def starts(self) -> list[Order]:
        return [one for one in self.orders() if one.kind is CommandKind.START]

    def works(self, now: datetime) -> bool:
        return any(one.at + SOON <= now < one.mows_until for one in self.starts())

    def sessions(self, since: datetime, now: datetime) -> list[MowingSession]:
        begun = [one for one in self.starts() if one.at + SOON <= now and one.mows_until >= since]
        return [_session(one, min(now, one.mows_until), now) for one in reversed(begun)]


def _session(order: Order, until: datetime, now: datetime) -> MowingSession:
    first, last = to_epoch_ms(order.at + SOON), to_epoch_ms(until)
    seconds = (last - first) / 1000
    return MowingSession(
        number=1, started_ms=first, ended_ms=last, mowing_s=seconds, progress_end=100,
        end_reason=EndReason.DONE if order.mows_until <= now else None,
        zones=tuple((area, seconds / len(order.areas)) for area in order.areas),
    )  # fmt: skip


@dataclass
class LoneLink(FakeLink):
    mower: LoneMower = field(default_factory=lambda: LoneMower(Path()))

    async def send(
        self, device_name: str, kind: CommandKind, parameters: Mapping[str, Any], *, command_id: str
    ) -> SendReceipt:
        self.mower.take(self.clock.now(), kind, parameters)
        return await super().send(device_name, kind, parameters, command_id=command_id)


@dataclass
class LoneCloud(FakeCloud):
    mower: LoneMower = field(default_factory=lambda: LoneMower(Path()))

    def _link(self, account: str, listener: CloudListener) -> LoneLink:
        found = self.devices.get(account, [])
        health = healthy(account, self.clock.now(), devices=len(found))
        link = LoneLink(account, listener, found, self.clock, health, mower=self.mower)
        self.links.append(link)
        listener.health_changed(health)
        return link


async def work(folder: Path) -> None:
    hand, mower = folder / "clock", LoneMower(folder / "mower")
    clock = MovableClock(datetime.fromisoformat(hand.read_text()) if hand.exists() else MONDAYS[0])
    database = open_database(f"sqlite:///{folder / 'visits.sqlite3'}")
    async with elm_street(database, clock, LoneCloud(clock, {ELM_STREET: [device(LUBA)]}, mower=mower)) as street:
        play = await stage(street, mower)
        (folder / "started").touch()
        while clock.now() < MONDAYS[-1] + LASTS:
            await turn(play, mower)
            put(hand, clock.now().isoformat())
    await database.close()


async def stage(street: Street, mower: LoneMower) -> Play:
    street.clusters.say("active")
    scheduling = Scheduling(
        database=street.database, clock=street.clock, audit=street.audit,
        household_ids=lambda person: households_of_person(street.database, person),
    )  # fmt: skip
    async with street.database.session() as session:
        lots = {lot.address: lot.id for lot in (await session.exec(select(Lot))).all()}
        cluster = (await session.exec(select(ClusterRow.id))).one()
    zones = {lots["12 Elm St"]: (FRONT,), lots["14 Elm St"]: (BACK,)}
    dana = Viewer(person_id=new_id(), email="dana@mowthos.example", name="Dana", role=Role.DISPATCHER)
    play = Play(street, scheduling, Starts(street), dana, lots, cluster, zones)
    play.attach()

    async def zones_of(_name: str, lot_id: UUID) -> tuple[int, ...]:
        return zones.get(lot_id, ())

    async def sessions(_name: str, since: datetime, _until: datetime) -> Sequence[MowingSession]:
        return mower.sessions(since, street.clock.now())

    scheduling.attach(
        starts=play.starts, zones=zones_of, sessions=sessions, sight=street.fleet.live.get, wet=lambda _name: False,
        gate=play.gate,
    )  # fmt: skip
    return play


async def turn(play: Play, mower: LoneMower) -> None:
    """The mower tells where it is, the jobs come round, and time passes: little after a start, else more."""
    now = play.clock.now()
    await play.street.hears(mowing(play.at_s, play.at_s % 29) if mower.works(now) else docked(play.at_s))
    await play.turn()
    fresh = any(now - one.at < 4 * SOON for one in mower.starts())
    async with play.database.session() as session:
        under_way = await running_visits(session)
    at = now + (SOON if fresh else LATER)
    if not under_way and any(monday + 2.5 * MOWS < at for monday in MONDAYS if monday.date() == at.date()):
        at = next((monday for monday in MONDAYS if monday > at), MONDAYS[-1] + LASTS)  # that day is over
    play.clock.move((at - play.clock.now()).total_seconds())


def put(hand: Path, words: str) -> None:
    """Whole or not at all."""
    new = hand.with_suffix(".new")
    new.write_text(words)
    new.replace(hand)


if __name__ == "__main__":
    asyncio.run(work(Path(sys.argv[1])))
    sys.stdout.write("done\n")
