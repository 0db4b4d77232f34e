"""Money: whole minor units of one currency. Nothing here rounds but `share`, which says how."""

from dataclasses import dataclass
from fractions import Fraction

from core.errors import Invalid
from core.texts import Text


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """``minor`` units (cents) of ``currency`` (ISO 4217, upper case). May be negative. ``Invalid`` for a bad currency.

    Arithmetic needs equal currencies: ``Invalid`` otherwise.
    """

    minor: int
    currency: str = "USD"

    def __post_init__(self) -> None:
        if not (len(self.currency) == 3 and self.currency.isascii() and self.currency.isupper()):
            raise Invalid(Text("currency {currency!r}: expected three capital letters", currency=self.currency))

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __mul__(self, times: int) -> "Money":
        return Money(self.minor * times, self.currency)

    __rmul__ = __mul__

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise Invalid(
                Text("expected one currency, not {first} and {second}", first=self.currency, second=other.currency)
            )
        return other.minor


def share(amount: Money, part: int, whole: int) -> Money:
    """``amount`` x ``part`` / ``whole``, rounded once to the nearest minor unit, halves away from zero.

    ``part`` may be negative; ``Invalid`` when ``whole`` is not above 0.
    """
    if whole <= 0:
        raise Invalid(Text("a share of {whole}: expected a whole above 0", whole=whole))
    return Money(rounded(Fraction(amount.minor * part, whole)), amount.currency)


def rounded(value: Fraction) -> int:
    """To the nearest whole number, halves away from zero: as invoices are read."""
    whole = (abs(value) * 2 + 1) // 2
    return int(whole) if value >= 0 else -int(whole)
