"""A street whose visits run: the fleet and its commands are the real ones on a fake cloud; maps, sessions and weather
say what the test says. It is Monday, 1 June 2026, 07:00 in Chicago; visits are on Mondays from 09:00."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from core.accounts import Role, Viewer
from core.accounts.tables import Person
from core.clock import MovableClock, to_epoch_ms
from core.db import Database
from core.errors import NotFound, Unavailable
from core.fleet import CommandView, EndReason, MowingSession, Reason
from core.fleet.model import CommandKind, MowerSnapshot, MowerState
from core.ids import new_id
from core.neighbourhood import households_of_person
from core.neighbourhood.clusters.tables import ClusterMember, ClusterRow
from core.neighbourhood.tables import Household, HouseholdPerson, Lot
from core.notices.tables import NoticeOutbox
from core.scheduling import Rhythm, ServicePlan, Visit
from core.scheduling.execution import Execution
from core.scheduling.run_model import Problem
from core.scheduling.service import Scheduling
from core.scheduling.weather_limits import DEFAULT_LIMITS
from core.scheduling.weather_model import Asked, Basis, Check, CheckKind, Decision, Verdict
from core.scheduling.weather_store import StoredDecision, WeatherStore
from core.texts import recalled
from tests.core.control.cast import Street, elm_street, square
from tests.core.fleet.cast import LUBA, NOON, docked, mowing, report
from tests.core.fleet.conftest import ELM_STREET
from tests.core.fleet.fakes import FakeCloud, device

NINE = datetime(2026, 6, 1, 14, tzinfo=UTC)
FRONT, BACK = 11, 22
"""Zones of the Luba's map: of 12 and of 14 Elm St."""
MINUTE = 60.0


@dataclass
class Starts:
    """The fleet's commands, and a process that dies before or after one was asked for."""

    street: Street
    dies: str = ""  # before | after

    async def request(self, **asked: Any) -> CommandView:
        dies, self.dies = self.dies, ""
        if dies == "before":
            raise Unavailable("killed")
        command = await self.street.fleet.commands.request(**asked)
        if dies == "after":
            raise Unavailable("killed")
        return command

    async def get(self, command_id: UUID) -> CommandView:
        return await self.street.fleet.commands.get(command_id)

    async def recent(self, device_name: str, limit: int = 20) -> Sequence[CommandView]:
        return await self.street.fleet.commands.recent(device_name, limit)

    async def against(self, device_name: str, kind: CommandKind, **more: Any) -> Sequence[Reason]:
        return await self.street.fleet.commands.against(device_name, kind, **more)


@dataclass
class Play:
    """The stage; ``dry_at`` is when the weather says it will be dry, ``None`` = it is."""

    street: Street
    scheduling: Scheduling
    starts: Starts
    dispatcher: Viewer
    lots: dict[str, UUID]
    cluster_id: UUID
    zones: dict[UUID, tuple[int, ...]]
    sessions: list[MowingSession] = field(default_factory=list)
    dry_at: datetime | None = None
    gated: int = 0
    north: float = 0.0

    @property
    def clock(self) -> MovableClock:
        return self.street.clock

    @property
    def database(self) -> Database:
        return self.street.database

    @property
    def at_s(self) -> float:
        return (self.clock.now() - NOON).total_seconds()

    def attach(self) -> Execution:
        """A new executor, as after a restart: it knows what is stored and nothing else."""

        async def zones(_name: str, lot_id: UUID) -> tuple[int, ...]:
            return self.zones.get(lot_id, ())

        async def sessions(_name: str, since: datetime, until: datetime) -> Sequence[MowingSession]:
            return [one for one in reversed(self.sessions) if one.ended_at >= since and one.started_at < until]

        def sight(name: str) -> MowerSnapshot | None:
            return self.street.fleet.live.get(name) if name in self.street.fleet.live else None

        return self.scheduling.attach(
            starts=self.starts, zones=zones, sessions=sessions, sight=sight, wet=lambda _name: self.wet,
            gate=self.gate,
        )  # fmt: skip

    @property
    def wet(self) -> bool:
        return self.dry_at is not None and self.clock.now() < self.dry_at

    async def gate(
        self, cluster_id: UUID, *, begins: datetime | None = None, latest: datetime | None = None,
        work: timedelta | None = None, about: UUID | None = None,
    ) -> StoredDecision:  # fmt: skip
        if cluster_id != self.cluster_id:
            raise NotFound("no such cluster")
        now = self.clock.now()
        assert latest is not None and begins is not None and work is not None
        self.gated += 1
        dry = self.dry_at if self.wet else None
        verdict = Verdict.GO if dry is None else Verdict.SKIP if dry > latest else Verdict.WAIT
        checks = () if dry is None else (Check(CheckKind.RAIN_NOW, 2.0, 0.1, "mm/h", False),)
        decision = Decision(
            asked=Asked(now, begins, latest, work), verdict=verdict, until=dry if verdict is Verdict.WAIT else None,
            basis=Basis.WEATHER, source="elm", read_at=now, checks=checks, limits=DEFAULT_LIMITS,
        )  # fmt: skip
        async with self.database.session() as session:
            key = await WeatherStore(self.database).add(session, cluster_id, decision, about)
        return StoredDecision(key, cluster_id, about, decision)

    async def turn(self, *, minutes: float = 0) -> None:
        """Let time pass, and everything that comes round come round."""
        self.clock.move(minutes * MINUTE)
        if self.scheduling.execution is None:
            self.attach()
        await self.street.fleet.commands.step()
        await self.scheduling.run_visits()
        await self.street.fleet.commands.step()

    async def at_dock(self, **fields: Any) -> None:
        await self.street.hears(docked(self.at_s, **fields))

    async def mows(self) -> None:
        """The mower is seen to move and mow, twice."""
        for _ in range(2):
            self.clock.move(5)
            self.north += 4.0  # a payload that was seen before proves nothing
            await self.street.hears(mowing(self.at_s, self.north))
        await self.turn()

    def mowed(self, minutes: float, zone: int = FRONT, end: EndReason | None = EndReason.DONE) -> None:
        """A session of so many minutes that ends now."""
        ends = to_epoch_ms(self.clock.now())
        self.sessions.append(
            MowingSession(
                number=1, started_ms=ends - round(minutes * 60_000), ended_ms=ends, end_reason=end,
                mowing_s=minutes * 60, zones=((zone, minutes * 60),), progress_end=100,
            )
        )  # fmt: skip

    async def says(self, state: MowerState, **fields: Any) -> None:
        self.clock.move(1)
        await self.street.hears(report(self.at_s, mode=state, north=0.0, battery_percent=80, **fields))

    async def visit(self, address: str = "12 Elm St", due: date = date(2026, 6, 1)) -> Visit:
        lines = await self.scheduling.calendar(
            self.dispatcher, NOON - timedelta(days=3), NOON + timedelta(days=40), lot_id=self.lots[address]
        )
        return next(line.visit for line in lines if line.visit.due_on == due)

    async def board(self) -> list[Problem]:
        return [line.problem for line in await self.scheduling.problems.lines(self.dispatcher)]

    async def told(self) -> list[str]:
        """Titles of what households were told, oldest first."""
        async with self.database.session() as session:
            query = select(NoticeOutbox.title).order_by(col(NoticeOutbox.created_at), col(NoticeOutbox.id))
            return [str(recalled(title)) for title in (await session.exec(query)).all()]

    @property
    def sent(self) -> list[tuple[CommandKind, Mapping[str, Any]]]:
        """What went out to the mower."""
        return [(kind, parameters) for _name, kind, parameters, _id in self.street.cloud.link.sent]

    def starts_sent(self) -> list[list[int]]:
        return [list(parameters["areas"]) for kind, parameters in self.sent if kind is CommandKind.START]


