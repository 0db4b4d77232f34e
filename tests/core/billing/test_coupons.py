"""Percentage coupons: off the price of whole periods, inside prorations, the same to the cent in both engines (G11)."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.billing import FactKind, terms_dict
from core.billing.facts import Fact
from core.billing.life import replay
from core.billing.shadow import shadow_bills
from core.billing.terms import Interval, PlanTerms
from core.errors import Conflict, Invalid
from core.money import Money
from tests.core.billing.conftest import House
from tests.core.billing.lives import rows
from tests.proofs import counted

START = datetime(2027, 1, 31, 12, tzinfo=UTC)


async def off(house: House, home: UUID, percent: int, periods: int, key: str = "coupon") -> None:
    data = {"percent": percent, "periods": periods, "note": "moved house"}
    await house.desk.tell(home, FactKind.COUPON_GIVEN, data, key=f"{home}/{key}", by="ann", reason="moved house")


async def test_a_coupon_takes_its_percentage_off_so_many_periods_in_a_line_of_its_own(house: House) -> None:
    home = await house.join(await house.plan())
    await off(house, home, 25, 2)
    await house.days(31)
    for number in (1, 2):
        await house.pay(home, number)
        await house.days(31)
    _row, life, _usage = await house.desk.life(home)
    assert [bill.total.minor for bill in life.bills] == [2_249, 2_249, 2_999]
    lines = [(line.kind.value, line.amount.minor, line.note) for line in life.bills[0].lines]
    assert lines == [("plan", 2_999, ""), ("coupon", -750, "25 %, moved house")]
    assert life.coupon is None


async def test_what_it_comes_to_is_shown_first_and_it_can_be_taken_away(house: House) -> None:
    home = await house.join(await house.plan())
    shown = await house.desk.preview(home, FactKind.COUPON_GIVEN, {"percent": 50, "periods": 0, "note": "x"})
    assert shown.next is not None and shown.next_without is not None
    assert (shown.next.due.minor, shown.next_without.due.minor) == (1_499, 2_999)
    await off(house, home, 50, 0)
    await house.desk.tell(home, FactKind.COUPON_ENDED, key="away", by="ann")
    await house.days(31)
    _row, life, _usage = await house.desk.life(home)
    assert life.bills[0].total.minor == 2_999
    with pytest.raises(Conflict, match="no coupon"):
        await house.desk.tell(home, FactKind.COUPON_ENDED, key="again", by="ann")


@pytest.mark.parametrize(("percent", "periods"), [(0, 1), (101, 1), (10, -1), (10, 25)])
async def test_a_coupon_outside_its_range_is_refused(house: House, percent: int, periods: int) -> None:
    home = await house.join(await house.plan())
    with pytest.raises(Invalid, match="expected"):
        await off(house, home, percent, periods)


async def test_a_month_that_was_free_gives_nothing_back(house: House) -> None:
    home = await house.join(await house.plan())
    await off(house, home, 100, 1)
    await house.days(40)
    life = await house.desk.tell(home, FactKind.CANCELLED, {"now": True}, key="end", by="ann")
    assert sum(bill.total.minor for bill in life.bills) == 0
    assert life.balance.minor == 0


def some_plan(number: int, price: int) -> PlanTerms:
    return PlanTerms(
        version_id=UUID(int=number + 1), code=f"plan{number}", version=1, name=f"Plan {number}",
        interval=(Interval.MONTH, Interval.MONTH, Interval.YEAR)[number], price=Money(price), included_minutes=60,
        overage=Money(7), area_cap_m2=0, host_discount_percent=33,
    )  # fmt: skip


class Couponed:
    """A random life among plans and coupons."""

    def __init__(self, seed: int) -> None:
        self.random = random = Random(seed)
        self.plans = [some_plan(number, random.choice([0, 1, 999, 2_999, 33_333])) for number in range(3)]
        joined = {"terms": terms_dict(self.plans[0]), "host": random.random() < 0.5, "trial_days": 30}
        self.facts, self.now = [Fact(START, FactKind.JOINED, joined)], START
        self.tell(*self.some_coupon())
        self.tell(FactKind.CARD_SAVED, {})
        for _ in range(14):
            self.now += timedelta(days=random.choice([0, 1, 9, 31]), seconds=random.randrange(86_400))
            self.bill()
            self.tell(*random.choice(self.moves()))

    def some_coupon(self) -> tuple[FactKind, dict[str, Any]]:
        percent, periods = self.random.choice([1, 10, 33, 50, 100]), self.random.choice([0, 1, 2, 3])
        return FactKind.COUPON_GIVEN, {"percent": percent, "periods": periods, "note": ""}

    def moves(self) -> list[tuple[FactKind, dict[str, Any]]]:
        how = self.random.choice(["create_prorations", "always_invoice", "none"])
        change = {"terms": terms_dict(self.random.choice(self.plans)), "proration": how}
        return [
            self.some_coupon(), (FactKind.COUPON_ENDED, {}), (FactKind.PLAN_CHANGED, change),
            (FactKind.PLAN_CHANGED, change), (FactKind.PAUSED, {"periods": 1}), (FactKind.RESUMED, {}),
            (FactKind.CREDITED, {"minor": 500, "note": ""}), (FactKind.CANCELLED, {"now": self.random.random() < 0.3}),
            (FactKind.CANCEL_UNDONE, {}),
        ]  # fmt: skip

    def bill(self) -> None:
        for bill in replay(self.facts, self.now).drafts:
            known = {"number": bill.number, "known_by": bill.known_by.isoformat()}
            self.tell(FactKind.BILL_CLOSED, known)
            if bill.due.minor:
                paid = self.random.random() < 0.9
                self.tell(FactKind.PAID if paid else FactKind.PAYMENT_FAILED, {"number": bill.number})

    def tell(self, kind: FactKind, data: dict[str, Any]) -> None:
        fact = Fact(self.now, kind, data)
        try:
            replay([*self.facts, fact], self.now)
        except Conflict:
            return
        self.facts.append(fact)


@counted(sample=80, full=5_000)
@given(st.integers(0, 10**9))
def test_both_engines_agree_through_any_life_with_coupons_and_never_give_back_more_than_was_paid(seed: int) -> None:
    life_of = Couponed(seed)
    life = replay(life_of.facts, life_of.now)
    shadow = shadow_bills(rows(life_of.facts), (), life_of.now.timestamp())
    assert [
        (bill.number, bill.due.minor, sorted((line.kind.value, line.amount.minor) for line in bill.lines))
        for bill in life.bills
    ] == [(bill.number, bill.due, sorted(bill.lines)) for bill in shadow]
    charged = 0
    for line in (line for bill in life.bills for line in bill.lines):
        charged += line.amount.minor if line.kind != "credit" else 0
        assert line.kind != "coupon" or line.amount.minor < 0
    assert charged >= 0
