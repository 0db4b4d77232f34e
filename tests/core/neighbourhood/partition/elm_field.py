"""Elm Field: homes on a grid 20 m apart, pairs by hand, and the proposals office over a real database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from core.clock import MovableClock
from core.db import Database
from core.errors import Invalid
from core.geo import METRES_PER_DEGREE
from core.ids import new_id
from core.neighbourhood import ReachGraph
from core.neighbourhood.answers import Home
from core.neighbourhood.book import Book, build_book
from core.neighbourhood.partition import Proposals

STEP_M = 20.0


def field_homes(columns: int, rows: int, first_id: int = 1) -> list[Home]:
    """Row by row, northward, with ids from ``first_id``."""
    step = STEP_M / METRES_PER_DEGREE
    return [
        Home(
            f"{row + 1}{column:02} ELM ST",
            "ROCHESTER",
            "MN",
            "55901",
            -92.5 + column * step / 0.72,
            44.0 + row * step,
            first_id + row * columns + column,
        )
        for row in range(rows)
        for column in range(columns)
    ]


@dataclass(frozen=True)
class FieldGraph:
    """Pairs as the service asks for them."""

    ids: NDArray[np.int64]
    first: NDArray[np.int32]
    second: NDArray[np.int32]
    length_m: NDArray[np.float64]


@dataclass
class FieldBooks:
    homes: list[Home]
    kept: Book | None = None

    async def book(self) -> Book:
        if self.kept is None:
            rows = [tuple(getattr(home, name) for name in _COLUMNS) for home in self.homes]
            self.kept = build_book((1, None), rows, [])
        return self.kept


_COLUMNS = ("address", "city", "state", "postcode", "longitude", "latitude", "id")


@dataclass
class FieldGraphs:
    """The pairs given, by home id."""

    pairs: list[tuple[int, int]]
    asked: list[tuple[str, float]] = field(default_factory=list)

    async def graph(
        self, home_ids: Sequence[int] | None = None, *, rule: str = "path", radius_m: float = 80.0
    ) -> ReachGraph:
        if rule not in {"line", "path"}:
            raise Invalid(f"rule {rule!r}: expected line, path")
        self.asked.append((rule, radius_m))
        ids = sorted(home_ids or [])
        place = {home: number for number, home in enumerate(ids)}
        kept = [(place[a], place[b]) for a, b in self.pairs if a in place and b in place]
        ends = np.array(kept, dtype=np.int32).reshape(-1, 2)
        return ReachGraph(np.array(ids, dtype=np.int64), ends[:, 0], ends[:, 1], np.full(len(ends), STEP_M))


@dataclass
class KeptDraft:
    id: UUID
    host_id: int
    home_ids: tuple[int, ...]
    name: str


@dataclass
class FieldDrafts:
    """Keeps drafts; refuses those of a host it is told to refuse."""

    refused_hosts: set[int] = field(default_factory=set)
    kept: list[KeptDraft] = field(default_factory=list)

    async def create_draft(self, host_id: int, home_ids: Sequence[int], name: str, by: Any) -> KeptDraft:
        if host_id in self.refused_hosts:
            raise Invalid("this home has moved")
        self.kept.append(KeptDraft(new_id(), host_id, tuple(home_ids), name))
        return self.kept[-1]


@dataclass
class FieldOffice:
    """The service and what it stands on; ``fixed`` are homes in clusters that stay as they are."""

    proposals: Proposals
    books: FieldBooks
    graphs: FieldGraphs
    drafts: FieldDrafts
    fixed: dict[int, UUID]


def open_field(
    database: Database, clock: MovableClock, homes: list[Home], pairs: Sequence[tuple[int, int]]
) -> FieldOffice:
    fixed: dict[int, UUID] = {}
    books, graphs, drafts = FieldBooks(homes), FieldGraphs(list(pairs)), FieldDrafts()

    async def fixed_homes(_clusters: Collection[UUID] | None) -> Mapping[int, UUID]:
        return fixed

    proposals = Proposals(database=database, clock=clock, graphs=graphs, books=books, drafts=drafts, fixed=fixed_homes)
    return FieldOffice(proposals, books, graphs, drafts, fixed)


def grid_pairs(columns: int, rows: int, first_id: int = 1) -> list[tuple[int, int]]:
    """Homes beside and behind one another, corners too."""
    return [
        (first_id + row * columns + column, first_id + low * columns + side)
        for row in range(rows)
        for column in range(columns)
        for low, side in ((row, column + 1), (row + 1, column - 1), (row + 1, column), (row + 1, column + 1))
        if low < rows and 0 <= side < columns
    ]


class WayGraphs:
    """The graph that hand-made ways between homes come to."""

    def __init__(self, ways: Any) -> None:
        self._ways = ways

    async def graph(
        self, home_ids: Sequence[int] | None = None, *, rule: str = "path", radius_m: float = 80.0
    ) -> ReachGraph:
        if rule not in {"line", "path"}:
            raise Invalid(f"rule {rule!r}: expected line, path")
        ids = sorted(home_ids or [])
        found = [way for way in await self._ways.pairs(ids, rule=rule, radius_m=radius_m) if way.verdict == "qualified"]
        ends = np.array([(ids.index(way.first), ids.index(way.second)) for way in found], dtype=np.int32).reshape(-1, 2)
        lengths = np.array([way.length_m or way.distance_m for way in found], dtype=np.float64)
        return ReachGraph(np.array(ids, dtype=np.int64), ends[:, 0], ends[:, 1], lengths)
