"""What is asked of a proposal, checked, and the problem it becomes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np

from core.errors import Invalid
from core.neighbourhood.book import Book
from core.neighbourhood.partition.model import HEAVIEST, PartitionRules, Problem, make_problem
from core.neighbourhood.partition.ports import Graph
from core.neighbourhood.partition.views import Box
from core.texts import N_, Text

LONGEST_S = 3600.0


@dataclass(frozen=True, slots=True)
class Asked:
    """One request; ``Invalid`` says what is wrong with it.

    Either ``bbox`` or ``home_ids``. ``fixed_clusters`` stay as they are: ``None`` means every live one. ``weights``
    are whole numbers by home, 1 where none is given. ``no_hosts`` may join but not host.
    """

    bbox: Box | None = None
    home_ids: tuple[int, ...] = ()
    rule: str = "path"
    radius_m: float = 80.0
    rules: PartitionRules = field(default_factory=PartitionRules)
    time_limit_s: float = 60.0
    fixed_clusters: tuple[UUID, ...] | None = None
    weights: Mapping[int, int] = field(default_factory=dict, hash=False)
    no_hosts: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if (self.bbox is None) == (not self.home_ids):
            raise Invalid(N_("name an area: either a box or a list of homes"))
        if self.bbox is not None:
            west, south, east, north = self.bbox
            if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
                raise Invalid(N_("bbox: expected west, south, east, north in degrees, west < east and south < north"))
        if not 0.1 <= self.time_limit_s <= LONGEST_S:
            raise Invalid(
                Text("time limit {seconds:g} s: expected 0.1 to {most:g}", seconds=self.time_limit_s, most=LONGEST_S)
            )
        if any(not 0 <= weight <= HEAVIEST for weight in self.weights.values()):
            raise Invalid(Text("weights: expected 0 to {most}", most=HEAVIEST))

    def plain(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "bbox": None if self.bbox is None else list(self.bbox),
            "rule": self.rule,
            "radius_m": self.radius_m,
            "min_neighbours": self.rules.min_neighbours,
            "max_neighbours": self.rules.max_neighbours,
            "time_limit_s": self.time_limit_s,
            "weighted": bool(self.weights),
        }

    def homes(self, book: Book) -> tuple[int, ...]:
        """Ids of the homes it names, ascending; ``Invalid`` for a home that the book does not know, or none at all."""
        known = {home.id for home in book.homes if home.id is not None}
        if self.bbox is None:
            strangers = [home for home in self.home_ids if home not in known]
            if strangers:
                raise Invalid(Text("there is no home {home} in the address book", home=strangers[0]))
            return tuple(sorted(set(self.home_ids)))
        west, south, east, north = self.bbox
        inside = (book.longitude >= west) & (book.longitude <= east)
        inside &= (book.latitude >= south) & (book.latitude <= north)
        found = [book.homes[place].id for place in np.flatnonzero(inside)]
        if not found:
            raise Invalid(N_("no home of the address book stands in this area"))
        return tuple(sorted(home for home in found if home is not None))


@dataclass(frozen=True, slots=True)
class Area:
    """A problem with the ids of its homes by position."""

    ids: tuple[int, ...]
    problem: Problem


def area_of(graph: Graph, asked: Asked, home_ids: Sequence[int], fixed: Collection[int]) -> Area:
    """The problem of these homes; those in fixed clusters are in it, but not free."""
    ids = np.array(home_ids, dtype=np.int64)
    place = {home: number for number, home in enumerate(home_ids)}
    at = np.array([place.get(home, -1) for home in graph.ids.tolist()], dtype=np.int64)
    first, second = (at[end] if len(end) else np.array([], dtype=np.int64) for end in (graph.first, graph.second))
    inside = (first >= 0) & (second >= 0)
    problem = make_problem(
        len(ids),
        first[inside],
        second[inside],
        graph.length_m[inside],
        asked.rules,
        weights={place[home]: weight for home, weight in asked.weights.items() if home in place},
        no_hosts=[place[home] for home in asked.no_hosts if home in place],
        taken=[place[home] for home in fixed if home in place],
    )
    return Area(tuple(home_ids), problem)
