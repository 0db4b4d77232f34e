"""What households ask and are told, made once and handed to pages, REST, jobs and the start guard."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from core.accounts import Audit, PersonName, Right, SeenBy, sees_all, who_may
from core.billing import FactKind, Status
from core.clock import Clock
from core.db import Database
from core.db.reads.crossings import Ways, crossings
from core.db.reads.household_lots import household_lots
from core.errors import Conflict
from core.fleet import FleetService
from core.fleet.maintenance import Maintenance
from core.household.gates import GateReminders
from core.household.keep_off import held_by
from core.household.keep_off_desk import KeepOffDesk
from core.household.model import LotBook
from core.household.notes import NoteDesk
from core.household.problem_desk import ProblemDesk
from core.scheduling.service import Scheduling
from core.scheduling.weather_desk import WeatherDesk
from core.texts import N_
from dashboard.billing.parts import Billing
from dashboard.home.host_desk import HostDesk
from dashboard.home.report_desk import ReportDesk


@dataclass(frozen=True, slots=True)
class Households:
    """The desks of households."""

    lots: LotBook
    keep_off: KeepOffDesk
    problems: ProblemDesk
    notes: NoteDesk
    reports: ReportDesk
    host: HostDesk
    gates: GateReminders


def make_households(
    *,
    database: Database,
    clock: Clock,
    audit: Audit,
    fleet: FleetService,
    scheduling: Scheduling,
    billing: Billing | None = None,
    weather: WeatherDesk | None = None,
    maintenance: Maintenance | None = None,
    ways: Ways | None = None,
    sight_of: SeenBy = sees_all,
) -> Households:
    """Without ``billing`` nothing is said of money, and no credit can be booked; without ``ways`` nobody on the way of
    a mower is reminded."""
    lots = LotBook(partial(household_lots, database))

    async def office() -> Sequence[PersonName]:
        return await who_may(database, Right.PLAN_VISITS, sight_of)

    return Households(
        lots=lots,
        keep_off=KeepOffDesk(
            database=database,
            clock=clock,
            lots=lots,
            live=fleet.live,
            commands=fleet.commands,
            audit=audit,
            latest_map=fleet.maps.latest,
            audience=office,
        ),
        problems=ProblemDesk(
            database=database,
            clock=clock,
            lots=lots,
            visits=scheduling.visits,
            extras=scheduling.extras,
            credits=BillingCredits(billing),
            audit=audit,
            audience=office,
        ),
        notes=NoteDesk(database=database, clock=clock, lots=lots, audit=audit),
        reports=ReportDesk(
            database=database,
            clock=clock,
            lots=lots,
            scheduling=scheduling,
            history=fleet.telemetry,
            weather=weather,
            billing=billing,
        ),
        host=HostDesk(database=database, clock=clock, billing=billing, maintenance=maintenance),
        gates=GateReminders(database=database, clock=clock, crossings=partial(crossings, database, ways=ways)),
    )


def all_held(*readers: Callable[[str], frozenset[int] | None]) -> Callable[[str], frozenset[int] | None]:
    """What several readers say a mower must keep off, as the start guard asks it."""
    return lambda device_name: held_by(*(read(device_name) for read in readers))


class BillingCredits:
    """`core.household.problem_desk.Credits` over the subscriptions."""

    def __init__(self, billing: Billing | None) -> None:
        self._billing = billing

    async def __call__(self, lot_id: UUID, minor: int, *, note: str, key: str, by: str) -> str:
        """See there. The newest live subscription of the lot gets it."""
        rows = [] if self._billing is None else await self._billing.reads.of_lots([lot_id])
        live = [row for row in rows if row.status != Status.CANCELED]
        if self._billing is None or not live:
            raise Conflict(N_("this lot has no subscription that a credit could go to"))
        data = {"minor": minor, "note": note[:200]}
        life = await self._billing.desk.tell(live[-1].id, FactKind.CREDITED, data, key=key, by=by, reason=note)
        return life.currency
