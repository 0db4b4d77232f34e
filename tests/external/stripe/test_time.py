"""Time on the simulated Stripe: 14 months at once, and any life of a subscription adds up. No socket, the same SDK."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.billing.invoice_values import InvoiceStatus
from core.billing.payment_values import (
    Interval,
    ObjectKind,
    PauseBehaviour,
    PriceDraft,
    Proration,
    SubscriptionChange,
    SubscriptionDraft,
    SubscriptionStatus,
    UsageReport,
)
from core.clock import SystemClock
from core.errors import Conflict
from core.money import Money
from external.stripe import StripePayments
from external.stripe.simulator import InsideClient, StripeTwin, StripeTwinOptions
from external.stripe.simulator.calendar import period_end, step
from tests.external.stripe.conftest import KEY
from tests.external.stripe.sdk_types import faults_of

START = datetime(2027, 1, 31, 9, 30, tzinfo=UTC)


def inside() -> tuple[StripeTwin, StripePayments]:
    twin = StripeTwin(StripeTwinOptions(secret_key=KEY))
    return twin, StripePayments(secret_key=KEY, clock=SystemClock(), http_client=InsideClient(twin.api))


@pytest.fixture
async def life() -> AsyncIterator["Life"]:
    yield await Life().begin(START)


class Life:
    """One household, its plans and its clock."""

    def __init__(self) -> None:
        self.twin, self.pay = inside()
        self.keys = 0

    def key(self) -> str:
        self.keys += 1
        return f"k{self.keys}"

    async def begin(self, start: datetime) -> "Life":
        pay = self.pay
        self.now = start
        self.clock = await pay.make_clock(at=start, name="life", key=self.key())
        meter = await pay.put_meter(event_name="minutes", name="Minutes", key=self.key())
        await pay.put_product(reference="p", name="Mowing", key=self.key())
        self.plans = [
            (await pay.put_price(PriceDraft(f"plan{cents}", "p", Interval.MONTH, unit=Money(cents)), key=self.key())).id
            for cents in (1999, 4999, 8350)
        ]
        minutes = PriceDraft("minutes", "p", Interval.MONTH, unit=Money(7), meter=meter)
        self.minutes = (await pay.put_price(minutes, key=self.key())).id
        made = await pay.create_customer(reference="r", email="m@x.org", name="M", key=self.key(), clock=self.clock)
        self.customer = made.id
        await self.card("pm_card_visa")
        return self

    async def card(self, name: str) -> None:
        attach = self.pay.v1.payment_methods.attach_async
        method = await self.pay._ask(attach, name, customer=self.customer)
        await self.pay.set_default_card(self.customer, card=method["id"], key=self.key())

    async def subscribe(self, trial_days: int) -> None:
        end = self.now + timedelta(days=trial_days) if trial_days else None
        draft = SubscriptionDraft("s", self.customer, {self.plans[0]: 1, self.minutes: None}, trial_end=end)
        self.subscription = (await self.pay.subscribe(draft, key=self.key())).id

    async def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        await self.pay.move_clock(self.clock, to=self.now)

    async def act(self, verb: str, number: int) -> None:
        """One thing that may happen; what the subscription's state forbids is refused, and nothing else is."""
        try:
            await getattr(self, f"do_{verb}")(number)
        except Conflict:
            return

    async def do_plan(self, number: int) -> None:
        held = await self.pay.subscription(self.subscription)
        item = next(one for one in held.items if one.quantity is not None)
        change = SubscriptionChange(
            self.subscription, replace={item.id: (self.plans[number % 3], 1 + number % 2)},
            proration=list(Proration)[number % 3], at=self.now,
        )  # fmt: skip
        preview = await self.pay.preview(change) if held.status is not SubscriptionStatus.CANCELED else None
        after = await self.pay.change(change, key=self.key())
        if after.latest_invoice != held.latest_invoice and preview and after.latest_invoice:
            billed = await self.pay.invoice(after.latest_invoice)
            assert (billed.subtotal, billed.total, billed.due) == (preview.subtotal, preview.total, preview.due)

    async def do_usage(self, number: int) -> None:
        await self.pay.report_usage(UsageReport(self.key(), "minutes", self.customer, number, self.now))

    async def do_card(self, number: int) -> None:
        await self.card("pm_card_visa" if number % 2 else "pm_card_chargeCustomerFail")

    async def do_balance(self, number: int) -> None:
        await self.pay.add_balance(self.customer, amount=Money(number * 7 - 900), description="x", key=self.key())

    async def do_pause(self, number: int) -> None:
        behaviour = list(PauseBehaviour)[number % 3]
        await self.pay.pause(self.subscription, behaviour=behaviour, resumes_at=None, key=self.key())

    async def do_unpause(self, _number: int) -> None:
        await self.pay.unpause(self.subscription, key=self.key())

    async def do_end(self, number: int) -> None:
        verb = self.pay.keep if number % 2 else self.pay.cancel_at_period_end
        await verb(self.subscription, key=self.key())

    async def do_cancel(self, number: int) -> None:
        if number % 5 == 0:
            await self.pay.cancel_now(self.subscription, prorate=True, invoice_now=True, key=self.key())

    async def do_pay(self, _number: int) -> None:
        for invoice in await self.pay.invoices_of(self.customer):
            if invoice.status is InvoiceStatus.OPEN:
                await self.pay.pay(invoice.id, key=self.key())

    async def do_refund(self, number: int) -> None:
        for invoice in (await self.pay.invoices_of(self.customer))[:1]:
            await self.pay.refund(invoice.id, amount=Money(1 + number), reason="x", key=self.key())

    async def check_books(self) -> None:
        """Every cent is on a card, in the balance, or owed."""
        given = paid = moved = 0
        async for row in self.pay.list_all(ObjectKind.REFUND):
            given += row["amount"]
        for invoice in await self.pay.invoices_of(self.customer):
            assert invoice.subtotal.minor == sum(line.amount.minor for line in invoice.lines)
            assert invoice.total.minor == invoice.subtotal.minor - invoice.discount.minor + invoice.tax.minor
            assert invoice.due.minor >= 0 and invoice.paid.minor + invoice.remaining.minor == invoice.due.minor
            if invoice.ending_balance is not None:
                used = invoice.starting_balance.minor - invoice.ending_balance.minor
                assert invoice.total.minor + used == invoice.due.minor
                moved += 0 if invoice.status is InvoiceStatus.VOID else used
            paid += invoice.paid.minor
        charged = sum(one["amount"] for one in self.twin.store.every("charge") if one["paid"])
        assert charged == paid and given <= paid
        by_hand = sum(
            one["amount"]
            for one in self.twin.store.every("customer_balance_transaction")
            if one["type"] == "adjustment"
        )
        assert (await self.pay.customer(self.customer)).balance.minor == by_hand - moved


