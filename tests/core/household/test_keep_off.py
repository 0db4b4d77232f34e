"""Keep off my lawn: what a mower is told, what the household is told, who may, how it ends, what is not billed."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from sqlmodel import select

from core.accounts import PersonName, Right, Role, Viewer
from core.accounts.tables import Person
from core.clock import MovableClock
from core.db import Database
from core.db.reads.household_lots import household_lots
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.fleet.model import CommandKind, CommandStatus, DeviceMap, MapZone, MowerState
from core.household.keep_off import (
    KeepOff,
    KeepOffRules,
    Progress,
    Told,
    areas_on,
    held_by,
    orders_for,
    progress_of,
    tap_to_command,
)
from core.household.keep_off_desk import KeepOffDesk
from core.household.model import LotBook
from core.neighbourhood import OwnLot
from core.neighbourhood.tables import Household, Lot
from core.notices.tables import NoticeOutbox
from core.sight import Sight
from tests.core.control.cast import Street, elm_street, square
from tests.core.fleet.cast import LUBA, NOON, mowing, report
from tests.core.fleet.conftest import ELM_STREET
from tests.core.fleet.fakes import FakeCloud, device

DANA = UUID(int=77)


@dataclass
class Scene:
    """A lot of a household north of its host's, both served by the Luba."""

    street: Street
    desk: KeepOffDesk
    lot_id: UUID
    household: Viewer
    stranger: Viewer

    @property
    def sent(self) -> list[tuple[str, CommandKind]]:
        return [(name, kind) for name, kind, _parameters, _id in self.street.cloud.link.sent]

    async def told(self) -> list[str]:
        """Titles in the office's bell."""
        async with self.street.database.session() as session:
            return [row.title for row in (await session.exec(select(NoticeOutbox))).all()]

    async def step(self, seconds: float = 0) -> None:
        """Time passes, commands go on, the job looks."""
        if seconds:
            self.street.clock.move(seconds)
        await self.street.fleet.commands.step()
        await self.desk.look()
        await self.street.fleet.commands.step()


def homeowner(email: str, household: UUID) -> Viewer:
    return Viewer(
        person_id=UUID(int=hash(email) % 2**64), email=email, name=email, role=Role.HOMEOWNER,
        household_ids=frozenset({household}),
    )  # fmt: skip


@pytest.fixture
async def scene(database: Database, clock: MovableClock) -> AsyncIterator[Scene]:
    cloud = FakeCloud(clock, {ELM_STREET: [device(LUBA)]})
    async with elm_street(database, clock, cloud) as street:
        home = Household(name="Ito", created_at=NOON)
        dana = Person(
            id=DANA, email="dana@x.example", name="Dana", role="dispatcher", password_hash="", created_at=NOON
        )
        async with database.session() as session:
            session.add_all([home, dana])
        await street.lot("12 Elm St", "host", square(-10))
        lot_id = await street.lot("14 Elm St", "neighbour", square(40))
        async with database.session() as session:
            row = await session.get_one(Lot, lot_id)
            row.household_id = home.id
            session.add(row)

        async def office() -> list[PersonName]:
            return [PersonName(DANA, "Dana")]

        desk = KeepOffDesk(
            database=database, clock=clock, lots=LotBook(partial(household_lots, database)), live=street.fleet.live,
            commands=street.fleet.commands, audit=street.audit, latest_map=lambda _name: None, audience=office,
        )  # fmt: skip
        await desk.start()
        yield Scene(street, desk, lot_id, homeowner("hana@x.example", home.id), homeowner("bo@x.example", UUID(int=5)))
        await desk.stop()


async def mows_at(scene: Scene, at_s: float, north: float) -> None:
    await scene.street.hears(mowing(at_s, north))


async def test_a_mower_on_the_lawn_is_sent_home_and_each_step_is_told_only_when_it_is_known(scene: Scene) -> None:
    await mows_at(scene, -1, 60)
    await mows_at(scene, 0, 60.5)
    view = await scene.desk.ask(lot_id=scene.lot_id, minutes=60, by=scene.household)
    assert (view.progress.told, view.progress.sent_s) == (Told.ASKED, None)
    await scene.street.fleet.commands.step()
    assert scene.sent == [(LUBA, CommandKind.RETURN)]
    assert await progress(scene) == Progress(told=Told.SENT, ordered_s=0.0, sent_s=0.0)
    scene.street.clock.move(2)
    scene.street.cloud.link.listener.acknowledged(LUBA, CommandKind.RETURN, True, "")
    await scene.street.fleet.accounts.handle_messages()
    await scene.street.fleet.commands.step()
    assert await progress(scene) == Progress(told=Told.ACKNOWLEDGED, ordered_s=0.0, sent_s=0.0, acknowledged_s=2.0)
    scene.street.clock.move(3)
    await scene.street.hears(report(5, mode=MowerState.RETURNING, north=58.0, battery_percent=80))
    seen = await progress(scene)
    assert (seen.told, seen.seen_s) == (Told.SEEN, 5.0)
    assert await scene.told() == ['{"template": "{address}: keep off the lawn", "values": {"address": "14 Elm St"}}']


