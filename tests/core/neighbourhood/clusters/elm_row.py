"""Elm Row: twelve homes in a line, 15 m apart, and ways between them that a test opens and closes by hand."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import numpy as np

from core.accounts import PERMISSIONS, Audit, Right, Role
from core.clock import MovableClock
from core.db import Database
from core.geo import METRES_PER_DEGREE, distance_m
from core.ids import new_id
from core.neighbourhood.answers import Home
from core.neighbourhood.book import Book, build_book
from core.neighbourhood.clusters import ClusterRules, Clusters
from core.neighbourhood.rules import Verdict

STEP_M = 15.0
HOMES = 12


def elm_home(number: int) -> Home:
    """Homes 1 to 12, northward."""
    return Home(
        f"{number} ELM ST", "ROCHESTER", "MN", "55901", -92.5, 44.0 + (number - 1) * STEP_M / METRES_PER_DEGREE, number
    )


ELM_ROW = {number: elm_home(number) for number in range(1, HOMES + 1)}


@dataclass(frozen=True)
class FakeWay:
    first: int
    second: int
    distance_m: float
    verdict: Verdict = Verdict.QUALIFIED
    words: str = "A corridor of 1 m leads there."
    length_m: float | None = None
    route: tuple[tuple[float, float], ...] | None = None
    barrier: dict[str, Any] | None = None
    crosses: tuple[int, ...] = ()


def pair(first: int, second: int) -> tuple[int, int]:
    return min(first, second), max(first, second)


@dataclass
class HandMadeWays:
    """Every home reaches every other within the radius; ``changed`` says otherwise for some pairs."""

    homes: dict[int, Home] = field(default_factory=lambda: dict(ELM_ROW))
    changed: dict[tuple[int, int], dict[str, Any]] = field(default_factory=dict)

    def block(self, first: int, second: int, words: str = "Elm Street lies between.") -> None:
        barrier = {"type": "LineString", "coordinates": [[-92.501, 44.0], [-92.499, 44.0]]}
        self.changed[pair(first, second)] = {
            "verdict": Verdict.BLOCKED, "words": words, "barrier": barrier, "length_m": None, "route": None,
        }  # fmt: skip

    def doubt(self, first: int, second: int) -> None:
        words = "The roads here are not known."
        self.changed[pair(first, second)] = {"verdict": Verdict.NEEDS_REVIEW, "words": words}

    def cross(self, first: int, second: int, *crosses: int) -> None:
        self.changed[pair(first, second)] = {"crosses": crosses}

    def open(self, first: int, second: int) -> None:
        self.changed.pop(pair(first, second), None)

    def way(self, first: int, second: int) -> FakeWay:
        a, b = self.homes[first], self.homes[second]
        away = float(distance_m(*(np.array(x) for x in (a.longitude, a.latitude, b.longitude, b.latitude))))
        route = ((a.longitude, a.latitude), (b.longitude, b.latitude))
        way = FakeWay(first, second, away, length_m=away + 2.0, route=route)
        return replace(way, **self.changed.get((first, second), {}))

    async def pairs(self, home_ids: Sequence[int], *, rule: str = "path", radius_m: float = 80.0) -> Sequence[FakeWay]:
        known = sorted({home for home in home_ids if home in self.homes})
        ways = [self.way(first, second) for n, first in enumerate(known) for second in known[n + 1 :]]
        return [way for way in ways if way.distance_m <= radius_m]


@dataclass
class HandMadeBooks:
    """An address book that a test changes."""

    homes: dict[int, Home] = field(default_factory=lambda: dict(ELM_ROW))
    count: int = 1

    def __post_init__(self) -> None:
        self._book = self._made()

    def _made(self) -> Book:
        rows = [(h.address, h.city, h.state, h.postcode, h.longitude, h.latitude, h.id) for h in self.homes.values()]
        return build_book((self.count, None), rows, [])

    def renew(self) -> None:
        """An import has landed."""
        self.count += 1
        self._book = self._made()

    async def book(self) -> Book:
        return self._book


@dataclass(frozen=True)
class Somebody:
    """A person with a role, as a viewer is."""

    name: str
    role: Role = Role.ADMIN
    household_ids: frozenset[UUID] = frozenset()
    person_id: UUID = field(default_factory=new_id)

    @property
    def email(self) -> str:
        return f"{self.name.lower()}@elm.example"

    def may(self, right: Right) -> bool:
        return right in PERMISSIONS[self.role]


@dataclass
class Office:
    """The service over a real database, with hand-made ways and book, and its people."""

    clusters: Clusters
    ways: HandMadeWays
    books: HandMadeBooks
    audit: Audit
    clock: MovableClock
    database: Database
    ada: Somebody = field(default_factory=lambda: Somebody("Ada"))
    ben: Somebody = field(default_factory=lambda: Somebody("Ben"))
    dan: Somebody = field(default_factory=lambda: Somebody("Dan", Role.DISPATCHER))

    async def submitted(self, host: int = 2, homes: Sequence[int] = (1, 3, 4)) -> Any:
        draft = await self.clusters.create_draft(host, homes, "", self.ada)
        return await self.clusters.submit(draft.id, draft.version, self.ada)

    async def approved(self, host: int = 2, homes: Sequence[int] = (1, 3, 4)) -> Any:
        cluster = await self.submitted(host, homes)
        return await self.clusters.approve(cluster.id, cluster.version, self.ben)

    async def active(self, host: int = 2, homes: Sequence[int] = (1, 3, 4)) -> Any:
        cluster = await self.approved(host, homes)
        return await self.clusters.activate(cluster.id, cluster.version, self.ben)


def open_office(database: Database, clock: MovableClock, rules: ClusterRules = ClusterRules()) -> Office:  # noqa: B008
    ways, books, audit = HandMadeWays(), HandMadeBooks(), Audit(database, clock)
    clusters = Clusters(database=database, clock=clock, reach=ways, books=books, audit=audit, rules=rules)
    return Office(clusters, ways, books, audit, clock, database)
