"""Service plans for the homes of the demo town's clusters, so that its schedule has weeks to show.

They begin tomorrow: on its first day a demo's mowers do what people tell them, and nothing of their own accord.
"""

from datetime import date, time, timedelta

from sqlmodel import func, select

from core.clock import Clock
from core.db import Database
from core.db.reads.visits import served_lots
from core.scheduling import PlanVersion, Rhythm, ServicePlan
from core.scheduling.service import Scheduling
from core.scheduling.store import new_version_row
from core.scheduling.tables import ServicePlanVersion

BY = "demo"
RHYTHMS = (Rhythm.WEEKLY, Rhythm.WEEKLY, Rhythm.WEEKLY, Rhythm.BIWEEKLY, Rhythm.EVERY_N_DAYS)
WINDOWS = ((time(9), time(17)), (time(8), time(13)), (time(12), time(18)))


async def seed_visits(database: Database, clock: Clock, scheduling: Scheduling) -> int:
    """Nothing where there are plans already. How many homes have a plan."""
    async with database.session() as session:
        if (await session.exec(select(func.count()).select_from(ServicePlanVersion))).one():
            return 0
    lots, now = await served_lots(database), clock.now()
    begins = now.date() + timedelta(days=1)
    async with database.session() as session:
        for number, lot in enumerate(lots):
            version = PlanVersion(version=1, valid_from=begins, plan=plan_of(number, begins), saved_by=BY, saved_at=now)
            session.add(new_version_row(lot.lot_id, version))
    await scheduling.plans.generate(by=BY)
    return len(lots)


def plan_of(number: int, starts_on: date) -> ServicePlan:
    """A plan of its own for each home, spread over the week."""
    rhythm = RHYTHMS[number % len(RHYTHMS)]
    begins, ends = WINDOWS[number % len(WINDOWS)]
    by_week = rhythm is not Rhythm.EVERY_N_DAYS
    return ServicePlan(
        rhythm=rhythm,
        starts_on=starts_on,
        weekdays=frozenset({number % 6}) if by_week else frozenset(),
        every_days=5,
        window_begins=begins,
        window_ends=ends,
        minutes=40 + number % 5 * 10,
    )
