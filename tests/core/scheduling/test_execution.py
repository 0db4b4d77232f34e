"""Visits run: started through the guard, believed to telemetry alone, tried again within bounds, never doubled."""

from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest

from core.clock import MovableClock
from core.db import Database
from core.errors import Conflict, Invalid
from core.fleet import EndReason
from core.fleet.model import CommandKind, MowerState
from core.scheduling import Fix, ProblemKind, VisitReason, VisitState
from tests.core.scheduling.run_cast import BACK, FRONT, NINE, Play, play_on

R, S = VisitReason, VisitState
HOUR = timedelta(hours=1)


@pytest.fixture
async def play(sqlite_database: Database, clock: MovableClock) -> AsyncIterator[Play]:
    async with play_on(sqlite_database, clock) as stage:
        yield stage


@pytest.fixture
async def both(database: Database, clock: MovableClock) -> AsyncIterator[Play]:
    """The same on either kind of database, for what the database decides."""
    async with play_on(database, clock) as stage:
        yield stage


async def test_the_mower_goes_from_lawn_to_lawn_by_the_zones_of_each_household(both: Play) -> None:
    await both.turn()
    assert (await both.visit()).state is S.DUE
    assert both.starts_sent() == [[FRONT]]
    assert both.gated == 1  # asked before the start, and stored with its numbers
    await both.turn(minutes=1)
    assert (await both.visit()).state is S.DUE  # sent is not begun
    await both.mows()
    begun = await both.visit()
    assert (begun.state, begun.started_at is not None) == (S.STARTED, True)
    await both.turn(minutes=61)
    assert (await both.visit("14 Elm St")).state is S.DUE and both.starts_sent() == [[FRONT]]  # it waits its turn
    both.mowed(50)
    await both.at_dock()
    await both.turn()
    done = await both.visit()
    assert (done.state, done.reason, done.mowed_minutes) == (S.DONE, R.NONE, 50)
    await both.turn()
    assert both.starts_sent() == [[FRONT], [BACK]]
    await both.mows()
    assert [title.split(" on ")[0] for title in await both.told()] == [
        "The mower has begun", "Your lawn is mown", "The mower has begun",
    ]  # fmt: skip
    assert await both.board() == []


@pytest.mark.parametrize("dies", ["before", "after"])
async def test_a_process_killed_in_the_middle_of_a_start_goes_on_and_starts_nothing_twice(
    play: Play, dies: str
) -> None:
    play.starts.dies = dies
    await play.turn()  # the attempt is on record; the command is, or is not
    for _ in range(3):
        play.attach()  # a new process
        await play.turn(minutes=0.2)
    assert play.starts_sent() == [[FRONT]]
    await play.mows()
    play.attach()
    await play.turn(minutes=30)
    play.mowed(30)
    await play.at_dock()
    play.attach()
    await play.turn()
    assert (await play.visit()).state is S.DONE


async def test_two_turns_at_once_in_two_processes_start_once(both: Play) -> None:
    one, other = both.attach(), both.attach()
    await one.turn()
    await other.turn()
    await both.street.fleet.commands.step()
    assert both.starts_sent() == [[FRONT]]


async def test_a_start_that_telemetry_never_shows_is_tried_three_times_and_goes_to_the_board(play: Play) -> None:
    for _ in range(60):
        await play.turn(minutes=0.5)
        await play.at_dock()
    failed = await play.visit()
    assert (failed.state, failed.reason) == (S.FAILED, R.MOWER_OFFLINE)
    assert play.starts_sent()[:3] == [[FRONT]] * 3 and [FRONT] not in play.starts_sent()[3:]
    (line,) = [one for one in await play.board() if one.visit_id == failed.id]
    assert (line.kind, line.reason) == (ProblemKind.NOT_STARTED, R.MOWER_OFFLINE)


async def test_a_mower_in_fault_is_waited_for_told_late_and_given_up_with_its_reason_when_the_hours_end(
    play: Play,
) -> None:
    await play.says(MowerState.FAULT, fault_code=1201)
    await play.turn()
    await play.turn(minutes=20)
    late = [one for one in await play.board() if one.kind is ProblemKind.LATE]
    assert late and {one.reason for one in late} == {R.MOWER_FAULT}
    assert play.starts_sent() == []
    await play.turn(minutes=6 * 60)
    failed = await play.visit()
    assert (failed.state, failed.reason) == (S.FAILED, R.MOWER_FAULT)
    assert [one.kind for one in await play.board() if one.visit_id == failed.id] == [ProblemKind.NOT_STARTED]


