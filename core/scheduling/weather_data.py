"""Weather as the gate needs it: hours of a place, and who tells them.

Rain in mm, probability and shares in percent, temperature in °C two metres above ground, wind in m/s at ten metres.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Protocol

HOUR = timedelta(hours=1)
GRID_DEG = 0.02
"""Sites of one cell (about 2 km) share one question: no model that we ask is finer."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """The middle of a cell, in degrees; `place_near` makes one."""

    latitude: float
    longitude: float

    @property
    def key(self) -> str:
        return f"{self.latitude:.2f},{self.longitude:.2f}"


def place_near(longitude: float, latitude: float) -> Place:
    """The cell of a WGS84 position."""
    return Place(round(round(latitude / GRID_DEG) * GRID_DEG, 2), round(round(longitude / GRID_DEG) * GRID_DEG, 2))


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour. Rain and its probability are those of the hour that *ends* then, as Open-Meteo tells them; temperature
    and wind are those at its end. ``None`` is not known, which is never dry."""

    ends: datetime
    rain_mm: float | None = None
    rain_percent: float | None = None
    temperature_c: float | None = None
    wind_m_s: float | None = None

    @property
    def begins(self) -> datetime:
        return self.ends - HOUR


@dataclass(frozen=True, slots=True)
class PlaceWeather:
    """What a provider told of a place: hours that were and hours to come, oldest first."""

    place: Place
    read_at: datetime
    source: str
    hours: tuple[Hour, ...]


class WeatherProvider(Protocol):
    """Tells the weather of places; `external.weather` has one."""

    @property
    def name(self) -> str: ...

    async def weather(self, places: Sequence[Place]) -> Sequence[PlaceWeather]:
        """One answer a place, in the order asked. ``Unavailable`` when it does not answer."""
        ...


def between(hours: Iterable[Hour], begins: datetime, ends: datetime) -> list[Hour] | None:
    """The hours that reach into a span, or ``None`` where one of them is missing."""
    found = [hour for hour in hours if hour.begins < ends and hour.ends > begins]
    whole = found and found[0].begins <= begins and found[-1].ends >= ends
    joined = all(one.ends == next_.begins for one, next_ in pairwise(found))
    return found if whole and joined else None
