"""The Open-Meteo forecast API (https://open-meteo.com/en/docs): no key, several places in one request."""

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import aiohttp
import stamina

from core.clock import Clock
from core.errors import NeedsHuman, Unavailable
from core.scheduling.weather_data import Place, PlaceWeather
from core.texts import N_, Text
from external.weather.mapping import VARIABLES, Malformed, weather_of

PATH = "/v1/forecast"
PAST_DAYS, FORECAST_DAYS = 4, 4
"""Enough for the water in the ground behind, and for the longest wait ahead."""
MOST_PLACES = 50
"""In one request: its address must not grow without bound."""
MOST_BYTES = 4_000_000
LONGEST_RETRY_AFTER_S = 5.0


class TryAgain(Exception):
    """A failure that another try may cure; ``after_s`` is what the provider asks for."""

    def __init__(self, words: str, after_s: float | None = None) -> None:
        super().__init__(words)
        self.after_s = after_s


class OpenMeteo:
    """A `core.scheduling.weather_data.WeatherProvider`."""

    name = "open-meteo"

    def __init__(
        self,
        *,
        clock: Clock,
        base_url: str = "https://api.open-meteo.com",
        timeout_s: float = 20.0,
        attempts: int = 3,
        first_wait_s: float = 0.5,
    ) -> None:
        self._clock = clock
        self._url = base_url.rstrip("/") + PATH
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)
        self._attempts, self._first_wait_s = attempts, first_wait_s

    async def weather(self, places: Sequence[Place]) -> Sequence[PlaceWeather]:
        """The hours of each place, in the order asked. ``Unavailable`` after some tries; ``NeedsHuman`` when the
        provider refuses us."""
        found: list[PlaceWeather] = []
        for some in _batches(places):
            found += await self._patiently(some)
        return found

    async def _patiently(self, places: Sequence[Place]) -> Sequence[PlaceWeather]:
        failed = "no answer"
        try:
            async for attempt in stamina.retry_context(
                on=_wait, attempts=self._attempts, timeout=None,
                wait_initial=self._first_wait_s, wait_max=LONGEST_RETRY_AFTER_S, wait_jitter=self._first_wait_s,
            ):  # fmt: skip
                with attempt:
                    return await self._ask(places)
        except TryAgain as error:
            failed = str(error)
        raise Unavailable(Text("The weather service does not answer ({problem}).", problem=failed))

    async def _ask(self, places: Sequence[Place]) -> Sequence[PlaceWeather]:
        parameters = {
            "latitude": ",".join(f"{place.latitude:.2f}" for place in places),
            "longitude": ",".join(f"{place.longitude:.2f}" for place in places),
            "hourly": ",".join(VARIABLES), "wind_speed_unit": "ms", "timeformat": "unixtime", "timezone": "GMT",
            "past_days": str(PAST_DAYS), "forecast_days": str(FORECAST_DAYS),
        }  # fmt: skip
        try:
            async with (
                aiohttp.ClientSession(timeout=self._timeout) as session,
                session.get(self._url, params=parameters, allow_redirects=False) as response,
            ):
                if response.status != 200:
                    _refused(response.status, response.headers.get("Retry-After"))
                body = await _body(response)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise TryAgain(type(error).__name__) from error
        try:
            return weather_of(_document(body), places, read_at=self._clock.now(), source=self.name)
        except Malformed as error:
            raise TryAgain(str(error)) from error


def _batches(places: Sequence[Place]) -> Iterator[Sequence[Place]]:
    for first in range(0, len(places), MOST_PLACES):
        yield places[first : first + MOST_PLACES]


def _wait(error: Exception) -> bool | float | timedelta:
    """Whether to try again, and after how long where the provider says so."""
    if not isinstance(error, TryAgain):
        return False
    return True if error.after_s is None else min(error.after_s, LONGEST_RETRY_AFTER_S)


def _refused(status: int, retry_after: str | None) -> None:
    if status in {401, 403}:
        raise NeedsHuman(N_("The weather service refuses us: an administrator must look at MOWTHOS_WEATHER_URL."))
    if status == 429 or status >= 500:
        seconds = float(retry_after) if retry_after and retry_after.isdecimal() and len(retry_after) < 6 else None
        raise TryAgain(f"HTTP {status}", seconds)
    raise Unavailable(Text("The weather service cannot answer this question (HTTP {status}).", status=status))


async def _body(response: aiohttp.ClientResponse) -> bytes:
    """All of it, up to a bound: ``read(n)`` returns what has arrived so far."""
    body = b""
    while len(body) <= MOST_BYTES and (part := await response.content.read(MOST_BYTES + 1 - len(body))):
        body += part
    return body


def _document(body: bytes) -> Any:
    if len(body) > MOST_BYTES:
        raise TryAgain("an answer too large")
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise TryAgain("an answer that is not JSON") from error
