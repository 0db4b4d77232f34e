"""Money adds exactly and rounds in one place only."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from core.money import Money, rounded, share

cents = st.integers(-(10**12), 10**12)


@given(first=cents, second=cents)
def test_adding_and_taking_away_again_leaves_what_was(first: int, second: int) -> None:
    assert Money(first) + Money(second) - Money(second) == Money(first)
    assert Money(0) - (-Money(first)) == Money(first)
    assert Money(first) * 3 == Money(first) + Money(first) + Money(first)


@given(amount=cents, part=st.integers(0, 10**7), whole=st.integers(1, 10**7))
def test_a_share_is_never_further_than_half_a_cent_from_the_truth(amount: int, part: int, whole: int) -> None:
    truth = Fraction(amount * part, whole)
    assert abs(share(Money(amount), part, whole).minor - truth) <= Fraction(1, 2)


@given(value=st.decimals(-10_000, 10_000, places=1))
def test_halves_go_away_from_zero_as_decimal_rounds_them(value: Decimal) -> None:
    assert rounded(Fraction(value)) == int(value.quantize(Decimal(1), ROUND_HALF_UP))


@pytest.mark.parametrize("currency", ["", "usd", "US", "EURO", "ÄÖÜ"])
def test_a_currency_is_three_capital_letters(currency: str) -> None:
    with pytest.raises(Invalid, match="three capital letters"):
        Money(1, currency)


def test_two_currencies_do_not_mix() -> None:
    with pytest.raises(Invalid, match="USD and EUR"):
        Money(1) + Money(1, "EUR")
    with pytest.raises(Invalid, match="whole above 0"):
        share(Money(1), 1, 0)
