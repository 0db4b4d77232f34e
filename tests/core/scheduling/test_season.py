"""Three real weather years with mowers that break, over both changes of the clocks: no visit in forbidden hours, none
lost, none doubled. `make test` plays the weeks around the changes of one year, `make prove` three years from March on.
"""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import holidays
import pytest

from core.clock import MovableClock
from core.db import Database
from core.scheduling import Rhythm, ServicePlan, VisitState
from core.scheduling.model import Visit, VisitReason
from tests.core.scheduling.conftest import make_row, quiet_on
from tests.core.scheduling.season_mowers import Run
from tests.core.scheduling.season_player import PLANS, Broken, Player
from tests.proofs import cases, record

ZONE = ZoneInfo("America/Chicago")
CHANGES = {2013: (date(2013, 3, 10), date(2013, 11, 3)), 2014: (date(2014, 3, 9), date(2014, 11, 2)),
           2015: (date(2015, 3, 8), date(2015, 11, 1))}  # fmt: skip
"""The Sundays on which clocks change in the United States: a day of 23 hours and one of 25."""
SPARE = timedelta(minutes=10)
"""A start mows five minutes at the least."""
QUIET = (time(12), time(13))
WEDNESDAY = 2
SEASONS = [
    *((change - timedelta(days=4), change + timedelta(days=4)) for change in CHANGES[2014]),
    *((date(year, 3, 1), date(year, 11, 15)) for year in CHANGES),
]
PLAYED = SEASONS[: cases(sample=2, full=len(SEASONS))]


@pytest.mark.prove
@pytest.mark.parametrize(("first", "last"), PLAYED, ids=[f"{first}_{last}" for first, last in PLAYED])
async def test_no_visit_of_a_real_season_is_forbidden_lost_or_doubled(
    sqlite_database: Database, request: pytest.FixtureRequest, first: date, last: date
) -> None:
    clock = MovableClock(datetime.combine(first, time(3), tzinfo=ZONE).astimezone(UTC))
    row = await make_row(sqlite_database, clock)
    await quiet_on(row, str(WEDNESDAY), 12 * 60, 13 * 60)
    player = Player(row, Broken(first.year))
    settled = last + timedelta(days=8)  # what was lost on the last day may be caught up for a week
    await player.begin(first, settled)
    await player.play(first, settled)
    visits = {address: await all_visits(player, address, first, last) for address in PLANS}

    assert [run for run in player.runs if is_forbidden(run)] == []
    assert player.mowers.doubled == []
    for address, plan in PLANS.items():
        assert [visit.due_on for visit in visits[address]] == due_days(plan, first, last)  # each once, and no other
        assert [visit for visit in visits[address] if not accounted_for(visit, clock.now())] == []
    whole = Counter(run.visit_id for run in player.runs if run.whole)
    known = {visit.id: visit for some in visits.values() for visit in some}
    done = {visit.id for visit in known.values() if visit.state is VisitState.DONE}
    assert set(whole) & known.keys() == done and set(whole.values()) == {1}
    assert [key for key, visit in known.items() if mowed(player.runs, key) > visit.span.lasts + SPARE] == []
    assert not overlapping(player.runs)
    told = Counter(visit.state.value for some in visits.values() for visit in some)
    reasons = Counter(visit.reason.value for some in visits.values() for visit in some if visit.reason)
    assert told["done"] > len(player.sites) and reasons  # something was mowed, and something came in between
    kinds = Counter(run.end.value for run in player.runs if run.end)
    assert player.caught_up
    record(
        request,
        f"{sum(told.values())} visits, {dict(told)}, {len(player.runs)} runs, reasons {dict(reasons)}, "
        f"{player.caught_up} caught up, {dict(player.fixed)} by the dispatcher, {player.turns} turns, "
        f"ended {dict(kinds)}",
    )


async def all_visits(player: Player, address: str, first: date, last: date) -> list[Visit]:
    """The visits of a lot that were due on days that are over, in order."""
    lines = await player.row.desk.calendar(
        player.row.dispatcher, datetime.combine(first, time(), tzinfo=UTC) - timedelta(days=2),
        datetime.combine(last, time(), tzinfo=UTC) + timedelta(days=60), lot_id=player.row.lots[address],
    )  # fmt: skip
    return sorted((line.visit for line in lines if line.visit.due_on <= last), key=lambda visit: visit.due_on)


def is_forbidden(run: Run) -> bool:
    """Minute by minute on the clock on the wall, by the words of Le Sueur's code and the sign on the host's gate."""
    at = run.span.begins
    while at < run.span.ends:
        wall = at.astimezone(ZONE)
        weekend = wall.weekday() >= 5 or wall.date() in holidays.country_holidays("US", subdiv="MN", years=wall.year)
        allowed = time(9) <= wall.time() < time(21) if weekend else time(7) <= wall.time() < time(22)
        quiet = run.device_name == "Luba-ELM" and wall.weekday() == WEDNESDAY and QUIET[0] <= wall.time() < QUIET[1]
        if quiet or not allowed:
            return True
        at += timedelta(minutes=1)
    return False


def due_days(plan: ServicePlan, first: date, last: date) -> list[date]:
    """Counted by hand: no library of recurrence."""
    found, day = [], first
    while day <= last:
        days, weeks = (day - plan.starts_on).days, (_monday(day) - _monday(plan.starts_on)).days // 7
        if plan.rhythm is Rhythm.EVERY_N_DAYS:
            due = days % plan.every_days == 0
        else:
            due = day.weekday() in plan.weekdays and (plan.rhythm is Rhythm.WEEKLY or weeks % 2 == 0)
        if due:
            found.append(day)
        day += timedelta(days=1)
    return found


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def accounted_for(visit: Visit, now: datetime) -> bool:
    """Done, not done with a reason that was told, or put off to a time to come; nothing stays planned or started in
    the past."""
    if visit.state is VisitState.DONE:
        return True
    over = visit.state in {VisitState.SKIPPED, VisitState.FAILED, VisitState.SHORT}
    put_off = visit.state is VisitState.MOVED and visit.begins_at > now
    return (over or put_off) and visit.reason is not VisitReason.NONE


def mowed(runs: list[Run], visit_id: UUID) -> timedelta:
    return sum((run.span.lasts for run in runs if run.visit_id == visit_id), timedelta())


def overlapping(runs: list[Run]) -> bool:
    """Whether some mower was at two lots at a time."""
    mowers = {run.device_name for run in runs}
    sorted_runs = [sorted(run.span for run in runs if run.device_name == name) for name in mowers]
    return any(one.ends > two.begins for spans in sorted_runs for one, two in pairwise(spans))
