"""What a household says of a visit and what becomes of it; and its notes on gate, pets and way in."""

from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from core.accounts import PersonName, Role, Viewer
from core.clock import MovableClock
from core.db import Database
from core.db.reads.household_lots import household_lots
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.geo import Point
from core.household.model import LotBook
from core.household.notes import NoteDesk
from core.household.problem_desk import ProblemDesk
from core.household.problems import MOST_A_DAY, NEXT, ProblemKind, ProblemState
from core.neighbourhood.tables import Lot
from core.notices.tables import NoticeOutbox
from core.texts import recalled
from tests.core.household.test_photos import SECRET, jpeg
from tests.core.scheduling.conftest import Row, make_row

ON_LOT, NEXT_DOOR = Point(-93.9, 44.46), Point(-93.899, 44.46)


@dataclass
class Credits:
    """Books nothing twice; refuses while ``refuses``."""

    booked: dict[str, tuple[UUID, int]] = field(default_factory=dict)
    refuses: bool = False

    async def __call__(self, lot_id: UUID, minor: int, *, note: str, key: str, by: str) -> str:
        if self.refuses:
            raise Conflict("no subscription")
        self.booked.setdefault(key, (lot_id, minor))
        return "USD"


@dataclass
class House:
    row: Row
    desk: ProblemDesk
    notes: NoteDesk
    credits: Credits

    @property
    def lot(self) -> UUID:
        return self.row.lots["12 ELM ST"]

    @property
    def admin(self) -> Viewer:
        return replace(self.row.dispatcher, role=Role.ADMIN)

    async def told(self, viewer: Viewer) -> list[str]:
        """Titles in a person's bell."""
        query = select(NoticeOutbox).where(NoticeOutbox.person_id == viewer.person_id)
        async with self.row.database.session() as session:
            return [recalled(one.title) for one in (await session.exec(query)).all()]


@pytest.fixture
async def house(database: Database, clock: MovableClock) -> House:
    """Elm Row after its first visit; the lots are drawn."""
    row, credits = await make_row(database, clock), Credits()
    async with database.session() as session:
        for lot_id in row.lots.values():
            lot = await session.get_one(Lot, lot_id)
            west, south = lot.longitude - 0.0003, lot.latitude - 0.0002
            ring = [[west, south], [west + 0.0006, south], [west + 0.0006, south + 0.0004], [west, south + 0.0004]]
            lot.boundary = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
            session.add(lot)
    await row.agree()
    lots = LotBook(partial(household_lots, database))

    async def office() -> list[PersonName]:
        return [PersonName(row.dispatcher.person_id, "dana")]

    desk = ProblemDesk(
        database=database, clock=clock, lots=lots, visits=row.desk.visits, extras=row.desk.extras,
        credits=credits, audit=row.audit, audience=office,
    )  # fmt: skip
    return House(row, desk, NoteDesk(database=database, clock=clock, lots=lots, audit=row.audit), credits)


async def test_a_visit_is_rated_by_its_household_alone_once_it_has_begun(house: House) -> None:
    visit = (await house.row.visits())[0]
    mine = house.row.household
    with pytest.raises(Conflict):
        await house.desk.rate(visit_id=visit.id, stars=5, by=mine)
    house.row.clock.move(2 * 86_400)
    await house.desk.rate(visit_id=visit.id, stars=2, words="strips", by=mine)
    again = await house.desk.rate(visit_id=visit.id, stars=4, by=mine)
    assert (again.stars, await house.desk.rating(visit.id, by=mine)) == (4, again)
    assert [one.stars for one in await house.desk.ratings(viewer=house.row.dispatcher)] == [4]
    with pytest.raises(NotFound):
        await house.desk.rate(visit_id=visit.id, stars=1, by=house.row.viewers["14 ELM ST"])
    with pytest.raises(Invalid):
        await house.desk.rate(visit_id=visit.id, stars=6, by=mine)
    with pytest.raises(NotAllowed):
        await house.desk.ratings(viewer=mine)
    house.row.clock.move(40 * 86_400)
    with pytest.raises(Conflict):
        await house.desk.rate(visit_id=visit.id, stars=1, by=mine)


async def test_a_problem_with_a_pin_and_a_photo_is_mown_again_and_the_household_is_told(house: House) -> None:
    row, mine = house.row, house.row.household
    house.row.clock.move(2 * 86_400)
    past, coming = (await row.visits())[:2]
    problem = await house.desk.report(
        lot_id=house.lot, kind=ProblemKind.MISSED, words=" by the shed ", visit_id=past.id, pin=ON_LOT, photo=jpeg(),
        by=mine,
    )  # fmt: skip
    assert (problem.state, problem.words, problem.has_photo) == (ProblemState.OPEN, "by the shed", True)
    assert await house.told(row.dispatcher) == ["12 ELM ST: a problem was reported"]
    assert SECRET not in (await house.desk.photo(problem.id, viewer=mine)).content
    with pytest.raises(Conflict):
        await house.desk.mow_again(problem.id, visit_id=past.id, by=row.dispatcher)
    again = await house.desk.mow_again(problem.id, visit_id=coming.id, answer="sorry", by=row.dispatcher)
    assert (again.state, again.remow_visit_id) == (ProblemState.REMOW, coming.id)
    (found,) = await house.desk.of_lots([house.lot], viewer=mine)
    assert found.remow is not None and found.remow.id == coming.id
    assert await house.told(mine) == ["Your report: Will be mown again"]


