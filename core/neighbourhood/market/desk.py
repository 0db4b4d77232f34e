"""Questions about the market, answered from the address book, the rules, the clusters and the households."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
from sqlalchemy import select
from sqlmodel import col

from core.clock import Clock
from core.db import Database
from core.errors import Invalid
from core.neighbourhood.answers import Home
from core.neighbourhood.book import Book
from core.neighbourhood.clusters import LIVE, Clusters, ClusterState
from core.neighbourhood.market.export import to_csv, to_geojson, to_xlsx
from core.neighbourhood.market.model import Assumptions, Market, ScoreRow
from core.neighbourhood.market.scores import UNKNOWN, Scores
from core.neighbourhood.market.tables import homes_table, place_rows, places_table, score_row, scorecard_table
from core.neighbourhood.partition import PartitionRules, make_problem
from core.neighbourhood.partition.components import hosts_possible, reachable
from core.neighbourhood.partition.ports import Books, Graphs
from core.neighbourhood.partition.views import Box
from core.neighbourhood.tables import Lot
from core.texts import N_

TREND_DAYS = 30
NOTHING_ASSUMED = Assumptions()

type Format = Literal["csv", "xlsx", "geojson"]
type Table = Literal["places", "homes", "clusters"]


@dataclass(frozen=True)
class _Reach:
    """Which homes of a book are addressable; found once for each import."""

    book: Book
    homes: frozenset[int]


@dataclass(frozen=True, slots=True)
class File:
    """An export: its bytes, media type and name."""

    content: bytes
    media_type: str
    name: str


class MarketDesk:
    """The service. Changes nothing."""

    def __init__(
        self, *, database: Database, clock: Clock, books: Books, graphs: Graphs, clusters: Clusters, scores: Scores
    ) -> None:
        self._database, self._clock = database, clock
        self._books, self._graphs, self._clusters = books, graphs, clusters
        self._scores = scores
        self._reach: _Reach | None = None
        self._looking = asyncio.Lock()

    async def market(self, *, bbox: Box | None = None, assumptions: Assumptions = NOTHING_ASSUMED) -> Market:
        """Addressable homes, coverage and revenue, in all and by place; of the homes in a box, or of all."""
        table = await self.homes(bbox=bbox)
        total, places = await asyncio.to_thread(place_rows, table, assumptions)
        rules = self._clusters.rules
        return Market(total, places, assumptions, rules.rule, rules.radius_m, rules.min_neighbours, self._clock.now())

    async def homes(self, *, bbox: Box | None = None) -> pd.DataFrame:
        """One row a home: see `homes_table`. ``Invalid`` for a box without extent."""
        if bbox is not None and not (bbox[0] < bbox[2] and bbox[1] < bbox[3]):
            raise Invalid(N_("bbox: expected west, south, east, north in degrees, west < east and south < north"))
        book = await self._books.book()
        reach = await self._addressable(book)
        registered = await self._registered(book)
        live = await self._clusters.list(LIVE)
        served = {home_id: cluster.code for cluster in live for home_id in cluster.home_ids}
        return await asyncio.to_thread(homes_table, _inside(book, bbox), reach, registered, served)

    async def scorecard(
        self,
        *,
        assumptions: Assumptions = NOTHING_ASSUMED,
        days: int = TREND_DAYS,
    ) -> tuple[ScoreRow, ...]:
        """A card for every cluster that is not retired, by code; its visits are those of the last ``days``."""
        now = self._clock.now()
        clusters = await self._clusters.list(set(ClusterState) - {ClusterState.RETIRED})
        served = await self._scores(now - timedelta(days=days), now)
        return tuple(
            [
                score_row(
                    cluster, await self._clusters.versions(cluster.id), served.get(cluster.id, UNKNOWN), assumptions,
                    now, days,
                )
                for cluster in clusters
            ]
        )  # fmt: skip

    async def export(
        self,
        what: Table,
        form: Format,
        *,
        bbox: Box | None = None,
        assumptions: Assumptions = NOTHING_ASSUMED,
    ) -> File:
        """A table as a file. GeoJSON is for homes alone: ``Invalid`` for others."""
        if form == "geojson" and what != "homes":
            raise Invalid(N_("only homes have places on a map: ask for csv or xlsx"))
        table = await self._table(what, bbox, assumptions)
        name = f"{what}.{form}"
        if form == "csv":
            return File(await asyncio.to_thread(to_csv, table), "text/csv; charset=utf-8", name)
        if form == "geojson":
            return File(await asyncio.to_thread(to_geojson, table), "application/geo+json", name)
        content = await asyncio.to_thread(to_xlsx, {what: table}, assumptions)
        return File(content, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", name)

    async def _table(self, what: Table, bbox: Box | None, assumptions: Assumptions) -> pd.DataFrame:
        if what == "clusters":
            return scorecard_table(await self.scorecard(assumptions=assumptions))
        if what == "homes":
            return await self.homes(bbox=bbox)
        market = await self.market(bbox=bbox, assumptions=assumptions)
        return places_table(market.total, market.places)

    async def _addressable(self, book: Book) -> frozenset[int]:
        async with self._looking:
            if self._reach is None or self._reach.book is not book:
                rules = self._clusters.rules
                every = [home.id for home in book.homes if home.id is not None]
                graph = await self._graphs.graph(every, rule=rules.rule, radius_m=rules.radius_m)
                sizes = PartitionRules(rules.min_neighbours, rules.max_neighbours)
                problem = await asyncio.to_thread(
                    make_problem, len(graph.ids), graph.first, graph.second, graph.length_m, sizes
                )
                found = reachable(problem, hosts_possible(problem))
                self._reach = _Reach(book, frozenset(np.asarray(graph.ids)[found].tolist()))
            return self._reach.homes

    async def _registered(self, book: Book) -> frozenset[int]:
        """Homes whose address a household's lot carries."""
        query = select(col(Lot.address), col(Lot.city)).where(col(Lot.household_id).is_not(None))
        async with self._database.connection() as connection:
            known = {(address.casefold(), city.casefold()) for address, city in await connection.execute(query)}
        return frozenset(
            home.id
            for home in book.homes
            if home.id is not None and (home.address.casefold(), home.city.casefold()) in known
        )


def _inside(book: Book, bbox: Box | None) -> list[Home]:
    if bbox is None:
        return [home for home in book.homes if home.id is not None]
    west, south, east, north = bbox
    inside = (book.longitude >= west) & (book.longitude <= east)
    inside &= (book.latitude >= south) & (book.latitude <= north)
    return [book.homes[place] for place in np.flatnonzero(inside) if book.homes[place].id is not None]
