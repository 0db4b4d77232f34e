"""Gathers what the rules look at, and asks them: from the book, the reach engine, lots, memberships and consents."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol
from uuid import UUID

import numpy as np
from sqlalchemy import and_, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.db import Database
from core.geo import distance_m
from core.neighbourhood.answers import Home, layer_dict
from core.neighbourhood.book import Book
from core.neighbourhood.clusters.model import (
    LIVE,
    CheckResult,
    ClusterRules,
    ClusterState,
    Corridor,
    MemberView,
    Part,
)
from core.neighbourhood.clusters.ports import HomesById, Ways
from core.neighbourhood.clusters.rules import (
    Facts,
    Held,
    crossings,
    distances,
    group,
    judge,
    line,
    missing_consents,
)
from core.neighbourhood.clusters.store import code_of
from core.neighbourhood.clusters.tables import ClusterMember, ClusterRow, CrossingConsent, ReachConfirmation
from core.neighbourhood.tables import Lot

SAME_PLACE_M = 2.0
"""A lot whose address point is so near to a home is that home's."""
MARGIN_DEG = 0.00005
OVER = (ClusterState.REJECTED.value, ClusterState.RETIRED.value)


type Place = tuple[str, str]
"""Address and city, small letters: what names a lot and a home alike."""


@dataclass(frozen=True, slots=True)
class LotOf:
    """The registered ground of a home."""

    lot_id: UUID
    household_id: UUID | None


@dataclass(frozen=True, slots=True)
class Judged:
    """The answer with what it rests on."""

    result: CheckResult
    facts: Facts


class Judging:
    """Asks the rules about any group of homes; nothing is written."""

    def __init__(self, database: Database, homes: HomesById, ways: Ways, rules: ClusterRules) -> None:
        self._database = database
        self._homes = homes
        self._ways = ways
        self.rules = rules

    async def judge(
        self,
        host_id: int,
        home_ids: Sequence[int],
        *,
        cluster_id: UUID | None = None,
        ignoring: Collection[UUID] = (),
        adjust: Callable[[Facts], Facts] | None = None,
    ) -> Judged:
        """The rules for this host and these neighbours. The consents and confirmations of ``cluster_id`` count; homes
        that it or one of ``ignoring`` holds are no overlap. ``adjust`` puts in what is about to be written."""
        neighbours = group(host_id, home_ids)
        own = {*ignoring} if cluster_id is None else {cluster_id, *ignoring}
        facts, lots = await self._facts(host_id, neighbours, cluster_id, own)
        facts = facts if adjust is None else adjust(facts)
        result = CheckResult(
            findings=judge(host_id, neighbours, facts, self.rules),
            corridors=tuple(corridors(host_id, neighbours, facts)),
            members=members(host_id, neighbours, facts, lots),
            parameters=asdict(self.rules),
            provenance=provenance(await self._homes.book()),
        )
        return Judged(result, facts)

    async def _facts(
        self, host_id: int, neighbours: tuple[int, ...], cluster_id: UUID | None, own: Collection[UUID]
    ) -> tuple[Facts, dict[int, LotOf]]:
        drawn = (host_id, *neighbours)
        known = await self._homes.of(drawn)
        pairs = await self._ways.pairs(list(known), rule=self.rules.rule, radius_m=self.rules.radius_m)
        ways = {(pair.first, pair.second): pair for pair in pairs}
        crossed = {home_id for pair in pairs if host_id in (pair.first, pair.second) for home_id in pair.crosses}
        homes = known | await self._homes.of(sorted(crossed))
        async with self._database.session() as session:
            lots = await lots_of(session, homes)
            held = await _held(session, drawn, own)
            consents, confirmed = await _said(session, cluster_id, host_id)
        households = {home: lot.household_id for home, lot in lots.items() if lot.household_id is not None}
        facts = Facts(homes, ways, held=held, households=households, consents=consents, confirmed=confirmed)
        return facts, lots

    async def places_of(self, household_ids: Collection[UUID]) -> frozenset[Place]:
        """Where the lots of these households are, however lately they were registered."""
        query = select(Lot.address, Lot.city).where(col(Lot.household_id).in_(household_ids))
        async with self._database.session() as session:
            return frozenset((address.casefold(), city.casefold()) for address, city in await session.exec(query))

    async def lots(self, homes: Mapping[int, Home]) -> dict[int, LotOf]:
        """The registered lots of these homes."""
        async with self._database.session() as session:
            return await lots_of(session, homes)


class Placed(Protocol):
    """A home, a member or a lot."""

    @property
    def address(self) -> str: ...
    @property
    def city(self) -> str: ...


def place_of(home: Placed) -> Place:
    return home.address.casefold(), home.city.casefold()


