"""The market in numbers: what is counted, and what is assumed. Unknown stays ``None``. Money is whole cents.

- addressable: homes that some cluster could serve under the rules (host or neighbour), each counted once, whether or
  not all of them could be served at the same time
- registered: homes with a household of ours
- served: homes of clusters that are approved, active or suspended
- coverage: served of addressable homes, in percent
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.errors import Invalid
from core.texts import N_, Text

DEAREST_CENTS = 100_000_000


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What an admin supposes, and nobody has measured: the price of a home for a month, and how many sign up."""

    price_cents: int | None = None
    """For one home a month; ``None`` leaves all revenue unknown."""
    currency: str = "USD"
    uptake_percent: float = 100.0
    """How many of the addressable homes sign up one day."""

    def __post_init__(self) -> None:
        if self.price_cents is not None and not 0 <= self.price_cents <= DEAREST_CENTS:
            raise Invalid(Text("price of a home: expected 0 to {most} cents", most=DEAREST_CENTS))
        if not 0 <= self.uptake_percent <= 100:
            raise Invalid(N_("uptake: expected 0 to 100 percent"))
        if not (len(self.currency) == 3 and self.currency.isascii() and self.currency.isupper()):
            raise Invalid(N_("currency: expected three capital letters, such as USD"))

    def revenue_cents(self, homes: float) -> int | None:
        """A month's price of so many homes."""
        return None if self.price_cents is None else round(homes * self.price_cents)


@dataclass(frozen=True, slots=True)
class MarketRow:
    """The numbers of one place, or of all."""

    city: str
    postcode: str
    homes: int
    addressable: int
    registered: int
    served: int
    coverage_percent: float | None
    revenue_cents: int | None
    """A month of the homes served, at the assumed price."""
    expected_cents: int | None
    """A month of the addressable homes that sign up, at the assumed price and uptake."""


@dataclass(frozen=True, slots=True)
class Market:
    """The whole view."""

    total: MarketRow
    places: tuple[MarketRow, ...]
    """By city and postcode, most addressable homes first."""
    assumptions: Assumptions
    rule: str
    radius_m: float
    min_neighbours: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One cluster's card. What nobody told of the last days (no visit, no stars) is unknown; see `scores`."""

    cluster_id: UUID
    code: str
    name: str
    state: str
    homes: int
    homes_before: int | None
    """So many days ago; ``None`` for a cluster that is younger."""
    trend: int | None
    """Homes more (or less, below 0) than then."""
    full_percent: float
    waiting: int
    stale: bool
    corridor_m: float | None
    """All its corridors; ``None`` where one is not known."""
    age_days: float
    revenue_cents: int | None
    completion_percent: float | None = None
    on_time_percent: float | None = None
    utilisation_percent: float | None = None
    rating: float | None = None
    visits: int = 0
    """On which completion rests."""
    ratings: int = 0
