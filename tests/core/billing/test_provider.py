"""The provider is told everything once, and what it tells us counts once, in whatever order it comes."""

import json
from random import Random
from uuid import UUID

import pytest
from sqlmodel import select

from core.billing import FactKind
from core.billing.inbox import Inbox
from core.billing.metering import Metering
from core.billing.outbox import Outbox
from core.billing.provider_jobs import ProviderJobs
from core.billing.tables import FactRow, OutboxRow
from core.errors import Invalid, NotAllowed
from tests.core.billing.conftest import House
from tests.core.billing.fake_provider import FakeProvider
from tests.core.billing.test_subscriptions import books, invoices


class Desk:
    """Billing with a provider."""

    def __init__(self, house: House) -> None:
        self.house, self.stripe = house, FakeProvider()
        parts = {"database": house.database, "clock": house.clock, "provider": self.stripe, "desk": house.desk}
        self.jobs = ProviderJobs(**parts)  # type: ignore[arg-type]
        self.outbox = Outbox(**parts, jobs=self.jobs)  # type: ignore[arg-type]
        self.inbox = Inbox(**parts, jobs=self.jobs)  # type: ignore[arg-type]
        self.metering = Metering(house.database, house.clock)

    async def days(self, days: float) -> None:
        await self.house.days(days)
        await self.outbox.run()

    async def hear(self, kind: str, object_id: str, event_id: str, object_kind: str = "invoice") -> bool:
        body = json.dumps({"id": event_id, "type": kind, "kind": object_kind, "object": object_id}).encode()
        return await self.inbox.receive(body, "genuine")

    async def status(self, subscription: UUID) -> str:
        return (await self.house.desk.life(subscription))[0].status


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk(house)


async def member(desk: Desk) -> UUID:
    elm = await desk.house.join(await desk.house.plan())
    await desk.days(30)
    return elm


async def test_a_closed_bill_becomes_one_invoice_of_the_same_cents_and_is_paid(desk: Desk) -> None:
    elm = await member(desk)
    (theirs,) = desk.stripe.state["invoices"].values()
    assert [item["minor"] for item in theirs["items"]] == [2_999] and theirs["status"] == "paid"
    assert await desk.status(elm) == "active"
    assert (await invoices(desk.house))[0].state == "paid"
    assert (await books(desk.house))["cash"] == 2_999


async def test_a_declined_first_payment_suspends_and_a_retry_with_a_good_card_restores(desk: Desk) -> None:
    desk.stripe.state["card"] = "insufficient_funds"
    elm = await member(desk)
    assert await desk.status(elm) == "suspended"
    await desk.days(3)
    assert (await desk.outbox.failed(), await desk.status(elm)) == ([], "suspended")
    desk.stripe.state["card"] = "good"
    await desk.days(3)
    assert await desk.status(elm) == "active"


async def test_a_provider_that_does_not_answer_is_asked_again_with_the_same_key(desk: Desk) -> None:
    desk.stripe.down = True
    elm = await member(desk)
    assert await desk.status(elm) == "awaiting"
    desk.stripe.down = False
    desk.house.clock.move(10)
    await desk.outbox.run()
    assert await desk.status(elm) == "active"
    assert len(desk.stripe.state["invoices"]) == 1


@pytest.mark.parametrize("crash", ["customer", "invoice", "item", "finalize", "pay"])
async def test_a_crash_after_any_call_repeats_nothing(desk: Desk, crash: str) -> None:
    class Killed(BaseException):
        pass

    def killed(name: str) -> None:
        if name == crash:
            desk.stripe.after = lambda _name: None
            raise Killed

    desk.stripe.after = killed
    elm = await desk.house.join(await desk.house.plan())
    with pytest.raises(Killed):
        await desk.days(30)
    await desk.outbox.run()
    (theirs,) = desk.stripe.state["invoices"].values()
    assert ([item["minor"] for item in theirs["items"]], theirs["status"], theirs["attempts"]) == ([2_999], "paid", 1)
    assert await desk.status(elm) == "active"