async def lots_of(session: AsyncSession, homes: Mapping[int, Home]) -> dict[int, LotOf]:
    """By home: the lot with its address, else the one whose address point stands within ``SAME_PLACE_M``."""
    if not homes:
        return {}
    columns = (Lot.id, Lot.household_id, Lot.address, Lot.city, Lot.longitude, Lot.latitude)
    near = [
        and_(
            col(Lot.latitude).between(home.latitude - MARGIN_DEG, home.latitude + MARGIN_DEG),
            col(Lot.longitude).between(home.longitude - MARGIN_DEG, home.longitude + MARGIN_DEG),
        )
        for home in homes.values()
    ]
    rows: Sequence[Any] = (await session.exec(select(*columns).where(or_(*near)))).all()  # type: ignore[call-overload]
    by_address = {place_of(row): row for row in rows}
    found: dict[int, LotOf] = {}
    for home_id, home in homes.items():
        row = by_address.get(place_of(home)) or _nearest(home, rows)
        if row is not None:
            found[home_id] = LotOf(row.id, row.household_id)
    return found


def _nearest(home: Home, rows: Sequence[Any]) -> Any:
    if not rows:
        return None
    places = np.array([(row.longitude, row.latitude) for row in rows])
    away = distance_m(np.array(home.longitude), np.array(home.latitude), places[:, 0], places[:, 1])
    nearest = int(np.argmin(away))
    return rows[nearest] if away[nearest] <= SAME_PLACE_M else None


async def _held(session: AsyncSession, home_ids: Sequence[int], own: Collection[UUID]) -> dict[int, tuple[Held, ...]]:
    """The other clusters that have these homes."""
    query = (
        select(ClusterMember.home_id, ClusterRow.number, ClusterRow.state)
        .join(ClusterRow, col(ClusterRow.id) == col(ClusterMember.cluster_id))
        .where(col(ClusterMember.home_id).in_(home_ids), col(ClusterRow.state).not_in(OVER))
        .order_by(col(ClusterRow.number))
    )
    if own:
        query = query.where(col(ClusterRow.id).not_in(own))
    found: dict[int, tuple[Held, ...]] = {}
    for home_id, number, state in await session.exec(query):
        found[home_id] = (*found.get(home_id, ()), Held(code_of(number), ClusterState(state) in LIVE))
    return found


async def _said(session: AsyncSession, cluster_id: UUID | None, host_id: int) -> tuple[frozenset[int], frozenset[int]]:
    """The open consents of a cluster, and the ways from this host that a person confirmed."""
    if cluster_id is None:
        return frozenset(), frozenset()
    consents = select(CrossingConsent.home_id).where(
        CrossingConsent.cluster_id == cluster_id, col(CrossingConsent.withdrawn_at).is_(None)
    )
    confirmed = select(ReachConfirmation.home_id).where(
        ReachConfirmation.cluster_id == cluster_id, ReachConfirmation.host_id == host_id
    )
    return frozenset(await session.exec(consents)), frozenset(await session.exec(confirmed))


def corridors(host_id: int, neighbours: Iterable[int], facts: Facts) -> Iterable[Corridor]:
    """From the host to every neighbour that has a verdict."""
    for home_id in neighbours:
        way = facts.way(host_id, home_id)
        if way is not None:
            yield Corridor(
                home_id=home_id,
                distance_m=way.distance_m,
                verdict=way.verdict.value,
                words=way.words,
                length_m=way.length_m,
                route=line(way.route),
                barrier=way.barrier,
                crosses=way.crosses,
            )


def members(host_id: int, neighbours: Sequence[int], facts: Facts, lots: Mapping[int, LotOf]) -> tuple[MemberView, ...]:
    """The homes of the group that the book knows, host first."""
    away = distances(host_id, neighbours, facts)
    found = []
    for home_id in (host_id, *neighbours):
        home, lot, way = facts.homes.get(home_id), lots.get(home_id), facts.way(host_id, home_id)
        if home is None:
            continue
        is_host = home_id == host_id
        found.append(
            MemberView(
                home_id=home_id,
                lot_id=lot.lot_id if lot else None,
                household_id=lot.household_id if lot else None,
                address=home.address,
                city=home.city,
                longitude=home.longitude,
                latitude=home.latitude,
                part=Part.HOST if is_host else Part.NEIGHBOUR,
                distance_m=0.0 if is_host else away.get(home_id),
                length_m=way.length_m if way and not is_host else None,
                consent="not_needed" if is_host else _consent(host_id, home_id, neighbours, facts),
            )
        )
    return tuple(found)


def _consent(host_id: int, home_id: int, neighbours: Sequence[int], facts: Facts) -> str:
    if not crossings(host_id, home_id, neighbours, facts):
        return "not_needed"
    return "missing" if missing_consents(host_id, home_id, neighbours, facts) else "given"


def provenance(book: Book) -> dict[str, Any]:
    """Which address book and road layers verdicts rest on."""
    imports, newest = book.version
    return {
        "address_points": len(book.homes),
        "imports": imports,
        "newest_import": None if newest is None else str(newest),
        "layers": [layer_dict(layer.source) for layer in book.layers],
    }
