"""Results by ids, as they are kept, and with their homes, as they are shown."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from core.neighbourhood.answers import Home
from core.neighbourhood.book import Book
from core.neighbourhood.partition.ports import Books
from core.neighbourhood.partition.reasons import LeftOutReason, words_of
from core.neighbourhood.partition.tables import ProposalRow
from core.neighbourhood.partition.views import LeftOut, ProposalStatus, ProposalView, ProposedCluster
from core.texts import kept, recalled


@dataclass(frozen=True, slots=True)
class Result:
    """What a search has found: clusters as ids, host first."""

    served: int = 0
    bound: int | None = None
    corridor_m: float = 0.0
    progress: float = 0.0
    fixed: int = 0
    clusters: tuple[tuple[int, ...], ...] = ()
    left_out: tuple[tuple[int, LeftOutReason], ...] = ()
    message: str = ""

    def plain(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "served": self.served,
            "bound": self.bound,
            "corridor_m": self.corridor_m,
            "progress": self.progress,
            "fixed": self.fixed,
            "clusters": [list(cluster) for cluster in self.clusters],
            "left_out": [[home, reason.value] for home, reason in self.left_out],
            "message": kept(self.message),
        }

    @classmethod
    def stored(cls, row: ProposalRow) -> "Result":
        known = dict(row.result)
        clusters = tuple(tuple(cluster) for cluster in known.pop("clusters", ()))
        out = tuple((home, LeftOutReason(reason)) for home, reason in known.pop("left_out", ()))
        message = recalled(known.pop("message", ""))
        return cls(clusters=clusters, left_out=out, message=message, **known)


class Homes:
    """Homes of the address book by id, indexed once for each picture of it."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._book: Book | None = None
        self._homes: dict[int, Home] = {}

    async def by_id(self) -> Mapping[int, Home]:
        book = await self._books.book()
        if book is not self._book:
            self._homes = {home.id: home for home in book.homes if home.id is not None}
            self._book = book
        return self._homes

    def near(self, book: Book, home_ids: Sequence[int], radius_m: float) -> list[int]:
        """Ids of the other homes within the radius of one of these."""
        own = set(home_ids)
        found: set[int] = set()
        for home in book.homes:
            if home.id in own:
                places, _ = book.within(home.longitude, home.latitude, radius_m)
                found.update(other for place in places if (other := book.homes[place].id) is not None)
        return sorted(found - own)


async def view_of(homes: Homes, row: ProposalRow, result: Result, *, brief: bool) -> ProposalView:
    """The proposal with its homes, put together away from the event loop where there are many."""
    known = {} if brief else await homes.by_id()
    return await asyncio.to_thread(_view, known, row, result, brief)


def _view(homes: Mapping[int, Home], row: ProposalRow, result: Result, brief: bool) -> ProposalView:
    asked = row.asked
    over = row.status not in {ProposalStatus.RUNNING, ProposalStatus.FAILED, ProposalStatus.CANCELLED}
    return ProposalView(
        id=row.id,
        status=ProposalStatus(row.status),
        progress=1.0 if over else result.progress,
        served=result.served,
        bound=result.bound,
        gap=None if result.bound is None else _gap(result.served, result.bound),
        homes=len(row.home_ids),
        homes_served=sum(len(cluster) for cluster in result.clusters),
        homes_fixed=result.fixed,
        corridor_m=result.corridor_m,
        clusters=() if brief else _clusters(homes, row, result),
        left_out=() if brief else _left_out(homes, result, asked["min_neighbours"]),
        left_out_count=len(result.left_out),
        rule=asked["rule"],
        radius_m=asked["radius_m"],
        min_neighbours=asked["min_neighbours"],
        max_neighbours=asked["max_neighbours"],
        time_limit_s=asked["time_limit_s"],
        bbox=None if asked["bbox"] is None else (*asked["bbox"],),
        asked_by=row.asked_by,
        started_at=row.started_at,
        finished_at=row.finished_at,
        message=result.message,
    )


def _clusters(homes: Mapping[int, Home], row: ProposalRow, result: Result) -> tuple[ProposedCluster, ...]:
    """Those whose homes the address book still knows."""
    return tuple(
        ProposedCluster(
            number,
            homes[cluster[0]],
            tuple(homes[home] for home in cluster[1:]),
            UUID(row.accepted[str(number)]) if str(number) in row.accepted else None,
        )
        for number, cluster in enumerate(result.clusters)
        if all(home in homes for home in cluster)
    )


def _left_out(homes: Mapping[int, Home], result: Result, least: int) -> tuple[LeftOut, ...]:
    return tuple(
        LeftOut(homes[home], reason, words_of(reason, least)) for home, reason in result.left_out if home in homes
    )


def _gap(served: int, bound: int) -> float:
    return (bound - served) / bound if bound else 0.0
