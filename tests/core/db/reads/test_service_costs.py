"""What service has cost each cluster: by the dock's home, in one currency, nothing of clusters that do not run."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from core.clock import MovableClock
from core.db import Database
from core.db.reads.service_costs import ServiceCostReads
from core.fleet.maintenance.tables import ServiceLog
from core.fleet.tables import Mower
from core.ids import new_id
from core.neighbourhood.clusters.tables import ClusterMember, ClusterRow
from core.neighbourhood.tables import Lot, LotMower


async def mower_at(database: Database, now: datetime, number: int, *, live: bool | None) -> tuple[UUID, UUID | None]:
    """A mower docked at a host's lot, and the host's cluster; ``live=None``: a lot that is in no cluster."""
    mower, lot, cluster = new_id(), new_id(), new_id()
    async with database.session() as session:
        session.add(Mower(id=mower, number=number, device_name=f"Luba-{number}", created_at=now))
        session.add(
            Lot(id=lot, address=f"{number} ELM ST", city="Rochester", longitude=-92.5, latitude=44.0, source="drawn")
        )
        await session.flush()
        session.add(LotMower(lot_id=lot, mower_id=mower, part="host"))
        if live is None:
            return mower, None
        session.add(
            ClusterRow(
                id=cluster,
                number=number,
                name="",
                state="active",
                version=1,
                author="ann",
                created_at=now,
                changed_at=now,
            )
        )
        await session.flush()
        session.add(
            ClusterMember(
                cluster_id=cluster, home_id=number, part="host", lot_id=lot, address=f"{number} ELM ST",
                city="Rochester", longitude=-92.5, latitude=44.0, live=live,
            )
        )  # fmt: skip
    return mower, cluster


@pytest.mark.parametrize("currency", ["USD", "EUR"])
async def test_costs_of_thirty_days_belong_to_the_cluster_of_the_dock(
    database: Database, clock: MovableClock, currency: str
) -> None:
    first, its_cluster = await mower_at(database, clock.now(), 1, live=True)
    waiting, _draft = await mower_at(database, clock.now(), 2, live=False)
    alone, _none = await mower_at(database, clock.now(), 3, live=None)
    lately, long_ago = clock.now() - timedelta(days=3), clock.now() - timedelta(days=31)
    entries = [
        (first, lately, 4_500, "USD"),
        (first, lately, 1_250, "USD"),
        (first, lately, 900, "EUR"),
        (first, lately, None, None),
        (first, long_ago, 70_000, "USD"),
        (waiting, lately, 2_000, "USD"),
        (alone, lately, 300, "USD"),
    ]
    async with database.session() as session:
        for mower, done_at, minor, one_currency in entries:
            session.add(
                ServiceLog(
                    mower_id=mower, done_at=done_at, done_by="tom", what="blades", cost_minor=minor,
                    currency=one_currency,
                )
            )  # fmt: skip
    found = await ServiceCostReads(database).since(clock.now() - timedelta(days=30), currency)
    if currency == "USD":
        assert (dict(found.minor), found.foreign) == ({its_cluster: 5_750, None: 2_300}, 1)
    else:
        assert (dict(found.minor), found.foreign) == ({its_cluster: 900}, 4)