async def test_a_lot_without_a_zone_is_blocked_and_no_other_lawn_is_mowed_instead(play: Play) -> None:
    play.zones.clear()
    await play.turn()
    assert {(one.kind, one.reason) for one in await play.board()} == {(ProblemKind.BLOCKED, R.NO_ZONE)}
    assert play.starts_sent() == []


async def test_rain_before_the_start_waits_in_allowed_hours_and_a_wet_day_is_skipped_and_caught_up(both: Play) -> None:
    both.dry_at = NINE + HOUR
    await both.turn()
    assert both.starts_sent() == [] and (await both.visit()).state is S.DUE
    progress = await both.scheduling.progress((await both.visit()).id, viewer=both.dispatcher)
    assert progress.run.waiting is R.RAIN and progress.weather is not None
    assert "rains" in progress.weather.words
    await both.turn(minutes=59)
    assert both.starts_sent() == []
    both.dry_at = NINE + 9 * HOUR  # later than its hours
    await both.turn(minutes=2)
    skipped = await both.visit()
    assert (skipped.state, skipped.reason) == (S.SKIPPED, R.RAIN)
    await both.turn()
    assert await both.board() == []  # the weather needs nobody
    assert await both.scheduling.rain.catch_up() == 2
    assert await both.scheduling.rain.catch_up() == 0
    one, two = await both.visit(), await both.visit("14 Elm St")
    assert {one.state, two.state, one.reason} == {S.MOVED, R.CATCH_UP}
    assert sorted(at.begins_at for at in (one, two))[0] == NINE + 24 * HOUR  # Tuesday, from nine on, one after another
    assert not one.span.meets(two.span)


async def test_rain_in_the_middle_sends_the_mower_home_and_it_goes_on_when_dry(play: Play) -> None:
    await play.turn()
    await play.mows()
    play.mowed(20, end=None)
    await play.turn(minutes=20)
    play.dry_at = NINE + 2 * HOUR
    await play.turn()
    assert [kind for kind, _ in play.sent] == [CommandKind.START, CommandKind.RETURN]
    play.sessions.clear()
    play.mowed(20, end=EndReason.OPERATOR)
    await play.at_dock()
    await play.turn(minutes=30)
    assert (await play.visit()).state is S.STARTED and play.starts_sent() == [[FRONT]]
    await play.turn(minutes=75)
    await play.at_dock()
    await play.turn()
    await play.turn()
    assert play.starts_sent() == [[FRONT], [FRONT]]
    await play.mows()
    await play.turn(minutes=30)
    play.mowed(30)
    await play.at_dock()
    await play.turn()
    done = await play.visit()
    assert (done.state, done.mowed_minutes) == (S.DONE, 50)


async def test_at_the_end_of_the_allowed_hours_a_mower_that_still_mows_is_sent_home(play: Play) -> None:
    await play.turn()
    await play.mows()
    play.mowed(1, end=None)
    await play.turn(minutes=100)
    overrunning = [one for one in await play.board() if one.kind is ProblemKind.OVERRUNNING]
    assert len(overrunning) == 1
    await play.turn(minutes=5 * 60)
    assert [kind for kind, _ in play.sent] == [CommandKind.START, CommandKind.RETURN]
    await play.at_dock()
    await play.turn()
    ended = await play.visit()
    assert (ended.state, ended.reason, ended.mowed_minutes) == (S.SHORT, R.OUT_OF_TIME, 1)
    assert [one.kind for one in await play.board() if one.visit_id == ended.id] == [ProblemKind.CUT_SHORT]


