"""The worked examples of Stripe's documents: ours and the shadow must meet them, cent for cent."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import pytest

from core.billing.bills import LineKind
from core.billing.facts import Fact
from core.billing.life import replay
from core.billing.life_model import Life
from core.billing.shadow import shadow_bills
from core.billing.usage_view import UsagePiece, UsageView
from tests.core.billing.example_player import COUPONS, EXAMPLES, played
from tests.core.billing.lives import mown, rows

STATUS = {"unpaid": "suspended"}
"""Where Stripe's word for how an example ends is another than ours."""
NOT_OURS = {
    "coupon-larger-than-the-bill": "what a credit of ours leaves over is kept for the next bill, not lost",
    "items-of-ours-are-discounted": "a coupon of ours is off the plan's price; extras cost the same",
    "trial-ended-early": "a trial of ours ends by its own clock, not by hand",
    "trial-extended": "the end of a trial of ours is not moved",
    "trial-without-card-pauses": "without a card ours suspends at the end of the trial, and the first bill stands",
    "trial-without-card-cancels": "without a card ours suspends at the end of the trial, and the first bill stands",
    "cancel-now-without-credit": "ours gives back what is unused whenever it ends at once",
    "less-than-the-least-charge": "ours bills any amount; the provider carries what is below 50 cents to its next",
    "a-new-rate-in-mid-period": "minutes of a period cost the rate in force at its end (ADR 0022)",
    "credit-note-on-an-open-invoice": "an open bill of ours is voided and made anew, not lowered",
    "first-payment-declined": "ours suspends an unpaid first bill and goes on asking; Stripe voids it after 23 hours",
    "paused-as-draft": "what a pause of ours passes over is never billed, so there is no draft to keep",
    "paused-and-written-off": "what a pause of ours passes over is never billed, so there is nothing to write off",
}
"""Why an example is the provider's alone: what our subscriptions never do, by the example's id."""
OURS = [example for example in EXAMPLES if example["id"] not in NOT_OURS]


def test_at_least_forty_examples_are_met_by_all_three_and_each_other_is_named_with_its_reason() -> None:
    assert NOT_OURS.keys() <= {example["id"] for example in EXAMPLES}
    assert len(OURS) == len(EXAMPLES) - len(NOT_OURS) >= 55


@pytest.mark.parametrize("example", OURS, ids=lambda example: example["id"])
def test_both_engines_meet_the_example(example: dict[str, Any]) -> None:
    facts, pieces, until = played(example)
    assert outcome(facts, pieces, until) == wanted(example)
    assert shadowed(facts, pieces, until) == expected(example)


@pytest.mark.parametrize("name", NOT_OURS)
def test_an_example_that_is_left_out_is_really_another_than_ours(name: str) -> None:
    example = next(one for one in EXAMPLES if one["id"] == name)
    assert outcome(*played(example)) != wanted(example)


def outcome(facts: list[Fact], pieces: list[UsagePiece], until: datetime) -> tuple[object, ...]:
    """Bills, what the household owes beside them (below zero: credit), and the status."""
    life = replay(facts, until, UsageView(pieces))
    return ours(life), -life.balance.minor, life.status.value


def wanted(example: dict[str, Any]) -> tuple[object, ...]:
    expect = example["expect"]
    return expected(example), expect["balance"], STATUS.get(expect["status"], expect["status"])


def ours(life: Life) -> list[tuple[object, ...]]:
    return [
        (
            int(bill.at.timestamp()),
            _lines(line.amount.minor for line in bill.lines if line.kind is not LineKind.COUPON),
            bill.total.minor,
            bill.due.minor,
        )
        for bill in life.bills
    ]


def shadowed(facts: list[Fact], pieces: list[UsagePiece], until: datetime) -> list[tuple[object, ...]]:
    return [
        (bill.at, _lines(amount for kind, amount in bill.lines if kind != "coupon"), bill.total, bill.due)
        for bill in shadow_bills(rows(facts), mown(pieces), until.timestamp())
    ]


def expected(example: dict[str, Any]) -> list[tuple[object, ...]]:
    """What the example's invoices are as bills of ours.

    What a percentage takes off shows in the totals; an amount off, and a balance set by hand, are lines of the next
    bill; what is void by a pause, or stays a draft while unpaid, is no bill at all.
    """
    steps = example["steps"]
    paused = any(step["do"] == "pause" for step in steps)
    waiting = [step for step in steps if step["do"] == "balance"]
    found: list[tuple[object, ...]] = []
    for invoice in example["expect"]["invoices"]:
        if invoice["status"] == "draft" or (paused and invoice["status"] == "void"):
            continue
        amounts = [line["amount"] for line in invoice["lines"]]
        if any("amount_off" in COUPONS[step["coupon"]] for step in steps if "coupon" in step):
            amounts.append(-invoice["discount"])
        by_hand = [step["amount"] for step in waiting if step["at"] <= invoice["at"]]
        waiting = [step for step in waiting if step["at"] > invoice["at"]]
        lines = _lines([*amounts, *by_hand])
        at = int(datetime.fromisoformat(invoice["at"]).timestamp())
        if lines:
            found.append((at, lines, invoice["total"] + sum(by_hand), invoice["due"]))
    return found


def _lines(amounts: Iterable[int]) -> list[int]:
    return sorted(amount for amount in amounts if amount)
