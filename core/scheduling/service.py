"""Scheduling put together: plans, visits, pauses, calendar feeds, and the reads that screens show."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from core.accounts import Audit, HouseholdIds, Right, SeenBy, Viewer, sees_all, viewer_by_id
from core.clock import Clock
from core.db import Database
from core.db.pages import Page
from core.db.reads.lot_cuts import last_cuts, people_of_household
from core.db.reads.visit_minutes import mowed_minutes
from core.db.reads.visit_sites import lots_of_same_mowers, visit_sites
from core.db.reads.visits import ServedLot, VisitLine, planned_sites, served_lots, visit_lines, visit_lines_page
from core.errors import Invalid, NotAllowed, NotFound
from core.ports import DeviceHours
from core.scheduling.access import may_see
from core.scheduling.ahead import AheadRules, VisitsAhead
from core.scheduling.bans import Ban, bans_of
from core.scheduling.desk import VisitDesk
from core.scheduling.device_hours_desk import DeviceHoursDesk
from core.scheduling.execution import Execution
from core.scheduling.extra import ExtraVisits
from core.scheduling.feeds import FeedDesk
from core.scheduling.model import SchedulingRules, VisitSite
from core.scheduling.pause_desk import PauseDesk
from core.scheduling.plan_desk import PlanDesk
from core.scheduling.problem_desk import ProblemDesk
from core.scheduling.rain_desk import RainDesk
from core.scheduling.run_model import RunRules, VisitRun
from core.scheduling.run_ports import Gate, SessionsOf, SightOf, Starts, WetAt, ZonesOf
from core.scheduling.run_store import read_run
from core.scheduling.settling import Settling
from core.scheduling.telling import HouseholdTeller
from core.scheduling.weather_model import Decision
from core.scheduling.weather_store import WeatherStore
from core.texts import N_, Text

LONGEST_LOOK = timedelta(days=400)
FEED_BACK, FEED_AHEAD = timedelta(days=30), timedelta(days=120)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a visit is, and what the weather gate said of it last; ``None``: it was not asked."""

    run: VisitRun
    weather: Decision | None


