"""Elm Street with its alarms: the real fleet on a fake cloud, two people who handle alarms, a clock moved by hand."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import MappingProxyType

import pytest

from core.accounts import HashCost, Passwords, People, PersonName, Right, Role, Viewer, who_may
from core.clock import MovableClock
from core.db import Database
from core.fleet import FaultWords, FleetService, Severity, unknown_fault
from core.fleet.alarms import AlarmChange, AlarmService, alarm_title
from core.fleet.model import FleetEvent, FleetEventKind, LinkHealth, MowerState, Reading
from core.notices import Channel, InApp, NoticeDesk, Outbox
from core.sight import Sight
from tests.core.fleet.cast import LUBA
from tests.core.fleet.fakes import FakeCloud

PASSWORD = "correct horse battery"


class Lexicon:
    """Knows one number."""

    def explain(self, code: int, language: str = "en") -> FaultWords:
        if abs(code) == 1201:
            return FaultWords(
                code=1201, what="It is stuck", cause="A hole.", next_step="Free it.", severity=Severity.CRITICAL
            )
        return unknown_fault(code)


@dataclass
class Watchroom:
    """The alarms of a fleet whose loops do not run: the test takes the steps."""

    database: Database
    clock: MovableClock
    fleet: FleetService
    people: People
    alarms: AlarmService
    notices: NoticeDesk
    outbox: Outbox
    dana: Viewer
    tess: Viewer
    asked: list[str]
    works_in: dict[str, Sight] = field(default_factory=dict)
    health: list[LinkHealth] = field(default_factory=list)

    def hears(self, *readings: Reading) -> None:
        self.fleet.pipeline.enqueue(readings)
        self.fleet.pipeline.drain()

    def happens(self, kind: FleetEventKind, device_name: str = LUBA) -> None:
        word = MowerState.MOWING
        event = FleetEvent(kind=kind, device_name=device_name, at=self.clock.now(), before=word, after=word)
        self.fleet.pipeline.happened.emit(event)

    async def passes(self, seconds: int, step: int = 1) -> list[AlarmChange]:
        """Let time pass, a look each ``step`` seconds; what changed."""
        changes: list[AlarmChange] = []
        for _ in range(0, seconds, step):
            self.clock.move(step)
            self.fleet.pipeline.tick()
            changes += await self.alarms.keeper.tick()
            await self.alarms.keeper.ask_due()
        await self.outbox.flush()
        return changes

    def titles(self) -> list[str]:
        return [str(alarm_title(one.kind, one.subject, one.member_count)) for one in self.alarms.book.open]


def since_noon(clock: MovableClock) -> float:
    """Seconds since the cast's noon."""
    from tests.core.fleet.cast import NOON

    return (clock.now() - NOON) / timedelta(seconds=1)


def alarm_service(
    database: Database,
    clock: MovableClock,
    fleet: FleetService,
    people: People,
    outbox: Outbox,
    asked: list[str],
    works_in: Mapping[str, Sight] = MappingProxyType({}),
) -> AlarmService:
    """The service as bootstrap builds it, but for the lexicon, the asking, and who works in which area."""

    async def ask(device_name: str) -> bool:
        asked.append(device_name)
        return await fleet.refresh.ask_now(device_name, fleet.accounts.links())

    async def audience() -> Sequence[PersonName]:
        found = await who_may(database, Right.HANDLE_ALARMS)
        return [replace(one, sight=works_in.get(one.name, one.sight)) for one in found]

    return AlarmService(
        database=database,
        clock=clock,
        audit=people.audit,
        live=fleet.live,
        happened=fleet.pipeline.happened,
        mowers=fleet.roster.all,
        account_of=fleet.roster.account_of,
        health=fleet.accounts.health,
        ask=ask,
        lexicon=Lexicon(),
        audience=audience,
        outbox=outbox,
    )


async def viewer(people: People, name: str, role: Role) -> Viewer:
    email = f"{name.lower()}@elm.example"
    await people.create_person(email=email, role=role, password=PASSWORD, name=name)
    return (await people.sign_in(email, PASSWORD)).viewer


@pytest.fixture(name="room")
async def watchroom(
    database: Database, linked: FleetService, clock: MovableClock, cloud: FakeCloud
) -> AsyncIterator[Watchroom]:
    people = People(database, clock, passwords=Passwords(HashCost(1, 8, 1)))
    dana = await viewer(people, "Dana", Role.DISPATCHER)
    tess = await viewer(people, "Tess", Role.TECHNICIAN)
    in_app = InApp()
    outbox, asked = Outbox(database, clock, {Channel.IN_APP: in_app}), []
    works_in: dict[str, Sight] = {}
    alarms = alarm_service(database, clock, linked, people, outbox, asked, works_in)
    await alarms.keeper.load()
    yield Watchroom(
        database,
        clock,
        linked,
        people,
        alarms,
        NoticeDesk(database, clock, in_app),
        outbox,
        dana,
        tess,
        asked,
        works_in,
    )
    await alarms.keeper.stop()
