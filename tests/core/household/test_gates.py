"""Whose notes name a gate, pets or a way in is reminded before a mower comes over their ground, and of nobody else."""

from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from sqlmodel import select

from core.db.reads.crossings import crossings
from core.db.reads.household_lots import household_lots
from core.household.gates import GateReminders, GateRules
from core.household.model import LotBook
from core.household.notes import NoteDesk
from core.ids import new_id
from core.neighbourhood.clusters.tables import ClusterMember, ClusterRow
from core.neighbourhood.tables import AddressPoint, DataImport, Lot
from core.notices.tables import NoticeOutbox
from core.texts import recalled
from tests.core.scheduling.conftest import ELM, Row, make_row

__all__ = ["row"]


@pytest.fixture
async def row(database, clock) -> Row:  # type: ignore[no-untyped-def]
    """Elm Row as a live cluster: 12 hosts, the way from it to 16 leads over 14; 12 and 16 have a plan."""
    made = await make_row(database, clock)
    cluster, source = new_id(), new_id()
    async with database.session() as session:
        session.add(DataImport(
            id=source, kind="addresses", name="town", source="test", imported_at=clock.now(), content_hash="x",
            rows=3, accepted=3, refused=0,
        ))  # fmt: skip
        session.add(ClusterRow(
            id=cluster, number=1, name="Elm Row", state="active", version=1, author="ann", created_at=clock.now(),
            changed_at=clock.now(),
        ))  # fmt: skip
        await session.flush()
        for home, address in enumerate(ELM, 12):
            lot = await session.get_one(Lot, made.lots[address])
            session.add(AddressPoint(
                id=home, address=address, city="Le Sueur", state="MN", longitude=lot.longitude, latitude=lot.latitude,
                import_id=source,
            ))  # fmt: skip
            await session.flush()
            lot.home_id = home
            session.add(lot)
            session.add(ClusterMember(
                cluster_id=cluster, home_id=home, part="host" if home == 12 else "neighbour", lot_id=lot.id,
                address=address, city="Le Sueur", longitude=lot.longitude, latitude=lot.latitude, live=True,
            ))  # fmt: skip
    for address in ("12 ELM ST", "16 ELM ST"):
        await made.agree(address)
    return made


class Over:
    """A way that leads over the home between."""

    def __init__(self, homes: tuple[int, ...]) -> None:
        self.crosses = homes


async def ways(home_ids: object) -> list[Over]:
    return [Over((13,))] if home_ids == [12, 14] else [Over(())]


def desk(row: Row, *, minutes: int = 45) -> GateReminders:
    found = partial(crossings, row.database, ways=ways)
    return GateReminders(database=row.database, clock=row.clock, crossings=found, rules=GateRules(minutes=minutes))


async def note(row: Row, address: str, **words: str) -> None:
    notes = NoteDesk(
        database=row.database, clock=row.clock, lots=LotBook(partial(household_lots, row.database)), audit=row.audit
    )
    fields = {"gate": "", "pets": "", "access": "", **words}
    await notes.write(row.lots[address], **fields, expected_version=0, by=row.viewers[address])


async def told(row: Row) -> list[tuple[str, str, str, UUID]]:
    async with row.database.session() as session:
        rows = (await session.exec(select(NoticeOutbox))).all()
    return sorted((recalled(one.title), recalled(one.body), one.kind, one.person_id) for one in rows)


async def test_who_has_notes_is_reminded_once_shortly_before_whether_mown_or_crossed(row: Row) -> None:
    await note(row, "14 ELM ST", gate="code 4711", pets="Rex bites")
    await note(row, "16 ELM ST", access="ring twice")
    visit = (await row.visits("16 ELM ST"))[0]
    row.clock.move((visit.begins_at - row.clock.now()).total_seconds() - 46 * 60)
    assert await desk(row).remind() == 0
    row.clock.move(60)
    assert (await desk(row).remind(), await desk(row).remind()) == (2, 0)
    told_14, told_16 = sorted(await told(row), key=lambda one: one[1])
    title = f"The mower comes over your ground {visit.begins_at:%a %d %b %Y, %H:%M} UTC"
    person_14, person_16 = (row.viewers[one].person_id for one in ("14 ELM ST", "16 ELM ST"))
    assert told_14 == (title, "14 ELM ST: see to what your notes name. Gate Pets", "visit.gate", person_14)
    assert told_16 == (title, "16 ELM ST: see to what your notes name. Way in", "visit.gate", person_16)
    for said in (*told_14[:2], *told_16[:2]):
        assert not {"4711", "Rex", "ring"} & set(said.split()), "what the notes say travels in no mail"
    assert "16 ELM" not in told_14[0] + told_14[1] and "14 ELM" not in told_16[0] + told_16[1]


async def test_whose_notes_are_empty_and_who_is_on_no_way_is_not_reminded(row: Row) -> None:
    visit = (await row.visits("16 ELM ST"))[0]
    await row.desk.visits.skip((await row.visits())[0].id, by=row.household)
    await note(row, "12 ELM ST", gate="code")
    row.clock.move((visit.begins_at - row.clock.now()).total_seconds() - 60)
    assert await desk(row).remind() == 0


async def test_a_visit_that_moves_reminds_anew(row: Row) -> None:
    await note(row, "16 ELM ST", gate="code")
    visit = (await row.visits("16 ELM ST"))[0]
    row.clock.move((visit.begins_at - row.clock.now()).total_seconds() - 60)
    assert await desk(row).remind() == 1
    later = visit.begins_at + timedelta(hours=2)
    await row.desk.visits.move_visit(visit.id, begins_at=later, by=row.dispatcher)
    assert await desk(row).remind() == 0
    row.clock.move(90 * 60)
    assert await desk(row).remind() == 1


def test_rules_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="expected 5 to 240"):
        GateRules(minutes=4)
