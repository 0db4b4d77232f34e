"""The ledger of minutes: nothing twice, nothing changed, corrections by entries of the opposite sign."""

import asyncio
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.billing.attribution import LotRef, Mowed
from core.billing.periods import Period
from core.billing.usage import Settled, UsageLedger
from core.billing.usage_view import minute_of
from core.clock import MovableClock
from core.db import Database
from core.errors import Conflict, Invalid
from tests.proofs import SEED, cases

ELM_12, ELM_14 = LotRef(UUID(int=12), UUID(int=112)), LotRef(UUID(int=14), UUID(int=114))


@pytest.fixture
def ledger(database: Database, clock: MovableClock) -> UsageLedger:
    return UsageLedger(database, clock)


def mowed(start: int, minutes: int, lot: LotRef | None = ELM_12) -> Mowed:
    return Mowed(start, minutes, 1_780_000_000_000, lot, 7)


async def standing(ledger: UsageLedger, clock: MovableClock, lot: LotRef, start: int) -> int:
    view = await ledger.view(lot.lot_id)
    noon = clock.now() - timedelta(days=1)
    return view.minutes(Period(noon, noon + timedelta(days=3)), clock.now())


async def test_saying_the_same_again_writes_nothing(ledger: UsageLedger, clock: MovableClock) -> None:
    at = minute_of(clock.now())
    assert await ledger.settle(1, at, at + 60, [mowed(at, 30)]) == Settled(30, 0)
    assert await ledger.settle(1, at, at + 60, [mowed(at, 30)]) == Settled(0, 0)
    assert await standing(ledger, clock, ELM_12, at) == 30


async def test_a_correction_takes_back_and_adds_and_keeps_both(ledger: UsageLedger, clock: MovableClock) -> None:
    at = minute_of(clock.now())
    await ledger.settle(1, at, at + 60, [mowed(at, 30)])
    clock.move(3_600)
    assert await ledger.settle(1, at, at + 60, [mowed(at, 20), mowed(at + 20, 10, ELM_14)]) == Settled(30, 30)
    assert await standing(ledger, clock, ELM_12, at) == 20
    assert await standing(ledger, clock, ELM_14, at) == 10
    entries = await ledger.entries(ELM_12.lot_id, at, at + 60)
    assert [(entry.sign, entry.minutes) for entry in entries] == [(1, 30), (-1, 30), (1, 20)]


async def test_a_minute_is_held_by_one_entry_whoever_writes(ledger: UsageLedger, clock: MovableClock) -> None:
    at = minute_of(clock.now())
    await ledger.settle(1, at, at + 10, [mowed(at, 10)])
    with pytest.raises(Conflict, match="held by other entries"):
        await ledger.settle(1, at + 5, at + 20, [mowed(at + 5, 10, ELM_14)])
    assert await standing(ledger, clock, ELM_14, at) == 0


async def test_two_writers_at_once_write_once(ledger: UsageLedger, clock: MovableClock) -> None:
    at = minute_of(clock.now())
    said = await asyncio.gather(*(ledger.settle(1, at, at + 60, [mowed(at, 45)]) for _ in range(4)))
    assert sum(one.added for one in said) == 45
    assert await standing(ledger, clock, ELM_12, at) == 45


async def test_a_person_assigns_what_no_lot_was_found_for_and_later_telemetry_leaves_it(
    ledger: UsageLedger, clock: MovableClock
) -> None:
    at = minute_of(clock.now())
    await ledger.settle(1, at, at + 60, [mowed(at, 30, None)])
    (waiting,) = await ledger.unattributed()
    with pytest.raises(Invalid, match="say why"):
        await ledger.assign(waiting.id or 0, ELM_14, by="ann", reason=" ")
    await ledger.assign(waiting.id or 0, ELM_14, by="ann", reason="the strip by the fence is theirs")
    assert await ledger.unattributed() == []
    assert await standing(ledger, clock, ELM_14, at) == 30
    await ledger.settle(1, at, at + 60, [mowed(at, 40, None)])
    assert await standing(ledger, clock, ELM_14, at) == 30
    assert [(entry.start_minute - at, entry.minutes) for entry in await ledger.unattributed()] == [(30, 10)]
    with pytest.raises(Conflict, match="taken back"):
        await ledger.assign(waiting.id or 0, ELM_12, by="ann", reason="again")


@pytest.mark.parametrize("statement", ["UPDATE usage_entry SET minutes = 1", "DELETE FROM usage_entry"])
async def test_the_database_refuses_to_change_an_entry(
    statement: str, ledger: UsageLedger, database: Database, clock: MovableClock
) -> None:
    at = minute_of(clock.now())
    await ledger.settle(1, at, at + 60, [mowed(at, 30)])
    with pytest.raises(DBAPIError, match="append-only"):
        async with database.connection() as connection:
            await connection.execute(text(statement))


@pytest.mark.prove
async def test_no_minute_is_ever_two_homes_whatever_is_said_in_whatever_order(
    ledger: UsageLedger, clock: MovableClock
) -> None:
    random, first = Random(SEED), minute_of(clock.now())
    for _ in range(cases(sample=40, full=400)):
        begin = first + 10 * random.randrange(6)
        end = begin + 10 * random.randint(1, 3)
        cut = random.randint(begin, end)
        halves = [(begin, cut, random.choice([ELM_12, ELM_14, None])), (cut, end, random.choice([ELM_12, ELM_14]))]
        said = [mowed(start, stop - start, lot) for start, stop, lot in halves if stop > start]
        with suppress(Conflict):  # an entry reaches in from outside: nothing is written
            await ledger.settle(random.choice([1, 1, 2]), begin, end, said)
        clock.move(1)
    entries = [entry for lot in (ELM_12, ELM_14) for entry in await ledger.entries(lot.lot_id, first, first + 100)]
    held: Counter[tuple[int, int]] = Counter()
    for entry in entries:
        for minute in range(entry.start_minute, entry.start_minute + entry.minutes):
            held[entry.mower, minute] += entry.sign
    assert len(entries) > 40 and set(held.values()) == {0, 1}
