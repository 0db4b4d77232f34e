"""Plays a stretch of days on Elm Row with the movable clock: real weather, mowers that break, the product's executor.

Each morning a new process generates visits and catches up lost ones; through the day its executor asks the weather
gate, starts, holds, sends home and tries again, as its jobs come round; in the evening a dispatcher gives what failed
the next free time. ``runs`` are what a by-stander would have noted.
"""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID

from sqlmodel import select

from core.errors import Conflict
from core.ids import new_id
from core.neighbourhood.clusters.tables import ClusterMember, ClusterRow
from core.scheduling import TO_COME, Fix, ProblemKind, Rhythm, ServicePlan, Span, Visit
from core.scheduling.model import VisitSite
from core.scheduling.run_store import running_visits
from core.scheduling.run_tables import VisitRunRow
from core.scheduling.spans import whole_day
from core.scheduling.store import read_visit, visits_between
from core.scheduling.weather import conditions, decide
from core.scheduling.weather_data import Hour, PlaceWeather
from core.scheduling.weather_limits import WeatherLimits
from core.scheduling.weather_model import Asked, CheckKind
from core.scheduling.weather_store import StoredDecision
from external.weather.simulator.sky import hours_of
from tests.core.scheduling.conftest import ELM, Row
from tests.core.scheduling.real_years import SEATTLE, years
from tests.core.scheduling.season_mowers import Mowers, Run

LIMITS = WeatherLimits()
STEP = timedelta(minutes=30)
"""Between two looks; allowed hours end on it, and rain begins."""
MINUTE = timedelta(minutes=1)
BROKEN_EVERY_H, BROKEN_FOR_H = 24 * 4, (3, 30)

PLANS = {
    "12 ELM ST": ServicePlan(
        rhythm=Rhythm.WEEKLY, starts_on=date(2012, 1, 1), weekdays=frozenset({1, 6}), window_begins=time(9),
        window_ends=time(16), minutes=60,
    ),
    "14 ELM ST": ServicePlan(
        rhythm=Rhythm.EVERY_N_DAYS, starts_on=date(2012, 1, 1), every_days=4, window_begins=time(10), minutes=45,
    ),
    "16 ELM ST": ServicePlan(
        rhythm=Rhythm.BIWEEKLY, starts_on=date(2012, 1, 1), weekdays=frozenset({2, 5, 6}), window_begins=time(11),
        window_ends=time(21), minutes=80,
    ),
    "1 OAK AVE": ServicePlan(
        rhythm=Rhythm.WEEKLY, starts_on=date(2012, 1, 1), weekdays=frozenset({0, 4, 6}), window_begins=time(7),
        window_ends=time(12), minutes=50,
    ),
}  # fmt: skip
"""Sundays among them, on which clocks change."""


@dataclass
class Broken:
    """When a mower is broken: spells drawn once, by mower."""

    seed: int
    spells: dict[str, list[Span]] = field(default_factory=dict)

    def draw(self, device_name: str, begins: datetime, ends: datetime) -> None:
        random, at = Random(f"{self.seed} {device_name}"), begins
        found = self.spells.setdefault(device_name, [])
        while at < ends:
            at += timedelta(hours=random.expovariate(1 / BROKEN_EVERY_H))
            mended = at + timedelta(hours=random.uniform(*BROKEN_FOR_H))
            found.append(Span(at, mended))
            at = mended

    def during(self, device_name: str, span: Span) -> Span | None:
        return next((spell for spell in self.spells[device_name] if spell.meets(span)), None)


