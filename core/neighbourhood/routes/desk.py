"""Rounds of real clusters: inside one along its corridors, across several along the roads."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

import numpy as np
import shapely
from numpy.typing import NDArray

from core.errors import Invalid, NotFound
from core.neighbourhood.answers import Home
from core.neighbourhood.book import Book
from core.neighbourhood.clusters import Clusters
from core.neighbourhood.routes.model import DAY_S, NO_WAY, Round, RoundPlan, Stop
from core.neighbourhood.routes.planner import plan_round
from core.neighbourhood.routes.ways import RoadMap, corridor_lengths, road_map
from core.neighbourhood.rules import Verdict
from core.texts import N_, Text

MOST_STOPS = 300


class Way(Protocol):
    """A judged pair of homes."""

    @property
    def first(self) -> int: ...
    @property
    def second(self) -> int: ...
    @property
    def distance_m(self) -> float: ...
    @property
    def verdict(self) -> Verdict: ...
    @property
    def length_m(self) -> float | None: ...


class Ways(Protocol):
    async def pairs(self, home_ids: Sequence[int], *, rule: str = "path", radius_m: float = 80.0) -> Sequence[Way]: ...


class Books(Protocol):
    async def book(self) -> Book: ...


@dataclass(frozen=True, slots=True)
class RouteStop:
    """What is known of one visit; the pace's own values hold where nothing is said."""

    work_s: int | None = None
    opens_s: int = 0
    closes_s: int = DAY_S
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Pace:
    """Assumptions of a round: speed in m/s, work at a home without its own figure, battery and charging in seconds."""

    speed_m_s: float = 0.5
    work_s: int = 3600
    ends_s: int = DAY_S
    battery_s: int | None = None
    charge_s: int = 0

    def __post_init__(self) -> None:
        if not 0.05 <= self.speed_m_s <= 50:
            raise Invalid(Text("speed {speed:g} m/s: expected 0.05 to 50", speed=self.speed_m_s))
        least = min(self.work_s, self.charge_s, self.ends_s, 0 if self.battery_s is None else self.battery_s)
        if least < 0:
            raise Invalid(N_("work, charge, battery and end of a round: expected no value below 0"))


@dataclass(frozen=True)
class _Roads:
    book: Book
    map: RoadMap


@dataclass
class RouteDesk:
    """The service. Changes nothing."""

    clusters: Clusters
    ways: Ways
    books: Books
    _roads: _Roads | None = field(default=None, init=False)
    _loading: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def inside(self, cluster_id: UUID, *, pace: Pace, stops: Mapping[int, RouteStop] | None = None) -> RoundPlan:
        """The mower's round from its dock at the host, over the host's own lawn and every neighbour's, along corridors
        that the rules call qualified. ``NotFound`` when there is no such cluster."""
        homes, lengths = await self.lengths(cluster_id)
        return await self._planned(
            homes, lengths[np.ix_([0, *range(len(homes))], [0, *range(len(homes))])], pace, stops
        )

    async def lengths(self, cluster_id: UUID) -> tuple[Sequence[int], NDArray[np.int64]]:
        """The homes of a cluster, its host first, and metres between them along corridors that the rules call
        qualified; ``NO_WAY`` where none leads. ``NotFound`` when there is no such cluster."""
        cluster = await self.clusters.get(cluster_id)
        homes = [cluster.host.home_id, *(member.home_id for member in cluster.neighbours)]
        rules = self.clusters.rules
        pairs = await self.ways.pairs(sorted(homes), rule=rules.rule, radius_m=rules.radius_m)
        return homes, corridor_lengths(homes, _corridors(pairs))

    async def across(
        self,
        cluster_ids: Sequence[UUID],
        *,
        start: tuple[float, float],
        pace: Pace,
        stops: Mapping[int, RouteStop] | None = None,
    ) -> RoundPlan:
        """A crew's round from ``start`` (longitude, latitude) to every home of the clusters, along the roads known."""
        views = [await self.clusters.get(cluster_id) for cluster_id in dict.fromkeys(cluster_ids)]
        members = {member.home_id: member for view in views for member in view.members}
        return await self.visits(
            [Home("", "", "", "", member.longitude, member.latitude, home) for home, member in members.items()],
            start=start,
            pace=pace,
            stops=stops,
        )

    async def visits(
        self,
        homes: Sequence[Home],
        *,
        start: tuple[float, float],
        pace: Pace,
        stops: Mapping[int, RouteStop] | None = None,
    ) -> RoundPlan:
        """A crew's round to any homes, along the roads."""
        if len(homes) > MOST_STOPS:
            raise Invalid(Text("{n} homes: a round has at most {most}", n=len(homes), most=MOST_STOPS))
        roads = await self._road_map()
        places = [start, *((home.longitude, home.latitude) for home in homes)]
        lengths = await asyncio.to_thread(roads.lengths, places)
        return await self._planned([home.id for home in homes if home.id is not None], lengths, pace, stops)

    async def _planned(
        self,
        homes: Sequence[int],
        lengths: NDArray[np.int64],
        pace: Pace,
        stops: Mapping[int, RouteStop] | None,
    ) -> RoundPlan:
        wishes = dict(stops or {})
        strangers = sorted(wishes.keys() - set(homes))
        if strangers:
            raise NotFound(Text("home {home} is not on this round", home=strangers[0]))
        asked = Round(
            stops=tuple(_stop(home, wishes.get(home, RouteStop()), pace) for home in homes),
            drive_s=np.where(lengths == NO_WAY, NO_WAY, np.ceil(lengths / pace.speed_m_s)).astype(np.int64),
            length_m=lengths,
            ends_s=pace.ends_s,
            battery_s=pace.battery_s,
            charge_s=pace.charge_s,
        )
        return await asyncio.to_thread(plan_round, asked)

    async def _road_map(self) -> RoadMap:
        """The roads of the most trusted layer, put together once for each import."""
        book = await self.books.book()
        async with self._loading:
            if self._roads is None or self._roads.book is not book:
                lines: list[shapely.LineString] = list(book.layers[0].lines) if book.layers else []
                self._roads = _Roads(book, await asyncio.to_thread(road_map, lines))
            return self._roads.map


def _corridors(pairs: Iterable[Way]) -> Iterable[tuple[int, int, float]]:
    for pair in pairs:
        if pair.verdict is Verdict.QUALIFIED:
            yield pair.first, pair.second, pair.distance_m if pair.length_m is None else pair.length_m


def _stop(home: int, wish: RouteStop, pace: Pace) -> Stop:
    work = pace.work_s if wish.work_s is None else wish.work_s
    return Stop(home, work, wish.opens_s, wish.closes_s, wish.weight)
