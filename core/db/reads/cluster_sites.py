"""Live clusters as weather and planner see them: where the host is, its time zone, quiet hours and mower; the lawns."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from core.billing.usage_tables import UsageEntry
from core.clock import from_epoch_ms
from core.control.quiet import QuietWindow, at_minute
from core.control.tables import QuietHours
from core.db import Database
from core.fleet.tables import Mower
from core.neighbourhood.clusters.store import code_of
from core.neighbourhood.clusters.tables import ClusterMember, ClusterRow
from core.neighbourhood.lawns import lawn_area
from core.neighbourhood.lawns.measure import total
from core.neighbourhood.tables import Lot, LotMower
from core.scheduling.planner_sites import ClusterLawn, ClusterSite

USUAL_ZONE: str = Lot.model_fields["time_zone"].default
"""Of a host whose home has no lot yet."""


async def cluster_sites(database: Database) -> Sequence[ClusterSite]:
    """`core.scheduling.planner_sites.SiteReader`: every live cluster, by its number."""
    hosts = (
        select(
            col(ClusterRow.id), col(ClusterRow.number), col(ClusterMember.longitude), col(ClusterMember.latitude),
            col(Lot.id), col(Lot.time_zone), col(Mower.device_name),
        )
        .join(ClusterMember, col(ClusterMember.cluster_id) == col(ClusterRow.id))
        .outerjoin(Lot, col(Lot.id) == col(ClusterMember.lot_id))
        .outerjoin(LotMower, (col(LotMower.lot_id) == col(Lot.id)) & (col(LotMower.part) == "host"))
        .outerjoin(Mower, (col(Mower.id) == col(LotMower.mower_id)) & col(Mower.removed_at).is_(None))
        .where(col(ClusterMember.part) == "host", col(ClusterMember.live))
        .order_by(col(ClusterRow.number), col(Mower.number))
    )  # fmt: skip
    quiet = select(
        col(QuietHours.lot_id), col(QuietHours.days), col(QuietHours.begins_minute), col(QuietHours.ends_minute)
    ).order_by(col(QuietHours.position))
    windows: dict[UUID, list[QuietWindow]] = defaultdict(list)
    found: dict[UUID, ClusterSite] = {}
    async with database.connection() as connection:
        for row in await connection.execute(quiet):
            days = frozenset(map(int, row.days))
            begins, ends = at_minute(row.begins_minute), at_minute(row.ends_minute)
            windows[row.lot_id].append(QuietWindow(days=days, begins=begins, ends=ends))
        for cluster_id, number, longitude, latitude, lot_id, zone, device_name in await connection.execute(hosts):
            if cluster_id in found and found[cluster_id].device_name is not None:
                continue  # two mowers at one dock: the first is the cluster's
            found[cluster_id] = ClusterSite(
                cluster_id=cluster_id,
                code=code_of(number),
                longitude=longitude,
                latitude=latitude,
                time_zone=zone or USUAL_ZONE,
                device_name=device_name,
                windows=tuple(windows[lot_id]) if lot_id in windows else (),
            )
    return tuple(found.values())


async def cluster_lawns(database: Database, cluster_id: UUID) -> Sequence[ClusterLawn]:
    """`core.scheduling.planner_sites.LawnReader`: by the way from the host. A lawn was last cut when the last minute
    that stands in the ledger of usage ended."""
    members = (
        select(col(ClusterMember.home_id), col(ClusterMember.address), col(Lot.id), col(Lot.source), col(Lot.lawns))
        .outerjoin(Lot, col(Lot.id) == col(ClusterMember.lot_id))
        .where(col(ClusterMember.cluster_id) == cluster_id)
        .order_by(col(ClusterMember.part) != "host", col(ClusterMember.distance_m), col(ClusterMember.home_id))
    )
    async with database.connection() as connection:
        rows = (await connection.execute(members)).all()
        taken_back = select(col(UsageEntry.reverses)).where(col(UsageEntry.reverses).is_not(None))
        cuts = (
            select(col(UsageEntry.lot_id), func.max(col(UsageEntry.start_minute) + col(UsageEntry.minutes)))
            .where(col(UsageEntry.lot_id).in_([row.id for row in rows if row.id is not None]))
            .where(col(UsageEntry.sign) == 1, col(UsageEntry.id).not_in(taken_back))
            .group_by(col(UsageEntry.lot_id))
        )
        last = {lot_id: _at_minute(minute) for lot_id, minute in await connection.execute(cuts)}
    return tuple(
        ClusterLawn(
            home_id=row.home_id,
            name=row.address,
            area_m2=None if row.source in {None, "estimated"} else total([lawn_area(lawn) for lawn in row.lawns]),
            last_cut=last.get(row.id),
        )
        for row in rows
    )


async def cluster_lots(database: Database, cluster_id: UUID) -> Mapping[UUID, int]:
    """The home of each lot of a cluster; members without a lot are left out."""
    query = select(col(ClusterMember.lot_id), col(ClusterMember.home_id)).where(
        col(ClusterMember.cluster_id) == cluster_id, col(ClusterMember.lot_id).is_not(None)
    )
    async with database.connection() as connection:
        return {row.lot_id: row.home_id for row in await connection.execute(query)}


def _at_minute(minute: int) -> datetime:
    return from_epoch_ms(int(minute) * 60_000)
