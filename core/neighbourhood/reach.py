"""Who reaches whom among many homes, by any rule: the one question clusters and proposals ask of the land."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.errors import Invalid
from core.geo import Floats, distance_m
from core.neighbourhood.answers import Home, line_dict
from core.neighbourhood.book import Book
from core.neighbourhood.layers import Indices
from core.neighbourhood.line import judge_of, line_candidates
from core.neighbourhood.path.answer import explained
from core.neighbourhood.path.crossing import crossed_homes
from core.neighbourhood.path.judge import Judged, judge_pairs
from core.neighbourhood.path.land import Land
from core.neighbourhood.path.parameters import PathParameters
from core.neighbourhood.qualification import (
    BLOCKED,
    NO_LAYER,
    QUALIFIED,
    REVIEW,
    VERDICTS,
    Pairs,
    judges_of,
    pairs_within,
    qualify_all,
)
from core.neighbourhood.rules import (
    DEFAULT_RULE,
    REASON_WORDS,
    Parameters,
    Reason,
    RuleParameters,
    Verdict,
    rule_parameters,
)
from core.texts import N_, Text

MOST_HOMES = 20_000
"""So many homes may be asked about at once."""


class Books(Protocol):
    """The imported address book with its roads; `NeighbourFinder` is one."""

    async def book(self) -> Book: ...


@dataclass(frozen=True, slots=True)
class Reach:
    """One pair of homes by their keys, ``first < second``."""

    first: int
    second: int
    distance_m: float
    verdict: Verdict
    reason: Reason
    words: str
    length_m: float | None
    route: tuple[tuple[float, float], ...] | None
    """Longitude and latitude of the corridor's centre line, from ``first`` to ``second``."""
    barrier: dict[str, Any] | None = field(hash=False)
    crosses: tuple[int, ...] = ()
    """Other homes whose lots the corridor crosses (estimated: the ground nearest to each home is its lot)."""


@dataclass(frozen=True, slots=True)
class Area:
    """Homes by their keys, or all in a box (west, south, east, north in degrees): one of the two."""

    home_ids: tuple[int, ...] | None = None
    box: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class ReachGraph:
    """Qualified pairs only: positions into ``ids``, ``first[i] < second[i]``; corridors in metres."""

    ids: NDArray[np.int64]
    first: NDArray[np.int32]
    second: NDArray[np.int32]
    length_m: Floats


@dataclass(frozen=True, slots=True)
class ReachTable:
    """Every pair within the radius: positions into ``ids``, verdict codes, metres of the corridor (NaN: none)."""

    ids: NDArray[np.int64]
    pairs: Pairs
    verdict: NDArray[np.uint8]
    length_m: Floats


class BookReach:
    """Answers from the address book and its road layers."""

    def __init__(self, books: Books) -> None:
        self._books = books

    async def pairs(
        self, home_ids: Sequence[int], *, rule: str = DEFAULT_RULE, radius_m: float = 80.0
    ) -> tuple[Reach, ...]:
        """Every pair among these homes within the radius; keys the book does not know are left out."""
        parameters = rule_parameters(rule, radius_m=radius_m)
        book = await self._books.book()
        wanted = set(home_ids)
        return await asyncio.to_thread(lambda: reach_pairs(book, wanted, parameters))

    async def graph(
        self, home_ids: Sequence[int] | None = None, *, rule: str = DEFAULT_RULE, radius_m: float = 80.0
    ) -> ReachGraph:
        """Who reaches whom among these homes, or in the whole book."""
        parameters = rule_parameters(rule, radius_m=radius_m)
        book = await self._books.book()
        return await asyncio.to_thread(reach_graph, book, home_ids, parameters)


