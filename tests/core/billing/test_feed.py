"""From stored telemetry to the ledger: a session of one mower over two lots, heard, swept, and corrected later."""

from uuid import UUID

import pytest
from sqlalchemy import insert, select

from core.billing import UsageFeed, UsageLedger
from core.clock import MovableClock, to_epoch_ms
from core.db import Database
from core.db.reads.mowing import MowingReads
from core.fleet.live import STATE_CODES
from core.fleet.model import MowerState
from core.fleet.sessions.tables import MowingSessionRow
from core.fleet.tables import Mower, Telemetry
from core.ids import new_id
from core.lawnmaps import TieStatus
from core.lawnmaps.tables import ZoneTieChange
from core.neighbourhood.tables import Household, Lot, LotMower

WEST, EAST, SOUTH = -92.48, -92.479, 44.02


@pytest.fixture
async def elm_street(database: Database, clock: MovableClock) -> tuple[UUID, UUID]:
    """Two lots side by side, both served by mower 3."""
    lots, mower = (new_id(), new_id()), new_id()
    async with database.session() as session:
        session.add(Mower(id=mower, number=3, device_name="Luba-ELM", created_at=clock.now()))
        for number, lot in enumerate(lots):
            household, west = new_id(), WEST + number * 0.0005
            session.add(Household(id=household, name=f"Home {number}", created_at=clock.now()))
            await session.flush()
            ring = [
                [west, SOUTH],
                [west + 0.0005, SOUTH],
                [west + 0.0005, SOUTH + 0.0004],
                [west, SOUTH + 0.0004],
                [west, SOUTH],
            ]
            session.add(
                Lot(id=lot, household_id=household, address=f"{number} ELM ST", city="BYRON", longitude=west,
                    latitude=SOUTH, boundary={"type": "Polygon", "coordinates": [ring]}, source="drawn")
            )  # fmt: skip
            await session.flush()
            session.add(LotMower(lot_id=lot, mower_id=mower, part="host" if number == 0 else "neighbour"))
    return lots


async def mow(database: Database, start_ms: int, places: list[tuple[int, float]], zone: int | None = None) -> None:
    """One session; ``places`` are (minutes, longitude), a reading every ten seconds."""
    rows, at = [], start_ms
    for minutes, east in places:
        for _ in range(minutes * 6):
            rows.append(
                {"mower": 3, "device_time_ms": at, "sequence": 0, "received_ms": at, "confidence": 0, "source": 0,
                 "state": STATE_CODES[MowerState.MOWING], "flags": 0, "zone_hash": zone,
                 "longitude_e7": round(east * 1e7), "latitude_e7": round((SOUTH + 0.0002) * 1e7)}
            )  # fmt: skip
            at += 10_000
    session = {
        "number": 3, "started_ms": start_ms, "ended_ms": at, "end_reason": "done", "mowing_s": 1, "paused_s": 0,
        "fault_s": 0, "pauses": 0, "faults": [], "distance_m": 0, "battery_used": 0, "zones": [], "task_ms": start_ms,
    }  # fmt: skip
    async with database.connection() as connection:
        await connection.execute(insert(Telemetry), rows)
        await connection.execute(insert(MowingSessionRow), session)


async def test_a_session_over_two_lots_is_billed_to_each_once_and_elsewhere_to_nobody(
    database: Database, clock: MovableClock, elm_street: tuple[UUID, UUID]
) -> None:
    ledger, reads = UsageLedger(database, clock), MowingReads(database)
    feed = UsageFeed(ledger, reads, clock)
    start = to_epoch_ms(clock.now()) - 3_600_000
    await mow(database, start, [(10, WEST + 0.0002), (7, WEST + 0.0007), (3, EAST + 0.01)])
    feed.heard(3, start, start + 1_200_000)
    assert await feed.drain() == 20
    assert (await feed.drain(), await feed.sweep()) == (0, 0)
    minutes = {
        lot: sum(piece.minutes * piece.sign for piece in view.pieces)
        for lot, view in (await ledger.views(elm_street)).items()
    }
    assert minutes == {elm_street[0]: 10, elm_street[1]: 7}
    assert [entry.minutes for entry in await ledger.unattributed()] == [3]
    assert await reads.mowers_of(elm_street) == {elm_street[0]: [3], elm_street[1]: [3]}
    assert await reads.names() == {3: "Luba-ELM"}


ZONE = 2**64 - 7
"""The vendor's hashes are unsigned; telemetry keeps them signed."""


async def tie(database: Database, clock: MovableClock, status: TieStatus, lot: UUID | None = None) -> None:
    """What becomes of the zone now."""
    async with database.session() as session:
        mower = (await session.exec(select(Mower.id))).scalar_one()  # type: ignore[call-overload]
        session.add(ZoneTieChange(mower_id=mower, zone_hash=str(ZONE), at=clock.now(), status=status, lot_id=lot))


async def minutes_of(ledger: UsageLedger, lots: tuple[UUID, UUID]) -> list[int]:
    """Of both lots, then of nobody."""
    views = await ledger.views(lots)
    found = [sum(piece.minutes * piece.sign for piece in views[lot].pieces) for lot in lots]
    return [*found, sum(entry.minutes for entry in await ledger.unattributed())]


async def test_minutes_go_to_the_lot_their_zone_is_tied_to_not_to_the_one_beneath(
    database: Database, clock: MovableClock, elm_street: tuple[UUID, UUID]
) -> None:
    ledger = UsageLedger(database, clock)
    feed = UsageFeed(ledger, MowingReads(database), clock)
    await tie(database, clock, TieStatus.TIED, elm_street[1])
    start = to_epoch_ms(clock.now())
    await mow(database, start, [(10, WEST + 0.0002)], zone=ZONE - 2**64)
    clock.move(900)
    feed.heard(3, start, start + 600_000)
    await feed.drain()
    assert await minutes_of(ledger, elm_street) == [0, 10, 0]
    await tie(database, clock, TieStatus.TIED, elm_street[0])
    feed.retied("Luba-ELM")
    await feed.drain()
    await feed.sweep()
    assert await minutes_of(ledger, elm_street) == [0, 10, 0], "what was mowed before stays where it was"


async def test_minutes_of_an_open_zone_wait_for_a_person_and_find_their_lot_however_late_it_is_tied(
    database: Database, clock: MovableClock, elm_street: tuple[UUID, UUID]
) -> None:
    ledger = UsageLedger(database, clock)
    feed = UsageFeed(ledger, MowingReads(database), clock)
    await tie(database, clock, TieStatus.OVERLAPPING)
    start = to_epoch_ms(clock.now())
    await mow(database, start, [(10, WEST + 0.0002)], zone=ZONE - 2**64)
    clock.move(900)
    feed.heard(3, start, start + 600_000)
    await feed.drain()
    assert await minutes_of(ledger, elm_street) == [0, 0, 10]
    clock.move(20 * 86_400)
    await tie(database, clock, TieStatus.TIED, elm_street[1])
    feed.retied("Luba-ELM")
    assert await feed.drain() == 10
    assert await minutes_of(ledger, elm_street) == [0, 10, 0]
