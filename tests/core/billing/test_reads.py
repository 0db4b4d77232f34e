"""Lists of billing's screens: pages of households, clusters by the name people know."""

from uuid import UUID

from core.billing import BillingReads
from core.billing.tables import Payer, SubscriptionRow
from core.db.reads.cluster_names import cluster_names
from core.ids import new_id
from core.neighbourhood.clusters.tables import ClusterMember, ClusterRow
from tests.core.billing.conftest import House


async def street(house: House, homes: int) -> None:
    """A long one: the homes' addresses are numbered, every tenth is suspended."""
    plan = await house.plan()
    async with house.database.session() as session:
        payer = Payer(name="Eve Elm", email="eve@example.org", created_at=house.clock.now())
        session.add(payer)
        await session.flush()
        for number in range(homes):
            session.add(
                SubscriptionRow(
                    household_id=new_id(), lot_id=UUID(int=number), payer_id=payer.id, address=f"{number:04d} ELM ST",
                    host=False, status="suspended" if number % 10 == 0 else "active", plan_version_id=plan.version_id,
                    facts=0, created_at=house.clock.now(),
                )
            )  # fmt: skip


async def test_every_household_is_on_exactly_one_page(house: House) -> None:
    await street(house, 230)
    reads = BillingReads(house.database, house.ledger)
    pages = [await reads.households(page=page) for page in range(1, 6)]
    assert [(len(one.rows), one.total, one.pages) for one in pages] == [(50, 230, 5)] * 4 + [(30, 230, 5)]
    assert [row.row.address for one in pages for row in one.rows] == [f"{number:04d} ELM ST" for number in range(230)]
    beyond = await reads.households(page=99)
    assert (beyond.page, beyond.rows[0].row.address) == (5, "0200 ELM ST")
    late = await reads.households(status="suspended")
    assert (late.total, late.pages, late.page) == (23, 1, 1)
    found = await reads.households(search="0229", page=3)
    assert [row.row.address for row in found.rows] == ["0229 ELM ST"]
    assert (await reads.households(search="nobody")).rows == []


async def test_addresses_and_lots_are_found_however_many_there_are(house: House) -> None:
    await street(house, 230)
    reads = BillingReads(house.database, house.ledger)
    last = (await reads.households(page=5)).rows[-1].row
    assert await reads.addresses([last.id, new_id()]) == {last.id: "0229 ELM ST"}
    assert [row.id for row in await reads.of_lots([UUID(int=229), UUID(int=999)])] == [last.id]


async def test_a_cluster_is_called_by_its_code_and_its_hosts_address(house_on_both: House) -> None:
    database, now = house_on_both.database, house_on_both.clock.now()
    elm, oak = new_id(), new_id()
    async with database.session() as session:
        for number, cluster in ((7, elm), (8, oak)):
            session.add(
                ClusterRow(id=cluster, number=number, name="A row", state="active", version=1, author="ann",
                           created_at=now, changed_at=now)
            )  # fmt: skip
        await session.flush()
        for home, part in ((1, "host"), (2, "neighbour")):
            session.add(
                ClusterMember(cluster_id=elm, home_id=home, part=part, address=f"{home}2 ELM ST", city="BYRON",
                              longitude=-92.0, latitude=44.0, live=True)
            )  # fmt: skip
    assert await cluster_names(database, [elm, oak, new_id()]) == {elm: "C-0007, 12 ELM ST", oak: "C-0008"}
    assert await cluster_names(database, []) == {}
