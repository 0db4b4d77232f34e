"""Who can be a neighbour of a home: the question asked by the map, REST and the command line, answered from memory."""

import asyncio
from dataclasses import dataclass

from core.db import Database
from core.errors import Conflict, Invalid, NotFound
from core.neighbourhood.answers import Home, NeighbourAnswer
from core.neighbourhood.book import (
    Book,
    address_rows,
    build_book,
    build_layer,
    layer_rows,
    obstacle_rows,
    stored_version,
)
from core.neighbourhood.engines import HOUSE_ENGINES, Engines, engine_named
from core.neighbourhood.reach import Area, ReachTable, homes_of
from core.neighbourhood.rules import DEFAULT_RULE, AnyParameters
from core.texts import N_, Text

SNAP_M = 2.0
"""A point so near to a home is that home: screens and people round coordinates."""

SUGGESTIONS = 5
MAX_RESULTS = 100


@dataclass(frozen=True, slots=True)
class AreaAnswer:
    """All verdicts of an area, with the book whose homes they are about."""

    book: Book
    table: ReachTable
    parameters: AnyParameters


class NeighbourFinder:
    """Answers from an in-memory picture of the address book and road layers, renewed when an import has landed.

    ``comparisons``: engines beside our own, by the name that ``rule`` calls them with.
    """

    def __init__(self, database: Database, *, comparisons: Engines | None = None) -> None:
        self._database = database
        self._engines = {**HOUSE_ENGINES, **(comparisons or {})}
        self._book: Book | None = None
        self._loading = asyncio.Lock()

    async def find(
        self, *, longitude: float, latitude: float, radius_m: float = 80.0, rule: str = DEFAULT_RULE
    ) -> NeighbourAnswer:
        """The neighbours of the home at a point, or of the bare point where no home stands within ``SNAP_M`` metres.

        ``Invalid`` for a position that is not on the map, a radius outside 1 to 500 m, or an unknown rule.
        """
        engine = engine_named(self._engines, rule)
        engine.parameters(radius_m)
        if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
            raise Invalid(
                Text(
                    "latitude {latitude}, longitude {longitude}: expected degrees from -90 to 90, -180 to 180",
                    latitude=latitude,
                    longitude=longitude,
                )
            )
        book = await self.book()
        return await engine.answer(book, home_at(book, longitude, latitude), radius_m=radius_m)

    async def find_by_address(self, text: str, *, radius_m: float = 80.0, rule: str = DEFAULT_RULE) -> NeighbourAnswer:
        """The neighbours of the home with this address, written with or without city, state and postcode.

        ``Conflict`` when several homes carry it (``reasons`` lists them, each as a text that names one only);
        ``NotFound`` when none does (``reasons`` lists the most alike).
        """
        engine = engine_named(self._engines, rule)
        engine.parameters(radius_m)
        book = await self.book()
        home = await asyncio.to_thread(the_home, book, text)
        return await engine.answer(book, home, radius_m=radius_m)

    async def area(self, area: Area, *, rule: str = DEFAULT_RULE, radius_m: float = 80.0) -> AreaAnswer:
        """All verdicts of an area at once.

        ``Invalid`` for more homes than the rule takes, an empty box, or a home the book does not know.
        """
        engine = engine_named(self._engines, rule)
        parameters = engine.parameters(radius_m)
        book = await self.book()
        chosen = await asyncio.to_thread(homes_of, book, area)
        return AreaAnswer(book, await engine.table(book, chosen, radius_m=radius_m), parameters)

    async def search_addresses(self, prefix: str, limit: int = 10) -> tuple[Home, ...]:
        """Homes for a search box: those that begin with the text, then the most alike; none for an empty text."""
        if not 1 <= limit <= MAX_RESULTS:
            raise Invalid(Text("limit {limit}: expected 1 to {most}", limit=limit, most=MAX_RESULTS))
        book = await self.book()
        return await asyncio.to_thread(search, book, prefix, limit)

    async def book(self) -> Book:
        """The picture in use, read anew when an import has landed since."""
        async with self._database.connection() as connection:
            version = await stored_version(connection)
        book = self._book
        if book is not None and book.version == version:
            return book
        async with self._loading:
            if self._book is None or self._book.version != version:
                self._book = await self._load()
            return self._book

    async def _load(self) -> Book:
        async with self._database.connection() as connection:
            version = await stored_version(connection)
            homes = await address_rows(connection)
            layers = await layer_rows(connection)
            obstacles = await obstacle_rows(connection)
        return await asyncio.to_thread(
            lambda: build_book(version, homes, [build_layer(row, roads) for row, roads in layers], obstacles)
        )


def home_at(book: Book, longitude: float, latitude: float) -> Home:
    """The nearest home within ``SNAP_M``, else the bare point."""
    near, _ = book.within(longitude, latitude, SNAP_M)
    return book.homes[near[0]] if len(near) else Home("", "", "", "", longitude, latitude)


def the_home(book: Book, text: str) -> Home:
    """The one home an address names."""
    if not text.strip():
        raise Invalid(N_("address: is empty; expected a house number and street"))
    if not book.homes:
        raise NotFound(N_("no address file has been imported yet"))
    found = book.search.exact(text)
    if len(found) == 1:
        return found[0]
    if found:
        labels = sorted(home.label for home in found)
        raise Conflict(
            Text("“{address}” is the address of {n} homes; name one", address=text.strip(), n=len(found)),
            reasons=labels,
        )
    alike = [home.label for home in book.search.alike(text, SUGGESTIONS)]
    sought = text.strip()[:120]
    if alike:
        raise NotFound(
            Text("no home has the address “{address}”; did you mean one of these?", address=sought), reasons=alike
        )
    raise NotFound(Text("no home has the address “{address}”", address=sought))


def search(book: Book, prefix: str, limit: int) -> tuple[Home, ...]:
    """See :meth:`NeighbourFinder.search_addresses`."""
    found = book.search.beginning(prefix, limit)
    if len(found) < limit and len(prefix.strip()) >= 3:
        found += [home for home in book.search.alike(prefix, limit) if home not in found]
    return tuple(found[:limit])