@asynccontextmanager
async def play_on(database: Database, clock: MovableClock) -> AsyncIterator[Play]:
    """Two homes share a charged Luba of a live cluster; both are mowed on Mondays, for an hour."""
    cloud = FakeCloud(clock, {ELM_STREET: [device(LUBA)]})
    async with elm_street(database, clock, cloud) as street:
        lots = {
            "12 Elm St": await street.lot("12 Elm St", "host", square(-10)),
            "14 Elm St": await street.lot("14 Elm St", "neighbour", square(40)),
        }
        street.clusters.say("active")
        scheduling = Scheduling(
            database=database, clock=clock, audit=street.audit,
            household_ids=lambda person: households_of_person(database, person),
        )  # fmt: skip
        cluster, dana = new_id(), Person(
            email="dana@mowthos.example", name="Dana", role=Role.DISPATCHER, password_hash="", created_at=clock.now()
        )  # fmt: skip
        async with database.session() as session:
            session.add(
                ClusterRow(
                    id=cluster, number=1, name="Elm", state="active", version=1, author="ana", created_at=clock.now(),
                    changed_at=clock.now(),
                )
            )  # fmt: skip
            session.add(dana)
            await session.flush()
            for number, (address, lot_id) in enumerate(lots.items(), 1):
                home = Household(name=address, created_at=clock.now())
                person = Person(
                    email=f"p{number}@elm.example", name=address, role=Role.HOMEOWNER, password_hash="",
                    created_at=clock.now(),
                )  # fmt: skip
                session.add_all([home, person])
                await session.flush()
                lot = await session.get(Lot, lot_id)
                assert lot is not None
                lot.household_id = home.id
                session.add(HouseholdPerson(household_id=home.id, person_id=person.id))
                session.add(
                    ClusterMember(
                        cluster_id=cluster, home_id=number, part="host" if number == 1 else "neighbour",
                        lot_id=lot_id, address=address, city=lot.city, longitude=lot.longitude,
                        latitude=lot.latitude, live=True,
                    )
                )  # fmt: skip
        by = Viewer(person_id=dana.id, email=dana.email, name=dana.name, role=Role.DISPATCHER)
        zones: dict[UUID, tuple[int, ...]] = {lots["12 Elm St"]: (FRONT,), lots["14 Elm St"]: (BACK,)}
        stage = Play(street, scheduling, Starts(street), by, lots, cluster, zones)
        for lot_id in lots.values():
            plan = ServicePlan(
                rhythm=Rhythm.WEEKLY, starts_on=date(2026, 6, 1), weekdays=frozenset({0}), window_begins=time(9),
                window_ends=time(15), minutes=60,
            )  # fmt: skip
            await scheduling.plans.save(
                lot_id=lot_id, plan=plan, valid_from=date(2026, 6, 1), expected_version=0, by=by
            )
        clock.move((NINE - clock.now()).total_seconds())
        await stage.at_dock()
        yield stage
