"""Visits with the lot they are on, for calendars, lists and feeds; a household's reader gets its own lots alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from core.db import Database
from core.db.pages import Page
from core.db.reads.visit_sites import chunks, visit_sites
from core.neighbourhood.tables import Lot, LotMower
from core.scheduling.model import Visit, VisitSite
from core.scheduling.store import visits_between, visits_page
from core.scheduling.tables import VisitRow

MOST_LOTS = 20_000


@dataclass(frozen=True, slots=True)
class VisitLine:
    """A visit and where it is."""

    visit: Visit
    site: VisitSite


async def visit_lines(
    database: Database,
    begins: datetime,
    ends: datetime,
    *,
    household_ids: frozenset[UUID] | None = None,
    lot_id: UUID | None = None,
    cluster_id: UUID | None = None,
    mower: str = "",
) -> Sequence[VisitLine]:
    """Visits that meet a stretch of time, by their beginning. ``household_ids`` ``None`` = everybody's; the other
    arguments narrow to one lot, one live cluster, one mower."""
    query = (
        select(col(Lot.id))
        .join(VisitRow, col(VisitRow.lot_id) == col(Lot.id))
        .where(col(VisitRow.begins_at) < ends, col(VisitRow.ends_at) > begins)
        .distinct()
    )
    if household_ids is not None:
        query = query.where(col(Lot.household_id).in_(household_ids))
    if lot_id is not None:
        query = query.where(col(Lot.id) == lot_id)
    async with database.connection() as connection:
        lot_ids = list((await connection.execute(query.limit(MOST_LOTS))).scalars())
    sites = await visit_sites(database, lot_ids)
    wanted = [
        one.lot_id
        for one in sites.values()
        if (cluster_id is None or one.cluster_id == cluster_id) and (not mower or one.device_name == mower)
    ]
    found: list[VisitLine] = []
    async with database.session() as session:
        for some in chunks(wanted):
            found += [VisitLine(one, sites[one.lot_id]) for one in await visits_between(session, some, begins, ends)]
    return sorted(found, key=lambda line: (line.visit.begins_at, line.site.address, line.visit.id))


async def visit_lines_page(
    database: Database,
    begins: datetime,
    ends: datetime,
    page: Page,
    *,
    household_ids: frozenset[UUID] | None = None,
    lot_id: UUID | None = None,
    cluster_id: UUID | None = None,
    mower: str = "",
    sees: Callable[[UUID], bool] | None = None,
) -> Sequence[VisitLine]:
    """A page of `visit_lines` and one more, by beginning and id. Where a cluster, a mower or who ``sees`` which lot
    narrows them, pages are read until one is full."""
    lots = select(col(Lot.id))
    if household_ids is not None:
        lots = lots.where(col(Lot.household_id).in_(household_ids))
    if lot_id is not None:
        lots = lots.where(col(Lot.id) == lot_id)
    found: list[VisitLine] = []
    after = page.after
    while len(found) <= page.size:
        async with database.session() as session:
            visits = await visits_page(session, lots, begins, ends, Page(page.size, after))
        sites = await visit_sites(database, list({one.lot_id for one in visits}))
        found += [
            VisitLine(one, site)
            for one in visits
            if (site := sites.get(one.lot_id)) is not None
            and (cluster_id is None or site.cluster_id == cluster_id)
            and (not mower or site.device_name == mower)
            and (sees is None or sees(one.lot_id))
        ]
        if len(visits) <= page.size:
            break
        after = (visits[-1].begins_at, visits[-1].id)
    return found[: page.size + 1]


async def planned_sites(database: Database, household_ids: frozenset[UUID] | None = None) -> Sequence[VisitSite]:
    """Lots with a service plan, or, given households, all of theirs; by mower and address."""
    if household_ids is None:
        return list((await visit_sites(database)).values())
    query = select(col(Lot.id)).where(col(Lot.household_id).in_(household_ids))
    async with database.connection() as connection:
        lot_ids = list((await connection.execute(query)).scalars())
    return list((await visit_sites(database, lot_ids)).values())


@dataclass(frozen=True, slots=True)
class ServedLot:
    """A lot that a mower serves, to choose from."""

    lot_id: UUID
    address: str
    city: str


async def served_lots(database: Database) -> Sequence[ServedLot]:
    """Every lot of a household that a mower serves, by address."""
    query = (
        select(col(Lot.id), col(Lot.address), col(Lot.city))
        .where(col(Lot.household_id).is_not(None), col(Lot.id).in_(select(col(LotMower.lot_id))))
        .order_by(col(Lot.address), col(Lot.city), col(Lot.id))
    )
    async with database.connection() as connection:
        rows = (await connection.execute(query.limit(MOST_LOTS))).all()
    return [ServedLot(lot_id, address, city) for lot_id, address, city in rows]
