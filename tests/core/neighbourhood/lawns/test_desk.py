"""Two people at the lawns of Elm Street: drafts survive, nobody overwrites anybody, and nothing unsound is saved."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import shape

from core.accounts import Audit
from core.clock import MovableClock
from core.db import Database
from core.errors import Conflict, Invalid, NotFound
from core.neighbourhood import LotView, NeighbourFinder, register_lot
from core.neighbourhood.land_events import LandChange, LandChanged, LandEvent, land_changed
from core.neighbourhood.lawns import Drawing, LawnDesk
from tests.core.neighbourhood.lawns.elm_lot import BACK_LAWN, HOUSE, LOT, ORIGIN, box, corners_of, drawn, place, polygon


@dataclass(frozen=True)
class Person:
    name: str
    email: str
    person_id: UUID


ADA = Person("Ada", "ada@elm.example", uuid4())
BEN = Person("Ben", "ben@elm.example", uuid4())


@pytest.fixture
def event() -> LandEvent:
    return land_changed()


@pytest.fixture
def desk(database: Database, clock: MovableClock, event: LandEvent) -> LawnDesk:
    return LawnDesk(
        database=database, clock=clock, books=NeighbourFinder(database), audit=Audit(database, clock), changed=event
    )


@pytest.fixture
async def lot(database: Database) -> LotView:
    home = {"city": "ROCHESTER", "longitude": ORIGIN[0], "latitude": ORIGIN[1]}
    mine = await register_lot(database, household_id=None, address="2 ELM ST", boundary=LOT, house=HOUSE, **home)  # type: ignore[arg-type]
    longitude, latitude = place(30, 15)
    await register_lot(
        database, household_id=None, address="4 ELM ST", city="ROCHESTER", longitude=longitude, latitude=latitude,
        boundary=box(20, 0, 40, 30), lawns=[box(21, 1, 39, 10)],
    )  # fmt: skip
    return mine


async def test_the_editor_opens_with_the_lot_its_neighbours_and_the_scale(desk: LawnDesk, lot: LotView) -> None:
    sheet = await desk.open(lot.id, ADA)
    assert (sheet.address, sheet.version, sheet.saved.boundary, sheet.draft) == ("2 ELM ST", 1, LOT, None)
    assert [near.address for near in sheet.surroundings.neighbours] == ["4 ELM ST"]
    assert sheet.metres_per_degree[1] == pytest.approx(111_113, rel=0.001)
    assert sheet.check.ok and sheet.check.area_m2 is None


async def test_a_saved_lawn_becomes_the_next_version_and_is_told(
    desk: LawnDesk, lot: LotView, event: LandEvent, database: Database, clock: MovableClock
) -> None:
    heard: list[LandChanged] = []
    event.subscribe(heard.append)
    saved = await desk.save(lot.id, drawn(BACK_LAWN, dock=place(3, 5)), expected_version=1, by=ADA)
    assert saved.version == 2 and saved.lawn_area_m2 == pytest.approx(144, rel=0.01) and saved.dock == place(3, 5)
    assert saved.source == "drawn" and saved.boundary == LOT
    (told,) = heard
    assert told.change is LandChange.LAWN_SAVED and told.lot_ids == (lot.id,)
    assert told.bbox[0] <= ORIGIN[0] <= told.bbox[2]
    versions = await desk.versions(lot.id)
    assert [(one.version, one.by, len(one.lawns)) for one in versions] == [(2, "Ada", 1), (1, "", 0)]
    (line,) = await Audit(database, clock).lines(action="lawn.save")
    assert line.actor == "ada@elm.example" and line.after is not None and line.after["version"] == 2


async def test_what_is_broken_is_not_saved_and_every_reason_is_told(desk: LawnDesk, lot: LotView) -> None:
    with pytest.raises(Invalid) as refusal:
        await desk.save(lot.id, drawn(box(10, 21, 26, 29), box(1, 1, 2, 2)), expected_version=1, by=ADA)
    told = " ".join(refusal.value.reasons)
    assert "outside the lot" in told and "onto the lot of 4 ELM ST" in told and "at least 4 m²" in told
    assert (await desk.open(lot.id, ADA)).version == 1


async def test_whoever_comes_second_is_told_who_was_first_and_loses_nothing(desk: LawnDesk, lot: LotView) -> None:
    await desk.save(lot.id, drawn(BACK_LAWN), expected_version=1, by=ADA)
    mine = drawn(box(2, 2, 18, 9))
    with pytest.raises(Conflict, match="Ada has saved 2 ELM ST since"):
        await desk.save(lot.id, mine, expected_version=1, by=BEN)
    draft = await desk.draft(lot.id, BEN)
    assert draft is not None and draft.drawing == mine and draft.outdated


async def test_two_saves_at_the_same_moment_make_one_version(desk: LawnDesk, lot: LotView) -> None:
    both = await asyncio.gather(
        desk.save(lot.id, drawn(BACK_LAWN), expected_version=1, by=ADA),
        desk.save(lot.id, drawn(box(2, 2, 18, 9)), expected_version=1, by=BEN),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in both) == ["Conflict", "LotView"]
    assert [one.version for one in await desk.versions(lot.id)] == [2, 1]


async def test_a_draft_is_kept_however_unfinished_and_gone_once_saved(
    desk: LawnDesk, lot: LotView, clock: MovableClock
) -> None:
    bow_tie = polygon((1, 21), (19, 29), (19, 21), (1, 29))
    await desk.autosave(lot.id, drawn(BACK_LAWN), base_version=1, by=ADA)
    clock.move(5)
    await desk.autosave(lot.id, drawn(bow_tie), base_version=1, by=ADA)
    draft = (await desk.open(lot.id, ADA)).draft
    assert draft is not None and draft.drawing.lawns == (bow_tie,) and draft.changed_at == clock.now()
    assert not draft.outdated and await desk.draft(lot.id, BEN) is None
    await desk.save(lot.id, drawn(BACK_LAWN), expected_version=1, by=ADA)
    assert await desk.draft(lot.id, ADA) is None
    await desk.autosave(lot.id, drawn(), base_version=2, by=ADA)
    await desk.discard(lot.id, ADA)
    assert await desk.draft(lot.id, ADA) is None


async def test_a_draft_that_no_database_can_hold_is_refused(desk: LawnDesk, lot: LotView) -> None:
    nan = {"type": "Polygon", "coordinates": [[[float("nan"), 1]]]}
    with pytest.raises(Invalid, match="no number"):
        await desk.autosave(lot.id, Drawing((nan,)), base_version=1, by=ADA)
    with pytest.raises(Invalid, match="too large"):
        await desk.autosave(lot.id, Drawing(({"x": "y" * 1_000_001},)), base_version=1, by=ADA)


async def test_a_second_editor_is_warned_until_the_first_is_gone(
    desk: LawnDesk, lot: LotView, clock: MovableClock
) -> None:
    began = clock.now()
    assert (await desk.open(lot.id, ADA)).others == ()
    clock.move(30)
    (other,) = (await desk.open(lot.id, BEN)).others
    assert (other.name, other.since) == ("Ada", began)
    clock.move(50)
    assert (await desk.seen(lot.id, ADA))[0].name == "Ben"
    clock.move(61 - 50)
    assert await desk.seen(lot.id, ADA) == ()  # Ben closed his browser without a word
    await desk.seen(lot.id, BEN)
    await desk.leave(lot.id, ADA)
    assert await desk.seen(lot.id, BEN) == ()
    assert clock.now() - began < timedelta(minutes=2)


async def test_a_boundary_that_is_drawn_makes_the_lot_a_drawn_one(desk: LawnDesk, database: Database) -> None:
    bare = await register_lot(
        database,
        household_id=None,
        address="9 OAK",
        city="X",
        longitude=ORIGIN[0],
        latitude=ORIGIN[1],
        source="unknown",
    )
    sheet = await desk.open(bare.id, ADA)
    assert sheet.saved.boundary is None and sheet.surroundings.estimate is not None
    saved = await desk.save(bare.id, drawn(BACK_LAWN, boundary=LOT), expected_version=1, by=ADA)
    assert saved.source == "drawn" and saved.area_m2 == pytest.approx(600, rel=0.01)


async def test_a_file_is_read_and_judged_and_what_is_exported_comes_back(desk: LawnDesk, lot: LotView) -> None:
    await desk.save(lot.id, drawn(BACK_LAWN), expected_version=1, by=ADA)
    for kind in ("geojson", "kml"):
        text = await desk.write_file(lot.id, kind)
        file, check = await desk.read_file(lot.id, text.encode(), name=f"elm.{kind}")
        assert file.lawns == (BACK_LAWN,) and file.boundary == LOT and check.ok
    with pytest.raises(Invalid, match="format 'dwg'"):
        await desk.write_file(lot.id, "dwg")


async def test_a_repair_is_offered_and_not_saved(desk: LawnDesk, lot: LotView) -> None:
    repair = await desk.repair(lot.id, drawn(box(-5, 21, 10, 29)))
    assert repair.check.ok and "cut off" in repair.changes[0]
    assert (await desk.open(lot.id, ADA)).saved.lawns == ()


async def test_a_lot_there_is_none_of_is_not_found(desk: LawnDesk) -> None:
    for ask in (desk.open(uuid4(), ADA), desk.check(uuid4(), ()), desk.seen(uuid4(), ADA), desk.versions(uuid4())):
        with pytest.raises(NotFound):
            await ask


kinds = st.sampled_from(["move", "insert", "delete", "hole", "split"])
move = st.tuples(kinds, st.integers(0, 30), st.integers(-6, 26), st.integers(14, 36))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(move, min_size=1, max_size=12))
async def test_however_one_edits_what_is_saved_is_a_sound_lawn_on_its_lot(
    moves: list[tuple[str, int, int, int]], sqlite_database: Database, clock: MovableClock
) -> None:
    desk = LawnDesk(
        database=sqlite_database,
        clock=clock,
        books=NeighbourFinder(sqlite_database),
        audit=Audit(sqlite_database, clock),
    )
    home = {"city": "ROCHESTER", "longitude": ORIGIN[0], "latitude": ORIGIN[1]}
    mine = await register_lot(sqlite_database, household_id=None, address=str(uuid4()), boundary=LOT, **home)  # type: ignore[arg-type]
    async with sqlite_database.connection() as connection:  # lots of earlier examples are no neighbours of this one
        await connection.exec_driver_sql(f"DELETE FROM lot WHERE id <> '{mine.id.hex}'")
    version, outer, holes = 1, list(corners_of(1, 21, 19, 29)), []
    for kind, at, x, y in moves:
        outer, holes = edited(outer, holes, kind, at, x, y)
        drawing = drawn(polygon(*outer, holes=tuple(holes)))
        verdict = await desk.check(mine.id, drawing.lawns)
        try:
            saved = await desk.save(mine.id, drawing, expected_version=version, by=ADA)
        except Invalid as refusal:
            assert not verdict.ok and refusal.reasons
            continue
        assert verdict.ok
        version = saved.version
        (lawn,) = saved.lawns
        ground = shape(lawn)
        assert ground.is_valid and ground.area > 0 and shape(LOT).buffer(0.00001).covers(ground)
        assert saved.lawn_area_m2 is not None and saved.lawn_area_m2 >= desk.rules.smallest_m2


def edited(outer: list[Any], holes: list[Any], kind: str, at: int, x: int, y: int) -> tuple[list[Any], list[Any]]:
    """One move of a person's hand on a lawn."""
    outer, holes = list(outer), list(holes)
    corner = at % len(outer)
    if kind == "move":
        outer[corner] = (x, y)
    elif kind == "insert":
        outer.insert(corner, (x, y))
    elif kind == "delete" and len(outer) > 3:
        outer.pop(corner)
    elif kind == "hole":
        holes.append(corners_of(x, y, x + 2, y + 2))
    elif kind == "split" and holes:
        holes.pop()
    return outer, holes