async def progress(scene: Scene) -> Progress:
    found = await scene.desk.of_lot(scene.lot_id, viewer=scene.household)
    assert found is not None
    return found.progress


async def test_a_mower_elsewhere_is_left_alone_until_it_comes_onto_the_lawn(scene: Scene) -> None:
    await mows_at(scene, -1, 10)
    await mows_at(scene, 0, 10.5)
    view = await scene.desk.ask(lot_id=scene.lot_id, minutes=60, by=scene.household)
    assert view.progress == Progress(told=Told.CLEAR)
    await scene.step()
    assert scene.sent == []
    scene.street.clock.move(60)
    await mows_at(scene, 59, 50)
    await mows_at(scene, 60, 50.5)
    await scene.step()
    assert scene.sent == [(LUBA, CommandKind.RETURN)]
    later = await progress(scene)
    assert (later.at_once, later.sent_s) == (False, 0.0)  # counted from when it came in, not from the tap
    assert scene.desk.held_areas(LUBA) is None  # its map is not known: no start may lead anywhere
    scene.street.clock.move(10)
    await mows_at(scene, 70, 51)
    await scene.step()
    assert len(scene.sent) == 1  # it is on its way
    scene.street.clock.move(30)
    await mows_at(scene, 100, 51.5)
    await scene.step()
    assert [kind for _name, kind in scene.sent] == [CommandKind.RETURN, CommandKind.RETURN]  # it mows on: once more


async def test_where_it_cannot_be_sent_home_it_is_made_to_stand_and_goes_on_when_it_is_over(scene: Scene) -> None:
    scene.street.clusters.say("active")
    control, mower = scene.street.control, scene.street.fleet.roster.identity(LUBA).id
    await mows_at(scene, -1, 60)
    await mows_at(scene, 0, 60.5)
    await control.leases.keep(LUBA, mower, person_id=DANA, holder="dana@x.example")
    await scene.desk.ask(lot_id=scene.lot_id, minutes=10, by=scene.household)
    await scene.street.fleet.commands.step()
    assert scene.sent == [(LUBA, CommandKind.HALT)]
    scene.street.clock.move(2)
    await scene.street.hears(report(2, mode=MowerState.PAUSED, north=60.5, battery_percent=80))
    assert (await progress(scene)).told is Told.SEEN
    scene.street.clock.move(4)
    await scene.street.hears(report(6, mode=MowerState.PAUSED, north=60.5, battery_percent=80))
    scene.street.clock.move(594)
    await scene.street.hears(report(600, mode=MowerState.PAUSED, north=60.5, battery_percent=80))
    await scene.step()
    assert await scene.desk.of_lot(scene.lot_id, viewer=scene.household) is None
    assert scene.sent[-1] == (LUBA, CommandKind.RESUME)
    assert scene.desk.held_areas(LUBA) == frozenset()


async def test_what_does_not_follow_is_told_to_the_household_and_loudly_to_the_office(scene: Scene) -> None:
    await mows_at(scene, -1, 60)
    await mows_at(scene, 0, 60.5)
    await scene.desk.ask(lot_id=scene.lot_id, minutes=60, by=scene.household)
    await scene.street.fleet.commands.step()
    await scene.step(95)
    assert (await progress(scene)).told is Told.FAILED
    await scene.step(10)
    assert [title for title in await scene.told() if "did not leave" in title] == [
        '{"template": "{address}: the mower did not leave the lawn", "values": {"address": "14 Elm St"}}'
    ]


async def test_it_is_ended_early_once_and_one_holds_at_a_time(scene: Scene) -> None:
    view = await scene.desk.ask(lot_id=scene.lot_id, minutes=60, by=scene.household)
    with pytest.raises(Conflict):
        await scene.desk.ask(lot_id=scene.lot_id, minutes=60, by=scene.household)
    scene.street.clock.move(300)
    ended = await scene.desk.end(view.keep_off.id, by=scene.household)
    assert ended.keep_off.until == NOON + timedelta(seconds=300)
    with pytest.raises(Conflict):
        await scene.desk.end(view.keep_off.id, by=scene.household)
    assert await scene.desk.of_lot(scene.lot_id, viewer=scene.household) is None
    assert [action for action, _actor, _reason in await scene.street.audited()][-2:] == ["keep_off.ask", "keep_off.end"]
    assert [one.keep_off.id for one in await scene.desk.all(viewer=scene.household)] == [view.keep_off.id]
    assert await scene.desk.all(viewer=replace(scene.household, sight=Sight(key="elsewhere"))) == []