@pytest.mark.parametrize(
    ("end", "state", "reason"),
    [
        (EndReason.OPERATOR, S.SHORT, R.STOPPED),
        (EndReason.FAULT, S.STARTED, R.NONE),
        (EndReason.LOST, S.STARTED, R.NONE),
    ],
)
async def test_what_ended_a_session_decides_whether_it_is_tried_again(
    play: Play, end: EndReason, state: VisitState, reason: VisitReason
) -> None:
    await play.turn()
    await play.mows()
    await play.turn(minutes=20)
    play.mowed(15, end=end)
    await play.at_dock()
    await play.turn()
    visit = await play.visit()
    assert (visit.state, visit.reason) == (state, reason)
    await play.turn(minutes=6)
    await play.at_dock()
    await play.turn()
    assert play.starts_sent() == [[FRONT]] * (2 if state is S.STARTED else 1)


async def test_every_fix_does_what_it_says_once(both: Play) -> None:
    both.zones.clear()
    await both.turn()
    by_visit = {one.visit_id: one for one in await both.board()}
    first, second = await both.visit(), await both.visit("14 Elm St")
    desk, dana = both.scheduling.problems, both.dispatcher
    with pytest.raises(Invalid, match="fix: expected one of"):
        await desk.fix(by_visit[first.id].id, Fix.SEND_HOME, by=dana)
    both.zones[both.lots["12 Elm St"]] = (FRONT,)
    closed, _visit = await desk.fix(by_visit[first.id].id, Fix.START_NOW, by=dana)
    assert (closed.closed_by, closed.fix) == (dana.email, "start_now")
    await both.street.fleet.commands.step()
    assert both.starts_sent() == [[FRONT]]
    with pytest.raises(Conflict, match="dealt with it already"):
        await desk.fix(closed.id, Fix.NEXT_FREE, by=dana)
    await both.turn(minutes=61)  # now the second one is due, too
    late = next(one for one in await both.board() if one.visit_id == second.id)
    _closed, moved = await desk.fix(late.id, Fix.NEXT_FREE, by=dana)
    assert (moved.state, moved.pinned) == (S.MOVED, True)
    assert moved.begins_at >= both.clock.now()
    assert [action for action, _, _ in await both.street.audited() if action.startswith("visit")][-3:] == [
        "visit_problem.close", "visit.move", "visit_problem.close",
    ]  # fmt: skip


async def test_a_failed_visit_is_skipped_with_a_reason_or_cleared_and_does_not_come_back(play: Play) -> None:
    await play.says(MowerState.FAULT, fault_code=1201)
    await play.turn()
    await play.turn(minutes=7 * 60)
    desk, dana = play.scheduling.problems, play.dispatcher
    first = await play.visit()
    line = next(one for one in await play.board() if one.visit_id == first.id)
    with pytest.raises(Conflict, match="cannot start now"):
        play.clock.move(8 * 3600)  # eleven at night
        await desk.fix(line.id, Fix.START_NOW, by=dana)
    with pytest.raises(Invalid, match="say why"):
        await desk.fix(line.id, Fix.SKIP, by=dana)
    _closed, skipped = await desk.fix(line.id, Fix.SKIP, reason="tree fell", by=dana)
    assert (skipped.state, skipped.reason, skipped.note) == (S.SKIPPED, R.SKIPPED_BY_OPERATOR, "tree fell")
    await play.turn()
    assert [one for one in await play.board() if one.visit_id == first.id] == []


async def test_a_rain_out_moves_the_day_as_it_was_shown_and_tells_each_household_once(play: Play) -> None:
    desk, dana, day = play.scheduling.rain, play.dispatcher, date(2026, 6, 8)
    shown = await desk.preview(day, by=dana)
    assert [move.to.begins for move in shown.moves] == [NINE + timedelta(days=8), NINE + timedelta(days=8, minutes=70)]
    assert len(shown.messages) == 2
    with pytest.raises(Conflict, match="changed meanwhile"):
        await desk.rain_out(day, mark="another", by=dana)
    await desk.rain_out(day, mark=shown.mark, cluster_id=play.cluster_id, by=dana)
    moved = await play.visit(due=day)
    assert (moved.state, moved.reason, moved.begins_at) == (S.MOVED, R.RAIN_OUT, shown.moves[0].to.begins)
    assert len([title for title in await play.told() if title.startswith("Rain: nobody comes")]) == 2
    assert (await desk.preview(day, by=dana)).moves == ()
    await play.scheduling.generate()
    assert (await play.visit(due=day)).begins_at == moved.begins_at
