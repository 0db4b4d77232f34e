"""A home that brings another: both are credited once, after the first paid bill, to the cent."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from core.billing import Fact, FactKind, Interval, Life, LineKind, LotRef, PlanTerms, Referrals, replay, terms_dict
from core.billing.referral_tables import Referral
from core.errors import Conflict, NotFound
from core.money import Money
from tests.core.billing.conftest import ELM_12, ELM_14, House
from tests.proofs import counted

ELM_16 = LotRef(UUID(int=16), UUID(int=116))
CREDIT = 1_500


def referrals(house: House, minor: int = CREDIT) -> Referrals:
    return Referrals(database=house.database, clock=house.clock, desk=house.desk, audit=house.audit, minor=minor)


def home(lot: LotRef) -> UUID:
    assert lot.household_id is not None
    return lot.household_id


async def named(house: House, by: LotRef = ELM_12, brought: LotRef = ELM_14) -> Referrals:
    """12 Elm St hands its code to 14."""
    desk = referrals(house)
    await desk.name((await desk.code_of(home(by))).lower(), brought_id=home(brought), by="nikhil")
    return desk


async def credits(house: House, subscription: UUID) -> list[tuple[int, str]]:
    """(minor, note) of every credit of a subscription."""
    return [
        (fact.data["minor"], fact.data["note"])
        for fact in await house.desk.facts(subscription)
        if fact.kind is FactKind.CREDITED
    ]


async def test_both_are_credited_once_the_new_one_has_paid_its_first_bill(house_on_both: House) -> None:
    house, plan = house_on_both, await house_on_both.plan()
    desk = await named(house)
    elm_12, elm_14 = await house.join(plan), await house.join(plan, ELM_14)
    await house.days(31)
    assert await desk.run() == 0, "billed, and not paid yet"
    await house.pay(elm_12, 1)
    assert await desk.run() == 0, "who brought it has paid: that is not the one it waits for"
    await house.pay(elm_14, 1)
    assert (await desk.run(), await desk.run()) == (2, 0)
    assert await credits(house, elm_12) == [(CREDIT, "Thank you: a neighbour joined by your code")]
    assert await credits(house, elm_14) == [(CREDIT, "Welcome: you joined by a neighbour's code")]
    for subscription in (elm_12, elm_14):
        bill = await house.desk.next_bill(subscription)
        assert bill is not None and bill.due.minor == 2_999 - CREDIT
        assert [(one.amount.minor, one.note) for one in bill.lines if one.kind is LineKind.CREDIT] == [
            (-CREDIT, note) for _minor, note in await credits(house, subscription)
        ]


async def test_runs_at_the_same_moment_and_a_kill_between_fact_and_mark_credit_once(house: House) -> None:
    plan = await house.plan()
    desk = await named(house)
    elm_12, elm_14 = await house.join(plan), await house.join(plan, ELM_14)
    await house.days(31)
    await house.pay(elm_14, 1)
    await asyncio.gather(*(desk.run() for _ in range(4)))
    async with house.database.session() as session:  # killed before the mark was stored
        row = (await session.exec(select(Referral))).one()
        row.brought_credited_at = row.by_credited_at = None
        session.add(row)
    await desk.run()
    assert [len(await credits(house, one)) for one in (elm_12, elm_14)] == [1, 1]


async def test_what_was_promised_holds_and_who_has_left_waits_for_the_credit(house: House) -> None:
    plan = await house.plan()
    await named(house)
    elm_14 = await house.join(plan, ELM_14)
    await house.days(31)
    await house.pay(elm_14, 1)
    later = referrals(house, minor=99)
    assert await later.run() == 1, "12 Elm St has no subscription"
    elm_12 = await house.join(plan)
    assert (await later.run(), await credits(house, elm_12)) == (
        1,
        [(CREDIT, "Thank you: a neighbour joined by your code")],
    )


async def test_what_cannot_be_is_refused(house: House) -> None:
    plan = await house.plan()
    desk = await named(house)
    code_12, code_14, code_16 = [await desk.code_of(home(lot)) for lot in (ELM_12, ELM_14, ELM_16)]
    assert code_12 == await desk.code_of(home(ELM_12)) and len({code_12, code_14, code_16}) == 3
    await desk.name(code_12, brought_id=home(ELM_14), by="nikhil")  # again: nothing
    with pytest.raises(Conflict, match="another code"):
        await desk.name(code_16, brought_id=home(ELM_14), by="nikhil")
    with pytest.raises(Conflict, match="your own code: hand"):
        await desk.name(code_16, brought_id=home(ELM_16), by="olga")
    with pytest.raises(Conflict, match="came by your own code"):
        await desk.name(code_14, brought_id=home(ELM_12), by="hana")
    with pytest.raises(NotFound):
        await desk.name("NOSUCH", brought_id=home(ELM_16), by="olga")
    elm_16 = await house.join(plan, ELM_16)
    await house.days(31)
    await house.pay(elm_16, 1)
    with pytest.raises(Conflict, match="not paid a bill yet"):
        await desk.name(code_12, brought_id=home(ELM_16), by="olga")
    with pytest.raises(Conflict, match="no credit is given"):
        await referrals(house, minor=0).name(code_12, brought_id=home(ELM_16), by="olga")


def paying(facts: list[Fact], until: datetime) -> Life:
    """A life in which every bill is closed, and what it asks is paid, the moment it is made."""
    while True:
        life = replay(facts, until)
        bill = next((one for one in life.bills if not one.closed), None)
        if bill is None:
            return life
        more = [Fact(bill.at, FactKind.BILL_CLOSED, {"number": bill.number, "known_by": bill.at.isoformat()})]
        if bill.due.minor:
            more.append(Fact(bill.at, FactKind.PAID, {"number": bill.number}))
        facts = sorted([*facts, *more], key=lambda fact: fact.at)


JOINED = datetime(2026, 1, 31, tzinfo=UTC)


@counted(sample=60, full=1_000)
@given(
    price=st.integers(0, 20_000), credit=st.integers(1, 50_000), after=st.integers(31, 200),
    interval=st.sampled_from(Interval),
)  # fmt: skip
def test_a_credit_takes_off_exactly_its_amount_whatever_the_price_and_whenever_it_comes(
    price: int, credit: int, after: int, interval: Interval
) -> None:
    terms = PlanTerms(
        version_id=UUID(int=1), code="standard", version=1, name="Standard", interval=interval,
        price=Money(price, "USD"), included_minutes=240, overage=Money(15, "USD"), area_cap_m2=900,
        power_per_kwh=Money(0, "USD"),
    )  # fmt: skip
    begun = [
        Fact(JOINED, FactKind.JOINED, {"terms": terms_dict(terms), "host": False, "trial_days": 30}),
        Fact(JOINED, FactKind.CARD_SAVED),
    ]
    credited = Fact(JOINED + timedelta(days=after), FactKind.CREDITED, {"minor": credit, "note": "Thank you"})
    until = JOINED + timedelta(days=after + 800)
    without, with_it = paying(begun, until), paying([*begun, credited], until)
    assert len(without.bills) == len(with_it.bills) > 1
    waiting = sum(line.amount.minor for line in with_it.pending)
    gone = sum(bill.total.minor for bill in without.bills) - sum(bill.total.minor for bill in with_it.bills)
    assert gone - waiting == credit
    used = sum(bill.credit_used.minor for bill in with_it.bills)
    given_back = sum(-min(0, bill.total.minor) for bill in with_it.bills)
    assert used + with_it.balance.minor == given_back and with_it.balance.minor >= 0
    assert all(bill.due.minor >= 0 for bill in with_it.bills)