async def test_a_stranger_learns_nothing_and_a_technician_may_act_for_the_household(scene: Scene) -> None:
    with pytest.raises(NotFound):
        await scene.desk.ask(lot_id=scene.lot_id, minutes=60, by=scene.stranger)
    tom = replace(scene.stranger, role=Role.TECHNICIAN)
    view = await scene.desk.ask(lot_id=scene.lot_id, minutes=60, by=tom)
    with pytest.raises(NotFound):
        await scene.desk.end(view.keep_off.id, by=scene.stranger)
    with pytest.raises(NotFound):
        await scene.desk.of_lot(scene.lot_id, viewer=scene.stranger)
    with pytest.raises(Invalid):
        await scene.desk.ask(lot_id=scene.lot_id, minutes=9, by=scene.household)
    with pytest.raises(NotAllowed):
        await LotBook(partial(household_lots, scene.street.database)).own(
            scene.lot_id, replace(tom, household_ids=frozenset()), staff=Right.MANAGE_PEOPLE
        )


async def test_after_a_restart_it_still_holds(scene: Scene) -> None:
    await scene.desk.ask(lot_id=scene.lot_id, minutes=60, by=scene.household)
    await scene.desk.stop()
    again = KeepOffDesk(
        database=scene.street.database, clock=scene.street.clock,
        lots=LotBook(partial(household_lots, scene.street.database)), live=scene.street.fleet.live,
        commands=scene.street.fleet.commands, audit=scene.street.audit, latest_map=lambda _name: None,
        audience=_nobody,
    )  # fmt: skip
    await again.start()
    await mows_at(scene, -1, 60)
    await mows_at(scene, 0, 60.5)
    assert await again.look() == 1
    await again.stop()
    await scene.street.fleet.commands.step()
    assert scene.sent == [(LUBA, CommandKind.RETURN)]


async def _nobody() -> list[PersonName]:
    return []


@pytest.mark.parametrize("state", MowerState)
def test_only_a_mower_that_stands_or_works_there_is_told_and_only_one_that_may_move_is_stopped(
    state: MowerState,
) -> None:
    kinds = orders_for(state)
    left_alone = {MowerState.DOCKED, MowerState.CHARGING, MowerState.RETURNING, MowerState.UPDATING, MowerState.OFFLINE}
    assert (kinds == ()) == (state in left_alone)
    assert (CommandKind.HALT in kinds) == (state in {MowerState.MOWING, MowerState.UNKNOWN})


def test_areas_that_reach_onto_the_lot_are_held_and_those_beside_it_are_not() -> None:
    lot = OwnLot(UUID(int=1), "14 Elm St", "Rochester", "UTC", boundary=square(40))
    souths = {1: 45.0, 2: 0.0, 3: 20.0}  # metres north of the dock: on the lot, beside it, over its edge
    zones = [
        MapZone(key, "", tuple((x, y) for x, y in square(south)["coordinates"][0][:-1]))
        for key, south in souths.items()
    ]
    lawn = DeviceMap(device_name=LUBA, synced_at=NOON, areas=(*zones, MapZone(4, "a line", ((0.0, 0.0),))))
    assert areas_on(lawn, lot) == frozenset({1, 3})
    assert areas_on(None, lot) is None
    assert areas_on(lawn, replace(lot, boundary=None)) is None
    assert held_by(frozenset({1}), frozenset({2})) == frozenset({1, 2})
    assert held_by(frozenset({1}), None) is None


def test_the_figure_of_taps_counts_what_the_tap_caused_and_never_forgets_one_that_was_not_sent() -> None:
    quick = [Progress(told=Told.SEEN, ordered_s=0.0, sent_s=0.1 * n) for n in range(1, 20)]
    late = Progress(told=Told.SEEN, at_once=False, ordered_s=0.0, sent_s=50.0)
    clear, lost = Progress(told=Told.CLEAR), Progress(told=Told.FAILED, ordered_s=0.0)
    assert tap_to_command([]) == (0, None)
    assert tap_to_command([*quick, late, clear]) == (19, pytest.approx(1.9))
    assert tap_to_command([*quick, lost, lost]) == (21, float("inf"))


def test_a_refused_order_is_told_as_failed_and_no_order_as_clear() -> None:
    kept = KeepOff(id=UUID(int=1), lot_id=UUID(int=2), asked_by="h", asked_at=NOON, ends_at=NOON + timedelta(hours=1))
    assert progress_of(kept, [], NOON).told is Told.CLEAR
    assert {CommandStatus.REFUSED, CommandStatus.FAILED, CommandStatus.EXPIRED} == set(CommandStatus) - {
        CommandStatus.REQUESTED, CommandStatus.QUEUED, CommandStatus.SENT, CommandStatus.ACKNOWLEDGED,
        CommandStatus.SEEN, CommandStatus.DONE,
    }  # fmt: skip
    with pytest.raises(ValueError, match="expected"):
        KeepOffRules(shortest=0)
