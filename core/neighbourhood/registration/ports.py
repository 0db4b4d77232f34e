"""What registration asks of the rest of the house, and of a geocoding provider."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class GeocodedPlace:
    """One place as a provider gives it. Degrees; ``exact`` = the provider is sure of house number and street."""

    address: str
    city: str
    state: str
    postcode: str
    longitude: float
    latitude: float
    exact: bool


class Geocoder(Protocol):
    """A provider of addresses. ``Unavailable``: it did not answer, which is no "no". ``NeedsHuman``: it refuses us."""

    @property
    def name(self) -> str: ...

    @property
    def attribution(self) -> str: ...

    async def find(self, text: str, *, limit: int = 5) -> Sequence[GeocodedPlace]:
        """The places a text may mean, best first; empty when the provider knows of none."""
        ...
