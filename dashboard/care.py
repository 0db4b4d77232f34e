"""Alarms, notices and service, made once and handed to pages, REST and jobs."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.accounts import People, PersonName, Right, who_may
from core.clock import Clock
from core.db import Database
from core.fleet import FaultLexicon, FleetService
from core.fleet.alarms import AlarmService
from core.fleet.maintenance import Maintenance
from core.notices import Channel, InApp, NoticeDesk, Outbox


@dataclass(frozen=True, slots=True)
class Care:
    """What watches over the fleet, and how people hear of it."""

    alarms: AlarmService
    notices: NoticeDesk
    outbox: Outbox
    maintenance: Maintenance


def make_care(*, database: Database, clock: Clock, fleet: FleetService, people: People, lexicon: FaultLexicon) -> Care:
    """``lexicon`` says the vendor's fault numbers in words."""
    in_app = InApp()
    outbox = Outbox(database, clock, {Channel.IN_APP: in_app})

    async def audience() -> Sequence[PersonName]:
        return await who_may(database, Right.HANDLE_ALARMS)

    async def ask(device_name: str) -> bool:
        return await fleet.refresh.ask_now(device_name, fleet.accounts.links())

    alarms = AlarmService(
        database=database,
        clock=clock,
        audit=people.audit,
        live=fleet.live,
        happened=fleet.pipeline.happened,
        mowers=fleet.roster.all,
        account_of=fleet.roster.account_of,
        health=fleet.accounts.health,
        ask=ask,
        lexicon=lexicon,
        audience=audience,
        outbox=outbox,
    )
    return Care(
        alarms=alarms,
        notices=NoticeDesk(database, clock, in_app),
        outbox=outbox,
        maintenance=Maintenance(database, clock, people.audit, fleet.roster.all),
    )
