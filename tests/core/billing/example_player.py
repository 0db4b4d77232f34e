"""Plays a worked example of tests/money_examples.json as facts of ours."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from core.billing.bills import LineKind
from core.billing.facts import Fact, FactKind
from core.billing.life import replay
from core.billing.life_model import Life
from core.billing.terms import Interval, PlanTerms, terms_dict
from core.billing.usage_view import UsagePiece, UsageView, minute_of
from core.money import Money

FILE = json.loads((Path(__file__).parents[2] / "money_examples.json").read_text())
EXAMPLES: list[dict[str, Any]] = FILE["examples"]
COUPONS: dict[str, dict[str, Any]] = FILE["coupons"]


def played(example: dict[str, Any]) -> tuple[list[Fact], list[UsagePiece], datetime]:
    """The example's steps as facts, each bill closed and paid an hour after it was made, where a good card is there."""
    until = datetime.fromisoformat(example["until"])
    player = Player()
    for step in example["steps"]:
        at = datetime.fromisoformat(step["at"])
        player.settle(at)
        getattr(player, f"do_{step['do']}", player.do_nothing)(at, step)
    player.settle(until)
    return player.facts, player.pieces, until


class Player:
    """``owed``: a balance set by hand before there was a subscription."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.pieces: list[UsagePiece] = []
        self.prices: dict[str, int] = {}
        self.good = True
        self.trial = self.owed = 0

    def do_nothing(self, at: datetime, step: dict[str, Any]) -> None:
        """What ours has not: the example is another than ours then."""

    def do_subscribe(self, at: datetime, step: dict[str, Any]) -> None:
        self.prices = dict(step["prices"])
        self.trial = step.get("trial_days", 0)
        card = step.get("card", "good")
        self.good = card == "good"
        self.add(at, FactKind.JOINED, terms=self.terms(), host=False, trial_days=self.trial)
        if "coupon" in step:
            self.do_coupon(at, step)
        self.by_hand(at, self.owed)
        self.add(at, FactKind.CARD_SAVED)
        if card is None:
            self.add(at, FactKind.CARD_LOST)

    def do_coupon(self, at: datetime, step: dict[str, Any]) -> None:
        given = COUPONS[step["coupon"]]
        if "amount_off" in given:
            self.by_hand(at, -given["amount_off"])
            return
        periods = {"once": 1, "repeating": given.get("months"), "forever": 0}[given["duration"]]
        self.add(at, FactKind.COUPON_GIVEN, percent=given["percent_off"], periods=periods, note=step["coupon"])

    def do_balance(self, at: datetime, step: dict[str, Any]) -> None:
        if self.facts:
            self.by_hand(at, step["amount"])
        else:
            self.owed = step["amount"]

    def do_item(self, at: datetime, step: dict[str, Any]) -> None:
        self.by_hand(at, step["amount"], step["text"])

    def do_change(self, at: datetime, step: dict[str, Any]) -> None:
        self.prices[step["to"]] = self.prices.pop(step["from"])
        self.add(at, FactKind.PLAN_CHANGED, terms=self.terms(), proration=step["proration"])

    def do_quantity(self, at: datetime, step: dict[str, Any]) -> None:
        self.prices[step["price"]] = step["quantity"]
        self.add(at, FactKind.PLAN_CHANGED, terms=self.terms(), proration=step["proration"])

    def do_pause(self, at: datetime, step: dict[str, Any]) -> None:
        """A pause of ours ends with the period that holds Stripe's date."""
        self.add(at, FactKind.PAUSED, periods=1 if "until" in step else 0)

    def do_unpause(self, at: datetime, _step: dict[str, Any]) -> None:
        self.add(at, FactKind.RESUMED)

    def do_cancel(self, at: datetime, step: dict[str, Any]) -> None:
        self.add(at, FactKind.CANCELLED, now=step["when"] == "now")

    def do_keep(self, at: datetime, _step: dict[str, Any]) -> None:
        self.add(at, FactKind.CANCEL_UNDONE)

    def do_usage(self, at: datetime, step: dict[str, Any]) -> None:
        self.pieces.append(UsagePiece(minute_of(at), 1, step["units"], at, len(self.pieces) + 1))

    def do_card(self, _at: datetime, step: dict[str, Any]) -> None:
        self.good = step["card"] == "good"

    def do_pay(self, at: datetime, step: dict[str, Any]) -> None:
        self.add(at, FactKind.PAID, number=self.number(step))

    def do_void(self, at: datetime, step: dict[str, Any]) -> None:
        self.add(at, FactKind.BILL_VOIDED, number=self.number(step))

    def do_refund(self, at: datetime, step: dict[str, Any]) -> None:
        to = step.get("to", "card")
        self.add(at, FactKind.REFUNDED, number=self.number(step), minor=step["amount"], to=to, reason="")

    def do_credit_note(self, at: datetime, step: dict[str, Any]) -> None:
        if self.life(at).bills[self.number(step) - 1].paid_at:
            self.do_refund(at, step)

    def by_hand(self, at: datetime, amount: int, note: str = "by hand") -> None:
        if amount:
            kind = FactKind.CHARGED if amount > 0 else FactKind.CREDITED
            self.add(at, kind, minor=abs(amount), note=note)

    def number(self, step: dict[str, Any]) -> int:
        return int(step["invoice"]) + (0 if self.trial else 1)

    def add(self, at: datetime, kind: FactKind, **data: Any) -> None:
        self.facts.append(Fact(at, kind, data))

    def settle(self, until: datetime) -> None:
        """Close and charge each bill: the first of all and those made by a change at once, renewals after an hour."""
        if not self.facts:
            return
        while True:
            life = self.life(until)
            waiting = [bill for bill in life.bills if not bill.closed]
            unpaid = [bill for bill in life.bills if bill.closed and not bill.settled and self.good]
            if waiting:
                bill = waiting[0]
                renewal = any(line.kind is LineKind.PLAN for line in bill.lines) and bill.number > 1
                at = bill.at + timedelta(hours=1 if renewal else 0)
                if at > until:
                    return
                self.add(at, FactKind.BILL_CLOSED, number=bill.number, known_by=at.isoformat())
                if bill.due.minor:
                    kind = FactKind.PAID if self.good else FactKind.PAYMENT_FAILED
                    self.add(at, kind, number=bill.number)
                continue
            retry = [one for one in unpaid if one.failed_at and one.failed_at + timedelta(days=3) <= until]
            if not retry:
                return
            self.add(retry[0].failed_at + timedelta(days=3), FactKind.PAID, number=retry[0].number)

    def life(self, until: datetime) -> Life:
        self.facts.sort(key=lambda fact: fact.at)
        return replay(self.facts, until, UsageView(self.pieces))

    def terms(self) -> dict[str, Any]:
        fixed = [
            (FILE["prices"][name], count)
            for name, count in self.prices.items()
            if not FILE["prices"][name].get("metered")
        ]
        metered = [FILE["prices"][name] for name in self.prices if FILE["prices"][name].get("metered")]
        tiers = metered[0].get("tiers") if metered else None
        return terms_dict(
            PlanTerms(
                version_id=UUID(int=1),
                code="example",
                version=1,
                name="Example",
                interval=Interval(fixed[0][0]["interval"]),
                price=Money(fixed[0][0]["amount"] * fixed[0][1]),
                included_minutes=tiers[0]["up_to"] if tiers else 0,
                overage=Money((tiers[-1]["amount"] if tiers else metered[0]["amount"]) if metered else 0),
                area_cap_m2=0,
            )
        )
