"""What a member has agreed to: one version of a plan, frozen. A later version binds only those who join or change."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from core.errors import Invalid
from core.money import Money, share
from core.texts import Text

NOTHING = Money(0)


class Interval(StrEnum):
    """How often the price falls due."""

    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTerms:
    """One version of a plan. Raises ``Invalid`` with what was expected when a figure is outside its range."""

    version_id: UUID
    code: str
    version: int
    name: str
    interval: Interval
    price: Money
    """For one period, due when the period begins."""
    included_minutes: int
    """Mowed minutes of a period that cost nothing more; 0 to 527,040 (a leap year)."""
    overage: Money
    """For each minute beyond, due when the period has ended."""
    area_cap_m2: int
    """The largest lawn that may be on this plan, in m²; 0 = any."""
    priority: int = 0
    """Who is served first; the larger, the sooner: 0 to 9."""
    host_discount_percent: int = 0
    """What the household that keeps the dock pays less, 0 to 100 % of the price; minutes beyond cost the same."""
    power_per_kwh: Money = NOTHING
    """What a host is credited for each kilowatt-hour the dock draws."""

    def __post_init__(self) -> None:
        for name, least, most in LIMITS:
            value = getattr(self, name)
            number = value.minor if isinstance(value, Money) else value
            if not least <= number <= most:
                raise Invalid(
                    Text(
                        "{field} {value}: expected {least} to {most}", field=name, value=number, least=least, most=most
                    )
                )
        if len({self.price.currency, self.overage.currency, self.power_per_kwh.currency}) != 1:
            raise Invalid(Text("plan {code}: expected one currency for all its prices", code=self.code))

    @property
    def currency(self) -> str:
        return self.price.currency

    def price_for(self, *, host: bool) -> Money:
        """The price of a period, the host's discount taken off and rounded once."""
        return share(self.price, 100 - self.host_discount_percent, 100) if host else self.price

    def covers(self, lawn_m2: float) -> bool:
        return self.area_cap_m2 == 0 or lawn_m2 <= self.area_cap_m2


LIMITS = (
    ("price", 0, 10_000_000),
    ("included_minutes", 0, 527_040),
    ("overage", 0, 100_000),
    ("area_cap_m2", 0, 100_000),
    ("priority", 0, 9),
    ("host_discount_percent", 0, 100),
    ("power_per_kwh", 0, 100_000),
)
"""Field, least, most; money in minor units."""


def terms_dict(terms: PlanTerms) -> dict[str, Any]:
    """As JSON keeps it."""
    return {
        "version_id": str(terms.version_id),
        "code": terms.code,
        "version": terms.version,
        "name": terms.name,
        "interval": terms.interval.value,
        "currency": terms.currency,
        "price": terms.price.minor,
        "included_minutes": terms.included_minutes,
        "overage": terms.overage.minor,
        "area_cap_m2": terms.area_cap_m2,
        "priority": terms.priority,
        "host_discount_percent": terms.host_discount_percent,
        "power_per_kwh": terms.power_per_kwh.minor,
    }


def terms_of(data: dict[str, Any]) -> PlanTerms:
    """What `terms_dict` made."""
    currency = data["currency"]
    return PlanTerms(
        version_id=UUID(data["version_id"]),
        code=data["code"],
        version=data["version"],
        name=data["name"],
        interval=Interval(data["interval"]),
        price=Money(data["price"], currency),
        included_minutes=data["included_minutes"],
        overage=Money(data["overage"], currency),
        area_cap_m2=data["area_cap_m2"],
        priority=data["priority"],
        host_discount_percent=data["host_discount_percent"],
        power_per_kwh=Money(data["power_per_kwh"], currency),
    )
