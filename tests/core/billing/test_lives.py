"""Ours and the shadow agree to the cent on every bill of random lives."""

import ast
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import core.billing.shadow
from core.billing.bills import Bill, LineKind
from core.billing.shadow import ShadowBill
from core.billing.usage_view import UsageView
from tests.core.billing.lives import HORIZON, RandomLife
from tests.proofs import cases, counted, record

LIVES = st.integers(min_value=0, max_value=2**32)
MINUTES = frozenset({LineKind.OVERAGE, LineKind.LATE})


@counted(sample=60, full=10_000)
@given(LIVES)
def test_ours_and_the_shadow_agree_on_every_cent_of_a_random_life(seed: int) -> None:
    life = RandomLife(seed).play()
    horizon = life.now + HORIZON
    ours, theirs = life.life(horizon).bills, life.shadow(horizon)
    assert [figures(bill) for bill in ours] == [shadow_figures(bill) for bill in theirs]


@counted(sample=40, full=2_000)
@given(LIVES)
def test_books_of_a_random_life_add_up(seed: int) -> None:
    life = RandomLife(seed).play().life()
    for bill in life.bills:
        assert bill.total.minor == sum(line.amount.minor for line in bill.lines)
        assert bill.due.minor == max(0, bill.total.minor) - bill.credit_used.minor
        assert bill.due.minor >= 0 and bill.credit_used.minor >= 0
    gained = sum(max(0, -bill.total.minor) for bill in life.bills)
    used = sum(bill.credit_used.minor for bill in life.bills)
    assert life.balance.minor >= gained - used and life.balance.minor >= 0


@pytest.mark.prove(figure="share of lives that hold each kind of move")
def test_random_lives_hold_every_kind_of_move(request: pytest.FixtureRequest) -> None:
    count = cases(sample=60, full=500)
    seen: Counter[str] = Counter()
    for seed in range(count):
        seen.update(RandomLife(seed).play().done)
    record(request, ", ".join(f"{kind} {found / count:.0%}" for kind, found in sorted(seen.items())))
    wanted = {"plan_changed", "paused", "resumed", "cancelled", "cancel_undone", "credited", "refunded", "paid",
              "payment_failed", "bill_closed", "late minutes", "reversal", "charged", "bill_voided", "card_lost",
              "trialing", "awaiting", "active", "past_due", "suspended", "canceled"}  # fmt: skip
    assert wanted <= seen.keys()


def figures(bill: Bill) -> tuple[object, ...]:
    lines = sorted((line.kind.value, line.amount.minor) for line in bill.lines if line.amount.minor)
    return (bill.number, int(bill.at.timestamp()), lines, bill.total.minor, bill.credit_used.minor, bill.due.minor)


def shadow_figures(bill: ShadowBill) -> tuple[object, ...]:
    lines = sorted((kind, amount) for kind, amount in bill.lines if amount)
    return (bill.number, bill.at, lines, bill.total, bill.credit_used, bill.due)


def test_the_shadow_shares_nothing_with_our_engine_but_money() -> None:
    folder = Path(core.billing.shadow.__file__).parent
    modules = {
        node.module
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module
    }
    ours = {module for module in modules if module.startswith("core.") and not module.startswith("core.billing.shadow")}
    assert ours == {"core.money"}


@counted(sample=40, full=2_000)
@given(LIVES)
def test_no_minute_of_a_random_life_is_billed_twice(seed: int) -> None:
    played = RandomLife(seed).play()
    life = played.life(played.now + HORIZON)
    spans = [window.span for window in life.windows]
    assert all(before.end <= after.start for before, after in pairwise(spans))
    billed = sum(line.minutes for bill in life.bills for line in bill.lines if line.kind in MINUTES)
    assert billed == sum(window.billed_minutes for window in life.windows)
    for window in life.windows:
        known = [played.now + HORIZON, *(bill.known_by for bill in life.bills)]
        beyond = {max(0, UsageView(played.pieces).minutes(window.span, at) - window.allowance) for at in known}
        assert window.billed_minutes in beyond | {0}
