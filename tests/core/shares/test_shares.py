"""Links that open without a sign-in: until they end, are taken back, or are too many."""

import pytest
from sqlalchemy import text

from core.accounts import Audit, Role, Viewer
from core.clock import MovableClock
from core.db import Database
from core.db.reads.shared import CELL_DEG, coarse
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.geo import Point
from core.ids import new_id
from core.shares import MadeShare, ShareDesk, ShareKind, ShareState
from core.shares.desk import MOST_LIVE

MOWER = new_id()
DANA = Viewer(person_id=new_id(), email="dana@elm.example", name="Dana", role=Role.DISPATCHER)
TOM = Viewer(person_id=new_id(), email="tom@elm.example", name="Tom", role=Role.TECHNICIAN)


@pytest.fixture
def desk(database: Database, clock: MovableClock) -> ShareDesk:
    return ShareDesk(database, clock, Audit(database, clock))


async def made(desk: ShareDesk, hours: int = 24) -> MadeShare:
    return await desk.make(ShareKind.MOWER, MOWER, "Luba-ELM", hours=hours, note=" the  mayor ", by=DANA)


async def test_a_link_opens_until_it_expires(desk: ShareDesk, clock: MovableClock) -> None:
    secret = (await made(desk, hours=2)).secret
    assert (await desk.opened(secret)).state is ShareState.LIVE
    clock.move(2 * 3_600 - 1)
    assert (await desk.opened(secret)).state is ShareState.LIVE
    clock.move(1)
    assert (await desk.opened(secret)).state is ShareState.EXPIRED
    with pytest.raises(NotFound):
        await desk.opened(secret + "x")


async def test_a_link_taken_back_opens_no_more_and_both_are_audited(
    desk: ShareDesk, database: Database, clock: MovableClock
) -> None:
    share = await made(desk)
    await desk.revoke(share.view.id, by=DANA)
    assert (await desk.opened(share.secret)).state is ShareState.REVOKED
    with pytest.raises(Conflict):
        await desk.revoke(share.view.id, by=DANA)
    with pytest.raises(NotFound):
        await desk.revoke(new_id(), by=DANA)
    lines = await Audit(database, clock).lines(action="share.")
    assert [(line.action, line.actor) for line in lines] == [
        ("share.revoke", DANA.email), ("share.make", DANA.email)
    ]  # fmt: skip


async def test_the_list_tells_who_made_it_until_when_and_when_it_was_last_used(
    desk: ShareDesk, clock: MovableClock
) -> None:
    share, began = await made(desk), clock.now()
    clock.move(300)
    for _look in range(3):
        await desk.opened(share.secret)
        clock.move(10)
    (one,) = await desk.links(by=DANA, subject_id=MOWER)
    assert (one.made_by, one.made_at, one.note) == (DANA.email, began, "the mayor")
    assert (one.used_at, one.uses) == (clock.now().replace(minute=5, second=0), 1)
    assert await desk.links(by=DANA, subject_id=new_id()) == []


async def test_the_secret_itself_is_kept_nowhere(desk: ShareDesk, database: Database) -> None:
    secret = (await made(desk)).secret
    async with database.connection() as connection:
        told = str((await connection.execute(text("SELECT * FROM share_link"))).all())
        told += str((await connection.execute(text("SELECT * FROM audit_entry"))).all())
    assert secret not in told


async def test_who_may_not_share_can_neither_make_nor_see_nor_end(desk: ShareDesk) -> None:
    share = await made(desk)
    for act in (
        lambda: desk.make(ShareKind.MOWER, MOWER, "Luba-ELM", hours=1, by=TOM),
        lambda: desk.links(by=TOM),
        lambda: desk.revoke(share.view.id, by=TOM),
    ):
        with pytest.raises(NotAllowed):
            await act()


async def test_hours_notes_and_their_number_have_bounds(desk: ShareDesk) -> None:
    for hours in (0, 721):
        with pytest.raises(Invalid):
            await made(desk, hours=hours)
    with pytest.raises(Invalid):
        await desk.make(ShareKind.MOWER, MOWER, "Luba-ELM", hours=1, note="x" * 121, by=DANA)
    for _one in range(MOST_LIVE):
        await made(desk)
    with pytest.raises(Conflict):
        await made(desk)


def test_a_place_is_told_so_coarsely_that_no_house_can_be_named() -> None:
    at = Point(-92.64512, 43.97231)
    told = coarse(at)
    assert abs(told.longitude - at.longitude) <= CELL_DEG / 2
    assert {coarse(Point(at.longitude + east, at.latitude)) for east in (0.0, 1e-5, 1e-4)} == {told}