def homes_of(book: Book, area: Area) -> Indices:
    """Positions of an area's homes in the book."""
    if (area.home_ids is None) == (area.box is None):
        raise Invalid(N_("area: expected a bbox or a list of homes, one of the two"))
    if area.box is not None:
        west, south, east, north = area.box
        if west >= east or south >= north:
            raise Invalid(N_("bbox: expected west, south, east, north in degrees, west below east, south below north"))
        low, high = np.searchsorted(book.latitude, [south, north])
        chosen: Indices = np.flatnonzero((book.longitude[low:high] >= west) & (book.longitude[low:high] <= east)) + low
    else:
        chosen = chosen_homes(book, area.home_ids)
        unknown = set(area.home_ids or ()) - {book.homes[position].id for position in chosen}
        if unknown:
            raise Invalid(Text("homes: {home} is not in the address book", home=min(unknown)))
    if len(chosen) > MOST_HOMES:
        raise Invalid(Text("area: holds {n} homes, at most {most} at once", n=len(chosen), most=MOST_HOMES))
    return chosen


def reach_graph(book: Book, home_ids: Sequence[int] | None, parameters: Parameters) -> ReachGraph:
    """Pure: both homes' layers must call a pair qualified."""
    table = reach_table(book, chosen_homes(book, home_ids), parameters)
    both = table.verdict == QUALIFIED
    first, second = table.pairs.first[both].astype(np.int32), table.pairs.second[both].astype(np.int32)
    return ReachGraph(table.ids, first, second, table.length_m[both])


def chosen_homes(book: Book, home_ids: Sequence[int] | None) -> Indices:
    """Positions of these homes in the book; of all for ``None``."""
    if home_ids is None:
        return np.arange(len(book.homes))
    chosen: Indices = np.flatnonzero(np.isin(_ids(book), np.array(home_ids, np.int64)))
    return chosen


def reach_table(book: Book, chosen: Indices, parameters: Parameters) -> ReachTable:
    """Pure: the verdict of every pair within the radius among homes at these positions of the book."""
    longitude, latitude = book.longitude[chosen], book.latitude[chosen]
    if isinstance(parameters, RuleParameters):
        found = qualify_all(longitude, latitude, book.layers, parameters)
        half = len(found.home) // 2
        pairs = Pairs(found.home[:half], found.candidate[:half], found.distance_m[:half])
        one, other = found.verdict[:half], found.verdict[half:]
        verdict = np.where(GRAVITY[one] >= GRAVITY[other], one, other)
        return ReachTable(_ids(book)[chosen], pairs, verdict, np.where(verdict == QUALIFIED, pairs.distance_m, np.nan))
    pairs = pairs_within(longitude, latitude, parameters.radius_m)
    verdict, _layer, judged = judge_all(book, longitude, latitude, pairs, parameters)
    length = np.full(len(verdict), np.nan)
    for land in judged.values():
        length = np.fmax(length, land.length_m)
    return ReachTable(_ids(book)[chosen], pairs, verdict, length)


def _ids(book: Book) -> NDArray[np.int64]:
    return np.array([home.id or 0 for home in book.homes], dtype=np.int64)


def judge_all(
    book: Book, longitude: Floats, latitude: Floats, pairs: Pairs, parameters: PathParameters
) -> tuple[NDArray[np.uint8], Indices, dict[int, Judged]]:
    """The verdict of each pair, the layer that decided it, and each layer's judgement of all pairs it was asked about.

    Each home is judged by its own layer: what either calls blocked is blocked, and both must call it qualified.
    """
    judges = judges_of(longitude, latitude, book.layers, parameters.radius_m)
    count = len(pairs.first)
    ends = np.stack([judges.layer[pairs.first], judges.layer[pairs.second]], axis=1)
    verdict = np.full(count, QUALIFIED, dtype=np.uint8)
    decided = ends[:, 0].copy()
    judged: dict[int, Judged] = {}
    for position in np.unique(ends).tolist():
        mine = np.flatnonzero((ends == position).any(axis=1))
        if position == NO_LAYER:
            asked = np.full(len(mine), REVIEW, dtype=np.uint8)
        else:
            land = book.land(position, parameters)
            one = judge_pairs(land, longitude, latitude, pairs.first[mine], pairs.second[mine])
            judged[position], asked = _spread(one, mine, count), one.verdict
        gravest = GRAVITY[asked] > GRAVITY[verdict[mine]]
        decided[mine[gravest]] = position
        verdict[mine[gravest]] = asked[gravest]
    return verdict, decided, judged


