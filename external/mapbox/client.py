"""Forward geocoding by the Mapbox Geocoding API, version 6 (https://docs.mapbox.com/api/search/geocoding/).

Answers are asked for with ``permanent=true``, because they are kept: the provider's terms allow no storing otherwise.
The token goes into the address of the request and nowhere else: no message or log line of ours holds it.
"""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import aiohttp
import stamina

from core.clock import Clock
from core.errors import NeedsHuman, Unavailable
from core.neighbourhood.registration import GeocodedPlace
from core.texts import N_, Text
from external.mapbox.mapping import Malformed, places_of
from external.mapbox.pace import Pace

PATH = "/search/geocode/v6/forward"
MOST_CHARACTERS, MOST_WORDS = 256, 20
MOST_BYTES = 1_000_000
MOST_PLACES = 10
LONGEST_RETRY_AFTER_S = 5.0


class TryAgain(Exception):
    """A failure that another try may cure; ``after_s`` is what the provider asks for."""

    def __init__(self, words: str, after_s: float | None = None) -> None:
        super().__init__(words)
        self.after_s = after_s


class MapboxGeocoder:
    """Asks Mapbox for addresses of one country, a few times a minute at most."""

    name = "mapbox"
    attribution = "© Mapbox"

    def __init__(
        self,
        *,
        token: str,
        clock: Clock,
        base_url: str = "https://api.mapbox.com",
        country: str = "us",
        timeout_s: float = 5.0,
        attempts: int = 3,
        first_wait_s: float = 0.3,
        per_minute: int = 300,
    ) -> None:
        self._token = token
        self._url = base_url.rstrip("/") + PATH
        self._country = country
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)
        self._attempts = attempts
        self._first_wait_s = first_wait_s
        self._pace = Pace(clock, per_minute=per_minute)

    async def find(self, text: str, *, limit: int = 5) -> Sequence[GeocodedPlace]:
        """The places a text may mean, best first. ``Unavailable`` after some tries; ``NeedsHuman``: token refused."""
        query = _query(text)
        if not query:
            return ()
        failed = "no answer"
        try:
            async for attempt in stamina.retry_context(
                on=_wait, attempts=self._attempts, timeout=None,
                wait_initial=self._first_wait_s, wait_max=LONGEST_RETRY_AFTER_S, wait_jitter=self._first_wait_s,
            ):  # fmt: skip
                with attempt:
                    return await self._ask(query, limit)
        except TryAgain as error:
            failed = str(error)
        raise Unavailable(Text("Mapbox does not answer ({problem}); try again in a minute", problem=failed))

    async def _ask(self, query: str, limit: int) -> Sequence[GeocodedPlace]:
        if not await self._pace.turn():
            raise Unavailable(N_("too many addresses are being looked up at once; try again in a minute"))
        parameters = {
            "q": query, "access_token": self._token, "country": self._country, "types": "address",
            "limit": str(min(limit, MOST_PLACES)), "autocomplete": "false", "permanent": "true",
        }  # fmt: skip
        try:
            async with (
                aiohttp.ClientSession(timeout=self._timeout) as session,
                session.get(self._url, params=parameters, allow_redirects=False) as response,
            ):
                _check(response.status, response.headers.get("Retry-After"))
                body = await response.content.read(MOST_BYTES + 1)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise TryAgain(type(error).__name__) from None  # its text may hold the address, and so the token
        try:
            return places_of(_document(body))[:limit]
        except Malformed as error:
            raise TryAgain(str(error)) from None


def _wait(error: Exception) -> bool | float | timedelta:
    """Whether to try again, and after how long where the provider says so."""
    if not isinstance(error, TryAgain):
        return False
    return True if error.after_s is None else min(error.after_s, LONGEST_RETRY_AFTER_S)


def _query(text: str) -> str:
    """The text within the provider's bounds: no semicolon, at most 20 words and 256 characters."""
    words = text.replace(";", " ").split()[:MOST_WORDS]
    return " ".join(words)[:MOST_CHARACTERS]


def _check(status: int, retry_after: str | None) -> None:
    if status == 200:
        return
    if status in {401, 403}:
        raise NeedsHuman(N_("Mapbox refuses our access token; an administrator must set another"))
    if status == 429 or status >= 500:
        raise TryAgain(f"HTTP {status}", _seconds(retry_after))
    raise Unavailable(Text("Mapbox cannot answer this question (HTTP {status})", status=status))


def _seconds(text: str | None) -> float | None:
    return float(text) if text is not None and text.isdecimal() and len(text) < 6 else None


def _document(body: bytes) -> dict[str, Any]:
    if len(body) > MOST_BYTES:
        raise TryAgain("an answer too large")
    try:
        document = json.loads(body)
        if isinstance(document, dict):
            return document
    except (ValueError, RecursionError):
        pass
    raise TryAgain("an answer that is not JSON")
