"""The adapter: what Stripe refuses is one of our six errors, what it says is our values, once is once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stripe

from core.billing.invoice_values import CouponDraft, CouponDuration, InvoiceItemDraft, InvoiceStatus
from core.billing.payment_values import (
    Interval,
    ObjectKind,
    PriceDraft,
    Proration,
    SubscriptionChange,
    SubscriptionDraft,
    SubscriptionStatus,
    Tier,
    UsageReport,
)
from core.billing.ports import CardDeclined
from core.clock import SystemClock
from core.errors import Conflict, Invalid, NeedsHuman, NotAllowed, NotFound, Unavailable
from core.money import Money
from external.stripe import StripePayments
from external.stripe.errors import translate
from external.stripe.mapping import subscription_of
from external.stripe.simulator import StripeTwin

START = datetime(2026, 4, 1, tzinfo=UTC)


class Maya:
    """A household on a test clock with one plan of 10 dollars and 5 cents a minute."""

    def __init__(self, payments: StripePayments) -> None:
        self.payments = payments
        self.clock = self.id = self.fee = self.minutes = self.meter = ""

    async def arrive(self, card: str = "pm_card_visa") -> "Maya":
        pay = self.payments
        self.clock = await pay.make_clock(at=START, name="Maya", key="clock")
        self.id = (
            await pay.create_customer(reference="h1", email="m@example.org", name="Maya", key="c", clock=self.clock)
        ).id
        self.meter = await pay.put_meter(event_name="minutes", name="Minutes", key="m")
        await pay.put_product(reference="mowing", name="Mowing", key="p")
        self.fee = (await pay.put_price(PriceDraft("fee", "mowing", Interval.MONTH, unit=Money(1000)), key="f")).id
        draft = PriceDraft("minutes", "mowing", Interval.MONTH, unit=Money(5), meter=self.meter)
        self.minutes = (await pay.put_price(draft, key="r")).id
        await self.hold(card)
        return self

    async def hold(self, card: str) -> None:
        attach = self.payments.v1.payment_methods.attach_async
        method = await self.payments._ask(attach, card, customer=self.id)
        await self.payments.set_default_card(self.id, card=method["id"], key=f"d-{method['id']}")

    async def subscribe(self, **more: Any) -> Any:
        given = {"prices": {self.fee: 1, self.minutes: None}} | more
        return await self.payments.subscribe(SubscriptionDraft("s1", self.id, **given), key="s")

    async def later(self, days: int) -> None:
        await self.payments.move_clock(self.clock, to=START + timedelta(days=days))


@pytest.fixture
async def maya(payments: StripePayments) -> Maya:
    return await Maya(payments).arrive()


async def test_a_customer_keeps_our_row_id_and_shows_of_a_card_what_may_be_shown(
    maya: Maya, payments: StripePayments
) -> None:
    held = await payments.customer(maya.id)
    assert (held.email, held.metadata["reference"], held.balance) == ("m@example.org", "h1", Money(0))
    (card,) = await payments.cards(maya.id)
    assert (card.brand, card.last4, card.default) == ("visa", "4242", True)
    await payments.remove_card(card.id, key="x")
    assert await payments.cards(maya.id) == () and (await payments.customer(maya.id)).default_card is None


async def test_a_price_is_made_once_and_one_of_other_terms_is_a_conflict(maya: Maya, payments: StripePayments) -> None:
    again = await payments.put_price(PriceDraft("fee", "mowing", Interval.MONTH, unit=Money(1000)), key="f2")
    assert again.id == maya.fee
    with pytest.raises(Conflict, match="other terms"):
        await payments.put_price(PriceDraft("fee", "mowing", Interval.MONTH, unit=Money(1100)), key="f3")
    tiers = (Tier(120, 0), Tier(None, 5, 100))
    made = await payments.put_price(PriceDraft("t", "mowing", Interval.MONTH, meter=maya.meter, tiers=tiers), key="t")
    assert (made.tiers, made.unit, made.meter) == (tiers, None, maya.meter)
    await payments.archive_price(made.id, key="a")
    with pytest.raises(Invalid, match="inactive"):
        await maya.subscribe(prices={made.id: None})


async def test_products_meters_and_coupons_are_put_not_doubled(maya: Maya, payments: StripePayments) -> None:
    assert await payments.put_meter(event_name="minutes", name="Minutes", key="m2") == maya.meter
    assert await payments.put_product(reference="mowing", name="Mowing by robots", key="p2") == "mowing"
    assert (await payments.read(ObjectKind.PRODUCT, "mowing"))["name"] == "Mowing by robots"
    draft = CouponDraft("HOST", CouponDuration.FOREVER, percent_off=50)
    assert [await payments.put_coupon(draft, key=key) for key in ("k1", "k2")] == ["HOST", "HOST"]


async def test_a_subscription_is_told_in_our_words(maya: Maya, payments: StripePayments) -> None:
    made = await maya.subscribe(trial_end=START + timedelta(days=30))
    assert (made.status, made.trial_end) == (SubscriptionStatus.TRIALING, START + timedelta(days=30))
    assert made.metadata == {"reference": "s1"} and made.anchor == made.trial_end
    assert {(one.price, one.quantity) for one in made.items} == {(maya.fee, 1), (maya.minutes, None)}
    assert await payments.subscription(made.id) == made


async def test_a_refused_first_payment_begins_incomplete_or_not_at_all(payments: StripePayments) -> None:
    maya = await Maya(payments).arrive("pm_card_chargeCustomerFail")
    assert (await maya.subscribe()).status is SubscriptionStatus.INCOMPLETE
    strict = SubscriptionDraft("s2", maya.id, {maya.fee: 1}, start_unpaid=False)
    with pytest.raises(CardDeclined) as failure:
        await payments.subscribe(strict, key="s2")
    assert failure.value.decline == "generic_decline" and isinstance(failure.value, Conflict)


async def test_without_a_card_a_subscription_that_must_be_paid_is_a_conflict(
    maya: Maya, payments: StripePayments
) -> None:
    await payments.remove_card((await payments.cards(maya.id))[0].id, key="x")
    with pytest.raises(Conflict, match="no attached payment source"):
        await maya.subscribe()


async def test_a_payment_that_needs_its_person_says_so(payments: StripePayments) -> None:
    maya = await Maya(payments).arrive()
    made = await maya.subscribe()
    await maya.hold("pm_card_authenticationRequired")
    await maya.later(31)
    behind = await payments.subscription(made.id)
    assert behind.status is SubscriptionStatus.PAST_DUE and behind.latest_invoice
    with pytest.raises(CardDeclined) as failure:
        await payments.pay(behind.latest_invoice, key="pay")
    assert failure.value.needs_person
    await maya.hold("pm_card_visa")
    assert (await payments.pay(behind.latest_invoice, key="pay2")).status is InvoiceStatus.PAID
    assert (await payments.subscription(made.id)).status is SubscriptionStatus.ACTIVE


async def test_a_preview_and_the_change_after_it_are_equal_although_time_went_on(
    maya: Maya, payments: StripePayments
) -> None:
    made = await maya.subscribe()
    item = next(one for one in made.items if one.price == maya.fee)
    await payments.put_price(PriceDraft("big", "mowing", Interval.MONTH, unit=Money(2990)), key="b")
    big = await payments.put_price(PriceDraft("big", "mowing", Interval.MONTH, unit=Money(2990)), key="b2")
    await maya.later(10)
    shown_at = START + timedelta(days=10)
    change = SubscriptionChange(made.id, replace={item.id: (big.id, 1)}, proration=Proration.INVOICE_NOW, at=shown_at)
    preview = await payments.preview(change)
    assert preview.id.startswith("upcoming_in") and preview.total == Money(-667 + 1993)
    assert (await payments.subscription(made.id)) == made
    await payments.move_clock(maya.clock, to=shown_at + timedelta(minutes=17))
    after = await payments.change(change, key="ch")
    billed = await payments.invoice(after.latest_invoice or "")
    assert billed.status is InvoiceStatus.PAID and billed.total == preview.total
    assert [line.amount for line in billed.lines] == [line.amount for line in preview.lines]


async def test_the_same_key_changes_once(maya: Maya, payments: StripePayments) -> None:
    made = await maya.subscribe()
    item = InvoiceItemDraft(maya.id, Money(375), "Extra visit", subscription=made.id)
    assert await payments.add_item(item, key="i1") == await payments.add_item(item, key="i1")
    assert (await payments.preview_next(made.id)).total == Money(1375)


async def test_a_held_draft_waits_and_a_released_one_is_charged(maya: Maya, payments: StripePayments) -> None:
    made = await maya.subscribe()
    await payments.move_clock(maya.clock, to=datetime(2026, 5, 1, 0, 30, tzinfo=UTC))
    draft = await payments.invoice((await payments.subscription(made.id)).latest_invoice or "")
    assert draft.status is InvoiceStatus.DRAFT and draft.finalizes_at == datetime(2026, 5, 1, 1, tzinfo=UTC)
    await payments.hold_invoice(draft.id, key="h")
    await maya.later(40)
    assert (await payments.invoice(draft.id)).status is InvoiceStatus.DRAFT
    await payments.release_invoice(draft.id, key="release")
    await maya.later(41)
    assert (await payments.invoice(draft.id)).status is InvoiceStatus.PAID


async def test_usage_is_counted_once_also_while_the_invoice_is_a_draft(maya: Maya, payments: StripePayments) -> None:
    made = await maya.subscribe()
    await maya.later(10)
    report = UsageReport("u1", "minutes", maya.id, 40, START + timedelta(days=9))
    await payments.report_usage(report)
    await payments.report_usage(report)
    end = START + timedelta(days=30)
    assert await payments.metered(maya.meter, maya.id, start=START, end=end) == 40
    with pytest.raises(Conflict):
        await payments.report_usage(UsageReport("u1", "minutes", maya.id, 41, START + timedelta(days=9)))
    with pytest.raises(Invalid):
        await payments.report_usage(UsageReport("u9", "minutes", maya.id, 1, START - timedelta(days=60)))
    await payments.move_clock(maya.clock, to=end + timedelta(minutes=30))
    await payments.report_usage(UsageReport("u2", "minutes", maya.id, 2, end - timedelta(minutes=1)))
    await payments.move_clock(maya.clock, to=end + timedelta(hours=2))
    billed = await payments.invoice((await payments.subscription(made.id)).latest_invoice or "")
    assert billed.total == Money(1000 + 42 * 5) and billed.status is InvoiceStatus.PAID


async def test_usage_reported_below_zero_takes_back_and_never_makes_an_invoice_negative(
    maya: Maya, payments: StripePayments
) -> None:
    made = await maya.subscribe()
    await maya.later(10)
    at, end = START + timedelta(days=9), START + timedelta(days=30)
    for number, units in enumerate((40, -40, 7)):
        await payments.report_usage(UsageReport(f"u{number}", "minutes", maya.id, units, at))
    assert await payments.metered(maya.meter, maya.id, start=START, end=end) == 7
    await payments.report_usage(UsageReport("u3", "minutes", maya.id, -9, at))
    assert await payments.metered(maya.meter, maya.id, start=START, end=end) == -2
    await payments.move_clock(maya.clock, to=end + timedelta(hours=2))
    billed = await payments.invoice((await payments.subscription(made.id)).latest_invoice or "")
    assert billed.total == Money(1000)


async def test_refunds_stop_at_what_was_paid(maya: Maya, payments: StripePayments) -> None:
    made = await maya.subscribe()
    invoice = made.latest_invoice or ""
    assert (await payments.refund(invoice, amount=Money(400), reason="late", key="r1")).amount == Money(400)
    with pytest.raises(Conflict, match="greater than unrefunded"):
        await payments.refund(invoice, amount=Money(601), reason="late", key="r2")
    assert (await payments.refund(invoice, amount=None, reason="all", key="r3")).amount == Money(600)
    with pytest.raises(Conflict, match="already been refunded"):
        await payments.refund(invoice, amount=None, reason="all", key="r4")


async def test_nothing_can_be_refunded_where_no_card_paid(maya: Maya, payments: StripePayments) -> None:
    await payments.add_balance(maya.id, amount=Money(-5000), description="gift", key="g")
    made = await maya.subscribe()
    with pytest.raises(Conflict, match="No card paid"):
        await payments.refund(made.latest_invoice or "", amount=None, reason="", key="r")
    note = await payments.credit(made.latest_invoice or "", amount=Money(250), to_card=False, reason="late", key="n")
    assert (note.to_balance, note.refunded) == (Money(250), Money(0))
    assert (await payments.customer(maya.id)).balance == Money(-4250)


async def test_cancelling_twice_is_cancelling_once(maya: Maya, payments: StripePayments) -> None:
    made = await maya.subscribe()
    ends = [await payments.cancel_now(made.id, prorate=True, invoice_now=True, key=key) for key in ("c1", "c1", "c2")]
    assert {one.status for one in ends} == {SubscriptionStatus.CANCELED}
    assert (await payments.customer(maya.id)).balance == Money(-1000)
    with pytest.raises(Conflict, match="canceled"):
        await payments.keep(made.id, key="k")


async def test_an_invoice_of_many_lines_comes_whole(maya: Maya, payments: StripePayments) -> None:
    made = await maya.subscribe()
    for number in range(23):
        await payments.add_item(InvoiceItemDraft(maya.id, Money(number + 1), f"Line {number}"), key=f"i{number}")
    await maya.later(31)
    latest = (await payments.subscription(made.id)).latest_invoice or ""
    billed = await payments.invoice(latest)
    assert len(billed.lines) == 25 and sum(one.amount.minor for one in billed.lines) == billed.subtotal.minor
    assert billed in await payments.invoices_of(maya.id)
    document = await payments.read(ObjectKind.INVOICE, latest)
    assert payments.invoice_of(document) == billed
    with pytest.raises(Invalid, match="first lines"):
        payments.invoice_of({**document, "lines": {**document["lines"], "has_more": True}})


async def test_reconciliation_reads_every_object_newest_first(maya: Maya, payments: StripePayments) -> None:
    made = await maya.subscribe()
    await maya.later(95)
    invoices = [payments.invoice_of(one) async for one in payments.list_all(ObjectKind.INVOICE)]
    assert [one.created.month for one in invoices] == [7, 6, 5, 4]
    since = START + timedelta(days=45)
    assert [one["id"] async for one in payments.list_all(ObjectKind.INVOICE, since=since)] == [
        one.id for one in invoices[:2]
    ]
    (only,) = [payments.subscription_of(one) async for one in payments.list_all(ObjectKind.SUBSCRIPTION)]
    assert only == await payments.subscription(made.id)
    for kind in ObjectKind:
        rows = [one async for one in payments.list_all(kind)]
        assert rows == [] or (await payments.read(kind, rows[0]["id"]))["id"] == rows[0]["id"]


async def test_a_status_we_do_not_know_is_told_to_a_person(maya: Maya, payments: StripePayments) -> None:
    made = await maya.subscribe()
    document = await payments.read(ObjectKind.SUBSCRIPTION, made.id)
    with pytest.raises(NeedsHuman, match="hibernating"):
        subscription_of({**document, "status": "hibernating"})


async def test_a_wrong_key_needs_a_person_and_is_never_printed(twin: StripeTwin) -> None:
    stranger = StripePayments(secret_key="sk_test_wrong_and_secret", clock=SystemClock(), api_url=twin.url)
    with pytest.raises(NeedsHuman) as failure:
        await stranger.customer("cus_1")
    assert "sk_test_wrong" not in f"{failure.value} {failure.value.__cause__}"
    await stranger.close()


async def test_a_stripe_that_is_not_there_is_unavailable() -> None:
    nowhere = StripePayments(secret_key="sk_test_x", clock=SystemClock(), api_url="http://127.0.0.1:9", timeout_s=1)
    with pytest.raises(Unavailable):
        await nowhere.customer("cus_1")
    await nowhere.close()


async def test_what_is_not_there_is_not_found(payments: StripePayments) -> None:
    for call in (payments.customer("cus_0"), payments.subscription("sub_0"), payments.invoice("in_0")):
        with pytest.raises(NotFound):
            await call


@pytest.mark.parametrize(
    ("error", "ours"),
    [
        (stripe.AuthenticationError("x"), NeedsHuman),
        (stripe.PermissionError("x"), NotAllowed),
        (stripe.RateLimitError("x", http_status=429), Unavailable),
        (stripe.APIConnectionError("x"), Unavailable),
        (stripe.APIError("x", http_status=500), Unavailable),
        (stripe.IdempotencyError("x"), Conflict),
        (stripe.InvalidRequestError("x", "p", code="resource_missing", http_status=404), NotFound),
        (stripe.InvalidRequestError("x", "p", code="parameter_unknown", http_status=400), Invalid),
        (stripe.InvalidRequestError("x", "p", code="invoice_not_editable", http_status=400), Conflict),
        (stripe.InvalidRequestError("x", "p", code="lock_timeout", http_status=409), Unavailable),
        (stripe.CardError("x", "p", "card_declined", http_status=402), CardDeclined),
    ],
    ids=lambda one: getattr(one, "code", None) or type(one).__name__ if isinstance(one, Exception) else "",
)
def test_each_error_of_the_sdk_is_one_of_our_six(error: stripe.StripeError, ours: type[Exception]) -> None:
    assert type(translate(error)) is ours