class Scheduling:
    """One for the process."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        audit: Audit,
        household_ids: HouseholdIds,
        sight_of: SeenBy = sees_all,
        rules: SchedulingRules | None = None,
        ahead: AheadRules | None = None,
    ) -> None:
        self.rules = rules or SchedulingRules()
        self._database, self._clock, self._household_ids = database, clock, household_ids
        self._sight_of = sight_of
        sites, neighbours = partial(visit_sites, database), partial(lots_of_same_mowers, database)
        self.plans = PlanDesk(
            database=database, clock=clock, sites=sites, neighbours=neighbours, audit=audit, rules=self.rules
        )
        self.visits = VisitDesk(
            database=database, clock=clock, plans=self.plans, sites=sites, neighbours=neighbours, audit=audit,
            rules=self.rules,
        )  # fmt: skip
        self.extras = ExtraVisits(
            database=database, clock=clock, plans=self.plans, sites=sites, neighbours=neighbours, audit=audit
        )
        self.pauses = PauseDesk(database=database, clock=clock, plans=self.plans, audit=audit, rules=self.rules)
        self.feeds = FeedDesk(database, clock, audit)
        self.settling = Settling(
            database=database, clock=clock, sites=sites, minutes=partial(mowed_minutes, database),
            changed=self.plans.changed,
        )  # fmt: skip
        self._sites_of, self._tell = sites, HouseholdTeller(clock, people_of_household)
        self.ahead = VisitsAhead(database=database, clock=clock, sites=sites, tell=self._tell, rules=ahead)
        self.problems = ProblemDesk(
            database=database, clock=clock, sites=sites, neighbours=neighbours, audit=audit,
            changed=self.plans.changed,
        )  # fmt: skip
        self.rain = RainDesk(
            database=database, clock=clock, sites=sites, neighbours=neighbours, cuts=partial(last_cuts, database),
            people=people_of_household, audit=audit, tell=self._tell, changed=self.plans.changed,
        )  # fmt: skip
        self._weather = WeatherStore(database)
        self.execution: Execution | None = None
        self.device_hours: DeviceHoursDesk | None = None

    def attach(
        self, *, starts: Starts, zones: ZonesOf, sessions: SessionsOf, sight: SightOf, wet: WetAt, gate: Gate | None,
        rules: RunRules | None = None,
    ) -> Execution:  # fmt: skip
        """The fleet and the weather, so that visits run here. A process without links to mowers has none."""
        self.execution = Execution(
            database=self._database, clock=self._clock, sites=self._sites_of, starts=starts, zones=zones,
            sessions=sessions, sight=sight, wet=wet, gate=gate, tell=self._tell, changed=self.plans.changed,
            rules=rules,
        )  # fmt: skip
        self.problems.starts, self.problems.runner = starts, self.execution
        return self.execution

    def hold_hours(
        self, *, hours_of: Callable[[str], DeviceHours | None], mower_id_of: Callable[[str], UUID]
    ) -> DeviceHoursDesk:
        """Mowers that hold the daily part of bans and quiet hours themselves."""
        self.device_hours = DeviceHoursDesk(
            database=self._database, clock=self._clock, sites=self._sites_of, hours_of=hours_of,
            mower_id_of=mower_id_of,
        )  # fmt: skip
        return self.device_hours

    async def write_hours(self) -> int:
        """The job: how many mowers were asked about their hours; none where no fleet is attached."""
        return 0 if self.device_hours is None else await self.device_hours.write_all()

    async def run_visits(self) -> int:
        """The job: how many steps visits took; none where no fleet is attached."""
        return 0 if self.execution is None else await self.execution.turn()

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
        page: Page | None = None,
    ) -> Sequence[VisitLine]:
        """Visits that the viewer may see: all of their areas, or those of their own lots; with ``page`` those of it
        and one more."""
        if not (begins.year >= 2000 and ends.year <= 2200) or not begins < ends or ends - begins > LONGEST_LOOK:
            raise Invalid(
                Text(
                    "from, to: expected a stretch of at most {days} days in the years 2000 to 2200",
                    days=LONGEST_LOOK.days,
                )
            )
        scope = self._scope(viewer)
        if page is not None:
            return await visit_lines_page(
                self._database, begins, ends, page, household_ids=scope, lot_id=lot_id, cluster_id=cluster_id,
                mower=mower, sees=None if scope is not None else viewer.sight.lot,
            )  # fmt: skip
        lines = await visit_lines(
            self._database, begins, ends, household_ids=scope, lot_id=lot_id, cluster_id=cluster_id, mower=mower
        )
        return lines if scope is not None else [one for one in lines if viewer.sight.lot(one.site.lot_id)]

    async def progress(self, visit_id: UUID, *, viewer: Viewer) -> Progress:
        """How far a visit is with its mower, and the newest word of the weather gate on it. ``NotFound`` for one that
        is out of the viewer's sight."""
        visit, site = await self.visits.get(visit_id, viewer=viewer)
        async with self._database.session() as session:
            run = await read_run(session, visit.id)
        if site.cluster_id is None:
            return Progress(run, None)
        decided = await self._weather.decisions(site.cluster_id, most=1, about=visit.id)
        return Progress(run, decided[0].decision if decided else None)

    async def sites(self, viewer: Viewer) -> Sequence[VisitSite]:
        """Lots with a plan; for a household all of its own."""
        scope = self._scope(viewer)
        sites = await planned_sites(self._database, scope)
        return sites if scope is not None else [one for one in sites if viewer.sight.lot(one.lot_id)]

    async def own_sites(self, viewer: Viewer) -> Sequence[VisitSite]:
        """The lots of the viewer's own households."""
        return await planned_sites(self._database, viewer.household_ids)

    async def lots_to_plan(self, viewer: Viewer) -> Sequence[ServedLot]:
        """Every lot that a plan may be made for."""
        if not viewer.may(Right.PLAN_VISITS):
            raise NotAllowed(N_("your role does not include planning visits"))
        return [one for one in await served_lots(self._database) if viewer.sight.lot(one.lot_id)]

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
        viewer = await viewer_by_id(self._database, opened.person_id, self._household_ids, self._sight_of)
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
