"""The host's power: each visit's watt-hours are credited once, by both engines, and open on the bill (X19)."""

from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError

from core.billing import BillingReads, FactKind, PowerFeed, evidence_of
from core.billing.evidence import evidence_file, public_pem, signing_key, verify_file
from core.billing.facts import Fact
from core.billing.life import replay
from core.billing.power import Drain, uncounted, watt_hours
from core.billing.shadow import Drawn, shadow_bills
from core.billing.terms import Interval, PlanTerms, terms_dict
from core.billing.usage_tables import PowerEntry
from core.billing.usage_view import PowerPiece, UsageView
from core.clock import from_epoch_ms, to_epoch_ms
from core.errors import Conflict
from core.money import Money
from tests.core.billing.conftest import DAY, ELM_12, MOWER, House
from tests.core.billing.lives import rows
from tests.proofs import counted

HOUR_MS = 3_600_000


class Visits:
    """Sessions of Elm Street's mower, which 12 Elm Street keeps."""

    def __init__(self) -> None:
        self.all: list[Drain] = []

    async def drains(self, since_ms: int, until_ms: int) -> list[Drain]:
        return [one for one in self.all if since_ms <= one.ended_ms < until_ms]

    def mow(self, house: House, battery_used: int) -> None:
        now = to_epoch_ms(house.clock.now())
        self.all.append(Drain(MOWER, now - HOUR_MS, now, battery_used, ELM_12.lot_id))


def feed(house: House, visits: Visits, full_charge_wh: int = 250) -> PowerFeed:
    return PowerFeed(house.database, house.clock, visits, full_charge_wh=full_charge_wh)


def test_watt_hours_are_whole_and_rounded_once() -> None:
    assert [watt_hours(used, 250) for used in (0, 1, 37, 100, 250)] == [0, 3, 93, 250, 625]


@given(st.lists(st.tuples(st.integers(1, 2), st.integers(0, 50), st.integers(1, 9)), max_size=30), st.integers(0, 30))
def test_no_moment_of_a_mower_is_counted_in_two_visits(spans: list[tuple[int, int, int]], split: int) -> None:
    drains = [Drain(mower, start, start + length, 10, ELM_12.lot_id) for mower, start, length in spans]
    first = uncounted(drains[:split], ())
    both = first + uncounted(drains, [(one.mower, one.started_ms, one.ended_ms) for one in first])
    moments = [(one.mower, at) for one in both for at in range(one.started_ms, one.ended_ms)]
    assert len(moments) == len(set(moments))


async def test_a_visit_is_counted_once_an_hour_after_its_end_whatever_late_readings_make_of_it(
    house_on_both: House,
) -> None:
    house, visits = house_on_both, Visits()
    power = feed(house, visits)
    visits.mow(house, 40)
    assert await power.run() == 0
    house.clock.move(3_700)
    assert await feed(house, visits, full_charge_wh=0).run() == 0, "nobody has said what a charge draws"
    assert [await power.run(), await power.run()] == [1, 0]
    first = visits.all.pop()
    visits.all.append(first._replace(started_ms=first.started_ms - 60_000, battery_used=44))
    assert await power.run() == 0
    (piece,) = (await house.ledger.view(ELM_12.lot_id)).power
    assert (piece.watt_hours, piece.at) == (100, from_epoch_ms(first.started_ms))


async def test_the_hosts_bill_credits_the_power_of_its_visits_and_opens_to_them(house: House) -> None:
    visits, plan = Visits(), await house.plan(power_minor_per_kwh=18)
    power = feed(house, visits, full_charge_wh=5_000)
    host = await house.join(plan, host=True)
    for used in (60, 30):
        house.clock.move(DAY)
        visits.mow(house, used)
    house.clock.move(DAY)
    await power.run()
    await house.days(30)
    reads = BillingReads(house.database, house.ledger)
    (first,) = await reads.invoices(host)
    line = next(line for line in first.lines if line["kind"] == "power")
    assert (line["used"], line["rate"], line["minor"]) == (4_500, 18, -81)
    assert (first.state, first.total_minor, first.shadow_minor) == ("open", 2_399 - 81, 2_399 - 81)
    house.clock.move(DAY)
    visits.mow(house, 10)
    house.clock.move(DAY)
    await power.run()
    await house.pay(host, 1)
    await house.days(32)
    second = (await reads.invoices(host))[0]
    invoice, owner, proofs = await reads.invoice(second.id)
    proof = next(proof for proof in proofs if proof.line["kind"] == "power")
    assert [visit.watt_hours for visit in proof.visits] == [500]
    key = signing_key("a secret of this installation, long enough")
    told = evidence_of(invoice, owner, proof, {MOWER: "Luba-ELM"})
    assert verify_file(evidence_file(told, key), public_pem(key).encode())["visits"][0]["mower"] == "Luba-ELM"
    _invoice, _owner, before = await reads.invoice(first.id)
    assert [visit.watt_hours for proof in before for visit in proof.visits] == [3_000, 1_500]


