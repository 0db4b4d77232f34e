"""An open page asks again when what it shows was written, and not before."""

from datetime import timedelta

import pytest

from core.clock import MovableClock
from core.db import Database
from dashboard.fresh import AT_LAST_S, BESIDE_OTHERS_S, Freshness
from dashboard.home.visit_card import VISIT_TABLES
from tests.asked import statements, tables_of
from tests.core.scheduling.run_cast import play_on


async def test_it_is_read_first_and_again_after_every_write_of_its_tables(
    sqlite_database: Database, clock: MovableClock
) -> None:
    fresh = Freshness(sqlite_database.writes, clock).of(["household"])
    other = Freshness(sqlite_database.writes, clock).of(["lot"])

    def asks() -> tuple[bool, bool]:
        with fresh as first, other as second:
            return first, second

    assert asks() == (True, True)
    assert asks() == (False, False)
    async with sqlite_database.connection() as connection:
        await connection.exec_driver_sql("UPDATE household SET name = 'Elm'")
        assert asks() == (False, False)
    assert asks() == (True, False)
    assert asks() == (False, False)
    clock.move(AT_LAST_S)
    assert asks() == (True, True)


@pytest.mark.parametrize(("alone", "lasts_s"), [(True, AT_LAST_S), (False, BESIDE_OTHERS_S)])
async def test_beside_other_processes_it_is_read_again_after_a_while(
    sqlite_database: Database, clock: MovableClock, alone: bool, lasts_s: float
) -> None:
    fresh = Freshness(sqlite_database.writes, clock, alone=alone).of(["visit"])
    seen = []
    for step in (0, lasts_s - 1, 1):
        clock.move(step)
        with fresh as to_read:
            seen.append(to_read)
    assert seen == [True, False, True]


async def test_what_could_not_be_read_is_asked_for_again(sqlite_database: Database, clock: MovableClock) -> None:
    fresh = Freshness(sqlite_database.writes, clock).of(["visit"])
    with pytest.raises(OSError), fresh:
        raise OSError
    with fresh as to_read:
        assert to_read


async def test_the_tables_of_a_households_visits_are_those_that_are_read(
    sqlite_database: Database, clock: MovableClock
) -> None:
    async with play_on(sqlite_database, clock) as play:
        await play.scheduling.generate()
        lot_id, now = play.lots["12 Elm St"], clock.now()
        week = timedelta(days=7)
        with statements(sqlite_database) as asked:
            lines = await play.scheduling.calendar(play.dispatcher, now - week, now + week, lot_id=lot_id)
            await play.scheduling.pauses.of(lot_id, viewer=play.dispatcher)
        assert lines
        assert tables_of(asked) == set(VISIT_TABLES)
