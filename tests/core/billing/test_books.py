"""The provider's books against ours, the revenue board, and the journal as a file."""

import csv
from datetime import datetime, timedelta
from io import StringIO
from uuid import UUID

import pytest

from core.billing import BillingReads, FactKind, RevenueBoard, ServiceCosts, journal_csv, journal_xlsx
from core.billing.reconciling import Reconciling
from core.errors import Conflict, Invalid, NeedsHuman, NotFound
from tests.core.billing.conftest import CLUSTER, ELM_12, ELM_14, House
from tests.core.billing.test_provider import Desk, member
from tests.core.billing.test_subscriptions import invoices


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk(house)


def reconciling(desk: Desk) -> Reconciling:
    house = desk.house
    return Reconciling(
        database=house.database, clock=house.clock, provider=desk.stripe, jobs=desk.jobs, audit=house.audit
    )  # type: ignore[arg-type]


async def test_books_that_agree_show_no_drift(desk: Desk) -> None:
    await member(desk)
    assert await reconciling(desk).run() == 0


async def test_a_payment_we_never_heard_of_is_listed_with_both_values_and_put_right(desk: Desk) -> None:
    desk.stripe.state["card"] = "declined"
    elm = await member(desk)
    desk.stripe.state["invoices"]["in_1"]["status"] = "paid"  # and its webhook was lost
    books = reconciling(desk)
    assert await books.run() == 1
    (drift,) = await books.drifts()
    assert (drift.field, drift.ours, drift.theirs) == ("state", "open", "paid")
    assert await books.whom([drift]) == {drift.id: "12 ELM ST"}
    assert await books.fix(drift.id, by="ann") == "paid"
    assert await desk.status(elm) == "active"
    assert (await books.run(), await books.drifts()) == (0, [])
    with pytest.raises(NotFound):
        await books.fix(drift.id, by="ann")


async def test_other_amounts_need_a_person_and_go_away_with_their_cause(desk: Desk) -> None:
    await member(desk)
    items = desk.stripe.state["invoices"]["in_1"]["items"]
    items[0]["minor"] += 1
    books = reconciling(desk)
    assert await books.run() == 1
    (drift,) = await books.drifts()
    assert (drift.field, drift.ours, drift.theirs) == ("amount", "2999 USD", "3000 USD")
    with pytest.raises(Conflict, match="amounts differ"):
        await books.fix(drift.id, by="ann")
    items[0]["minor"] -= 1
    assert await books.run() == 0


async def test_an_invoice_the_provider_has_lost_is_sent_again(desk: Desk) -> None:
    desk.stripe.down = True
    await member(desk)
    desk.house.clock.move(2 * 3_600)
    books = reconciling(desk)
    assert await books.run() == 1
    desk.stripe.down = False
    (drift,) = await books.drifts()
    assert (drift.field, drift.theirs) == ("invoice", "missing")
    await books.fix(drift.id, by="ann")
    await desk.outbox.run()
    assert (await invoices(desk.house))[0].state == "paid"


async def test_a_customer_of_another_name_or_address_is_told_ours_again(desk: Desk) -> None:
    await member(desk)
    desk.stripe.state["customers"]["cus_1"] |= {"name": "Adam Elm", "email": "adam@example.org"}
    books = reconciling(desk)
    assert await books.run() == 2
    drifts = await books.drifts()
    assert sorted((drift.field, drift.ours, drift.theirs) for drift in drifts) == [
        ("email", "eve@example.org", "adam@example.org"),
        ("name", "Eve Elm", "Adam Elm"),
    ]
    await books.fix(drifts[0].id, by="ann")
    assert await books.run() == 0
    assert desk.stripe.state["customers"]["cus_1"]["name"] == "Eve Elm"


async def test_a_customer_the_provider_has_lost_is_made_anew(desk: Desk) -> None:
    await member(desk)
    lost = desk.stripe.state["customers"].pop("cus_1")
    desk.stripe.state["customers"]["cus_other"] = lost | {"id": "cus_other"}
    books = reconciling(desk)
    assert await books.run() == 1
    (drift,) = await books.drifts()
    assert (drift.field, drift.ours, drift.theirs) == ("customer", "cus_1", "missing")
    assert "card" in await books.fix(drift.id, by="ann")
    assert await books.run() == 0
    assert desk.stripe.state["customers"]["cus_2"]["email"] == "eve@example.org"


async def metered(desk: Desk) -> dict[str, int]:
    """The newest event at the meter."""
    await desk.metering.run()
    await desk.outbox.run()
    newest: dict[str, int] = list(desk.stripe.state["usage"].values())[-1]
    return newest


async def test_minutes_the_meter_lacks_are_listed_by_day_and_told_again(house_on_both: House) -> None:
    desk = Desk(house_on_both)
    await member(desk)
    await desk.house.mow(30)
    told = await metered(desk)
    desk.house.clock.move(2 * 86_400)
    books = reconciling(desk)
    assert await books.run() == 0
    told["units"] = 21
    assert await books.run() == 1
    (drift,) = await books.drifts()
    assert (drift.subject[-10:], drift.field, drift.ours, drift.theirs) == ("2026-07-01", "minutes", "30", "21")
    assert await books.whom([drift]) == {drift.id: "Eve Elm, 2026-07-01"}
    assert await books.fix(drift.id, by="ann") == "+9 minutes told"
    assert (await books.run(), list(desk.stripe.state["usage"].values())[-1]["units"]) == (0, 9)