async def test_a_neighbour_is_credited_nothing(house: House) -> None:
    visits, plan = Visits(), await house.plan(power_minor_per_kwh=18)
    neighbour = await house.join(plan)
    visits.mow(house, 60)
    house.clock.move(DAY)
    await feed(house, visits).run()
    await house.days(31)
    (bill,) = await BillingReads(house.database, house.ledger).invoices(neighbour)
    assert [line["kind"] for line in bill.lines] == ["plan"]


@pytest.mark.parametrize("statement", ["UPDATE power_entry SET watt_hours = 1", "DELETE FROM power_entry"])
async def test_entries_of_power_are_never_changed(house_on_both: House, statement: str) -> None:
    entry = {
        "mower": 3, "session_ms": 1, "ended_ms": 2, "lot_id": ELM_12.lot_id, "battery_used": 1, "watt_hours": 2,
        "recorded_at": house_on_both.clock.now(),
    }  # fmt: skip
    async with house_on_both.database.connection() as connection:
        await connection.execute(insert(PowerEntry), entry)
    with pytest.raises(DBAPIError, match="append-only"):
        async with house_on_both.database.connection() as connection:
            await connection.exec_driver_sql(statement)


START = datetime(2027, 1, 31, 12, tzinfo=UTC)


def some_plan(number: int, price: int) -> PlanTerms:
    return PlanTerms(
        version_id=UUID(int=number + 1), code=f"plan{number}", version=1, name=f"Plan {number}",
        interval=(Interval.MONTH, Interval.YEAR)[number % 2], price=Money(2_999), included_minutes=0, overage=Money(1),
        area_cap_m2=0, power_per_kwh=Money(price),
    )  # fmt: skip


class Hosting:
    """A host's random life with visits of its mower, some known late."""

    def __init__(self, seed: int) -> None:
        self.random = random = Random(seed)
        self.plans = [some_plan(number, random.choice([0, 1, 18, 331])) for number in range(4)]
        joined = {"terms": terms_dict(self.plans[0]), "host": True, "trial_days": 30}
        self.facts = [Fact(START, FactKind.JOINED, joined), Fact(START, FactKind.CARD_SAVED)]
        self.now, self.pieces = START, list[PowerPiece]()
        for _ in range(12):
            self.now += timedelta(days=random.choice([1, 9, 29, 31]), seconds=random.randrange(86_400))
            self._mow()
            self._bill()
            self._move()

    @property
    def usage(self) -> UsageView:
        return UsageView((), self.pieces)

    def _mow(self) -> None:
        for _ in range(self.random.choice([0, 1, 3])):
            begun = self.now - timedelta(hours=self.random.choice([2, 5, 400]))
            drawn = self.random.choice([1, 3, 90, 4_000])
            self.pieces.append(PowerPiece(begun, drawn, self.now - timedelta(minutes=5)))

    def _bill(self) -> None:
        for bill in replay(self.facts, self.now, self.usage).drafts:
            if self.random.random() < 0.15:  # held: a later turn closes it
                return
            known = {"number": bill.number, "known_by": bill.known_by.isoformat()}
            self.facts.append(Fact(self.now, FactKind.BILL_CLOSED, known))
            if bill.due.minor:
                self.facts.append(Fact(self.now, FactKind.PAID, {"number": bill.number}))

    def _move(self) -> None:
        moves = [
            (FactKind.PLAN_CHANGED, {"terms": terms_dict(self.random.choice(self.plans))}),
            (FactKind.PAUSED, {"periods": 1}),
            (FactKind.RESUMED, {}),
            (FactKind.CARD_SAVED, {}),
            (FactKind.CARD_SAVED, {}),
        ]
        fact = Fact(self.now, *self.random.choice(moves))
        try:
            replay([*self.facts, fact], self.now, self.usage)
        except Conflict:
            return
        self.facts.append(fact)


@counted(sample=60, full=3_000)
@given(st.integers(0, 10**9))
def test_both_engines_credit_every_watt_hour_once_through_any_life(seed: int) -> None:
    life_of = Hosting(seed)
    life = replay(life_of.facts, life_of.now, life_of.usage)
    drawn = [Drawn(one.at.timestamp(), one.watt_hours, one.recorded_at.timestamp()) for one in life_of.pieces]
    shadow = shadow_bills(rows(life_of.facts), (), life_of.now.timestamp(), drawn=drawn)
    assert [
        (bill.number, bill.total.minor, sorted((line.kind.value, line.amount.minor) for line in bill.lines))
        for bill in life.bills
    ] == [(bill.number, bill.total, sorted(bill.lines)) for bill in shadow]
    credited = sum(line.used for bill in life.bills for line in bill.lines if line.kind == "power")
    assert credited <= life.power_wh <= sum(one.watt_hours for one in life_of.pieces)
    if all(plan.power_per_kwh.minor for plan in life_of.plans):
        assert credited == life.power_wh
