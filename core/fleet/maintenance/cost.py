"""Amounts as people write them. No float ever holds one."""

from decimal import Decimal, InvalidOperation

from core.errors import Invalid
from core.money import Money
from core.texts import Text

MINOR_DIGITS = {"JPY": 0, "KRW": 0, "ISK": 0, "CLP": 0, "VND": 0, "KWD": 3, "BHD": 3, "OMR": 3, "TND": 3, "JOD": 3}
"""Currencies (ISO 4217) whose minor unit is not a hundredth."""
MOST = 10**12


def minor_digits(currency: str) -> int:
    """Decimal places of a currency."""
    return MINOR_DIGITS.get(currency, 2)


def parse_cost(text: str, currency: str) -> Money:
    """``12``, ``12.5``, ``12,50``. ``Invalid`` for more places than the currency has, below 0, and for nonsense."""
    written, digits = text.strip().replace(",", "."), minor_digits(currency)
    wrong = Text("{given!r} is not an amount such as 12.50", given=text[:40])
    try:
        minor = Decimal(written).scaleb(digits)
    except InvalidOperation:
        raise Invalid(wrong) from None
    if not minor.is_finite() or minor != minor.to_integral_value() or not 0 <= minor <= MOST:
        raise Invalid(wrong)
    return Money(int(minor), currency)


def amount_of(cost: Money) -> Decimal:
    """The amount in major units, exactly."""
    return Decimal(cost.minor).scaleb(-minor_digits(cost.currency))
