"""A household's own ground: their lots under the mowers that serve them, and nobody else's."""

from core.clock import MovableClock
from core.db import Database
from core.db.reads.own_ground import own_ground
from core.fleet.tables import Mower
from core.geo import Point
from core.ids import new_id
from core.neighbourhood.tables import Household, Lot, LotMower


def square(longitude: float, latitude: float) -> dict[str, object]:
    """About 40 m a side."""
    half = 0.0002
    corners = [(-half, -half), (half, -half), (half, half), (-half, half), (-half, -half)]
    return {"type": "Polygon", "coordinates": [[[longitude + x, latitude + y] for x, y in corners]]}


async def test_each_household_gets_its_own_lot_under_a_shared_mower(database: Database, clock: MovableClock) -> None:
    now = clock.now()
    elm, oak = Household(name="Elm", created_at=now), Household(name="Oak", created_at=now)
    shared = Mower(number=1, device_name="Luba-ELM", created_at=now)
    other = Mower(number=2, device_name="Yuka-OAK", created_at=now)
    elm_lot, oak_lot = (
        Lot(
            household_id=household.id,
            address=f"{number} Elm Street",
            city="Rochester",
            longitude=longitude,
            latitude=44.02,
            boundary=square(longitude, 44.02),
            source="drawn",
        )
        for number, household, longitude in ((1, elm, -92.48), (2, oak, -92.47))
    )
    async with database.session() as session:
        session.add_all([elm, oak, shared, other])
        await session.flush()
        session.add_all([elm_lot, oak_lot])
        await session.flush()
        for lot, mower, part in ((elm_lot, shared, "host"), (oak_lot, shared, "neighbour"), (oak_lot, other, "host")):
            session.add(LotMower(lot_id=lot.id, mower_id=mower.id, part=part))
    here, there = Point(-92.48, 44.02), Point(-92.47, 44.02)

    ground = await own_ground(database, frozenset({elm.id}))
    assert set(ground) == {"Luba-ELM"}
    assert ground["Luba-ELM"].holds(here)
    assert not ground["Luba-ELM"].holds(there)
    assert set(await own_ground(database, frozenset({oak.id}))) == {"Luba-ELM", "Yuka-OAK"}
    assert await own_ground(database, frozenset()) == {}
    assert await own_ground(database, frozenset({new_id()})) == {}
