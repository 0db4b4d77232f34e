"""What may be done to a subscription, and what it costs: rules found by living random lives at Stripe as well."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from core.billing.bills import LineKind
from core.billing.facts import Fact, FactKind
from core.billing.life import replay
from core.billing.life_model import Life
from core.billing.shadow import shadow_bills
from core.billing.terms import PlanTerms, terms_dict
from core.errors import Conflict
from core.money import Money
from tests.core.billing.lives import rows, terms

APRIL = datetime(2027, 4, 1, tzinfo=UTC)


def plan(cents: int) -> PlanTerms:
    made = terms(cents, Random(0))
    return PlanTerms(
        version_id=made.version_id, code=f"p{cents}", version=1, name="Plan", interval=made.interval.MONTH,
        price=Money(cents), included_minutes=0, overage=Money(0), area_cap_m2=0,
    )  # fmt: skip


class Household:
    """On a plan of 10 dollars since the first of April."""

    def __init__(self) -> None:
        joined = {"terms": terms_dict(plan(1_000)), "host": False, "trial_days": 0}
        self.facts = [Fact(APRIL, FactKind.JOINED, joined), Fact(APRIL, FactKind.CARD_SAVED)]

    def does(self, kind: FactKind, *, day: int = 1, **data: Any) -> "Household":
        self.facts.append(Fact(APRIL + timedelta(days=day - 1), kind, data))
        return self

    def closes(self, number: int, *, day: int = 1) -> "Household":
        at = APRIL + timedelta(days=day - 1)
        return self.does(FactKind.BILL_CLOSED, day=day, number=number, known_by=at.isoformat())

    def life(self, day: int = 40) -> Life:
        return replay(self.facts, APRIL + timedelta(days=day - 1))

    def given_back(self) -> tuple[list[int], list[int]]:
        """By ours and by the shadow."""
        ours = [line.amount.minor for bill in self.life().bills for line in bill.lines if line.kind is LineKind.UNUSED]
        bills = shadow_bills(rows(self.facts), [], (APRIL + timedelta(days=39)).timestamp())
        return ours, [amount for bill in bills for kind, amount in bill.lines if kind == "unused"]


def test_what_a_void_bill_had_charged_is_not_given_back() -> None:
    home = Household().closes(1).does(FactKind.BILL_VOIDED, number=1).does(FactKind.CANCELLED, day=16, now=True)
    assert home.given_back() == ([0], [0])
    assert home.life().balance == Money(0)


def test_a_void_bill_takes_nothing_from_what_is_charged_since() -> None:
    home = Household().closes(1).does(FactKind.PAID, number=1).closes(2, day=31)
    home.does(FactKind.PLAN_CHANGED, day=31, terms=terms_dict(plan(2_000)), proration="create_prorations")
    home.does(FactKind.BILL_VOIDED, day=31, number=2).does(FactKind.CANCELLED, day=31, now=True)
    assert home.given_back() == ([-2_000, -1_000], [-2_000, -1_000])


def test_a_bill_with_nothing_due_is_settled_and_cannot_be_voided() -> None:
    home = Household().does(FactKind.CREDITED, minor=1_500, note="goodwill")
    home.facts[1], home.facts[2] = home.facts[2], home.facts[1]
    home.closes(1).does(FactKind.BILL_VOIDED, number=1)
    with pytest.raises(Conflict, match="cannot be voided"):
        home.life()


def test_a_change_to_the_plan_that_holds_already_is_refused() -> None:
    home = Household().closes(1).does(FactKind.PAID, number=1)
    home.does(FactKind.PLAN_CHANGED, day=16, terms=terms_dict(plan(1_000)), proration="create_prorations")
    with pytest.raises(Conflict, match="on this plan already"):
        home.life()