GRAVITY = np.zeros(3, dtype=np.intp)
GRAVITY[[QUALIFIED, REVIEW, BLOCKED]] = 0, 1, 2


def _spread(judged: Judged, mine: Indices, count: int) -> Judged:
    """The judgement of some pairs, at the places they have among all."""
    verdict, length = np.full(count, REVIEW, dtype=np.uint8), np.full(count, np.nan)
    standing = np.zeros(count, dtype=np.bool_)
    verdict[mine], length[mine], standing[mine] = judged.verdict, judged.length_m, judged.on_barrier
    return Judged(verdict, length, standing, {int(mine[pair]): way for pair, way in judged.bent.items()})


def reach_pairs(book: Book, home_ids: set[int], parameters: Parameters) -> tuple[Reach, ...]:
    """Pure: every pair among these homes, explained."""
    homes = sorted((home for home in book.homes if home.id in home_ids), key=lambda home: home.id or 0)
    if isinstance(parameters, RuleParameters):
        return line_pairs(book, homes, parameters)
    longitude = np.array([home.longitude for home in homes])
    latitude = np.array([home.latitude for home in homes])
    pairs = pairs_within(longitude, latitude, parameters.radius_m)
    _verdict, layers, judged = judge_all(book, longitude, latitude, pairs, parameters)
    found = []
    for number, position in enumerate(layers.tolist()):
        ends = homes[pairs.first[number]], homes[pairs.second[number]]
        far = float(pairs.distance_m[number])
        if position == NO_LAYER:
            found.append(_unknown(*ends, far))
        else:
            found.append(_reach(book, book.land(position, parameters), *ends, far, judged[position], number))
    return tuple(found)


def line_pairs(book: Book, homes: Sequence[Home], parameters: RuleParameters) -> tuple[Reach, ...]:
    """The same by the line rule, from the home with the smaller key: the straight line is the corridor."""
    found = []
    for number, home in enumerate(homes):
        others = homes[number + 1 :]
        places = np.array([(other.longitude, other.latitude) for other in others]).reshape(-1, 2)
        away = distance_m(np.array(home.longitude), np.array(home.latitude), places[:, 0], places[:, 1])
        near = [(other, float(far)) for other, far in zip(others, away, strict=True) if far <= parameters.radius_m]
        for one in line_candidates(*judge_of(book, home, parameters.radius_m), home, near, parameters):
            line = ((home.longitude, home.latitude), (one.home.longitude, one.home.latitude))
            is_open = one.verdict is Verdict.QUALIFIED
            reach = Reach(
                first=home.id or 0,
                second=one.home.id or 0,
                distance_m=one.distance_m,
                verdict=one.verdict,
                reason=one.reason,
                words=one.words,
                length_m=one.distance_m if is_open else None,
                route=line if is_open else None,
                barrier=None if one.blocked_by is None else line_dict(one.blocked_by.line),
                crosses=crossed_homes(book, line, (home, one.home)) if is_open else (),
            )
            found.append(reach)
    return tuple(found)


def _reach(book: Book, land: Land, first: Home, second: Home, far: float, judged: Judged, number: int) -> Reach:
    start, end = land.plane.metres(
        np.array([first.longitude, second.longitude]), np.array([first.latitude, second.latitude])
    )
    why = explained(land, start, end, judged, number)
    return Reach(
        first=first.id or 0,
        second=second.id or 0,
        distance_m=far,
        verdict=VERDICTS[judged.verdict[number]],
        reason=why.reason,
        words=Text(REASON_WORDS[why.reason], **why.values),
        length_m=None if why.route is None else float(judged.length_m[number]),
        route=why.route,
        barrier=why.barrier,
        crosses=() if why.route is None else crossed_homes(book, why.route, (first, second)),
    )


def _unknown(first: Home, second: Home, far: float) -> Reach:
    reason = Reason.NO_ROADS_KNOWN
    words = Text(REASON_WORDS[reason])
    return Reach(first.id or 0, second.id or 0, far, Verdict.NEEDS_REVIEW, reason, words, None, None, None)
