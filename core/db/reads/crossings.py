"""Over whose ground mowers come soon: the lots of visits to come, and those that lie on the way to them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from core.db import Database
from core.db.reads.visit_sites import chunks
from core.neighbourhood.clusters.tables import ClusterMember
from core.neighbourhood.tables import Lot
from core.scheduling.model import TO_COME
from core.scheduling.tables import VisitRow


class Way(Protocol):
    """A judged pair of homes; `core.neighbourhood.reach.Reach` is one."""

    @property
    def crosses(self) -> tuple[int, ...]: ...


type Ways = Callable[[Sequence[int]], Awaitable[Sequence[Way]]]
"""The ways among some homes."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """A mower sets out at ``begins_at`` and comes over this lot. Not told: for whom it comes."""

    lot_id: UUID
    begins_at: datetime


async def crossings(
    database: Database, after: datetime, until: datetime, *, ways: Ways | None = None
) -> Sequence[Crossing]:
    """Of visits that begin after ``after``, up to and with ``until``; each lot and time once. Without ``ways`` only the
    lots of the visits themselves are known."""
    open_ones = col(VisitRow.state).in_([state.value for state in TO_COME])
    query = select(col(VisitRow.lot_id), col(VisitRow.begins_at)).where(
        open_ones, col(VisitRow.begins_at) > after, col(VisitRow.begins_at) <= until
    )
    async with database.connection() as connection:
        coming = [(lot_id, begins) for lot_id, begins in (await connection.execute(query)).all()]
    found = {Crossing(lot_id, begins) for lot_id, begins in coming}
    if ways is not None and coming:
        between = await _between(database, [lot_id for lot_id, _begins in coming], ways)
        found |= {Crossing(other, begins) for lot_id, begins in coming for other in between.get(lot_id, ())}
    return sorted(found, key=lambda one: (one.begins_at, one.lot_id))


async def _between(database: Database, lot_ids: Sequence[UUID], ways: Ways) -> Mapping[UUID, Sequence[UUID]]:
    """The lots that lie on the way from the host of its live cluster to each lot."""
    member, host = col(ClusterMember.live), ClusterMember.__table__.alias("host")  # type: ignore[attr-defined]
    found: dict[UUID, Sequence[UUID]] = {}
    async with database.connection() as connection:
        for some in chunks(dict.fromkeys(lot_ids)):
            pairs = (
                select(col(Lot.id), host.c.home_id, col(ClusterMember.home_id))
                .join(ClusterMember, (col(ClusterMember.lot_id) == col(Lot.id))
                      | (col(ClusterMember.home_id) == col(Lot.home_id)))
                .join(host, host.c.cluster_id == col(ClusterMember.cluster_id))
                .where(col(Lot.id).in_(some), member, host.c.part == "host", host.c.home_id != ClusterMember.home_id)
            )  # fmt: skip
            for lot_id, host_home, home in (await connection.execute(pairs)).all():
                crossed = {one for way in await ways([host_home, home]) for one in way.crosses}
                lots = select(col(Lot.id)).where(col(Lot.home_id).in_(sorted(crossed)))
                found[lot_id] = list((await connection.execute(lots)).scalars()) if crossed else []
    return found
