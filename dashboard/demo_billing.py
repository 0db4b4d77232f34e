"""Plans for the demo town, and some homes in their trial; the sample homeowners join by themselves, on screen."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from core.accounts import Audit
from core.billing import FactKind, Plans, Subscriptions, UsageLedger
from core.clock import Clock, MovableClock
from core.db import Database
from core.db.reads.billing_homes import HomeToJoin, homes_to_join
from core.neighbourhood.tables import HouseholdPerson, Lot

BY = "demo"
TRIALS = 14
PLANS = (
    {
        "code": "standard", "name": "Standard", "interval": "month", "price_minor": 2_999, "included_minutes": 240,
        "overage_minor": 15, "area_cap_m2": 1_200, "host_discount_percent": 20, "power_minor_per_kwh": 18,
    },
    {
        "code": "large", "name": "Large", "interval": "month", "price_minor": 4_999, "included_minutes": 480,
        "overage_minor": 12, "priority": 2, "host_discount_percent": 20, "power_minor_per_kwh": 18,
    },
    {
        "code": "standard-year", "name": "Standard, a year", "interval": "year", "price_minor": 29_900,
        "included_minutes": 2_880, "overage_minor": 15, "area_cap_m2": 1_200, "host_discount_percent": 20,
        "power_minor_per_kwh": 18,
    },
)  # fmt: skip


async def seed_billing(database: Database, clock: Clock, leave: frozenset[str]) -> int:
    """Nothing where there are plans already. ``leave``: addresses that are left to join. How many homes joined."""
    then = MovableClock(clock.now() - timedelta(days=26))
    audit = Audit(database, clock)
    plans = Plans(database, then, audit)
    if await plans.versions():
        return 0
    versions = [await plans.save(by=BY, **plan) for plan in PLANS]  # type: ignore[arg-type]
    desk = Subscriptions(database=database, clock=then, audit=audit, plans=plans, ledger=UsageLedger(database, then))
    homes = [home for home in await homes_to_join(database) if home.cluster_id and home.address not in leave]
    for number, home in enumerate(homes[:TRIALS]):
        fits = versions[0] if versions[0].covers(home.lawn_m2) else versions[1]
        await _join(desk, home, fits.version_id, number)
        then.move(86_400 + 3_600 * number)
    return len(homes[:TRIALS])


async def sample_homes(database: Database) -> frozenset[str]:
    """The addresses of the sample homeowners."""
    query = (
        select(col(Lot.address))
        .join(HouseholdPerson, col(HouseholdPerson.household_id) == col(Lot.household_id))
        .where(col(Lot.household_id).is_not(None))
    )
    async with database.connection() as connection:
        return frozenset((await connection.execute(query)).scalars())


async def _join(desk: Subscriptions, home: HomeToJoin, plan: UUID, number: int) -> None:
    found = await desk.pre_join(
        household_id=home.household_id,
        lot_id=home.lot_id,
        cluster_id=home.cluster_id,
        address=home.address,
        host=home.host,
        lawn_m2=home.lawn_m2,
        plan_version_id=plan,
        payer_name=home.household,
        payer_email=home.email or f"household-{number}@mowthos.example",
        person_id=None,
        by=BY,
    )
    await desk.tell(found, FactKind.CARD_SAVED, key=f"{found}/demo-card", by=BY)
