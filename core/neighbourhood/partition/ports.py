"""What proposals ask of the rest of the house, each no wider than it is used."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Protocol
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from core.neighbourhood.book import Book


class Books(Protocol):
    """The imported address book; `NeighbourFinder` is one."""

    async def book(self) -> Book: ...


class Graph(Protocol):
    """Qualified pairs: positions into ``ids``, corridors in metres."""

    @property
    def ids(self) -> NDArray[np.int64]: ...
    @property
    def first(self) -> NDArray[np.int32]: ...
    @property
    def second(self) -> NDArray[np.int32]: ...
    @property
    def length_m(self) -> NDArray[np.float64]: ...


class Graphs(Protocol):
    """Who reaches whom, whole areas at a time."""

    async def graph(
        self, home_ids: Sequence[int] | None = None, *, rule: str = "path", radius_m: float = 80.0
    ) -> Graph: ...


class Draft(Protocol):
    @property
    def id(self) -> UUID: ...


class Drafts[By](Protocol):
    """Makes drafts of clusters; `core.neighbourhood.clusters.Clusters` is one."""

    async def create_draft(self, host_id: int, home_ids: Sequence[int], name: str, by: By) -> Draft: ...


type FixedHomes = Callable[[Collection[UUID] | None], Awaitable[Mapping[int, UUID]]]
"""The homes in clusters that stay as they are, with the cluster of each: of these clusters, or of all live ones for
``None``."""
