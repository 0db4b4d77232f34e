"""From joining to the end: what a household sees before it confirms is what happens, to the cent."""

from datetime import timedelta

import pytest
from sqlmodel import select

from core.billing import FactKind, Status
from core.billing.tables import BillingNotice, InvoiceRow, JournalRow, OutboxRow
from core.billing.terms import terms_dict
from core.errors import Conflict, Invalid
from tests.core.billing.conftest import ELM_12, ELM_14, House


async def notices(house: House) -> list[str]:
    async with house.database.session() as session:
        return sorted((await session.exec(select(BillingNotice.kind))).all())


async def invoices(house: House) -> list[InvoiceRow]:
    async with house.database.session() as session:
        return list((await session.exec(select(InvoiceRow).order_by(InvoiceRow.number))).all())


async def books(house: House) -> dict[str, int]:
    totals: dict[str, int] = {}
    async with house.database.session() as session:
        for row in (await session.exec(select(JournalRow))).all():
            totals[row.account] = totals.get(row.account, 0) + row.minor
    assert sum(totals.values()) == 0
    return totals


async def test_join_trial_and_first_payment_make_an_active_member(house_on_both: House) -> None:
    house = house_on_both
    elm = await house.join(await house.plan(), card=False)
    assert (await house.desk.life(elm))[1].status is Status.PENDING
    await house.desk.tell(elm, FactKind.CARD_SAVED, key="card", by="eve")
    assert (await house.desk.life(elm))[1].status is Status.TRIALING
    await house.mow(500)
    await house.days(31)
    row, life, _usage = await house.desk.life(elm)
    assert row.status == "awaiting" and [bill.due.minor for bill in life.bills] == [2_999]
    await house.pay(elm, 1)
    assert (await house.desk.life(elm))[0].status == "active"
    assert (await books(house))["cash"] == 2_999


async def test_the_trial_ends_by_our_own_clock_without_any_webhook(house: House) -> None:
    elm = await house.join(await house.plan())
    await house.days(22)
    assert await notices(house) == []
    await house.days(1)
    assert await notices(house) == ["trial_reminder"]
    await house.days(4)
    assert await notices(house) == ["trial_reminder", "trial_reminder"]
    await house.days(3)
    (bill,) = await invoices(house)
    assert (bill.state, bill.due_minor, bill.shadow_minor) == ("open", 2_999, 2_999)
    await house.days(3)  # nobody says whether it was paid: that is not "active"
    assert (await house.desk.life(elm))[0].status == "suspended"


async def test_no_card_at_the_end_of_the_trial_suspends_and_a_payment_restores_at_once(house: House) -> None:
    elm = await house.join(await house.plan())
    await house.desk.tell(elm, FactKind.CARD_LOST, key="lost", by="stripe")
    await house.days(30)
    assert (await house.desk.life(elm))[0].status == "suspended"
    await house.pay(elm, 1)
    assert (await house.desk.life(elm))[0].status == "active"


async def test_minutes_beyond_the_plan_are_billed_with_the_next_period(house: House) -> None:
    elm = await house.join(await house.plan())
    await house.days(30)
    await house.pay(elm, 1)
    await house.mow(200)
    await house.mow(61)
    await house.days(31)
    second = (await invoices(house))[1]
    assert [(line["kind"], line["minor"], line["minutes"]) for line in second.lines] == [
        ("overage", 315, 21),
        ("plan", 2_999, 0),
    ]
    async with house.database.session() as session:
        assert (await session.exec(select(OutboxRow.kind).where(OutboxRow.subject == f"{elm}/2"))).all() == ["invoice"]


async def test_a_household_hears_when_its_included_minutes_are_nearly_and_wholly_used(house: House) -> None:
    elm = await house.join(await house.plan())
    await house.days(30)
    await house.pay(elm, 1)
    await house.mow(192)
    await house.closing.run(only=[elm])
    assert [kind for kind in await notices(house) if "minutes" in kind] == ["minutes_80"]
    await house.mow(48)
    await house.closing.run(only=[elm])
    assert "minutes_100" in await notices(house)


async def test_a_host_pays_less(house: House) -> None:
    elm = await house.join(await house.plan(), host=True)
    await house.days(30)
    assert (await house.desk.life(elm))[1].bills[0].due.minor == 2_399


@pytest.mark.parametrize("interval", ["month", "year"])
async def test_a_plan_change_costs_what_its_preview_said(house: House, interval: str) -> None:
    elm = await house.join(await house.plan())
    large = await house.plan("large", price_minor=4_999, interval=interval, area_cap_m2=0)
    await house.days(30)
    await house.pay(elm, 1)
    await house.days(10.37)
    data = {"terms": terms_dict(large)}
    shown = await house.desk.preview(elm, FactKind.PLAN_CHANGED, data)
    house.clock.move(240)
    await house.desk.tell(elm, FactKind.PLAN_CHANGED, data, key="change", by="eve", at=shown.at)
    await house.closing.run()
    life = (await house.desk.life(elm))[1]
    assert life.bills[1:] == () if interval == "month" else len(life.bills) == 2
    assert life.pending == shown.waiting
    if interval == "year":
        assert (life.bills[1].lines, life.bills[1].due) == (shown.now[0].lines, shown.now[0].due)
        return
    await house.days(25)
    life = (await house.desk.life(elm))[1]
    assert shown.next is not None
    assert (life.bills[1].lines, life.bills[1].due) == (shown.next.lines, shown.next.due)


