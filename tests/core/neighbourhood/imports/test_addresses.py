"""Address files go into the book in one transaction, again and again without harm."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func
from sqlmodel import col, select

from core.clock import MovableClock
from core.db import Database
from core.errors import Invalid, Unavailable
from core.neighbourhood import ImportReport, import_addresses
from core.neighbourhood.imports.report import lock_for_import
from core.neighbourhood.tables import AddressPoint, DataImport

HEADER = "address,city,postcode,latitude,longitude\n"
ELM = "1 ELM ST,ROCHESTER,55901,44.01,-92.5\n"
OAK = "2 OAK ST,BYRON,,44.03,-92.64\n"

type Take = Callable[..., object]


@pytest.fixture
def take(tmp_path: Path, clock: MovableClock) -> Callable[..., object]:
    """Import a text as an address file."""

    async def go(database: Database, text: str | bytes, **options: object) -> ImportReport:
        file = tmp_path / "homes.csv"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return await import_addresses(database, file, clock, **options)  # type: ignore[arg-type]

    return go


async def homes(database: Database) -> list[tuple[object, ...]]:
    async with database.session() as session:
        points = await session.exec(select(AddressPoint).order_by(col(AddressPoint.id)))
        return [(p.id, p.address, p.city, p.state, p.postcode, p.longitude, p.latitude) for p in points]


async def imports(database: Database) -> int:
    async with database.session() as session:
        return (await session.exec(select(func.count()).select_from(DataImport))).one()


async def test_a_file_is_taken_in_and_its_origin_kept(database: Database, take: Take, clock: MovableClock) -> None:
    report = await take(database, HEADER + ELM + OAK + "3 OAK ST,BYRON,,x,-92\n")
    assert (report.rows, report.accepted, report.added, report.refused) == (3, 2, 2, 1)
    assert [home[1:] for home in await homes(database)] == [
        ("1 ELM ST", "ROCHESTER", "MN", "55901", -92.5, 44.01),
        ("2 OAK ST", "BYRON", "MN", "", -92.64, 44.03),
    ]
    async with database.session() as session:
        record = await session.get(DataImport, report.import_id)
    assert record is not None
    assert (record.source, record.rows, record.refused, record.imported_at) == ("homes.csv", 3, 1, clock.now())
    assert record.report[0]["field"] == "latitude"


async def test_the_same_file_again_changes_and_writes_nothing(database: Database, take: Take) -> None:
    await take(database, HEADER + ELM + OAK)
    before = await homes(database)
    report = await take(database, HEADER + OAK + ELM)
    assert (report.added, report.updated, report.unchanged, report.changed, report.import_id) == (0, 0, 2, False, None)
    assert await homes(database) == before
    assert await imports(database) == 1


async def test_a_moved_home_is_updated_and_keeps_its_key(database: Database, take: Take) -> None:
    await take(database, HEADER + ELM + OAK)
    report = await take(database, HEADER + ELM.replace("44.01", "44.02"))
    assert (report.added, report.updated, report.unchanged) == (0, 1, 0)
    assert [(home[0], home[6]) for home in await homes(database)] == [(1, 44.02), (2, 44.03)]


async def test_a_corrected_postcode_updates_the_home_instead_of_doubling_it(database: Database, take: Take) -> None:
    await take(database, HEADER + ELM + OAK)
    report = await take(database, HEADER + ELM.replace("55901", "55902") + OAK.replace(",,", ",55920,"))
    assert (report.added, report.updated) == (0, 2)
    assert [home[4] for home in await homes(database)] == ["55902", "55920"]


async def test_the_older_layout_without_postcodes_leaves_known_postcodes_alone(database: Database, take: Take) -> None:
    await take(database, HEADER + ELM)
    older = "address,city,state,latitude,longitude\n1 ELM ST,ROCHESTER,Minnesota,44.01,-92.5\n"
    report = await take(database, older)
    assert (report.added, report.updated, report.unchanged) == (0, 0, 1)


async def test_a_row_that_could_be_two_known_homes_is_refused(database: Database, take: Take) -> None:
    await take(database, HEADER + ELM + ELM.replace("55901", "55904").replace("44.01", "44.09"))
    report = await take(database, "address,city,latitude,longitude\n1 ELM ST,ROCHESTER,44.5,-92.5\n")
    assert (report.added, report.updated, report.accepted) == (0, 0, 0)
    assert [(row.row, row.field, row.expected) for row in report.refused_rows] == [(2, "postcode", "55901, 55904")]


async def test_a_dry_run_says_what_would_happen_and_writes_nothing(database: Database, take: Take) -> None:
    report = await take(database, HEADER + ELM, dry_run=True)
    assert (report.added, report.changed, report.import_id) == (1, True, None)
    assert (await homes(database), await imports(database)) == ([], 0)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0", "not a text file"),
        ((HEADER + ELM).encode("utf-16"), "UTF-16"),
        ((HEADER + ELM).encode() + "3 CAFÉ ST,BYRON,,44,-92\n".encode("latin-1"), "line 3 is not UTF-8"),
        ((HEADER + ELM + OAK).encode()[:-20], "cut off"),
        (b"%PDF-1.7 nothing here\n", "header lacks"),
    ],
)
async def test_a_broken_file_changes_nothing(sqlite_database: Database, take: Take, content: bytes, words: str) -> None:
    await take(sqlite_database, HEADER + OAK)
    before = await homes(sqlite_database)
    with pytest.raises(Invalid, match=words):
        await take(sqlite_database, content)
    assert (await homes(sqlite_database), await imports(sqlite_database)) == (before, 1)


async def test_a_missing_file_is_named(sqlite_database: Database, tmp_path: Path, clock: MovableClock) -> None:
    with pytest.raises(Invalid, match=r"none\.csv: cannot be read"):
        await import_addresses(sqlite_database, tmp_path / "none.csv", clock)


async def test_a_byte_order_mark_is_no_part_of_the_header(sqlite_database: Database, take: Take) -> None:
    report = await take(sqlite_database, b"\xef\xbb\xbf" + (HEADER + ELM).replace("\n", "\r\n").encode())
    assert report.added == 1


async def test_an_import_stopped_half_way_leaves_nothing_behind(database: Database, take: Take) -> None:
    def stop(stage: str, done: int, total: int) -> None:
        if stage == "write":
            raise KeyboardInterrupt

    rows = "".join(f"{n} ELM ST,ROCHESTER,55901,44.01,-92.{n:05}\n" for n in range(6_000))
    with pytest.raises(KeyboardInterrupt):
        await take(database, HEADER + rows, progress=stop)
    assert (await homes(database), await imports(database)) == ([], 0)


async def test_progress_tells_reading_and_writing_to_the_end(sqlite_database: Database, take: Take) -> None:
    heard: list[tuple[str, int, int]] = []
    rows = "".join(f"{n} ELM ST,ROCHESTER,55901,44.01,-92.{n:05}\n" for n in range(6_000))
    await take(sqlite_database, HEADER + rows, progress=lambda *step: heard.append(step))
    assert [step for step in heard if step[1] == step[2]] == [("read", 6001, 6001), ("write", 6000, 6000)]
    assert [done for stage, done, _ in heard if stage == "write"] == [5000, 6000]


async def test_a_busy_database_says_try_again(sqlite_database: Database) -> None:
    async with sqlite_database.connection() as first, sqlite_database.connection() as second:
        await lock_for_import(first, "address_point")
        await second.exec_driver_sql("PRAGMA busy_timeout=1")
        with pytest.raises(Unavailable, match="try again"):
            await lock_for_import(second, "address_point")


@pytest.mark.shared
async def test_all_71441_homes_of_the_county_come_in(
    database: Database, shared_data: Path, clock: MovableClock
) -> None:
    file = shared_data / "olmsted_addresses_559xx.csv"
    report = await import_addresses(database, file, clock)
    assert (report.rows, report.accepted, report.added, report.refused) == (71_441, 71_441, 71_441, 0)
    assert (report.duplicates, report.warnings) == (0, ())
    async with database.session() as session:
        empty = select(func.count()).select_from(AddressPoint).where(AddressPoint.postcode == "")
        assert (await session.exec(empty)).one() == 34
    again = await import_addresses(database, file, clock)
    assert (again.unchanged, again.changed) == (71_441, False)
