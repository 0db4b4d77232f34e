"""Plays a worked example of tests/money_examples.json through the adapter, against the simulated Stripe."""

import json
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from core.billing.invoice_values import CouponDraft, CouponDuration, Invoice, InvoiceItemDraft
from core.billing.payment_values import (
    Interval,
    ObjectKind,
    PauseBehaviour,
    PriceDraft,
    Proration,
    SubscriptionChange,
    SubscriptionDraft,
    Tier,
    UsageReport,
)
from core.billing.ports import CardDeclined
from core.money import Money
from external.stripe import StripePayments

FILE: dict[str, Any] = json.loads((Path(__file__).parents[2] / "money_examples.json").read_text())
CARDS = {
    "good": "pm_card_visa",
    "declined": "pm_card_chargeCustomerFail",
    "declined_on_charge": "pm_card_chargeCustomerFail",
    "insufficient": "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
    "authentication_required": "pm_card_authenticationRequired",
}
METER = "minutes"


class Example:
    """One household's life: the adapter does what the steps say, each at its time on a test clock."""

    def __init__(self, payments: StripePayments, example: dict[str, Any]) -> None:
        self.payments, self.example = payments, example
        self.prices: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self.meter = self.clock = self.customer = self.subscription = ""
        self.step = 0

    def key(self) -> str:
        self.step += 1
        return f"{self.example['id']}-{self.step}"

    async def play(self) -> dict[str, Any]:
        """The example's outcome, in the form of its ``expect``."""
        steps = self.example["steps"]
        self.meter = await self.payments.put_meter(event_name=METER, name="Minutes", key=self.key())
        start = datetime.fromisoformat(steps[0]["at"])
        self.clock = await self.payments.make_clock(at=start, name=self.example["id"], key=self.key())
        made = await self.payments.create_customer(
            reference="r1", email="maya@example.org", name="Maya", key=self.key(), clock=self.clock
        )
        self.customer = made.id
        for step in steps:
            await self.payments.move_clock(self.clock, to=datetime.fromisoformat(step["at"]))
            await getattr(self, f"do_{step['do']}")(step)
        await self.payments.move_clock(self.clock, to=datetime.fromisoformat(self.example["until"]))
        return await self.outcome()

    async def price(self, name: str) -> str:
        if name not in self.prices:
            given = FILE["prices"][name]
            await self.payments.put_product(reference=f"prod_{name}", name=name, key=self.key())
            tiers = tuple(Tier(one["up_to"], one["amount"]) for one in given.get("tiers", []))
            draft = PriceDraft(
                reference=name, product=f"prod_{name}", interval=Interval(given["interval"]),
                unit=None if tiers else Money(given["amount"]), meter=self.meter if given.get("metered") else None,
                tiers=tiers,
            )  # fmt: skip
            self.prices[name] = (await self.payments.put_price(draft, key=self.key())).id
            self.names[self.prices[name]] = name
        return self.prices[name]

    async def coupon(self, name: str) -> str:
        given = FILE["coupons"][name]
        off = given.get("amount_off")
        draft = CouponDraft(
            name, CouponDuration(given["duration"]), percent_off=given.get("percent_off"),
            amount_off=Money(off) if off else None, months=given.get("months"),
        )  # fmt: skip
        return await self.payments.put_coupon(draft, key=self.key())

    async def give_card(self, name: str) -> None:
        method = await self.payments._ask(
            self.payments.v1.payment_methods.attach_async, CARDS[name], key=self.key(), customer=self.customer
        )
        await self.payments.set_default_card(self.customer, card=method["id"], key=self.key())

    async def do_subscribe(self, step: dict[str, Any]) -> None:
        if step.get("card", "good"):
            await self.give_card(step.get("card", "good"))
        prices = {}
        for name, quantity in step["prices"].items():
            prices[await self.price(name)] = None if FILE["prices"][name].get("metered") else quantity
        days = step.get("trial_days")
        coupons = (await self.coupon(step["coupon"]),) if "coupon" in step else ()
        draft = SubscriptionDraft(
            "s1", self.customer, prices, coupons=coupons, without_card=step.get("without_card", "create_invoice"),
            trial_end=datetime.fromisoformat(step["at"]) + timedelta(days=days) if days else None,
        )  # fmt: skip
        self.subscription = (await self.payments.subscribe(draft, key=self.key())).id

    async def change(self, **more: Any) -> None:
        """Preview, then do it: the preview must be what is billed when it is billed at once."""
        change = SubscriptionChange(self.subscription, **more)
        preview = await self.payments.preview(change)
        before = (await self.payments.subscription(self.subscription)).latest_invoice
        after = await self.payments.change(change, key=self.key())
        if after.latest_invoice != before and after.latest_invoice:
            billed = await self.payments.invoice(after.latest_invoice)
            assert amounts(billed) == amounts(preview)
            assert (billed.total, billed.due) == (preview.total, preview.due)

    async def item_of(self, name: str) -> str:
        held = await self.payments.subscription(self.subscription)
        return next(one.id for one in held.items if one.price == self.prices[name])

    async def do_change(self, step: dict[str, Any]) -> None:
        quantity = None if FILE["prices"][step["to"]].get("metered") else 1
        await self.change(
            replace={await self.item_of(step["from"]): (await self.price(step["to"]), quantity)},
            proration=Proration(step["proration"]), restart=step.get("restart", False),
        )  # fmt: skip

    async def do_quantity(self, step: dict[str, Any]) -> None:
        item = await self.item_of(step["price"])
        price = await self.price(step["price"])
        await self.change(replace={item: (price, step["quantity"])}, proration=Proration(step["proration"]))

    async def do_cancel(self, step: dict[str, Any]) -> None:
        if step["when"] == "period_end":
            await self.payments.cancel_at_period_end(self.subscription, key=self.key())
        else:
            await self.payments.cancel_now(
                self.subscription, prorate=step["prorate"], invoice_now=step["invoice_now"], key=self.key()
            )

    async def do_keep(self, _step: dict[str, Any]) -> None:
        await self.payments.keep(self.subscription, key=self.key())

    async def do_end_trial(self, _step: dict[str, Any]) -> None:
        await self.change(end_trial_now=True)

    async def do_extend_trial(self, step: dict[str, Any]) -> None:
        await self.change(trial_end=datetime.fromisoformat(step["trial_end"]))

    async def do_coupon(self, step: dict[str, Any]) -> None:
        await self.change(coupons=(await self.coupon(step["coupon"]),))

    async def do_balance(self, step: dict[str, Any]) -> None:
        await self.payments.add_balance(
            self.customer, amount=Money(step["amount"]), description="by hand", key=self.key()
        )

    async def do_item(self, step: dict[str, Any]) -> None:
        draft = InvoiceItemDraft(self.customer, Money(step["amount"]), step["text"], subscription=self.subscription)
        await self.payments.add_item(draft, key=self.key())

    async def do_usage(self, step: dict[str, Any]) -> None:
        at = datetime.fromisoformat(step["at"])
        await self.payments.report_usage(
            UsageReport(f"{self.customer}-{self.key()}", METER, self.customer, step["units"], at)
        )

    async def do_card(self, step: dict[str, Any]) -> None:
        await self.give_card(step["card"])

    async def invoice(self, step: dict[str, Any]) -> str:
        return (await self.payments.invoices_of(self.customer))[::-1][step["invoice"]].id

    async def do_pay(self, step: dict[str, Any]) -> None:
        await self.payments.pay(await self.invoice(step), key=self.key())

    async def do_void(self, step: dict[str, Any]) -> None:
        await self.payments.void(await self.invoice(step), key=self.key())

    async def do_refund(self, step: dict[str, Any]) -> None:
        await self.payments.refund(
            await self.invoice(step), amount=Money(step["amount"]), reason="asked", key=self.key()
        )

    async def do_credit_note(self, step: dict[str, Any]) -> None:
        await self.payments.credit(
            await self.invoice(step), amount=Money(step["amount"]), to_card=step["to"] == "card", reason="sorry",
            key=self.key(),
        )  # fmt: skip

    async def do_pause(self, step: dict[str, Any]) -> None:
        until = datetime.fromisoformat(step["until"]) if "until" in step else None
        await self.payments.pause(
            self.subscription, behaviour=PauseBehaviour(step["behaviour"]), resumes_at=until, key=self.key()
        )

    async def do_unpause(self, _step: dict[str, Any]) -> None:
        await self.payments.unpause(self.subscription, key=self.key())

    async def outcome(self) -> dict[str, Any]:
        invoices = (await self.payments.invoices_of(self.customer))[::-1]
        refunds = [one async for one in self.payments.list_all(ObjectKind.REFUND)]
        return {
            "status": (await self.payments.subscription(self.subscription)).status.value,
            "balance": (await self.payments.customer(self.customer)).balance.minor,
            "refunded": sum(one["amount"] for one in refunds),
            "invoices": [self.told(one) for one in invoices if any(line.amount.minor for line in one.lines)],
        }

    def told(self, invoice: Invoice) -> dict[str, Any]:
        ending = invoice.ending_balance
        return {
            "at": invoice.created.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "reason": invoice.reason,
            "lines": added_up(
                [
                    {
                        "price": self.names.get(line.price or ""), "text": line.description,
                        "amount": line.amount.minor, "proration": line.proration,
                        "start": f"{line.span.start:%Y-%m-%dT%H:%M:%SZ}", "end": f"{line.span.end:%Y-%m-%dT%H:%M:%SZ}",
                    }
                    for line in invoice.lines
                ]
            ),
            "subtotal": invoice.subtotal.minor,
            "discount": invoice.discount.minor,
            "total": invoice.total.minor,
            "balance_used": 0 if ending is None else invoice.starting_balance.minor - ending.minor,
            "due": invoice.due.minor,
            "paid": invoice.paid.minor,
            "status": invoice.status.value,
        }  # fmt: skip


def amounts(invoice: Invoice) -> list[tuple[int, bool]]:
    return sorted((line.amount.minor, line.proration) for line in invoice.lines)


def added_up(lines: list[dict[str, Any]]) -> dict[str, int]:
    """Lines by what they are for; those of 0 cents left out."""
    sums: dict[str, int] = defaultdict(int)
    for line in lines:
        kind = "proration" if line.get("proration") else "line"
        name = f"{line['price']} {line['start']} {line['end']} {kind}" if line.get("price") else line["text"]
        sums[name] += line["amount"]
    return {name: amount for name, amount in sums.items() if amount}


def wanted(example: dict[str, Any]) -> dict[str, Any]:
    """The example's ``expect``, in the form of `Example.outcome`."""
    expect = example["expect"]
    invoices = [one | {"lines": added_up(one["lines"])} for one in expect["invoices"]]
    return expect | {"invoices": [one for one in invoices if one["lines"]]}


__all__ = ["FILE", "CardDeclined", "Example", "wanted"]
