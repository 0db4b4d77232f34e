"""Credits and debits of a change in mid-period, by the flexible mode's rule: what was debited is what is credited."""

from fractions import Fraction

from external.stripe.simulator.blanks import blank
from external.stripe.simulator.forms import Doc
from external.stripe.simulator.lines import (
    discounted,
    licensed_amount,
    live_discounts,
    name_of,
    part_of,
    pricing_of,
    usage_lines,
)
from external.stripe.simulator.store import fresh
from external.stripe.simulator.world import World


def note_debit(world: World, item_id: str, *, net: int, start: int, end: int, source: Doc) -> None:
    """Remember what was charged for an item's time; ``source`` is the invoice line or invoice item."""
    side = world.store.side("_debits", item_id)
    side["list"] = [one for one in side["list"] if one["end"] > start]  # what has ended is never credited
    side["list"].append(
        {
            "net": net,
            "start": start,
            "end": end,
            "source": source["id"],
            "invoice": source.get("invoice"),
            "price": source["pricing"]["price_details"]["price"],
            "quantity": source["quantity"],
        }
    )
    world.store.touch(side)


def forget_debits(world: World, line: Doc) -> None:
    """A void line charged nothing."""
    details = line["parent"]["subscription_item_details"]
    if details:
        side = world.store.side("_debits", details["subscription_item"])
        gone = {line["id"], details["invoice_item"]}
        side["list"] = [one for one in side["list"] if one["source"] not in gone]
        world.store.touch(side)


def invoice_item(
    world: World, customer: Doc, *, amount: int, description: str, start: int, end: int, subscription: str | None,
    item: Doc | None = None, price: Doc | None = None, quantity: int = 1, proration: bool = False,
    discountable: bool = True, **more: object,
) -> Doc:  # fmt: skip
    """An item that waits for the customer's, or the subscription's, next invoice."""
    parent = None
    if subscription:
        parent = {
            "type": "subscription_details",
            "subscription_details": {"subscription": subscription, "subscription_item": item["id"] if item else None},
        }
    credited = more.get("_credited")
    details: Doc | None = None
    if proration:
        shown = {"type": "invoice_line_items", "invoice_item": None, "invoice_line_item_details": credited}
        details = {"credited_items": shown if credited else None, "discount_amounts": []}
    kept = world.store.put(
        blank(
            "invoiceitem", id=fresh("ii"), amount=amount, currency="usd", customer=customer["id"],
            date=world.now(customer), description=description, discountable=discountable, discounts=[], invoice=None,
            livemode=False, metadata={}, parent=parent, period={"start": start, "end": end},
            pricing=pricing_of(price), proration=proration, proration_details=details, quantity=quantity,
            quantity_decimal=str(quantity), test_clock=customer["test_clock"],
        )
        | more
    )  # fmt: skip
    pending = world.store.side("_pending", customer["id"])
    pending["list"].append(kept["id"])
    world.store.touch(pending)
    world.tell("invoiceitem.created", kept)
    return kept


def credit_unused(world: World, subscription: Doc, item: Doc, at: int) -> None:
    """Credit what was debited for the time after ``at``: one line for every debit."""
    customer = world.store.get("customer", subscription["customer"])
    side = world.store.side("_debits", item["id"])
    for debit in [one for one in side["list"] if one["end"] > at]:
        side["list"].remove(debit)
        begin = max(at, debit["start"])
        back = part_of(debit["net"], debit["end"] - begin, debit["end"] - debit["start"])
        if back == 0:
            continue
        price = world.store.get("price", debit["price"])
        invoice_item(
            world, customer, amount=-back, description=f"Unused time on {name_of(world, price)}", start=begin,
            end=debit["end"], subscription=subscription["id"], item=item, price=price, quantity=debit["quantity"],
            proration=True, discountable=False,
            _credited={"invoice": debit["invoice"], "invoice_line_items": [debit["source"]]}
            if debit["invoice"] else None,
        )  # fmt: skip
    world.store.touch(side)


def debit_remaining(world: World, subscription: Doc, item: Doc, at: int) -> None:
    """Charge the item's new price for the time from ``at`` to the end of its period, discounts inside."""
    customer = world.store.get("customer", subscription["customer"])
    price = world.store.get("price", item["price"]["id"])
    start, end = item["current_period_start"], item["current_period_end"]
    part = Fraction(end - at, end - start)
    gross = part_of(licensed_amount(price, item["quantity"]), end - at, end - start)
    discounts = live_discounts(world, subscription["discounts"], at)
    net = discounted(world, gross, discounts, of_period=part)
    if net == 0:
        return
    kept = invoice_item(
        world, customer, amount=net, description=f"Remaining time on {name_of(world, price)}", start=at, end=end,
        subscription=subscription["id"], item=item, price=price, quantity=item["quantity"], proration=True,
        discountable=False,
    )  # fmt: skip
    note_debit(world, item["id"], net=net, start=at, end=end, source=kept)


def bill_usage_so_far(world: World, subscription: Doc, item: Doc, at: int) -> None:
    """A metered item that goes away leaves its unbilled usage behind as invoice items."""
    customer = world.store.get("customer", subscription["customer"])
    if subscription["status"] == "trialing":
        return
    for line in usage_lines(world, item, customer["id"], item["current_period_start"], at):
        if line["amount"]:
            price = world.store.get("price", line["pricing"]["price_details"]["price"])
            invoice_item(
                world, customer, amount=line["amount"], description=line["description"], start=line["period"]["start"],
                end=line["period"]["end"], subscription=subscription["id"], item=item, price=price,
                quantity=line["quantity"],
            )  # fmt: skip
