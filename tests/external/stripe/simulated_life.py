"""The third engine: a life of ours lived once more as a Subscription of the simulated Stripe, through the real SDK.

The simulator works out by itself, sharing only `core.money` with ours: trial, anchor and periods, the plan's line, both
lines of a proration, what a negative invoice leaves as credit, what credit pays of the next, what a void gives back,
and in a `MeteredLife` the minutes, counted by its meter. It is told what people and payments do. What Stripe has not:

- A `RandomLife`'s minutes (late, taken back, allowances by the second) are put on its invoices as items of ours, as ADR
  0020 does: they are compared by way of totals and credit only.
- A pause is a quantity of 0 from one period's end to another's, without proration. While nothing is billed (paused, or
  suspended past a period's end) drafts are kept, and their lines go onto the next invoice.
- When dunning suspends is ours to say (ADR 0020): the simulator retries nothing by itself and is told.
- Invoices are final at once and of any amount (`RULES`); Stripe waits an hour, and carries less than 50 cents over.
- Who leaves in the trial pays nothing: what waits is taken off before.
"""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from core.billing import moves
from core.billing.facts import FactKind
from core.billing.invoice_values import InvoiceItemDraft, InvoiceLine, InvoiceStatus
from core.billing.payment_values import (
    Interval,
    PauseBehaviour,
    PriceDraft,
    Proration,
    Span,
    Subscription,
    SubscriptionChange,
    SubscriptionDraft,
    UsageReport,
)
from core.billing.ports import CardDeclined
from core.billing.status import Status
from core.billing.terms import PlanTerms, terms_of
from core.money import Money
from external.stripe import StripePayments
from external.stripe.simulator.world import Rules
from tests.core.billing.lives import MeteredLife, RandomLife
from tests.external.stripe.life_figures import METER, MINUTES, Figures, told
from tests.external.stripe.life_steps import LIVE, QUIET, SKIPPED, Step, mode_at, steps_of

RULES = Rules(retry_days=(), then="past_due", finalize_after_s=0, least_charge=1)


