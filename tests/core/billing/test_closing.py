"""Bills are held while anything stands against them, and closed once."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from core.billing import FactKind, Hold, Mowed
from core.billing.judging import holds, shadow_difference
from core.billing.shadow import ShadowBill
from core.billing.usage_view import minute_of
from core.errors import Conflict, Invalid
from core.money import Money
from tests.core.billing.conftest import ELM_12, House
from tests.core.billing.test_subscriptions import books, invoices


async def test_minutes_without_a_lot_hold_the_bill_until_a_person_assigns_them(house_on_both: House) -> None:
    house = house_on_both
    elm = await house.join(await house.plan())
    await house.days(30)
    await house.pay(elm, 1)
    await house.mow(250)
    await house.mow(30, None)
    await house.days(31)
    held = (await invoices(house))[1]
    assert held.state == "held" and [one["hold"] for one in held.holds] == [Hold.UNATTRIBUTED]
    (waiting,) = await house.ledger.unattributed()
    await house.ledger.assign(waiting.id or 0, ELM_12, by="ann", reason="their strip")
    house.clock.move(601)
    await house.closing.run()
    second = (await invoices(house))[1]
    assert (second.id, second.state, second.holds) == (held.id, "open", [])
    assert second.lines[0]["minutes"] == 40


async def test_a_bill_far_above_the_usual_waits_for_approval(house: House) -> None:
    elm = await house.join(await house.plan())
    await house.days(30)
    for number in (1, 2, 3):
        await house.pay(elm, number)
        await house.days(31)
    await house.pay(elm, 4)
    await house.mow(900)
    await house.mow(900)
    await house.days(31)
    held = (await invoices(house))[4]
    assert held.state == "held" and [one["hold"] for one in held.holds] == [Hold.OUTLIER]
    with pytest.raises(Invalid, match="say why"):
        await house.closing.approve(held.id, by="ann", reason=" ")
    await house.closing.approve(held.id, by="ann", reason="a garden party, cut every day")
    approved = (await invoices(house))[4]
    assert (approved.state, approved.approved_by) == ("open", "ann")
    with pytest.raises(Conflict):
        await house.closing.approve(held.id, by="ann", reason="again")


async def test_late_minutes_come_as_a_correction_on_the_next_bill(house: House) -> None:
    elm = await house.join(await house.plan())
    await house.days(30)
    await house.pay(elm, 1)
    await house.mow(230)
    start = house.clock.now()
    await house.days(31)
    await house.pay(elm, 2)
    first = minute_of(start)
    await house.ledger.settle(3, first, first + 30, [Mowed(first, 30, first * 60_000, ELM_12, 1)])
    await house.days(31)
    third = (await invoices(house))[2]
    lines = [(line["kind"], line["minor"], line["minutes"]) for line in third.lines]
    assert lines == [
        ("late", 300, 20),
        ("plan", 2_999, 0),
    ]


async def test_one_cent_off_holds_the_bill(house: House) -> None:
    elm = await house.join(await house.plan())
    await house.days(30)
    bill = (await house.desk.life(elm))[1].bills[0]
    shadow = ShadowBill(1, int(bill.at.timestamp()), (("plan", 2_999),), 2_999, 0, 2_999)
    assert shadow_difference(bill, shadow) == ""
    for wrong in (
        replace(shadow, due=2_998),
        replace(shadow, lines=(("plan", 2_998), ("late", 1))),
        replace(shadow, at=shadow.at + 1),
    ):
        (held,) = holds(bill, wrong, unattributed_minutes=0, earlier=[], times=3)
        assert held.hold is Hold.SHADOW
    assert holds(bill, None, unattributed_minutes=0, earlier=[], times=3)[0].hold is Hold.SHADOW
    assert replace(bill, total=Money(1)) != bill


async def test_facts_that_somebody_changed_in_the_database_are_caught_by_the_stored_bills(house: House) -> None:
    elm = await house.join(await house.plan())
    await house.days(30)
    with pytest.raises(Exception, match="append-only"):
        async with house.database.connection() as connection:
            await connection.execute(text("UPDATE billing_fact SET at = at"))
    assert (await house.desk.life(elm))[0].status == "awaiting"


async def test_a_run_again_closes_nothing_twice_and_the_books_balance(house: House) -> None:
    plan = await house.plan()
    elm = await house.join(plan)
    await house.days(30)
    for _ in range(3):
        assert (await house.closing.run()).closed == 0
    await house.desk.tell(elm, FactKind.CREDITED, {"minor": 5_000, "note": "storm"}, key="c", by="ann")
    await house.pay(elm, 1)
    await house.days(31)
    second = (await invoices(house))[1]
    assert (second.total_minor, second.due_minor, second.state) == (-2_001, 0, "paid")
    assert (await books(house))["household_credit"] == -2_001
    await house.days(31)
    third = (await invoices(house))[2]
    assert (third.total_minor, third.credit_minor, third.due_minor) == (2_999, 2_001, 998)
    assert (await books(house))["household_credit"] == 0