async def test_a_credit_is_offered_by_the_dispatcher_and_booked_once_by_who_keeps_the_books(house: House) -> None:
    problem = await house.desk.report(lot_id=house.lot, kind=ProblemKind.DAMAGE, by=house.row.household)
    with pytest.raises(NotAllowed):
        await house.desk.offer_credit(problem.id, minor=500, by=house.row.household)
    with pytest.raises(Invalid):
        await house.desk.offer_credit(problem.id, minor=50_001, by=house.row.dispatcher)
    offered = await house.desk.offer_credit(problem.id, minor=500, by=house.row.dispatcher)
    assert (offered.state, house.credits.booked) == (ProblemState.OFFERED, {})
    with pytest.raises(NotAllowed):
        await house.desk.book_credit(problem.id, by=house.row.dispatcher)
    house.credits.refuses = True
    with pytest.raises(Conflict):
        await house.desk.book_credit(problem.id, by=house.admin)
    house.credits.refuses = False
    booked = await house.desk.book_credit(problem.id, by=house.admin)
    assert (booked.state, booked.currency) == (ProblemState.CREDITED, "USD")
    with pytest.raises(Conflict):
        await house.desk.book_credit(problem.id, by=house.admin)
    assert list(house.credits.booked.values()) == [(house.lot, 500)]


async def test_what_cannot_be_is_refused_and_a_stranger_learns_nothing(house: House) -> None:
    row, mine, other = house.row, house.row.household, house.row.viewers["14 ELM ST"]
    report: Any = partial(house.desk.report, lot_id=house.lot, kind=ProblemKind.OTHER)
    with pytest.raises(Invalid, match="pin"):
        await report(pin=NEXT_DOOR, by=mine)
    with pytest.raises(Invalid, match="photo"):
        await report(photo=b"not a picture", by=mine)
    with pytest.raises(NotFound):
        await report(by=other)
    with pytest.raises(NotFound):
        await report(visit_id=UUID(int=1), by=mine)
    assert await house.desk.all(viewer=row.dispatcher) == []  # what was refused left nothing
    problem = await report(words="loud", by=mine)
    for look in (house.desk.get, house.desk.photo):
        with pytest.raises(NotFound):
            await look(problem.id, viewer=other)
    with pytest.raises(NotFound):
        await house.desk.of_lots([house.lot], viewer=other)
    with pytest.raises(NotAllowed):
        await house.desk.all(viewer=mine)
    for _more in range(MOST_A_DAY - 1):
        await report(by=mine)
    with pytest.raises(Conflict):
        await report(by=mine)


def test_a_credit_that_was_booked_stays_and_every_other_state_leads_on() -> None:
    assert NEXT[ProblemState.CREDITED] == frozenset()
    assert all(NEXT[state] for state in ProblemState if state is not ProblemState.CREDITED)


async def test_notes_are_written_by_the_household_and_read_by_those_who_work_there(house: House) -> None:
    row, mine = house.row, house.row.household
    assert (await house.notes.of(house.lot, viewer=mine)).empty
    kept = await house.notes.write(house.lot, gate="code 4711", pets="dog", access="", expected_version=0, by=mine)
    assert (kept.version, kept.gate) == (1, "code 4711")
    for stale in (0, 2):
        with pytest.raises(Conflict):
            await house.notes.write(house.lot, gate="", pets="", access="", expected_version=stale, by=mine)
    changed = await house.notes.write(
        house.lot, gate="open", pets="dog", access="", expected_version=1, by=row.dispatcher
    )
    assert (changed.version, changed.gate) == (2, "open")
    (read,) = await house.notes.of_mower("Luba-ELM", viewer=row.viewers["tom"])
    assert (read.address, read.gate) == ("12 ELM ST", "open")
    with pytest.raises(NotFound):
        await house.notes.of(house.lot, viewer=row.viewers["14 ELM ST"])
    with pytest.raises(NotAllowed):
        await house.notes.of_mower("Luba-ELM", viewer=mine)
    with pytest.raises(NotAllowed):
        await house.notes.write(house.lot, gate="x", pets="", access="", expected_version=2, by=row.viewers["tom"])
    with pytest.raises(Invalid):
        await house.notes.write(house.lot, gate="x" * 501, pets="", access="", expected_version=2, by=mine)
    assert ("lot_note.write", mine.email) in await row.audited()