class SimulatedLife:
    """Drives one customer of the simulated Stripe."""

    def __init__(self, payments: StripePayments, life: RandomLife, until: datetime) -> None:
        self.pay, self.life, self.until = payments, life, until
        self.steps = list(steps_of(life, until))
        self.ours = self.steps[-1].after
        self.metered = isinstance(life, MeteredLife)
        self.invoices: dict[int, str | None] = {}
        self.carried: set[str] = set()
        self.reported = self.calls = 0
        self.mode, self.prices, self.items = LIVE, dict[str, str](), list[str]()
        self.subscription, self.latest = "", None
        self.do = {
            FactKind.CARD_SAVED: self.card_saved, FactKind.PLAN_CHANGED: self.plan_changed,
            FactKind.CANCELLED: self.cancelled, FactKind.CANCEL_UNDONE: self.cancel_undone,
            FactKind.CREDITED: self.credited, FactKind.CHARGED: self.charged, FactKind.BILL_VOIDED: self.voided,
            FactKind.PAID: self.paid, FactKind.PAYMENT_FAILED: self.payment_failed, FactKind.REFUNDED: self.refunded,
        }  # fmt: skip

    async def play(self) -> "SimulatedLife":
        await self.begin()
        for step in self.steps:
            await self.report(step)
            if step.crosses:
                await self.cross(step)
            elif step.fact is not None:
                if self.subscription:
                    await self.move_to(step.at)
                returns = step.before.period is None and step.after.period is not None
                if step.fact.kind in self.do:
                    await self.do[step.fact.kind](step, step.fact.data)
                if returns and step.before.status is Status.SUSPENDED:
                    await self.begin_again(step)
        await self.move_to(self.until)
        return self

    # what stands there beforehand

    async def begin(self) -> None:
        joined = self.life.facts[0]
        self.now = self.life.facts[1].at - timedelta(seconds=1)  # a trial ends after it began, be it by a second
        self.clock = await self.pay.make_clock(at=self.now, name="life", key=self.key())
        made = await self.pay.create_customer(
            reference=f"life-{self.life.seed}", email="maya@example.org", name="Maya", key=self.key(), clock=self.clock
        )
        self.customer, self.host = made.id, joined.data["host"]
        self.meter = await self.pay.put_meter(event_name=METER, name="Minutes", key=f"meter-{METER}")
        await self.pay.put_product(reference="mowing", name="Mowing", key="product-mowing")
        self.good = await self.card("pm_card_visa")
        refused = await self.card("pm_card_chargeCustomerFail")
        await self.pay.set_default_card(self.customer, card=refused, key=self.key())

    async def card(self, token: str) -> str:
        attach = self.pay.v1.payment_methods.attach_async
        return str((await self.pay._ask(attach, token, key=self.key(), customer=self.customer))["id"])

    async def price(self, terms: PlanTerms) -> str:
        name = f"{terms.code}-{terms.interval}"
        if name not in self.prices:
            self.prices[name] = await self.made(name, terms.interval, terms.price_for(host=self.host), None)
        return self.prices[name]

    async def minute_price(self, terms: PlanTerms) -> str:
        name = f"{METER}-{terms.interval}"
        if name not in self.prices:
            self.prices[name] = await self.made(name, terms.interval, terms.overage, self.meter)
        return self.prices[name]

    async def made(self, name: str, interval: str, unit: Money, meter: str | None) -> str:
        draft = PriceDraft(f"{self.life.seed}-{name}", "mowing", Interval(interval), unit=unit, meter=meter)
        return (await self.pay.put_price(draft, key=self.key())).id

    # time

    async def report(self, step: Step) -> None:
        """Minutes known before ``step``, at the moment they became known."""
        pieces = self.life.pieces[self.reported :] if self.metered else ()
        for piece in pieces:
            if piece.recorded_at > step.at or (piece.recorded_at == step.at and step.fact is None):
                return
            await self.move_to(piece.recorded_at)
            at = datetime.fromtimestamp(piece.start * 60, UTC)
            key = f"{self.life.seed}-{piece.entry_id}"
            await self.pay.report_usage(UsageReport(key, METER, self.customer, piece.sign * piece.minutes, at))
            self.reported += 1

    async def move_to(self, at: datetime) -> None:
        if at > self.now:
            await self.pay.move_clock(self.clock, to=at)
            self.now = at

    async def cross(self, step: Step) -> None:
        """Over a bound: set what the renewal is to be, let it happen, make its invoice final."""
        if step.before.period is None and step.before.status is Status.PAUSED:
            await self.move_to(step.at - timedelta(seconds=1))
            self.latest = (await self.pay.subscription(self.subscription)).latest_invoice
        await self.set_mode(mode_at(step))
        if step.before.status is Status.TRIALING and step.after.status is Status.CANCELED:
            await self.take_off_what_waits()
        await self.add_minutes(step)
        await self.move_to(step.at)
        await self.note(step, await self.pay.subscription(self.subscription))
        if step.after.status is Status.PAUSED:
            await self.set_mode(SKIPPED)

    async def note(self, step: Step, held: Subscription) -> None:
        """The invoice that a step has made, final; none where every line is 0."""
        new = held.latest_invoice if held.latest_invoice != self.latest else None
        self.latest = held.latest_invoice
        if not step.bills:
            return
        if new is not None and (await self.pay.invoice(new)).status is InvoiceStatus.DRAFT:
            await self.pay.finalize(new, key=self.key())
        self.invoices[step.after.bills[-1].number] = new

    async def set_mode(self, mode: str) -> None:
        if mode == self.mode:
            return
        if mode == SKIPPED:
            kept = PauseBehaviour.KEEP_AS_DRAFT
            await self.pay.pause(self.subscription, behaviour=kept, resumes_at=None, key=self.key())
        if self.mode == SKIPPED:
            await self.pay.unpause(self.subscription, key=self.key())
            await self.carry_over()
        if LIVE in (mode, self.mode):
            await self.change({self.items[0]: (self.plan, 1 if mode == LIVE else 0)}, Proration.NONE)
        self.mode = mode

    async def carry_over(self) -> None:
        """Lines of drafts that were kept wait for the next invoice."""
        for invoice in (await self.pay.invoices_of(self.customer))[::-1]:
            if invoice.status is InvoiceStatus.DRAFT and invoice.id not in self.carried:
                self.carried.add(invoice.id)
                for line in invoice.lines:
                    if line.amount.minor:
                        await self.add_item(line.amount, self.kind_of(line), line.span)

    async def begin_again(self, step: Step) -> None:
        """Back from a long suspension: periods count from now."""
        await self.pay.unpause(self.subscription, key=self.key())
        await self.carry_over()
        await self.add_minutes(step)
        self.mode = LIVE
        await self.note(step, await self.change({self.items[0]: (self.plan, 1)}, Proration.NONE, restart=True))

    # lines

    async def add_item(self, amount: Money, kind: str, span: Span | None = None) -> None:
        draft = InvoiceItemDraft(self.customer, amount, kind, subscription=self.subscription, span=span)
        await self.pay.add_item(draft, key=self.key())

    async def add_minutes(self, step: Step) -> None:
        if step.bills and not self.metered:
            for line in self.ours.bills[len(step.before.bills)].lines:
                if line.kind in MINUTES and line.amount.minor:
                    await self.add_item(line.amount, METER)

    async def take_off_what_waits(self) -> None:
        waiting = await self.pay._all(self.pay.v1.invoice_items.list_async, customer=self.customer, pending=True)
        for item in waiting:
            await self.pay.remove_item(item["id"], key=self.key())

    # what people and payments do

    async def card_saved(self, step: Step, _data: dict[str, Any]) -> None:
        if step.before.status is not Status.PENDING:
            return
        assert step.after.trial is not None
        self.plan = await self.price(step.after.terms)
        prices: dict[str, int | None] = {self.plan: 1}
        if self.metered:
            prices[await self.minute_price(step.after.terms)] = None
        draft = SubscriptionDraft(f"s{self.life.seed}", self.customer, prices, trial_end=step.after.trial.end)
        begun = await self.pay.subscribe(draft, key=self.key())
        self.subscription, self.latest = begun.id, begun.latest_invoice
        self.items = [item.id for item in sorted(begun.items, key=lambda item: item.quantity is None)]

    async def plan_changed(self, step: Step, data: dict[str, Any]) -> None:
        terms = terms_of(data["terms"])
        self.plan = await self.price(terms)
        replace_: dict[str, tuple[str, int | None]] = {self.items[0]: (self.plan, 1)}
        restart = step.before.status is Status.ACTIVE and terms.interval is not step.before.terms.interval
        if self.metered:
            replace_[self.items[1]] = (await self.minute_price(terms), None)
        if restart:
            await self.add_minutes(step)
        how = Proration.INVOICE_NOW if restart else Proration(data["proration"])
        await self.note(step, await self.change(replace_, how, restart=restart))

    async def change(
        self, items: dict[str, tuple[str, int | None]], how: Proration, *, restart: bool = False
    ) -> Subscription:
        change = SubscriptionChange(self.subscription, replace=items, proration=how, restart=restart)
        return await self.pay.change(change, key=self.key())

    async def cancelled(self, step: Step, _data: dict[str, Any]) -> None:
        if step.after.status is not Status.CANCELED:
            await self.pay.cancel_at_period_end(self.subscription, key=self.key())
            return
        if self.mode == SKIPPED:
            await self.set_mode(QUIET)
        trial = step.before.status is Status.TRIALING
        await self.add_minutes(step)
        ended = await self.pay.cancel_now(
            self.subscription, prorate=step.before.status in moves.PAYING, invoice_now=not trial, key=self.key()
        )
        await self.note(step, ended)

    async def cancel_undone(self, _step: Step, _data: dict[str, Any]) -> None:
        await self.pay.keep(self.subscription, key=self.key())

    async def credited(self, _step: Step, data: dict[str, Any]) -> None:
        await self.add_item(Money(-data["minor"]), "credit")

    async def charged(self, _step: Step, data: dict[str, Any]) -> None:
        await self.add_item(Money(data["minor"]), "extra")

    async def voided(self, _step: Step, data: dict[str, Any]) -> None:
        await self.pay.void(self.invoice(data), key=self.key())

    async def paid(self, _step: Step, data: dict[str, Any]) -> None:
        await self.pay.pay(self.invoice(data), key=self.key(), card=self.good)

    async def payment_failed(self, _step: Step, data: dict[str, Any]) -> None:
        with suppress(CardDeclined):
            await self.pay.pay(self.invoice(data), key=self.key())
            raise AssertionError("a card that is always refused has paid")

    async def refunded(self, _step: Step, data: dict[str, Any]) -> None:
        invoice, amount = self.invoice(data), Money(data["minor"])
        if data["to"] == "card":
            await self.pay.refund(invoice, amount=amount, reason="asked", key=self.key())
        else:
            await self.pay.credit(invoice, amount=amount, to_card=False, reason="asked", key=self.key())

    def invoice(self, data: dict[str, Any]) -> str:
        found = self.invoices[data["number"]]
        assert found is not None, f"bill {data['number']} has no line, and yet something is done to it"
        return found

    def key(self) -> str:
        self.calls += 1
        return f"{type(self.life).__name__}-{self.life.seed}-{self.calls}"

    # what came of it

    async def figures(self) -> tuple[list[Figures], int, int]:
        """Every invoice, oldest first, without kept drafts and those whose lines are all 0; the household's credit;
        and what was given back to its cards."""
        every = (await self.pay.invoices_of(self.customer))[::-1]
        mine = {invoice.id for invoice in every}
        rows = await self.pay._all(self.pay.v1.refunds.list_async)
        refunds = sum(row["amount"] for row in rows if row["metadata"].get("invoice") in mine)
        final = [one for one in every if one.status is not InvoiceStatus.DRAFT]
        shown = [told(one, self.kind_of) for one in final if any(line.amount.minor for line in one.lines)]
        return shown, -(await self.pay.customer(self.customer)).balance.minor, refunds

    def kind_of(self, line: InvoiceLine) -> str:
        if line.proration:
            return "unused" if line.amount.minor < 0 else "remaining"
        if line.price in {self.prices.get(f"{METER}-{one}") for one in Interval} - {None}:
            return METER
        return line.description if line.invoice_item else "plan"
