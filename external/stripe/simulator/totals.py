"""What an invoice comes to: usage, discounts, tax and totals."""

from fractions import Fraction

from core.money import rounded
from external.stripe.simulator.forms import Doc
from external.stripe.simulator.lines import apply_discounts, left, live_discounts, usage_lines
from external.stripe.simulator.world import World


def add_up(world: World, invoice: Doc) -> None:
    """Discounts, tax and totals of a draft, anew."""
    lines = invoice["lines"]["data"]
    apply_discounts(world, lines, live_discounts(world, invoice["discounts"], invoice["created"]))
    taxes = _tax(world, invoice, lines)
    by_discount: dict[str, int] = {}
    for line in lines:
        line["invoice"] = invoice["id"]
        for cut in line["discount_amounts"]:
            by_discount[cut["discount"]] = by_discount.get(cut["discount"], 0) + cut["amount"]
    invoice["subtotal"] = invoice["subtotal_excluding_tax"] = sum(line["amount"] for line in lines)
    invoice["total_discount_amounts"] = [{"amount": cut, "discount": one} for one, cut in by_discount.items()]
    invoice["total_excluding_tax"] = invoice["subtotal"] - sum(by_discount.values())
    invoice["total"] = invoice["total_excluding_tax"] + taxes
    customer = world.store.get("customer", invoice["customer"])
    invoice["starting_balance"] = customer["balance"]
    invoice["amount_due"], _after = settlement(world, invoice["total"], customer["balance"])
    invoice["amount_remaining"] = invoice["amount_due"]


def settlement(world: World, total: int, balance: int) -> tuple[int, int]:
    """What is due by card, and the balance afterwards. Too little to charge waits, as a debt, for the next invoice."""
    owed = total + balance
    due, after = max(0, owed), min(0, owed)
    return (0, owed) if 0 < due < world.rules.least_charge else (due, after)


def _tax(world: World, invoice: Doc, lines: list[Doc]) -> int:
    """Stripe Tax, where it is on: one rate for all, each line rounded by itself."""
    if not invoice["automatic_tax"]["enabled"]:
        return 0
    invoice["automatic_tax"]["status"] = "complete"
    details = {"tax_behavior": "exclusive", "tax_rate_details": {"tax_rate": "txr_simulated"},
               "taxability_reason": "standard_rated", "type": "tax_rate_details"}  # fmt: skip
    for line in lines:
        base = left(line)
        cents = rounded(Fraction(base * world.rules.tax_basis_points, 10_000))
        line["taxes"] = [details | {"amount": cents, "taxable_amount": base}]
    total: int = sum(line["taxes"][0]["amount"] for line in lines)
    taxed = invoice["subtotal"] if not lines else sum(left(line) for line in lines)
    invoice["total_taxes"] = [details | {"amount": total, "taxable_amount": taxed}]
    return total


def count_usage_again(world: World, invoice: Doc) -> None:
    """Events that came while the invoice was a draft count, if their time lies in its period."""
    lines: list[Doc] = []
    done: set[str] = set()
    for line in invoice["lines"]["data"]:
        mark = line.get("_usage")
        if mark is None:
            lines.append(line)
        elif mark["item"] not in done:
            done.add(mark["item"])
            lines += _recounted(world, invoice, mark, line)
    invoice["lines"]["data"] = lines


def _recounted(world: World, invoice: Doc, mark: Doc, line: Doc) -> list[Doc]:
    item = world.store.find(mark["item"])
    if item is None:
        return [line]
    kept = world.store.side("_segments", item["id"])
    now_list, kept["list"] = kept["list"], mark["segments"]
    try:
        again = usage_lines(world, item, invoice["customer"], mark["start"], mark["end"])
    finally:
        kept["list"] = now_list
    for one in again:
        one["_usage"] = mark
    return again