async def test_minutes_the_provider_refused_are_sent_again_and_not_told_beside(desk: Desk) -> None:
    await member(desk)
    genuine = desk.stripe.report_usage

    async def refused(_report: object) -> None:
        raise Invalid("no such customer there")

    desk.stripe.report_usage = refused  # type: ignore[method-assign, assignment]
    await desk.house.mow(30)
    await desk.metering.run()
    await desk.outbox.run()
    desk.stripe.report_usage = genuine  # type: ignore[method-assign]
    desk.house.clock.move(2 * 86_400)
    books = reconciling(desk)
    assert await books.run() == 1
    (drift,) = await books.drifts()
    assert await books.fix(drift.id, by="ann") == "sent again"
    await desk.outbox.run()
    assert await books.run() == 0
    assert [one["units"] for one in desk.stripe.state["usage"].values()] == [30]


async def test_minutes_counted_twice_at_the_meter_are_taken_back_there(desk: Desk) -> None:
    await member(desk)
    await desk.house.mow(30)
    desk.stripe.state["usage"]["again"] = dict(await metered(desk))
    desk.house.clock.move(2 * 86_400)
    books = reconciling(desk)
    assert await books.run() == 1
    (drift,) = await books.drifts()
    assert await books.fix(drift.id, by="ann") == "-30 minutes told"
    assert await books.run() == 0


async def test_minutes_on_their_way_or_never_told_are_no_difference(desk: Desk) -> None:
    await member(desk)
    await desk.house.mow(30)
    desk.stripe.down = True
    await desk.metering.run()
    await desk.outbox.run()
    desk.stripe.down = False
    desk.house.clock.move(2 * 86_400)
    assert await reconciling(desk).run() == 0  # waits for its next try
    await desk.outbox.run()
    assert await reconciling(desk).run() == 0
    desk.stripe.state["usage"].clear()
    desk.house.clock.move(35 * 86_400)
    assert await reconciling(desk).run() == 0  # nothing can be told of so long ago


async def test_a_day_that_has_become_too_old_for_the_meter_cannot_be_put_right(desk: Desk) -> None:
    await member(desk)
    await desk.house.mow(30)
    await metered(desk)
    desk.stripe.state["usage"].clear()
    desk.house.clock.move(2 * 86_400)
    books = reconciling(desk)
    assert await books.run() == 1
    desk.house.clock.move(40 * 86_400)
    (drift,) = await books.drifts()
    with pytest.raises(Conflict, match="35 days"):
        await books.fix(drift.id, by="ann")


class Costs:
    """Service that cost so much, by cluster."""

    def __init__(self, **minor: int) -> None:
        self.costs = ServiceCosts({UUID(int=int(one[1:])): much for one, much in minor.items()}, len(minor))

    async def since(self, _moment: datetime, _currency: str) -> ServiceCosts:
        return self.costs


async def test_the_margin_is_what_is_left_after_service_and_the_poorest_cluster_comes_first(house: House) -> None:
    home = await house.join(await house.plan(), host=True)
    await house.days(30)
    await house.pay(home, 1)
    shown = await RevenueBoard(house.database, house.clock, Costs(c7=500, c8=2_000)).read()
    assert [(one.cluster_id, one.members, one.margin_minor) for one in shown.clusters] == [
        (UUID(int=8), 0, -2_000),
        (CLUSTER, 1, 2_399 - 500),
    ]
    assert shown.foreign_costs == 2


async def test_a_coupon_lowers_what_comes_in_a_month_while_it_lasts(house: House) -> None:
    home, board = await house.join(await house.plan()), RevenueBoard(house.database, house.clock, Costs())
    coupon = {"percent": 25, "periods": 1, "note": "moved house"}
    await house.desk.tell(home, FactKind.COUPON_GIVEN, coupon, key="coupon", by="ann", reason="moved house")
    await house.days(30)
    await house.pay(home, 1)
    assert (await board.read()).mrr_minor == 2_249
    await house.days(31)
    assert (await board.read()).mrr_minor == 2_999


async def test_the_board_tells_what_comes_in_and_raises_alarms(house: House) -> None:
    plan = await house.plan()
    year = await house.plan("year", interval="year", price_minor=24_000, host_discount_percent=0)
    first, second = await house.join(plan, ELM_12, host=True), await house.join(year, ELM_14)
    board = RevenueBoard(house.database, house.clock, Costs())
    assert (await board.read()).trials == 2
    await house.days(30)
    await house.pay(first, 1)
    await house.fail(second, 1)
    shown = await board.read()
    assert (shown.mrr_minor, shown.members, shown.trials) == (2_399, 1, 0)
    assert (shown.trials_ended, shown.trials_converted, shown.bills_failed) == (2, 1, 1)
    assert shown.owed_minor == 24_000
    assert any("Failed payments: 50 %" in words for words in shown.alarms)
    await house.pay(second, 1)
    shown = await board.read()
    assert (shown.mrr_minor, shown.members, shown.owed_minor) == (2_399 + 2_000, 2, 0)
    (cluster,) = shown.clusters
    assert (cluster.members, cluster.revenue_minor, cluster.margin_minor) == (2, 26_399, 26_399)
    await house.desk.tell(first, FactKind.CANCELLED, {"now": True}, key="c", by="eve")
    assert (await board.read()).left == 1


async def test_the_journal_is_exported_balanced_or_not_at_all(house: House) -> None:
    elm = await house.join(await house.plan())
    await house.days(30)
    await house.pay(elm, 1)
    reads = BillingReads(house.database, house.ledger)
    rows = list(await reads.journal(house.clock.now() - timedelta(days=60), house.clock.now() + timedelta(days=1)))
    lines = list(csv.DictReader(StringIO(journal_csv(rows).decode())))
    debit, credit = (sum(float(line[side] or 0) for line in lines) for side in ("debit", "credit"))
    assert debit == credit == 2 * 29.99
    assert journal_xlsx(rows)[:2] == b"PK"
    with pytest.raises(NeedsHuman, match="does not add up"):
        journal_csv(rows[1:])