async def test_an_old_preview_is_refused(house: House) -> None:
    elm = await house.join(await house.plan())
    shown = await house.desk.preview(elm, FactKind.CANCELLED, {"now": False})
    await house.days(1)
    with pytest.raises(Conflict, match="out of date"):
        await house.desk.tell(elm, FactKind.CANCELLED, {"now": False}, key="c", by="eve", at=shown.at)


async def test_cancel_and_undo(house: House) -> None:
    elm = await house.join(await house.plan())
    await house.days(30)
    await house.pay(elm, 1)
    await house.desk.tell(elm, FactKind.CANCELLED, {"now": False}, key="c1", by="eve")
    with pytest.raises(Conflict, match="planned already"):
        await house.desk.preview(elm, FactKind.CANCELLED, {"now": False})
    await house.desk.tell(elm, FactKind.CANCEL_UNDONE, key="u1", by="eve")
    await house.days(32)
    assert (await house.desk.life(elm))[0].status == "active"
    await house.pay(elm, 2)
    await house.desk.tell(elm, FactKind.CANCELLED, {"now": False}, key="c2", by="eve")
    await house.days(32)
    row, life, _usage = await house.desk.life(elm)
    assert row.status == "canceled" and len(life.bills) == 2
    await house.join(await house.plan())  # the lot is free for another subscription


async def test_a_paused_home_is_not_billed_and_comes_back_on_its_date(house: House) -> None:
    elm = await house.join(await house.plan())
    await house.days(30)
    await house.pay(elm, 1)
    await house.desk.tell(elm, FactKind.PAUSED, {"periods": 2}, key="p", by="eve")
    await house.days(32)
    assert (await house.desk.life(elm))[0].status == "paused"
    assert len(await invoices(house)) == 1
    await house.days(60)
    assert (await house.desk.life(elm))[0].status == "active"
    assert len(await invoices(house)) == 2


async def test_dunning_climbs_every_three_days_then_suspends_and_a_payment_restores(house: House) -> None:
    elm = await house.join(await house.plan())
    await house.days(30)
    await house.pay(elm, 1)
    await house.days(31)
    await house.fail(elm, 2)
    for stage in range(1, 10):
        await house.days(3)
        row, life, _usage = await house.desk.life(elm)
        assert (row.status, life.dunning and life.dunning.stage) == ("past_due", stage)
    await house.days(3)
    assert (await house.desk.life(elm))[0].status == "suspended"
    async with house.database.session() as session:
        retries = (await session.exec(select(OutboxRow).where(OutboxRow.kind == "retry"))).all()
    assert len(retries) == 10
    assert "suspended" in await notices(house)
    await house.pay(elm, 2)
    assert (await house.desk.life(elm))[0].status == "active"


async def test_a_refund_is_booked_and_never_more_than_was_paid(house: House) -> None:
    elm = await house.join(await house.plan())
    await house.days(30)
    await house.pay(elm, 1)
    refund = {"number": 1, "minor": 1_000, "to": "card", "reason": "the edge was left"}
    await house.desk.tell(elm, FactKind.REFUNDED, refund, key="r1", by="ann")
    with pytest.raises(Invalid, match="expected 1 to 1999"):
        await house.desk.tell(elm, FactKind.REFUNDED, refund | {"minor": 2_000}, key="r2", by="ann")
    assert await books(house) == {"cash": 1_999, "receivable": 0, "refunds": 1_000, "revenue_plans": -2_999}


async def test_telling_the_same_thing_twice_does_nothing(house: House) -> None:
    elm = await house.join(await house.plan())
    credit = {"minor": 500, "note": "goodwill"}
    for _ in range(3):
        await house.desk.tell(elm, FactKind.CREDITED, credit, key="once", by="ann")
    assert len((await house.desk.life(elm))[1].pending) == 1


async def test_one_person_may_have_several_homes_and_a_home_one_subscription(house: House) -> None:
    plan = await house.plan()
    first, second = await house.join(plan, ELM_12), await house.join(plan, ELM_14)
    rows = [(await house.desk.life(one))[0] for one in (first, second)]
    assert rows[0].payer_id == rows[1].payer_id and rows[0].id != rows[1].id
    with pytest.raises(Conflict, match="has a subscription already"):
        await house.join(plan, ELM_12)


async def test_a_lawn_larger_than_the_plan_covers_is_refused(house: House) -> None:
    small = await house.plan("small", area_cap_m2=300)
    with pytest.raises(Invalid, match="covers lawns up to 300 m²; this one has 400 m²"):
        await house.join(small)


async def test_members_keep_the_version_they_agreed_to(house: House) -> None:
    elm = await house.join(await house.plan())
    dearer = await house.plan(price_minor=3_999)
    assert dearer.version == 2
    assert [plan.version for plan in await house.plans.offered()] == [2]
    await house.days(30)
    assert (await house.desk.life(elm))[1].bills[0].due.minor == 2_999


async def test_a_dry_run_of_any_date_writes_nothing(house: House) -> None:
    elm = await house.join(await house.plan())
    _row, later, _usage = await house.desk.life(elm, house.clock.now() + timedelta(days=400))
    assert [bill.number for bill in later.bills] == list(range(1, 14))
    assert await invoices(house) == []
