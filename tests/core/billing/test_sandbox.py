"""Fourteen months of a household on a movable clock, without a database."""

from datetime import UTC, datetime
from random import Random

from core.billing import FactKind, Sandbox, Status
from tests.core.billing.lives import terms

START = datetime(2027, 1, 15, 9, tzinfo=UTC)


def monthly(seed: int = 3) -> Sandbox:
    plan = next(
        one for number in range(50) if (one := terms(seed, Random(number))).interval == "month" and one.price.minor
    )
    return Sandbox(plan, START)


def test_fourteen_months_make_thirteen_bills_that_both_engines_agree_on() -> None:
    box = monthly()
    life = box.move(30 * 14)
    assert len(life.bills) == 13 and life.status is Status.ACTIVE
    assert all(box.difference(bill) == "" for bill in life.bills)
    assert all(data["agrees"] for _at, kind, data in box.log if kind == "bill")


def test_a_card_that_stops_paying_leads_through_dunning_to_suspension_and_back() -> None:
    box = monthly()
    box.move(40)
    box.pays = False
    assert box.move(31).status is Status.PAST_DUE
    assert box.move(31).status is Status.SUSPENDED
    box.pays = True
    assert box.move(2).status is Status.ACTIVE
    assert sum(kind == "notice:dunning" for _at, kind, _data in box.log) >= 10


def test_moves_of_people_are_played_by_the_same_rules() -> None:
    box = monthly()
    box.move(35)
    box.do(FactKind.PAUSED, periods=1)
    assert box.move(30).status is Status.PAUSED
    assert box.move(31).status is Status.ACTIVE
    box.do(FactKind.CANCELLED, now=False)
    assert box.move(31).status is Status.CANCELED
