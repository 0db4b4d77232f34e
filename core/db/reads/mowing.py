"""What mowers did where, as billing reads it: sessions with their readings, and the ground of the lots they serve."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import shapely
from shapely.geometry import shape
from sqlalchemy import select
from sqlmodel import col

from core.billing import Drain, LotRef, Sample, Work, without_spared
from core.clock import from_epoch_ms, to_epoch_ms
from core.db import Database
from core.db.reads.mown_again import free_stretches
from core.fleet.live import STATE_CODES
from core.fleet.model import MowerState
from core.fleet.sessions.tables import MowingSessionRow
from core.fleet.tables import Mower, Telemetry
from core.geo import Point
from core.household.tables import KeepOffRow
from core.lawnmaps import TieStatus, TieStore
from core.neighbourhood.tables import Lot, LotMower

NEAR_DEG = 0.000015
"""About 1.5 m: a mower on the edge of a lawn is still on that lot."""
_telemetry = Telemetry.__table__  # type: ignore[attr-defined]
_sessions = MowingSessionRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class LotGround:
    """Finds the lot of a reading: `core.billing.LotFinder`.

    An area that is told decides alone, by its tie: unmapped, overlapping or never judged, it is nobody's, wherever the
    mower stood. Without one the place decides.
    """

    lots: tuple[tuple[LotRef, Any], ...]
    zones: Mapping[int, Sequence[tuple[int, LotRef | None]]]
    """By the area's hash as telemetry keeps it: (since when, ms since 1970; whose), oldest first."""

    def lot_of(self, zone: int | None, position: Point | None, at_ms: int) -> LotRef | None:
        if zone:
            return self._tied(self.zones.get(zone, ()), at_ms)
        if position is None:
            return None
        here = shapely.Point(position.longitude, position.latitude)
        inside = [lot for lot, ground in self.lots if shapely.contains_properly(ground, here)]
        if inside:
            return inside[0]
        near = [(shapely.distance(ground, here), lot) for lot, ground in self.lots]
        near = [(away, lot) for away, lot in near if away <= NEAR_DEG]
        return min(near, key=lambda one: one[0])[1] if near else None

    @staticmethod
    def _tied(changes: Sequence[tuple[int, LotRef | None]], at_ms: int) -> LotRef | None:
        """Whose it was when it was mowed; while that was nobody's, whose it has become since."""
        then = [lot for since, lot in changes if since <= at_ms]
        return (then[-1] if then else None) or (changes[-1][1] if changes else None)


