"""The household of 12 Elm Street: host of its cluster, on the Standard plan."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import pytest

from core.accounts import Audit
from core.billing import (
    DEFAULT_RULES,
    Closing,
    FactKind,
    LotRef,
    Mowed,
    Plans,
    PlanTerms,
    Subscriptions,
    Unattributed,
    UsageLedger,
)
from core.billing.usage_view import minute_of
from core.clock import MovableClock
from core.db import Database

ELM_12, ELM_14 = LotRef(UUID(int=12), UUID(int=112)), LotRef(UUID(int=14), UUID(int=114))
CLUSTER = UUID(int=7)
MOWER = 3
DAY = 86_400.0


class OneMower:
    """Every lot is served by one mower."""

    async def mowers_of(self, lot_ids: Iterable[UUID]) -> Mapping[UUID, Sequence[int]]:
        return {lot: [MOWER] for lot in lot_ids}


@dataclass
class House:
    """All of billing around one database and one clock."""

    database: Database
    clock: MovableClock
    audit: Audit
    plans: Plans
    ledger: UsageLedger
    desk: Subscriptions
    closing: Closing

    async def plan(self, code: str = "standard", **figures: object) -> PlanTerms:
        given = {
            "code": code, "name": code.title(), "interval": "month", "price_minor": 2_999, "included_minutes": 240,
            "overage_minor": 15, "area_cap_m2": 900, "host_discount_percent": 20,
        }  # fmt: skip
        return await self.plans.save(by="ann", **(given | figures))  # type: ignore[arg-type]

    async def join(self, plan: PlanTerms, lot: LotRef = ELM_12, *, host: bool = False, card: bool = True) -> UUID:
        found = await self.desk.pre_join(
            household_id=lot.household_id or UUID(int=0), lot_id=lot.lot_id, cluster_id=CLUSTER,
            address=f"{lot.lot_id.int} ELM ST", host=host, lawn_m2=400, plan_version_id=plan.version_id,
            payer_name="Eve Elm", payer_email="eve@example.org", person_id=UUID(int=900), by="eve",
        )  # fmt: skip
        if card:
            await self.desk.tell(found, FactKind.CARD_SAVED, key=f"{found}/card", by="eve")
        return found

    async def mow(self, minutes: int, lot: LotRef | None = ELM_12, mower: int = MOWER) -> None:
        start = minute_of(self.clock.now())
        await self.ledger.settle(mower, start, start + minutes, [Mowed(start, minutes, start * 60_000, lot, 1)])
        self.clock.move(minutes * 60)

    async def pay(self, subscription: UUID, number: int) -> None:
        await self.desk.tell(
            subscription, FactKind.PAID, {"number": number}, key=f"{subscription}/{number}/paid", by="stripe"
        )

    async def fail(self, subscription: UUID, number: int, attempt: int = 1) -> None:
        key = f"{subscription}/{number}/failed/{attempt}"
        await self.desk.tell(subscription, FactKind.PAYMENT_FAILED, {"number": number}, key=key, by="stripe")

    async def days(self, days: float) -> None:
        self.clock.move(days * DAY)
        await self.closing.run()


def make_house(database: Database, clock: MovableClock) -> House:
    audit = Audit(database, clock)
    plans, ledger = Plans(database, clock, audit), UsageLedger(database, clock)
    desk = Subscriptions(database=database, clock=clock, audit=audit, plans=plans, ledger=ledger)
    closing = Closing(
        database=database, clock=clock, ledger=ledger, audit=audit,
        unattributed=Unattributed(ledger, OneMower()), rules=DEFAULT_RULES,
    )  # fmt: skip
    return House(database, clock, audit, plans, ledger, desk, closing)


@pytest.fixture
def house(sqlite_database: Database, clock: MovableClock) -> House:
    return make_house(sqlite_database, clock)


@pytest.fixture
def house_on_both(database: Database, clock: MovableClock) -> House:
    return make_house(database, clock)
