"""The demo's schedule: every home that a mower serves has a plan, once, and no mower is at two homes at a time."""

from collections import defaultdict
from datetime import timedelta
from functools import partial

from core.accounts import Audit, Role, Viewer
from core.clock import MovableClock
from core.db import Database
from core.db.reads.visits import served_lots
from core.ids import new_id
from core.neighbourhood import households_of_person
from core.scheduling import TO_COME, Span
from core.scheduling.service import Scheduling
from dashboard.demo_seed import seed_demo
from dashboard.demo_visits import seed_visits
from tests.towns import small_town


async def test_every_home_served_has_a_plan_and_visits_that_do_not_meet(
    sqlite_database: Database, clock: MovableClock
) -> None:
    await seed_demo(sqlite_database, small_town(), clock)
    scheduling = Scheduling(
        database=sqlite_database, clock=clock, audit=Audit(sqlite_database, clock),
        household_ids=partial(households_of_person, sqlite_database),
    )  # fmt: skip
    homes = await served_lots(sqlite_database)
    assert await seed_visits(sqlite_database, clock, scheduling) == len(homes) > 0
    assert await seed_visits(sqlite_database, clock, scheduling) == 0
    dana = Viewer(person_id=new_id(), email="dana@elm.example", name="Dana", role=Role.DISPATCHER)
    now = clock.now()
    assert await scheduling.calendar(dana, now, now + timedelta(hours=12)) == []
    lines = await scheduling.calendar(dana, now, now + timedelta(days=15))
    assert {line.site.lot_id for line in lines} == {home.lot_id for home in homes}
    of_mower: dict[str, list[Span]] = defaultdict(list)
    for line in lines:
        if line.visit.state in TO_COME:
            assert not any(line.visit.span.meets(other) for other in of_mower[line.site.device_name])
            of_mower[line.site.device_name].append(line.visit.span)
