"""Lines of invoices: what they cost, what a discount takes off, what usage comes to. All in whole cents."""

from fractions import Fraction
from typing import Any

from core.money import Money, rounded, share
from external.stripe.simulator.blanks import blank
from external.stripe.simulator.forms import Doc
from external.stripe.simulator.store import fresh
from external.stripe.simulator.usage import used
from external.stripe.simulator.world import World


def part_of(amount: int, seconds: int, of_seconds: int) -> int:
    """``amount`` for ``seconds`` of a period, rounded once (docs: prorations are counted to the second)."""
    return share(Money(amount), seconds, of_seconds).minor


def make_line(
    *, amount: int, description: str, start: int, end: int, currency: str, price: Doc | None = None,
    quantity: int | None = None, item: Doc | None = None, invoice_item: Doc | None = None, discountable: bool = True,
    **more: Any,
) -> Doc:  # fmt: skip
    """A line of a subscription item, of an invoice item, or of a proration (which is both)."""
    proration = bool(invoice_item and invoice_item["proration"])
    details: Doc = {"invoice_item": invoice_item["id"] if invoice_item else None, "proration": proration}
    credited = (invoice_item or {}).get("_credited")
    details |= {"proration_details": {"credited_items": credited} if proration else None}
    subscription = item["subscription"] if item else None
    details["subscription"] = subscription
    if item:
        parent = {"type": "subscription_item_details", "invoice_item_details": None,
                  "subscription_item_details": details | {"subscription_item": item["id"]}}  # fmt: skip
    else:
        subscription = details["subscription"] = _subscription_of(invoice_item)
        parent = {"type": "invoice_item_details", "invoice_item_details": details, "subscription_item_details": None}
    return blank(
        "line_item", id=fresh("il"), amount=amount, subtotal=amount, currency=currency, description=description,
        discount_amounts=[], discountable=discountable, discounts=[], invoice=None, livemode=False,
        metadata=dict((invoice_item or {}).get("metadata") or {}), parent=parent, period={"start": start, "end": end},
        pretax_credit_amounts=[], taxes=[], pricing=pricing_of(price), quantity=quantity, subscription=subscription,
    ) | more  # fmt: skip


def _subscription_of(invoice_item: Doc | None) -> str | None:
    parent = (invoice_item or {}).get("parent")
    return parent["subscription_details"]["subscription"] if parent else None


def pricing_of(price: Doc | None, unit: str | None = None) -> Doc | None:
    if price is None:
        return None
    return {
        "type": "price_details", "price_details": {"price": price["id"], "product": price["product"]},
        "unit_amount_decimal": unit if unit is not None else price["unit_amount_decimal"],
    }  # fmt: skip


def licensed_amount(price: Doc, quantity: int) -> int:
    """A period's fee."""
    return int(price["unit_amount"]) * quantity


def name_of(world: World, price: Doc) -> str:
    return str(price["nickname"] or world.store.get("product", price["product"])["name"])


def rated(price: Doc, units: int) -> list[tuple[int, int, str]]:
    """Units by graduated tier: (units, cents, price of one). A price without tiers is one tier."""
    tiers = price.get("tiers") or [{"up_to": None, "unit_amount": price["unit_amount"], "flat_amount": None}]
    rows, below = [], 0
    for tier in tiers:
        top = tier["up_to"]
        inside = max(0, units - below) if top is None else max(0, min(units, top) - below)
        if inside or (units == 0 and below == 0):
            unit = tier["unit_amount"] or 0
            rows.append((inside, inside * unit + (tier["flat_amount"] or 0 if inside else 0), str(unit)))
        if top is None or units <= top:
            break
        below = top
    return rows


def usage_lines(world: World, item: Doc, customer: str, start: int, end: int) -> list[Doc]:
    """What a metered item's meter counted, at the price that stood when it was counted (flexible billing mode).

    Negative events correct what was counted; below zero in all counts as 0 (docs, "Fix incorrect usage data").
    """
    segments = world.store.side("_segments", item["id"])["list"]
    spans = [(one["price"], max(start, one["start"])) for one in segments if one["start"] < end]
    lines = []
    for number, (price_id, begin) in enumerate(spans):
        finish = spans[number + 1][1] if number + 1 < len(spans) else end
        if finish <= begin:
            continue
        price = world.store.get("price", price_id)
        units = max(0, used(world, price["recurring"]["meter"], customer, begin, finish))
        for inside, cents, unit in rated(price, units):
            line = make_line(
                amount=cents, description=f"{inside} × {name_of(world, price)}", start=begin, end=finish,
                currency=price["currency"], price=price, quantity=inside, item=item,
                _usage={"item": item["id"], "start": start, "end": end, "segments": list(segments)},
            )  # fmt: skip
            line["pricing"] = pricing_of(price, unit)
            lines.append(line)
    return lines


def live_discounts(world: World, ids: list[str], at: int) -> list[Doc]:
    found = [world.store.get("discount", one) for one in ids]
    return [one for one in found if one["end"] is None or at < one["end"]]


def off(coupon: Doc, amount: int, *, of_period: Fraction = Fraction(1)) -> int:
    """What a coupon takes off ``amount``; fixed amounts shrink with the part of a period they are for."""
    if coupon["percent_off"] is not None:
        return min(amount, rounded(Fraction(amount) * Fraction(str(coupon["percent_off"])) / 100))
    return min(amount, rounded(Fraction(coupon["amount_off"]) * of_period))


def discounted(world: World, amount: int, discounts: list[Doc], *, of_period: Fraction = Fraction(1)) -> int:
    """``amount`` with the discounts inside, as prorations have it (proration_discounts: included)."""
    for discount in discounts:
        amount -= off(world.store.get("coupon", discount["source"]["coupon"]), amount, of_period=of_period)
    return amount


def apply_discounts(world: World, lines: list[Doc], discounts: list[Doc]) -> None:
    """Write each line's share of the discounts: percentages by line, fixed amounts in proportion to the lines."""
    for line in lines:
        line["discount_amounts"] = []
    for discount in discounts:
        coupon = world.store.get("coupon", discount["source"]["coupon"])
        open_lines = [(line, left(line)) for line in lines if line["discountable"] and left(line) > 0]
        if coupon["percent_off"] is not None:
            cuts = [off(coupon, amount) for _line, amount in open_lines]
        else:
            cuts = spread(min(coupon["amount_off"], sum(amount for _line, amount in open_lines)), open_lines)
        for (line, _amount), cut in zip(open_lines, cuts, strict=True):
            line["discount_amounts"].append({"amount": cut, "discount": discount["id"]})


def left(line: Doc) -> int:
    """A line's amount after its discounts."""
    cuts: int = sum(cut["amount"] for cut in line["discount_amounts"])
    return int(line["amount"]) - cuts


def spread(total: int, open_lines: list[tuple[Doc, int]]) -> list[int]:
    """``total`` over the lines in proportion, whole cents, adding up exactly: largest remainders first."""
    whole = sum(amount for _line, amount in open_lines)
    if not whole:
        return []
    exact = [Fraction(total * amount, whole) for _line, amount in open_lines]
    cuts = [int(part) for part in exact]
    order = sorted(range(len(cuts)), key=lambda n: exact[n] - cuts[n], reverse=True)
    for number in order[: total - sum(cuts)]:
        cuts[number] += 1
    return cuts
