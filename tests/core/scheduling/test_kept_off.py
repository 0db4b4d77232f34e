"""A visit that a household's keep-off interrupts: it starts again when that is over, or is planned anew, with its
reason."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import pytest

from core.accounts import PersonName, Role, Viewer
from core.clock import MovableClock
from core.db import Database
from core.db.reads.household_lots import household_lots
from core.fleet import EndReason
from core.fleet.model import CommandKind, MowerState
from core.household.keep_off_desk import KeepOffDesk
from core.household.model import LotBook
from core.ids import new_id
from core.neighbourhood.tables import Lot
from core.scheduling import ProblemKind, VisitReason, VisitState
from core.scheduling.run_model import Phase
from core.scheduling.run_steps import End, Wait
from core.scheduling.running import next_step
from tests.core.scheduling.run_cast import FRONT, NINE, Play, play_on
from tests.core.scheduling.test_running import RULES, facts, session, visit, working

R, S = VisitReason, VisitState
START, RETURN = CommandKind.START, CommandKind.RETURN


@dataclass
class Home:
    """12 Elm St: its mower is mowing there, and its people may want it gone."""

    play: Play
    desk: KeepOffDesk
    maya: Viewer

    async def keep_off(self, minutes: int) -> None:
        """Twenty minutes into the visit; the mower follows."""
        await self.play.turn()
        await self.play.mows()
        await self.play.turn(minutes=20)
        await self.play.mows()
        await self.desk.ask(lot_id=self.play.lots["12 Elm St"], minutes=minutes, by=self.maya)
        await self.play.street.fleet.commands.step()
        self.play.mowed(20, end=EndReason.OPERATOR)
        await self.play.at_dock()
        await self.pass_by()

    async def pass_by(self, minutes: float = 0) -> None:
        """The jobs come round, in the order of the clock."""
        self.play.clock.move(minutes * 60)
        await self.play.at_dock()
        await self.desk.look()
        await self.play.turn()

    @property
    def kinds(self) -> list[CommandKind]:
        return [kind for kind, _parameters in self.play.sent]


@pytest.fixture
async def home(sqlite_database: Database, clock: MovableClock) -> AsyncIterator[Home]:
    async with play_on(sqlite_database, clock) as play:
        async with play.database.session() as session:
            lot = await session.get_one(Lot, play.lots["12 Elm St"])
        assert lot.household_id is not None
        maya = Viewer(
            person_id=new_id(), email="maya@elm.example", name="Maya", role=Role.HOMEOWNER,
            household_ids=frozenset({lot.household_id}),
        )  # fmt: skip

        async def office() -> list[PersonName]:
            return []

        street = play.street
        desk = KeepOffDesk(
            database=play.database, clock=clock, lots=LotBook(partial(household_lots, play.database)),
            live=street.fleet.live, commands=street.fleet.commands, audit=street.audit,
            latest_map=lambda _name: None, audience=office,
        )  # fmt: skip
        street.control.guard.held_areas = desk.held_areas
        await desk.start()
        yield Home(play, desk, maya)
        await desk.stop()


async def test_when_the_keep_off_ends_the_visit_goes_on_where_it_was(home: Home) -> None:
    await home.keep_off(60)
    assert home.kinds == [START, RETURN]
    waiting = await home.play.scheduling.progress((await home.play.visit()).id, viewer=home.play.dispatcher)
    assert (waiting.run.phase, waiting.run.waiting) == (Phase.WAITING, R.KEEP_OFF)
    await home.pass_by(minutes=30)
    assert home.kinds == [START, RETURN]  # not while it is wanted off
    home.play.attach()  # a restart in between changes nothing
    await home.pass_by(minutes=31)
    assert home.play.starts_sent() == [[FRONT], [FRONT]]
    await home.play.mows()
    await home.play.turn(minutes=30)
    home.play.mowed(30)
    await home.pass_by()
    done = await home.play.visit()
    assert (done.state, done.reason, done.mowed_minutes) == (S.DONE, R.NONE, 50)


async def test_where_no_hour_is_left_that_day_the_visit_is_caught_up_with_its_reason(home: Home) -> None:
    await home.keep_off(8 * 60)
    for _ in range(12):
        await home.pass_by(minutes=30)
    short = await home.play.visit()
    assert (short.state, short.reason, short.mowed_minutes) == (S.SHORT, R.KEEP_OFF, 20)
    assert short.id not in {one.visit_id for one in await home.play.board() if one.kind is not ProblemKind.BLOCKED}
    assert await home.play.scheduling.rain.catch_up() >= 1
    again = await home.play.visit()
    assert (again.state, again.reason) == (S.MOVED, R.CATCH_UP)
    assert again.begins_at >= NINE + timedelta(hours=20)


async def test_a_mower_that_somebody_else_stopped_is_not_started_again(home: Home) -> None:
    await home.play.turn()
    await home.play.mows()
    await home.play.turn(minutes=20)
    home.play.mowed(20, end=EndReason.OPERATOR)
    await home.pass_by()
    assert ((await home.play.visit()).reason, home.kinds) == (R.STOPPED, [START])


@pytest.mark.parametrize("end", [EndReason.OPERATOR, EndReason.BATTERY])
def test_the_rule_waits_while_there_is_time_and_says_why_where_there_is_none(end: EndReason) -> None:
    known = {"kept_off": True, "sessions": (session(5, 25, end),), "state": MowerState.DOCKED}
    assert next_step(visit(state=S.STARTED), working(), facts(30, **known), RULES) == Wait(None, R.KEEP_OFF)
    late = next_step(visit(state=S.STARTED), working(), facts(350, **known), RULES)
    assert late == End(S.SHORT, R.KEEP_OFF)