class MowingReads:
    """Reads for the feed of minutes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def mowers(self) -> Sequence[int]:
        async with self._database.connection() as connection:
            return list((await connection.execute(select(col(Mower.number)))).scalars())

    async def names(self) -> Mapping[int, str]:
        async with self._database.connection() as connection:
            rows = await connection.execute(select(col(Mower.number), col(Mower.device_name)))
            return {number: name for number, name in rows}

    async def mowers_of(self, lot_ids: Iterable[UUID]) -> Mapping[UUID, Sequence[int]]:
        """Which mowers serve which lots: `core.billing.Serving`."""
        query = select(col(LotMower.lot_id), col(Mower.number)).join(Mower, col(Mower.id) == col(LotMower.mower_id))
        found: dict[UUID, list[int]] = {lot: [] for lot in lot_ids}
        async with self._database.connection() as connection:
            for lot, number in await connection.execute(query):
                if lot in found:
                    found[lot].append(number)
        return found

    async def lots_of(self, mowers: Iterable[int]) -> Mapping[int, Sequence[UUID]]:
        """Which lots these mowers serve."""
        query = select(col(Mower.number), col(LotMower.lot_id)).join(Mower, col(Mower.id) == col(LotMower.mower_id))
        found: dict[int, list[UUID]] = {}
        async with self._database.connection() as connection:
            for number, lot in await connection.execute(query.where(col(Mower.number).in_(list(mowers)))):
                found.setdefault(number, []).append(lot)
        return found

    async def ground(self, mower: int) -> LotGround:
        """The lots it serves, and whose each area of its maps was and is."""
        query = (
            select(col(Lot.id), col(Lot.household_id), col(Lot.boundary))
            .join(LotMower, col(LotMower.lot_id) == col(Lot.id))
            .join(Mower, col(Mower.id) == col(LotMower.mower_id))
            .where(col(Mower.number) == mower, col(Lot.boundary).is_not(None))
            .order_by(col(Lot.id))
        )
        async with self._database.connection() as connection:
            rows = (await connection.execute(query)).all()
        lots = []
        for lot_id, household_id, boundary in rows:
            ground = shape(boundary)
            shapely.prepare(ground)
            lots.append((LotRef(lot_id, household_id), ground))
        return LotGround(tuple(lots), await self._ties(mower))

    async def _ties(self, mower: int) -> dict[int, list[tuple[int, LotRef | None]]]:
        async with self._database.connection() as connection:
            mower_id = (await connection.execute(select(col(Mower.id)).where(col(Mower.number) == mower))).scalar()
        if mower_id is None:
            return {}
        changes = await TieStore(self._database).changes_of(mower_id)
        lots = {change.lot_id for _, change in changes if change.lot_id is not None}
        query = select(col(Lot.id), col(Lot.household_id)).where(col(Lot.id).in_(lots))
        async with self._database.connection() as connection:
            answers = {lot: household for lot, household in await connection.execute(query)} if lots else {}
        found: dict[int, list[tuple[int, LotRef | None]]] = {}
        for zone, change in changes:
            tied = change.lot_id if change.status is TieStatus.TIED else None
            lot = LotRef(tied, answers.get(tied)) if tied else None
            found.setdefault(_signed(zone), []).append((to_epoch_ms(change.at), lot))
        return found

    async def drains(self, since_ms: int, until_ms: int) -> Sequence[Drain]:
        """`core.billing.Drains`: sessions that ended within the span, of mowers whose dock a lot keeps."""
        query = (
            select(
                _sessions.c.number, _sessions.c.started_ms, _sessions.c.ended_ms, _sessions.c.battery_used,
                col(LotMower.lot_id),
            )
            .join(Mower, col(Mower.number) == _sessions.c.number)
            .join(LotMower, (col(LotMower.mower_id) == col(Mower.id)) & (col(LotMower.part) == "host"))
            .where(_sessions.c.ended_ms >= since_ms, _sessions.c.ended_ms < until_ms)
            .where(_sessions.c.end_reason.is_not(None), _sessions.c.battery_used > 0)
        )  # fmt: skip
        async with self._database.connection() as connection:
            return [Drain(*row) for row in await connection.execute(query)]

    async def work(self, mower: int, since_ms: int, until_ms: int) -> Sequence[Work]:
        """The mower's ended sessions that touch the span, whole, with every reading; what it did on a lot while its
        household kept it off counts as not mowed."""
        query = (
            select(_sessions.c.started_ms, _sessions.c.ended_ms)
            .where(_sessions.c.number == mower, _sessions.c.ended_ms >= since_ms, _sessions.c.started_ms < until_ms)
            .where(_sessions.c.end_reason.is_not(None))
            .order_by(_sessions.c.started_ms)
        )
        async with self._database.connection() as connection:
            spans = (await connection.execute(query)).all()
        found = [Work(started, ended, await self._samples(mower, started, ended)) for started, ended in spans]
        spared = await self._spared(mower, found)
        if not spared:
            return found
        ground = await self.ground(mower)
        return [one._replace(samples=without_spared(one.samples, ground, spared)) for one in found]

    async def _spared(self, mower: int, work: Sequence[Work]) -> dict[UUID, list[tuple[int, int]]]:
        """When minutes on the lots of a mower were free while it worked, by lot: kept clear, or mown again."""
        if not work:
            return {}
        first, last = min(one.started_ms for one in work), max(one.ended_ms for one in work)
        query = (
            select(col(KeepOffRow.lot_id), col(KeepOffRow.asked_at), col(KeepOffRow.ends_at), col(KeepOffRow.ended_at))
            .join(LotMower, col(LotMower.lot_id) == col(KeepOffRow.lot_id))
            .join(Mower, col(Mower.id) == col(LotMower.mower_id))
            .where(col(Mower.number) == mower, col(KeepOffRow.asked_at) < from_epoch_ms(last))
            .where(col(KeepOffRow.ends_at) > from_epoch_ms(first))
        )
        found: dict[UUID, list[tuple[int, int]]] = {}
        async with self._database.connection() as connection:
            for lot_id, asked_at, ends_at, ended_at in await connection.execute(query):
                over = ends_at if ended_at is None else min(ended_at, ends_at)
                found.setdefault(lot_id, []).append((to_epoch_ms(asked_at), to_epoch_ms(over)))
            for lot_id, begins, ends in await free_stretches(
                connection, mower, from_epoch_ms(first), from_epoch_ms(last)
            ):
                found.setdefault(lot_id, []).append((to_epoch_ms(begins), to_epoch_ms(ends)))
        return found

    async def _samples(self, mower: int, started_ms: int, ended_ms: int) -> list[Sample]:
        query = (
            select(
                _telemetry.c.device_time_ms, _telemetry.c.state, _telemetry.c.zone_hash,
                _telemetry.c.longitude_e7, _telemetry.c.latitude_e7,
            )
            .where(_telemetry.c.mower == mower)
            .where(_telemetry.c.device_time_ms >= started_ms, _telemetry.c.device_time_ms <= ended_ms)
            .order_by(_telemetry.c.device_time_ms, _telemetry.c.sequence)
        )  # fmt: skip
        mowing = STATE_CODES[MowerState.MOWING]
        async with self._database.connection() as connection:
            return [
                Sample(at_ms, state == mowing, zone, None if east is None else Point(east / 1e7, north / 1e7))
                for at_ms, state, zone, east, north in await connection.execute(query)
            ]


def _signed(zone_hash: int) -> int:
    """The vendor's unsigned 64-bit name of an area as telemetry keeps it."""
    return zone_hash - (1 << 64) if zone_hash >> 63 else zone_hash