async def test_fourteen_months_of_a_household_from_the_thirty_first(life: Life) -> None:
    await life.subscribe(trial_days=30)
    for _month in range(14):
        await life.act("usage", 60)
        await life.wait(24 * 31)
    invoices = [one for one in (await life.pay.invoices_of(life.customer))[::-1] if one.total.minor]
    assert len(invoices) == 14 and {one.status for one in invoices} == {InvoiceStatus.PAID}
    assert [one.created.day for one in invoices[:3]] == [2, 2, 2]  # 30 days after January 31 at 9:30
    assert invoices[0].total == Money(1999) and invoices[1].total == Money(1999 + 60 * 7)
    await life.check_books()


VERBS = ["plan", "plan", "usage", "card", "balance", "pause", "unpause", "end", "cancel", "pay", "refund"]
STEPS = st.lists(
    st.tuples(st.sampled_from(VERBS), st.integers(0, 400), st.integers(0, 24 * 40)), min_size=1, max_size=8
)
STARTS = st.datetimes(datetime(2026, 1, 1), datetime(2030, 12, 31)).map(
    lambda one: one.replace(tzinfo=UTC, microsecond=0)
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(start=STARTS, trial=st.sampled_from([0, 0, 7, 30]), steps=STEPS)
async def test_whatever_happens_no_cent_is_lost_and_every_answer_is_stripe_s(
    start: datetime, trial: int, steps: list[tuple[str, int, int]]
) -> None:
    life = await Life().begin(start)
    wrong: list[str] = []
    life.twin.api.witness = lambda _method, _route, answer: wrong.extend(faults_of(answer))
    await life.subscribe(trial)
    for verb, number, hours in steps:
        await life.wait(hours)
        await life.act(verb, number)
    await life.wait(24 * 40)
    await life.check_books()
    assert wrong == []


ANCHORS = st.integers(1_600_000_000, 1_900_000_000)


@given(anchor=ANCHORS, after=st.integers(0, 400 * 86_400), interval=st.sampled_from(["day", "week", "month", "year"]))
def test_a_period_ends_on_the_first_step_from_the_anchor_that_lies_ahead(
    anchor: int, after: int, interval: str
) -> None:
    end = period_end(anchor, interval, 1, anchor + after)
    steps = [step(anchor, interval, number) for number in range(1, 402)]
    assert end == next(one for one in steps if one > anchor + after)


@given(anchor=ANCHORS, months=st.integers(1, 60))
def test_a_month_later_is_the_same_day_and_time_or_the_month_s_last_day(anchor: int, months: int) -> None:
    first, later = (datetime.fromtimestamp(one, UTC) for one in (anchor, step(anchor, "month", months)))
    assert later.time() == first.time()
    assert (later.year - first.year) * 12 + later.month - first.month == months
    assert later.day == first.day or (later.day < first.day and (later + timedelta(days=1)).day == 1)