@dataclass
class Player:
    """``play`` days; then ask what was noted. ``generations`` a morning: two, as two processes would."""

    row: Row
    broken: Broken
    sites: dict[UUID, VisitSite] = field(default_factory=dict)
    zones: dict[UUID, int] = field(default_factory=dict)
    weathers: dict[date, PlaceWeather] = field(default_factory=dict)
    fixed: Counter[str] = field(default_factory=Counter)
    caught_up: int = 0
    turns: int = 0

    def __post_init__(self) -> None:
        self.mowers = Mowers(self.row.clock, self.broken.during, self._wet, self._work)

    @property
    def now(self) -> datetime:
        return self.row.clock.now()

    @property
    def runs(self) -> list[Run]:
        return self.mowers.runs

    async def begin(self, first: date, last: date) -> None:
        """Plans for everybody, from the first day on; each mower's lots are a live cluster."""
        for address, plan in PLANS.items():
            await self.row.desk.plans.save(
                lot_id=self.row.lots[address], plan=plan, valid_from=first, expected_version=0, by=self.row.dispatcher
            )
        await clusters_of(self.row)
        self.sites = {one.lot_id: one for one in await self.row.desk.sites(self.row.dispatcher)}
        self.zones = {lot_id: number for number, lot_id in enumerate(self.sites, 1)}
        begins, ends = (datetime(day.year, day.month, day.day, tzinfo=UTC) for day in (first, last))
        for device_name in {site.device_name for site in self.sites.values()}:
            self.broken.draw(device_name, begins, ends + timedelta(days=20))

    async def play(self, first: date, last: date) -> None:
        day = first
        while day <= last:
            await self._day(day)
            day += timedelta(days=1)

    async def _day(self, day: date) -> None:
        """A new process each morning: it knows what is stored and nothing else."""
        zone = next(iter(self.sites.values())).zone
        whole = whole_day(day, zone)
        self._until(datetime.combine(day, time(4), tzinfo=zone).astimezone(UTC))
        self._attach()
        for _twice in range(2):
            await self.row.desk.generate()
        self.caught_up += await self.row.desk.rain.catch_up()
        while (at := await self._next(whole)) is not None:
            self._until(at)
            self.turns += 1
            await self.row.desk.run_visits()
        self._until(whole.ends - timedelta(minutes=30))
        await self._evening()
        await self.row.desk.settling.settle()

    def _attach(self) -> None:
        async def zones(_device_name: str, lot_id: UUID) -> tuple[int, ...]:
            return (self.zones[lot_id],)

        self.row.desk.attach(
            starts=self.mowers, zones=zones, sessions=self.mowers.sessions, sight=self.mowers.sight,
            wet=lambda _device_name: self._wet(), gate=self._gate,
        )  # fmt: skip

    async def _next(self, whole: Span) -> datetime | None:
        """When to look again: at every half hour while something is under way, when a visit begins, and when a mower is
        through, twice: the next of its visits follows. ``None`` when the day is over."""
        async with self.row.database.session() as session:
            running = await running_visits(session)
            coming = await visits_between(session, list(self.sites), max(self.now, whole.begins), whole.ends)
        at = [one.begins_at for one in coming if one.state in TO_COME and self.now < one.begins_at < whole.ends]
        if running:
            at.append(self.now - timedelta(seconds=self.now.timestamp() % STEP.total_seconds()) + STEP)
            ends = [run.span.ends for run in self.runs[-6:]]
            at += [moment for one in ends for moment in (one, one + MINUTE) if moment > self.now]
        return min((one for one in at if one < whole.ends), default=None)

    async def _evening(self) -> None:
        """The dispatcher deals with the day's exceptions: another time where there is one."""
        desk, by = self.row.desk.problems, self.row.dispatcher
        for line in await desk.lines(by):
            if line.problem.kind in {ProblemKind.NOT_STARTED, ProblemKind.CUT_SHORT}:
                for fix in (Fix.NEXT_FREE, Fix.CLEAR):
                    with suppress(Conflict):
                        await desk.fix(line.problem.id, fix, by=by)
                        self.fixed[fix.value] += 1
                        break

    async def _work(self, command_id: UUID) -> tuple[Visit, int, timedelta]:
        """The visit whose start has this command: it is on record before it is asked for."""
        async with self.row.database.session() as session:
            query = select(VisitRunRow.visit_id).where(VisitRunRow.command_id == command_id)
            visit = await read_visit(session, (await session.exec(query)).one())
        assert visit is not None
        return visit, self.zones[visit.lot_id], visit.span.lasts

    async def _gate(
        self, cluster_id: UUID, *, begins: datetime | None = None, latest: datetime | None = None,
        work: timedelta | None = None, about: UUID | None = None,
    ) -> StoredDecision:  # fmt: skip
        assert begins is not None and latest is not None and work is not None
        asked = Asked(self.now, begins, latest, work)
        return StoredDecision(0, cluster_id, about, decide(self._weather(self.now), LIMITS, asked))

    def _wet(self) -> bool:
        """As the weather desk tells the guard."""
        checks = conditions(self._weather(self.now).hours, LIMITS, self.now, timedelta(minutes=LIMITS.visit_min))
        return any(check.kind is CheckKind.RAIN_NOW and check.holds is False for check in checks)

    def _weather(self, at: datetime) -> PlaceWeather:
        day = at.date()
        if day not in self.weathers:
            hours = hours_of(day - timedelta(days=4), 7)
            told = tuple(Hour(ends, *years().hour(SEATTLE.longitude, SEATTLE.latitude, ends)) for ends in hours)
            self.weathers = {day: PlaceWeather(SEATTLE, at, "seattle", told)}
        return replace(self.weathers[day], read_at=at)

    def _until(self, moment: datetime) -> None:
        if moment > self.now:
            self.row.clock.move((moment - self.now).total_seconds())


async def clusters_of(row: Row) -> None:
    """Live clusters: Elm Row, and the Oaks'."""
    now = row.clock.now()
    async with row.database.session() as session:
        for number, addresses in enumerate((ELM, ("1 OAK AVE",)), 1):
            key = new_id()
            session.add(
                ClusterRow(
                    id=key, number=number, name=addresses[0], state="active", version=1, author="ana", created_at=now,
                    changed_at=now,
                )
            )  # fmt: skip
            await session.flush()
            for place, address in enumerate(addresses):
                session.add(
                    ClusterMember(
                        cluster_id=key, home_id=10 * number + place, part="neighbour" if place else "host",
                        lot_id=row.lots[address], address=address, city="Le Sueur", longitude=-93.9, latitude=44.46,
                        live=True,
                    )
                )  # fmt: skip
