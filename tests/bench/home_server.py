"""The server that `home` measures: the whole product with the town of the privacy tests, and somebody in every home.

``/test/enter`` gives the sessions of people, each with the number of their mower; ``/test/drive/{on}`` lets every mower
report once a second, from one home of its cluster after the other; ``/test/step`` lets each go one home on, and tells
when. ``/test/used`` tells memory and CPU.
"""

import asyncio
import gc
import sys
import time
from collections.abc import Sequence
from dataclasses import replace

import psutil
from nicegui import app as pages
from sqlmodel import col, select

from core.accounts import Role
from core.drills import DrillFloor
from core.fleet.model import Confidence, MowerSnapshot, MowerState, Source
from core.neighbourhood import add_person
from core.neighbourhood.tables import Lot
from core.neighbourhood.town import Home
from tests.dashboard.privacy import server as town
from tests.dashboard.privacy.cast import TOWN, Cast, place_on, reading

ROUND_STEPS = 20
"""Reports of a mower on one lawn before it goes on to the next."""


class Mowers:
    """Every mower of the town, on its way from home to home."""

    def __init__(self, cast: Cast) -> None:
        self._cast, self._driving = cast, False
        self.homes: dict[str, Sequence[Home]] = {
            one.device_name: [TOWN.homes[home] for home in (one.host, *one.neighbours)] for one in TOWN.clusters
        }
        self._at = dict.fromkeys(self.homes, 0)
        self.task: asyncio.Task[None] | None = None

    def report(self, name: str, step: int) -> None:
        """One report of a mowing mower."""
        live, now = self._cast.parts.fleet.live, self._cast.parts.clock.now()
        number = self._cast.numbers[name]
        home = self.homes[name][self._at[name] % len(self.homes[name])]
        told = replace(
            reading(now, place_on(home)), device_name=name, progress_percent=step % 100, minutes_left=60 - step % 60
        )
        live.put(
            MowerSnapshot(
                number=number, device_name=name, version=live.get(name).version + 1, state=MowerState.MOWING,
                since=now, confidence=Confidence.PROVEN, source=Source.PUSH, evidence_at=now, device_time=now,
                received_at=now, reading=told, online=True,
            )
        )  # fmt: skip

    def step(self) -> float:
        """Every mower goes one home on; when."""
        for name in self.homes:
            self._at[name] += 1
            self.report(name, self._at[name])
        return time.time()

    async def drive(self) -> None:
        """Once a second, until told otherwise."""
        for turn in range(10**9):
            for name in self.homes:
                self._at[name] += turn % ROUND_STEPS == 0
                self.report(name, turn)
            await self._cast.parts.clock.sleep(1.0)


async def furnish(cast: Cast) -> DrillFloor | None:
    """People for every home with a mower, and the ways by which the bench steers."""
    parts, mowers = cast.parts, Mowers(cast)
    async with parts.database.session() as session:
        addresses = {home.address for homes in mowers.homes.values() for home in homes}
        lots = (await session.exec(select(Lot).where(col(Lot.address).in_(addresses)))).all()
    people = []
    for number, lot in enumerate(lots):
        person = await parts.people.create_person(
            email=f"home{number}@elm.example", role=Role.HOMEOWNER, password="correct horse battery", name=lot.address
        )
        assert lot.household_id is not None
        await add_person(parts.database, household_id=lot.household_id, person_id=person.id)
        people.append(person.id)

    @pages.get("/test/enter")
    async def enter(count: int) -> list[str]:
        return [(await parts.people.enter(people[n % len(people)], "bench"))[0] for n in range(count)]

    @pages.get("/test/step")
    async def step() -> float:
        return mowers.step()

    @pages.get("/test/drive/{on}")
    async def drive(on: bool) -> None:
        if mowers.task is not None:
            mowers.task.cancel()
        mowers.task = asyncio.create_task(mowers.drive()) if on else None

    @pages.get("/test/used")
    async def used() -> dict[str, float]:
        gc.collect()
        process = psutil.Process()
        return {"resident": process.memory_info().rss, "cpu_s": time.process_time(), "at": time.time()}

    return None


if __name__ == "__main__":
    asyncio.run(town.main(int(sys.argv[1]), sys.argv[2], furnish))