async def test_forged_and_broken_webhooks_are_refused_and_leave_nothing(desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        await desk.inbox.receive(b"{}", "forged")
    with pytest.raises(Invalid):
        await desk.inbox.receive(b'{"id": "evt', "genuine")
    assert await desk.inbox.events() == []


async def test_shuffled_doubled_and_delayed_webhooks_end_where_the_provider_stands(desk: Desk) -> None:
    desk.stripe.state["card"] = "declined"
    elm = await member(desk)
    (theirs,) = desk.stripe.state["invoices"]
    desk.stripe.state["invoices"][theirs]["status"] = "paid"  # the member paid on the provider's own page
    told = [("invoice.payment_failed", f"evt_f{n}") for n in range(4)] + [
        ("invoice.paid", f"evt_p{n}") for n in range(3)
    ]
    told += told
    Random(7).shuffle(told)
    for kind, event_id in told:
        await desk.hear(kind, theirs, event_id)
        await desk.inbox.run()
        assert await desk.status(elm) == "active"  # a stale "failed" never takes it back
    events = await desk.inbox.events()
    assert {event.state for event in events} == {"done"} and {event.deliveries for event in events} == {2}
    async with desk.house.database.session() as session:
        paid = (await session.exec(select(FactRow).where(FactRow.kind == "paid"))).all()
    assert len(paid) == 1
    assert (await books(desk.house))["cash"] == 2_999


async def test_types_without_meaning_are_kept_and_failures_are_listed_and_replayed(desk: Desk) -> None:
    await desk.hear("radar.early_fraud_warning.created", "issfr_1", "evt_1")
    await desk.hear("invoice.paid", "in_gone", "evt_2")
    await desk.inbox.run()
    assert {event.event_id: event.state for event in await desk.inbox.events()} == {"evt_1": "kept", "evt_2": "failed"}
    (failed,) = await desk.inbox.events(state="failed")
    assert failed.error == "no such invoice"
    await member(desk)
    desk.stripe.state["invoices"]["in_gone"] = desk.stripe.state["invoices"]["in_1"]
    await desk.inbox.replay("evt_2")
    assert await desk.inbox.events(state="failed") == []


async def test_a_completed_card_page_begins_the_trial(desk: Desk) -> None:
    elm = await desk.house.join(await desk.house.plan(), card=False)
    page = await desk.stripe.card_page("cus_1", reference=str(elm), success_url="", cancel_url="", key="k")
    await desk.hear("checkout.session.completed", page.id, "evt_1", "checkout.session")
    await desk.inbox.run()
    assert await desk.status(elm) == "pending"  # the page is still open, whatever the event says
    desk.stripe.state["pages"][page.id]["status"] = "complete"
    await desk.hear("checkout.session.completed", page.id, "evt_2", "checkout.session")
    await desk.inbox.run()
    assert await desk.status(elm) == "trialing"


async def test_minutes_are_metered_once(desk: Desk) -> None:
    await member(desk)
    for _ in range(3):
        await desk.house.mow(20)
        for _ in range(2):
            await desk.metering.run()
            await desk.outbox.run()
    assert [one["units"] for one in desk.stripe.state["usage"].values()] == [20, 20, 20]


async def test_minutes_too_old_for_the_provider_stay_ours_alone(desk: Desk) -> None:
    await member(desk)
    await desk.house.mow(20)
    desk.house.clock.move(36 * 86_400)
    await desk.metering.run()
    await desk.outbox.run()
    assert desk.stripe.state["usage"] == {}
    async with desk.house.database.session() as session:
        (row,) = (await session.exec(select(OutboxRow).where(OutboxRow.kind == "meter"))).all()
    assert (row.state, row.answer) == ("done", "too old")


async def test_a_refund_goes_to_the_card_once(desk: Desk) -> None:
    elm = await member(desk)
    data = {"number": 1, "minor": 500, "to": "card", "reason": "missed the edge"}
    for _ in range(2):
        await desk.house.desk.tell(elm, FactKind.REFUNDED, data, key="refund-1", by="ann")
        await desk.outbox.run()
    assert [one["minor"] for one in desk.stripe.state["refunds"].values()] == [500]


async def test_what_the_provider_refuses_is_listed_and_can_be_tried_again(desk: Desk) -> None:
    elm = await member(desk)
    await desk.house.desk.tell(
        elm, FactKind.REFUNDED, {"number": 1, "minor": 5, "to": "card", "reason": ""}, key="r", by="ann"
    )
    invoice = desk.stripe.state["invoices"].pop("in_1")

    async def refused(*_args: object, **_more: object) -> None:
        raise Invalid("no such invoice there")

    genuine, desk.stripe.refund = desk.stripe.refund, refused  # type: ignore[method-assign, assignment]
    await desk.outbox.run()
    (failed,) = await desk.outbox.failed()
    assert failed.error == "no such invoice there"
    desk.stripe.state["invoices"]["in_1"], desk.stripe.refund = invoice, genuine  # type: ignore[method-assign]
    await desk.outbox.again(failed.id)
    assert await desk.outbox.failed() == []
