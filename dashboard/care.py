"""Alarms, notices and service, made once and handed to pages, REST and jobs."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.accounts import People, PersonName, Right, SeenBy, sees_all, who_may
from core.clock import Clock
from core.db import Database
from core.fleet import FaultLexicon, FleetService
from core.fleet.alarms import AlarmService, Key, SubjectKind
from core.fleet.maintenance import Maintenance
from core.fleet.model import LinkHealth
from core.notices import NoticeDesk, Outbox
from dashboard.notices.parts import Outside, Telling, make_telling


@dataclass(frozen=True, slots=True)
class Care:
    """What watches over the fleet, and how people hear of it."""

    alarms: AlarmService
    telling: Telling
    maintenance: Maintenance

    @property
    def notices(self) -> NoticeDesk:
        return self.telling.desk

    @property
    def outbox(self) -> Outbox:
        return self.telling.outbox


def make_care(
    *,
    database: Database,
    clock: Clock,
    fleet: FleetService,
    people: People,
    lexicon: FaultLexicon,
    outside: Outside | None = None,
    sight_of: SeenBy = sees_all,
) -> Care:
    """``lexicon`` says the vendor's fault numbers in words; without ``outside`` notices ring the bell alone."""
    telling = make_telling(database=database, clock=clock, audit=people.audit, outside=outside)

    async def audience() -> Sequence[PersonName]:
        return await who_may(database, Right.HANDLE_ALARMS, sight_of)

    async def ask(device_name: str) -> bool:
        return await fleet.refresh.ask_now(device_name, fleet.accounts.links())

    def health() -> Sequence[LinkHealth]:
        """Of several owners each watches its own links."""
        told = fleet.accounts.health()
        return [one for one in told if fleet.accounts.holder.mine(one.account)] if fleet.shared else told

    def mine(key: Key, account: str | None) -> bool:
        """Of several owners each watches its own; what all accounts have in common, whoever owns the first by name."""
        if key.subject.kind is SubjectKind.MOWER:
            return fleet.roster.account_of(key.subject.name) is not None
        if key.subject.kind is SubjectKind.ACCOUNT:
            return fleet.accounts.holder.mine(key.subject.name)
        return account is None or fleet.accounts.holder.mine(account)

    alarms = AlarmService(
        database=database,
        clock=clock,
        audit=people.audit,
        live=fleet.live,
        happened=fleet.pipeline.happened,
        mowers=fleet.roster.all,
        account_of=fleet.roster.account_of,
        health=health,
        ask=ask,
        lexicon=lexicon,
        audience=audience,
        outbox=telling.outbox,
        mine=mine if fleet.shared and fleet.owns_links else None,
    )
    if fleet.shared and fleet.owns_links:
        fleet.accounts.held_changed.subscribe(lambda _held: alarms.keeper.ask_to_reload())
    return Care(
        alarms=alarms,
        telling=telling,
        maintenance=Maintenance(database, clock, people.audit, fleet.roster.all),
    )
