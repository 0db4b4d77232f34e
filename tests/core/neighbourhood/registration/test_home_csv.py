"""Homes from a file: tried first, row by row, nothing lost, and taken back as a whole while nobody uses them."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from core.accounts import Audit
from core.clock import MovableClock
from core.db import Database
from core.errors import Conflict, Invalid, NotFound
from core.ids import new_id
from core.neighbourhood import NeighbourFinder
from core.neighbourhood.land_events import LandChange, LandChanged
from core.neighbourhood.lawns import Drawing, LawnDesk
from core.neighbourhood.registration import HomeCsv, RowOutcome
from core.neighbourhood.registration.home_rows import read_home_rows
from core.neighbourhood.tables import Household, Lot
from tests.core.neighbourhood.registration.conftest import Clerk

HEADER = "address,city,postcode,name,email,phone,part,dock_latitude,dock_longitude,note\n"
GOOD = """1 Elm Street NE,Rochester,55901,Ada Lovelace,ada@elm.example,507 555 1234,host,44.00001,-92.50001,blue door
2 ELM ST NE,ROCHESTER,,Ben,,,neighbor,,,
"""
BAD = """,ROCHESTER,,Nobody,,,,,,
9 Elm St NE,Rochester,,Typo,,,,,,
1 ELM ST NE,BYRON,55901,Wrong postcode,,,,,,
3 ELM ST NE,ROCHESTER,,,,,,,,
3 ELM ST NE,ROCHESTER,,Cy,not-an-email,,,,,
3 ELM ST NE,ROCHESTER,,Cy,,007,,,,
3 ELM ST NE,ROCHESTER,,Cy,,,owner,,,
3 ELM ST NE,ROCHESTER,,Cy,,,host,44.1,,
3 ELM ST NE,ROCHESTER,,Cy,,,host,44.1,-92.5,
3 ELM ST NE,ROCHESTER,,Cy,,,neighbour,44.0,-92.4997,
3 ELM ST NE,ROCHESTER
1 ELM ST NE,ROCHESTER,,Someone else,,,,,,
"""


async def held(database: Database) -> tuple[int, int]:
    async with database.session() as session:
        return len(list(await session.exec(select(Household)))), len(list(await session.exec(select(Lot))))


async def test_sound_rows_are_registered_and_broken_ones_named_by_row_field_and_what_was_expected(
    homes: HomeCsv, clerk: Clerk, database: Database, heard: list[LandChanged]
) -> None:
    report = await homes.apply(HEADER + GOOD + BAD, name="homes.csv", by=clerk)
    assert (report.rows, report.registered, report.refused) == (14, 2, 12)
    wrong = [(line.line, line.field) for line in report.lines if line.outcome is RowOutcome.REFUSED]
    assert wrong == [
        (4, "address"), (5, "address"), (6, "address"), (7, "name"), (8, "email"), (9, "phone"), (10, "part"),
        (11, "dock_longitude"), (12, "dock"), (13, "dock"), (14, "row"), (15, "address"),
    ]  # fmt: skip
    assert all(line.reason and line.expected for line in report.lines if line.outcome is RowOutcome.REFUSED)
    by_line = {line.line: line for line in report.lines}
    assert "ELM ST NE, ROCHESTER" in by_line[5].expected
    assert "another state or postcode" in by_line[6].reason
    assert "for Ada Lovelace" in by_line[15].reason
    assert await held(database) == (2, 2)
    assert [one.change for one in heard] == [LandChange.HOMES_REGISTERED]


async def test_nothing_of_a_row_is_lost(homes: HomeCsv, clerk: Clerk) -> None:
    report = await homes.apply(HEADER + GOOD + BAD, name="homes.csv", by=clerk)
    assert report.id is not None
    kept = await homes.get(report.id)
    assert kept.lines == report.lines
    assert kept.lines[0].raw["note"] == "blue door" and kept.lines[0].raw["address"] == "1 Elm Street NE"
    assert (await homes.imports())[0].name == "homes.csv"


async def test_a_dry_run_tells_exactly_what_the_import_then_does_and_writes_nothing(
    homes: HomeCsv, clerk: Clerk, database: Database, heard: list[LandChanged]
) -> None:
    tried = await homes.dry_run(HEADER + GOOD + BAD, name="homes.csv", by=clerk)
    assert await held(database) == (0, 0) and await homes.imports() == () and heard == []
    done = await homes.apply(HEADER + GOOD + BAD, name="homes.csv", by=clerk)
    told = [[(line.line, line.outcome, line.field, line.reason) for line in one.lines] for one in (tried, done)]
    assert told[0] == told[1] and tried.id is None and tried.dry_run


async def test_the_same_file_again_registers_nothing(homes: HomeCsv, clerk: Clerk, database: Database) -> None:
    await homes.apply(HEADER + GOOD, name="homes.csv", by=clerk)
    again = await homes.apply(HEADER + GOOD, name="homes.csv", by=clerk)
    assert (again.registered, again.unchanged, again.refused) == (0, 2, 0)
    assert await held(database) == (2, 2)


async def test_a_home_named_twice_in_one_file_is_taken_once(homes: HomeCsv, clerk: Clerk) -> None:
    twice = "2 ELM ST NE,ROCHESTER,,Ben,,,,,,\n2 Elm Street NE,Rochester,,Bob,,,,,,\n"
    report = await homes.apply(HEADER + twice, name="homes.csv", by=clerk)
    assert [line.outcome for line in report.lines] == [RowOutcome.REGISTERED, RowOutcome.REFUSED]
    assert "for Ben" in report.lines[1].reason


async def test_an_import_is_undone_as_a_whole_and_only_once(
    homes: HomeCsv, clerk: Clerk, database: Database, clock: MovableClock, heard: list[LandChanged]
) -> None:
    report = await homes.apply(HEADER + GOOD, name="homes.csv", by=clerk)
    assert report.id is not None
    undone = await homes.undo(report.id, by=clerk)
    assert undone.removed == 2 and await held(database) == (0, 0)
    after = await homes.get(report.id)
    assert [line.outcome for line in after.lines] == [RowOutcome.UNDONE] * 2
    assert (after.undone_at, after.undone_by) == (clock.now(), "cleo@elm.example")
    assert heard[-1].change is LandChange.REGISTRATION_UNDONE
    with pytest.raises(Conflict, match=r"undone by cleo@elm\.example already"):
        await homes.undo(report.id, by=clerk)
    again = await homes.apply(HEADER + GOOD, name="homes.csv", by=clerk)
    assert again.registered == 2
    assert [line.action for line in await Audit(database, clock).lines(action="homes.")] == [
        "homes.import", "homes.undo", "homes.import",
    ]  # fmt: skip


async def test_an_import_whose_homes_are_used_is_not_undone_and_says_which_and_why(
    homes: HomeCsv, clerk: Clerk, database: Database, clock: MovableClock, elm_street: NeighbourFinder
) -> None:
    report = await homes.apply(HEADER + GOOD, name="homes.csv", by=clerk)
    first = report.lines[0].lot_id
    assert report.id is not None and first is not None
    desk = LawnDesk(database=database, clock=clock, books=elm_street, audit=Audit(database, clock))
    ring = [[-92.50005, 43.99998], [-92.49995, 43.99998], [-92.49995, 44.00002], [-92.50005, 44.00002], [-92.50005, 43.99998]]  # fmt: skip # noqa: E501
    await desk.save(first, Drawing(({"type": "Polygon", "coordinates": [ring]},)), expected_version=1, by=clerk)
    with pytest.raises(Conflict, match="1 homes of this import have been used since") as refusal:
        await homes.undo(report.id, by=clerk)
    assert refusal.value.reasons == ("line 2, 1 Elm Street NE: its lawns have been drawn since",)
    assert await held(database) == (2, 2)


async def test_an_import_there_is_none_of_is_not_found(homes: HomeCsv, clerk: Clerk) -> None:
    for ask in (homes.get(new_id()), homes.undo(new_id(), by=clerk)):
        with pytest.raises(NotFound):
            await ask


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "lacks address, city, name"),
        ("address,city\n1,2\n", "lacks name"),
        (HEADER, "a header and no row"),
        ("address,city,name,name\n", "names the column name 2 times"),
        (HEADER + '"1 ELM', "not CSV"),
    ],
)
async def test_a_file_broken_as_a_whole_is_refused_in_words(homes: HomeCsv, clerk: Clerk, text: str, told: str) -> None:
    with pytest.raises(Invalid, match=told):
        await homes.apply(text, name="homes.csv", by=clerk)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_characters='"'), max_size=12), min_size=1, max_size=12), min_size=1, max_size=6))  # fmt: skip # noqa: E501
def test_no_row_however_odd_breaks_the_reader_or_is_left_out(records: list[list[str]]) -> None:
    body = "\n".join(",".join(f'"{cell}"' for cell in record) for record in records)
    kept = [record for record in records if any(cell.strip() for cell in record)]
    try:
        rows = read_home_rows(HEADER + body + "\n", name="odd.csv")
    except Invalid as refusal:
        assert "no row" in refusal.message or "not CSV" in refusal.message
        return
    assert len(rows) == len(kept)
