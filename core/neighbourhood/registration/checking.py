"""Is this an address? The imported book first, a provider where the book does not know, and never a silent "no"."""

import asyncio
from collections.abc import Sequence

import structlog
from rapidfuzz import fuzz

from core.db import Database
from core.errors import Invalid, NeedsHuman, Unavailable
from core.neighbourhood.address_search import canonical
from core.neighbourhood.answers import Home
from core.neighbourhood.book import Book
from core.neighbourhood.lots.ports import Books
from core.neighbourhood.registration.known import known_homes
from core.neighbourhood.registration.model import AddressCheck, AddressMatch, AddressVerdict
from core.neighbourhood.registration.ports import GeocodedPlace, Geocoder
from core.texts import N_, Text

log = structlog.get_logger(__name__)

BOOK = "book"
LONGEST_TEXT = 200
MOST_MATCHES = 20
SAME_PLACE_M = 2.0
LIKE_ENOUGH = 97.0
"""A provider's place so alike to what was typed, and exact by its own word, is the home meant."""

type Found = list[tuple[Home, float, str, str]]
"""Home, likeness, source, attribution."""


class AddressDesk:
    """Answers what an address means."""

    def __init__(self, *, database: Database, books: Books, geocoder: Geocoder | None = None) -> None:
        self._database = database
        self._books = books
        self._geocoder = geocoder

    async def check(self, text: str, *, limit: int = 5) -> AddressCheck:
        """What a typed address may mean, best first, and who has registered it. ``Invalid`` for an empty text.

        A provider that does not answer makes the verdict ``try_again`` unless the book knows the home itself.
        """
        sought = " ".join(text.split())
        if not sought or len(sought) > LONGEST_TEXT:
            raise Invalid(Text("address: expected 1 to {n} characters", n=LONGEST_TEXT))
        if not 1 <= limit <= MOST_MATCHES:
            raise Invalid(Text("limit {limit}: expected 1 to {most}", limit=limit, most=MOST_MATCHES))
        book = await self._books.book()
        exact = await asyncio.to_thread(book.search.exact, sought)
        found: Found = [(home, 100.0, BOOK, "") for home in exact[:limit]]
        provider, sure = "not_asked" if self._geocoder else "off", False
        if not exact:
            provider, places = await self._ask(sought, limit)
            found, sure = _of_provider(book, sought, places, self._geocoder)
            alike = await asyncio.to_thread(book.search.alike, sought, limit)
            held = {_identity(home) for home, *_ in found}
            found += [(home, likeness(sought, home), BOOK, "") for home in alike if _identity(home) not in held]
        verdict = _verdict(len(exact), sure, provider, bool(found))
        matches = await self._with_registrations(found[:limit])
        return AddressCheck(sought, verdict, _words(verdict, len(exact), self._geocoder), matches, provider)

    async def _ask(self, text: str, limit: int) -> tuple[str, Sequence[GeocodedPlace]]:
        if self._geocoder is None:
            return "off", ()
        try:
            return "asked", await self._geocoder.find(text, limit=limit)
        except (Unavailable, NeedsHuman) as error:
            log.warning("geocode.failed", provider=self._geocoder.name, problem=error.message)
            return "unavailable", ()

    async def _with_registrations(self, found: Found) -> tuple[AddressMatch, ...]:
        async with self._database.connection() as connection:
            known = await known_homes(connection, [home for home, *_ in found])
        return tuple(
            AddressMatch(home, round(alike, 1), source, attribution, known.of(home))
            for home, alike, source, attribution in found
        )


def likeness(text: str, home: Home) -> float:
    """0 to 100: how alike a text and a home's address are, written with or without city, state and postcode."""
    query = canonical(text)
    spelt = (home.address, f"{home.address} {home.city}", home.label)
    return max(fuzz.ratio(query, canonical(one)) for one in spelt)


def _identity(home: Home) -> tuple[str, str]:
    return canonical(home.address), canonical(home.city)


def _verdict(exact: int, sure: bool, provider: str, anything: bool) -> AddressVerdict:
    if exact == 1 or (not exact and sure):
        return AddressVerdict.FOUND
    if exact:
        return AddressVerdict.SEVERAL
    if provider == "unavailable":
        return AddressVerdict.TRY_AGAIN
    return AddressVerdict.SIMILAR if anything else AddressVerdict.UNKNOWN


def _words(verdict: AddressVerdict, exact: int, geocoder: Geocoder | None) -> str:
    provider = "" if geocoder is None else geocoder.name
    return {
        AddressVerdict.FOUND: N_("this home is known"),
        AddressVerdict.SEVERAL: Text("{n} homes carry this address; name one", n=exact),
        AddressVerdict.SIMILAR: N_("no home has this address; did you mean one of these?"),
        AddressVerdict.UNKNOWN: N_("no home has this address"),
        AddressVerdict.TRY_AGAIN: Text(
            "the address book does not know it and {provider} does not answer: try again in a minute", provider=provider
        ),
    }[verdict]


def _of_provider(
    book: Book, text: str, places: Sequence[GeocodedPlace], geocoder: Geocoder | None
) -> tuple[Found, bool]:
    """The provider's places as homes, those the book knows as the book's; and whether the first is sure."""
    if geocoder is None:
        return [], False
    found: Found = []
    for place in places:
        home = _home_of(book, place)
        found.append((home, likeness(text, home), geocoder.name, geocoder.attribution))
    sure = [entry for entry, place in zip(found, places, strict=True) if place.exact and entry[1] >= LIKE_ENOUGH]
    found.sort(key=lambda entry: entry not in sure)
    return found, len(sure) == 1


def _home_of(book: Book, place: GeocodedPlace) -> Home:
    """The book's home of this spelling at or beside this place, or the place itself."""
    named = book.search.exact(f"{place.address}, {place.city}")
    if len(named) == 1:
        return named[0]
    near, _ = book.within(place.longitude, place.latitude, SAME_PLACE_M)
    homes: list[Home] = [book.homes[int(position)] for position in near]
    for beside in homes:
        if canonical(beside.address) == canonical(place.address):
            return beside
    return Home(place.address, place.city, place.state, place.postcode, place.longitude, place.latitude)
