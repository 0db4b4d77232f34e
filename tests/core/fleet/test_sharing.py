"""The live fleet of several processes: who may speak for a mower, who comes late, and what grows old by itself."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.bus import NoBus
from core.clock import MovableClock
from core.db import Database
from core.fleet import FleetService
from core.fleet.holding import Holder
from core.fleet.model import MowerSnapshot, MowerState
from core.fleet.sharing import PREFIX, Sent, SnapshotMirror, SnapshotSender, packed, unpacked
from tests.core.fleet.cast import LUBA, YUKA
from tests.core.fleet.conftest import ELM_STREET
from tests.core.fleet.fakes import FakeCloud, ReversingBox

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


class OneBoard(NoBus):
    """A bus between parts of one test: what is put is present, and watchers hear it."""

    def __init__(self) -> None:
        super().__init__(NOON)
        self.board: dict[str, str] = {}
        self.watchers: list[Callable[[str, str], None]] = []

    def put(self, key: str, state: str | None) -> None:
        assert state is not None
        self.board[key] = state
        for watcher in self.watchers:
            watcher(key, state)

    def watch(self, handler: Callable[[str, str], None]) -> None:
        self.watchers.append(handler)

    async def present(self) -> Mapping[str, str]:
        return dict(self.board)


def part(database: Database, clock: MovableClock, cloud: FakeCloud | None, owner: str) -> FleetService:
    """One process's part of a shared fleet."""
    return FleetService(
        database=database, cloud=cloud, secret_box=ReversingBox(), clock=clock,
        holder=Holder(database, clock, owner=owner), shared=True,
    )  # fmt: skip


async def stands_still(service: FleetService) -> None:
    """As a process does that was stopped by its machine: nothing of it runs, and nothing was given back."""
    tasks = list(service.accounts._tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
def board() -> OneBoard:
    return OneBoard()


async def test_a_page_shows_the_mowers_that_another_process_owns(
    sqlite_database: Database, clock: MovableClock, cloud: FakeCloud, board: OneBoard
) -> None:
    owner, page = part(sqlite_database, clock, cloud, "worker"), part(sqlite_database, clock, None, "web")
    await owner.accounts.start()
    await owner.accounts.link(ELM_STREET, "right password", by="dana@elm.example")
    SnapshotSender(owner.live, board, owner.accounts.fence_of).start()
    await page.accounts.load()
    SnapshotMirror(page.live, page.roster, board, clock)
    mowing = replace(owner.live.get(LUBA), version=5, state=MowerState.MOWING, received_at=clock.now())
    owner.live.put(mowing)
    assert page.live.get(LUBA) == mowing
    late = part(sqlite_database, clock, None, "late")
    await late.accounts.load()
    await SnapshotMirror(late.live, late.roster, board, clock).load()
    assert late.live.get(LUBA) == mowing
    assert {one.device_name for one in late.live.all()} == {LUBA, YUKA}
    await owner.accounts.stop()


async def test_whoever_was_taken_over_speaks_for_its_mowers_no_longer(
    sqlite_database: Database, clock: MovableClock, cloud: FakeCloud, board: OneBoard
) -> None:
    anna, ben = part(sqlite_database, clock, cloud, "anna"), part(sqlite_database, clock, cloud, "ben")
    await anna.accounts.start()
    await anna.accounts.link(ELM_STREET, "right password", by="dana@elm.example")
    page = part(sqlite_database, clock, None, "web")
    await page.accounts.load()
    mirror = SnapshotMirror(page.live, page.roster, board, clock)
    old = Sent(1, MowerSnapshot(number=1, device_name=LUBA, version=900, state=MowerState.MOWING))
    new = Sent(2, MowerSnapshot(number=1, device_name=LUBA, version=3, state=MowerState.DOCKED))
    for sent in (old, new, replace(old, snapshot=replace(old.snapshot, version=901))):
        mirror.take(PREFIX + LUBA, packed(sent))
    assert page.live.get(LUBA).state is MowerState.DOCKED
    assert len(anna.live) == 2
    assert len(ben.live) == 0, "a process shows the mowers that are its own"
    await stands_still(anna)
    clock.move(12)
    await ben.accounts.hold()
    assert len(ben.live) == 2
    assert anna.accounts.fence_of(LUBA) is None
    await anna.accounts.stop()
    await ben.accounts.stop()


async def test_a_mower_nobody_knew_makes_a_new_roster(
    sqlite_database: Database, clock: MovableClock, cloud: FakeCloud, board: OneBoard
) -> None:
    owner, page = part(sqlite_database, clock, cloud, "worker"), part(sqlite_database, clock, None, "web")
    await page.accounts.load()
    mirror = SnapshotMirror(page.live, page.roster, board, clock)
    await owner.accounts.start()
    await owner.accounts.link(ELM_STREET, "right password", by="dana@elm.example")
    SnapshotSender(owner.live, board, owner.accounts.fence_of).start()
    assert len(page.live) == 0
    await asyncio.sleep(0)
    clock.move(1)
    for _ in range(200):
        await asyncio.sleep(0.01)
        if len(page.live) == 2:
            break
    assert {one.device_name for one in page.live.all()} == {LUBA, YUKA}
    await mirror.stop()
    await owner.accounts.stop()


def test_a_snapshot_crosses_with_all_that_ageing_needs() -> None:
    before = Sent(4, MowerSnapshot(number=7, device_name=LUBA, version=2, state=MowerState.MOWING, since=NOON))
    assert unpacked(packed(before)) == before
