"""Scheduling put together: plans, visits, pauses, calendar feeds, and the reads that screens show."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from core.accounts import Audit, HouseholdIds, Right, Viewer, viewer_by_id
from core.clock import Clock
from core.db import Database
from core.db.reads.visit_minutes import mowed_minutes
from core.db.reads.visit_sites import lots_of_same_mowers, visit_sites
from core.db.reads.visits import ServedLot, VisitLine, planned_sites, served_lots, visit_lines
from core.errors import Invalid, NotAllowed, NotFound
from core.scheduling.access import may_see
from core.scheduling.bans import Ban, bans_of
from core.scheduling.desk import VisitDesk
from core.scheduling.feeds import FeedDesk
from core.scheduling.model import SchedulingRules, VisitSite
from core.scheduling.pause_desk import PauseDesk
from core.scheduling.plan_desk import PlanDesk
from core.scheduling.settling import Settling
from core.texts import N_, Text

LONGEST_LOOK = timedelta(days=400)
FEED_BACK, FEED_AHEAD = timedelta(days=30), timedelta(days=120)


class Scheduling:
    """One for the process."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        audit: Audit,
        household_ids: HouseholdIds,
        rules: SchedulingRules | None = None,
    ) -> None:
        self.rules = rules or SchedulingRules()
        self._database, self._clock, self._household_ids = database, clock, household_ids
        sites, neighbours = partial(visit_sites, database), partial(lots_of_same_mowers, database)
        self.plans = PlanDesk(
            database=database, clock=clock, sites=sites, neighbours=neighbours, audit=audit, rules=self.rules
        )
        self.visits = VisitDesk(
            database=database, clock=clock, plans=self.plans, sites=sites, neighbours=neighbours, audit=audit,
            rules=self.rules,
        )  # fmt: skip
        self.pauses = PauseDesk(database=database, clock=clock, plans=self.plans, audit=audit, rules=self.rules)
        self.feeds = FeedDesk(database, clock, audit)
        self.settling = Settling(
            database=database, clock=clock, sites=sites, minutes=partial(mowed_minutes, database),
            changed=self.plans.changed,
        )  # fmt: skip

    async def generate(self) -> int:
        """The job: how many visits were made or became others."""
        found = await self.plans.generate()
        return found.added + found.changed

    async def calendar(
        self,
        viewer: Viewer,
        begins: datetime,
        ends: datetime,
        *,
        lot_id: UUID | None = None,
        cluster_id: UUID | None = None,
        mower: str = "",
    ) -> Sequence[VisitLine]:
        """Visits that the viewer may see: all, or those of their own lots."""
        if not (begins.year >= 2000 and ends.year <= 2200) or not begins < ends or ends - begins > LONGEST_LOOK:
            raise Invalid(
                Text(
                    "from, to: expected a stretch of at most {days} days in the years 2000 to 2200",
                    days=LONGEST_LOOK.days,
                )
            )
        return await visit_lines(
            self._database, begins, ends, household_ids=self._scope(viewer), lot_id=lot_id, cluster_id=cluster_id,
            mower=mower,
        )  # fmt: skip

    async def sites(self, viewer: Viewer) -> Sequence[VisitSite]:
        """Lots with a plan; for a household all of its own."""
        return await planned_sites(self._database, self._scope(viewer))

    async def own_sites(self, viewer: Viewer) -> Sequence[VisitSite]:
        """The lots of the viewer's own households."""
        return await planned_sites(self._database, viewer.household_ids)

    async def lots_to_plan(self, viewer: Viewer) -> Sequence[ServedLot]:
        """Every lot that a plan may be made for."""
        if not viewer.may(Right.PLAN_VISITS):
            raise NotAllowed(N_("your role does not include planning visits"))
        return await served_lots(self._database)

    async def bans(self, viewer: Viewer, lot_id: UUID, day: date) -> Sequence[Ban]:
        """What is forbidden on a day at a lot, and why. ``NotFound`` for one that is out of sight."""
        if not 2000 <= day.year <= 2200:
            raise Invalid(N_("day: expected one between the years 2000 and 2200"))
        site = await self.plans.site(lot_id)
        may_see(viewer, site)
        return bans_of(site.place, day)

    async def feed(self, secret: str) -> tuple[Viewer, Sequence[VisitLine]]:
        """What a calendar address shows now, and to whom. ``NotFound`` where it opens nothing any more."""
        opened = await self.feeds.open(secret)
        viewer = await viewer_by_id(self._database, opened.person_id, self._household_ids)
        if viewer is None or (opened.cluster_id is not None and not viewer.may(Right.SEE_SCHEDULE)):
            raise NotFound(N_("no such calendar: its address was taken back, or is incomplete"))
        now = self._clock.now()
        try:
            lines = await self.calendar(viewer, now - FEED_BACK, now + FEED_AHEAD, cluster_id=opened.cluster_id)
        except NotAllowed as error:
            raise NotFound(N_("no such calendar: its address was taken back, or is incomplete")) from error
        return viewer, lines

    @staticmethod
    def _scope(viewer: Viewer) -> frozenset[UUID] | None:
        """Whose lots the viewer sees; ``None`` = everybody's."""
        if viewer.may(Right.SEE_SCHEDULE):
            return None
        if not viewer.may(Right.SEE_OWN_LOT):
            raise NotAllowed(N_("your role does not include the schedule"))
        return viewer.household_ids
