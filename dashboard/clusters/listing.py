"""The list of clusters: what its address says, which rows fit, in which order."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col
from starlette.datastructures import QueryParams

from core.db import Database
from core.db.reads.geojson import bare
from core.geo import Point
from core.neighbourhood.clusters import ClusterState, ClusterView
from core.neighbourhood.tables import Lot
from dashboard.clusters.shapes import frame_at
from dashboard.clusters.style import STYLES
from dashboard.i18n import N_

OPEN_STATES = tuple(state for state in STYLES if state is not ClusterState.RETIRED)


@dataclass(frozen=True, slots=True)
class ClusterRow:
    """A cluster with the lawn area of its lots: ``lawn_m2`` is ``None`` while any of them is unknown."""

    view: ClusterView
    lawn_m2: float | None
    unknown_lawns: int


@dataclass(frozen=True, slots=True)
class Column:
    key: str
    heading: str
    value: Callable[[ClusterRow], Any]
    number: bool = False
    minor: bool = False


COLUMNS = (
    Column("code", N_("Cluster"), lambda row: row.view.code),
    Column("members", N_("Neighbours"), lambda row: len(row.view.neighbours), number=True),
    Column("lawn", N_("Lawn"), lambda row: row.lawn_m2, number=True),
    Column("state", N_("State"), lambda row: STYLES[row.view.state].rank),
    Column("changed", N_("Changed"), lambda row: -row.view.changed_at.timestamp(), minor=True),
)
BY_KEY = {column.key: column for column in COLUMNS}


@dataclass(frozen=True, slots=True)
class ListView:
    """What a person looks at; it stands in the address. ``states`` empty means all that are not retired."""

    search: str = ""
    states: frozenset[ClusterState] = frozenset()
    stale: bool = False
    sort: str = "code"
    down: bool = False

    @classmethod
    def from_query(cls, query: QueryParams) -> "ListView":
        """What cannot be read is left out: an old link still opens."""
        states = {part for part in query.get("state", "").split(",") if part in set(ClusterState)}
        sort = query.get("sort", "")
        return cls(
            search=query.get("q", "")[:100],
            states=frozenset(ClusterState(part) for part in states),
            stale=query.get("stale") == "1",
            sort=sort if sort in BY_KEY else "code",
            down=query.get("dir") == "down",
        )

    def query(self) -> str:
        parts = {
            "q": self.search,
            "state": ",".join(sorted(self.states)),
            "stale": "1" if self.stale else "",
            "sort": "" if self.sort == "code" else self.sort,
            "dir": "down" if self.down else "",
        }
        return urlencode({name: value for name, value in parts.items() if value}, safe=",")


def found(rows: Sequence[ClusterRow], search: str) -> list[ClusterRow]:
    """Rows in which every word of the search stands somewhere: code, name, or an address."""
    words = search.casefold().split()
    return [row for row in rows if all(word in _haystack(row) for word in words)]


def counts(rows: Sequence[ClusterRow]) -> Mapping[ClusterState, int]:
    """How many are in each state, in the legend's order; states with none are left out."""
    tally = Counter(row.view.state for row in rows)
    return {state: tally[state] for state in sorted(STYLES, key=lambda state: STYLES[state].rank) if tally[state]}


def arranged(rows: Sequence[ClusterRow], view: ListView) -> list[ClusterRow]:
    """Filtered and sorted; what is unknown stands last in either direction, equals by code."""
    wanted = view.states or frozenset(OPEN_STATES)
    chosen = [row for row in rows if row.view.state in wanted and (row.view.stale_reason or not view.stale)]
    chosen.sort(key=lambda row: row.view.code)
    value = BY_KEY[view.sort].value
    known = [row for row in chosen if value(row) is not None]
    known.sort(key=value, reverse=view.down)
    return known + [row for row in chosen if value(row) is None]


async def lawn_areas(database: Database, lot_ids: Sequence[UUID]) -> dict[UUID, float]:
    """Square metres of lawn by lot, for lots whose lawns are drawn and not estimated."""
    if not lot_ids:
        return {}
    query = select(col(Lot.id), col(Lot.longitude), col(Lot.latitude), col(Lot.lawns)).where(
        col(Lot.id).in_(lot_ids), col(Lot.source) != "estimated"
    )
    async with database.connection() as connection:
        rows = (await connection.execute(query)).all()
    return {
        lot_id: sum(frame_at(Point(longitude, latitude)).area(bare(lawn)) for lawn in lawns)
        for lot_id, longitude, latitude, lawns in rows
        if lawns
    }


async def cluster_rows(database: Database, views: Sequence[ClusterView]) -> list[ClusterRow]:
    """Each cluster with its lawn, from one query."""
    lots = {member.lot_id for view in views for member in view.members if member.lot_id is not None}
    areas = await lawn_areas(database, sorted(lots))
    rows = []
    for view in views:
        mine = [areas.get(member.lot_id) if member.lot_id else None for member in view.members]
        known = [area for area in mine if area is not None]
        unknown = len(mine) - len(known)
        rows.append(ClusterRow(view, None if unknown else sum(known), unknown))
    return rows


def bounds_of(views: Sequence[ClusterView]) -> tuple[float, float, float, float] | None:
    """West, south, east, north of all their homes, with a margin of some 30 m."""
    places = [(member.longitude, member.latitude) for view in views for member in view.members]
    if not places:
        return None
    longitudes, latitudes = [x for x, _y in places], [y for _x, y in places]
    margin = 0.0003
    return min(longitudes) - margin, min(latitudes) - margin, max(longitudes) + margin, max(latitudes) + margin


def _haystack(row: ClusterRow) -> str:
    view = row.view
    return " ".join([view.code, view.name, *(member.address for member in view.members)]).casefold()
