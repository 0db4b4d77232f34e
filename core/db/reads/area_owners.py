"""Whose a thing named by an id is: the mowers, the lot or the cluster it belongs to. Decides what an area shows."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from core.control.tables import BulkItem, ControlIncident
from core.db import Database
from core.fleet.alarms.tables import AlarmMember, AlarmRow
from core.fleet.maintenance.tables import ServiceItem
from core.fleet.tables import Command, Mower
from core.household.tables import KeepOffRow, LawnProblem
from core.lawnmaps.tables import TemporaryNoGo
from core.scheduling.run_tables import VisitProblemRow
from core.scheduling.tables import ServicePause, VisitRow
from core.sight import Sight


class Thing(StrEnum):
    """Kinds of things that an address names."""

    MOWER = "mower"  # by device name
    CLUSTER = "cluster"
    LOT = "lot"
    VISIT = "visit"
    VISIT_PROBLEM = "visit_problem"
    PAUSE = "pause"
    KEEP_OFF = "keep_off"
    PROBLEM = "problem"
    ALARM = "alarm"
    COMMAND = "command"
    BULK = "bulk"
    INCIDENT = "incident"
    NO_GO = "no_go"
    SERVICE_ITEM = "service_item"


@dataclass(frozen=True, slots=True)
class Owners:
    """What something belongs to; of ``mowers`` all have to be seen where ``whole``, else one."""

    lot: UUID | None = None
    mowers: frozenset[str] = frozenset()
    whole: bool = True


class Belongings:
    """Asks the database to whom things belong."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def sees(self, sight: Sight, thing: Thing, name: str) -> bool:
        """Whether ``name`` of a kind is in sight. What does not exist, and what is no name of its kind, is not."""
        if sight.everything or thing is Thing.MOWER:
            return sight.mower(name)
        try:
            key = UUID(name)
        except ValueError:
            return False
        if thing in {Thing.CLUSTER, Thing.LOT}:
            return sight.cluster(key) if thing is Thing.CLUSTER else sight.lot(key)
        async with self._database.connection() as connection:
            owners = await _READ[thing](connection, key)
        if owners.lot is not None:
            return sight.lot(owners.lot)
        return sight.every_mower(owners.mowers) if owners.whole else sight.some_mower(owners.mowers)


type _Read = Callable[[AsyncConnection, UUID], Awaitable[Owners]]


def _of_lot(query: Callable[[UUID], Select[UUID]]) -> _Read:
    async def read(connection: AsyncConnection, key: UUID) -> Owners:
        return Owners(lot=(await connection.execute(query(key))).scalar())

    return read


def _of_mowers(query: Callable[[UUID], Select[str]]) -> _Read:
    async def read(connection: AsyncConnection, key: UUID) -> Owners:
        return Owners(mowers=frozenset((await connection.execute(query(key))).scalars()))

    return read


async def _alarm(connection: AsyncConnection, key: UUID) -> Owners:
    """An alarm that several mowers have in common is everybody's who sees one of them."""
    row = (
        await connection.execute(
            select(col(AlarmRow.subject_kind), col(AlarmRow.subject)).where(col(AlarmRow.id) == key)
        )
    ).first()
    if row is None:
        return Owners()
    if row.subject_kind == "mower":
        return Owners(mowers=frozenset({row.subject}))
    told = select(col(AlarmMember.name)).where(col(AlarmMember.alarm_id) == key, col(AlarmMember.kind) == "mower")
    return Owners(mowers=frozenset((await connection.execute(told)).scalars()), whole=False)


def _named(table: type[Command] | type[ControlIncident] | type[ServiceItem] | type[TemporaryNoGo]) -> _Read:
    """The mower of a row that says it by ``mower_id``."""
    return _of_mowers(
        lambda key: (
            select(col(Mower.device_name)).join(table, col(table.mower_id) == col(Mower.id)).where(col(table.id) == key)
        )
    )


_READ: Mapping[Thing, _Read] = {
    Thing.VISIT: _of_lot(lambda key: select(col(VisitRow.lot_id)).where(col(VisitRow.id) == key)),
    Thing.VISIT_PROBLEM: _of_lot(
        lambda key: (
            select(col(VisitRow.lot_id))
            .join(VisitProblemRow, col(VisitProblemRow.visit_id) == col(VisitRow.id))
            .where(col(VisitProblemRow.id) == key)
        )
    ),
    Thing.PAUSE: _of_lot(lambda key: select(col(ServicePause.lot_id)).where(col(ServicePause.id) == key)),
    Thing.KEEP_OFF: _of_lot(lambda key: select(col(KeepOffRow.lot_id)).where(col(KeepOffRow.id) == key)),
    Thing.PROBLEM: _of_lot(lambda key: select(col(LawnProblem.lot_id)).where(col(LawnProblem.id) == key)),
    Thing.ALARM: _alarm,
    Thing.COMMAND: _named(Command),
    Thing.INCIDENT: _named(ControlIncident),
    Thing.NO_GO: _named(TemporaryNoGo),
    Thing.SERVICE_ITEM: _named(ServiceItem),
    Thing.BULK: _of_mowers(lambda key: select(col(BulkItem.device_name)).where(col(BulkItem.bulk_id) == key)),
}
