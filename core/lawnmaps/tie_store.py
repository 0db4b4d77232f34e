"""Ties of zones in the database: what holds now, and every change with its time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.db import Database
from core.fleet.model import MapZone
from core.ids import new_id
from core.lawnmaps.tables import ZoneTie, ZoneTieChange
from core.lawnmaps.zones import LotShare, TieStatus, ZoneVerdict
from core.texts import kept, recalled


@dataclass(frozen=True, slots=True, kw_only=True)
class TieView:
    """Whose a zone is, as screens, REST, billing and sessions see it. Areas in m², shares 0 to 1."""

    device_name: str
    zone_hash: int
    zone_name: str
    area_m2: float
    status: TieStatus
    lot_id: UUID | None
    by_person: bool
    reason: str
    shares: tuple[LotShare, ...]
    judged_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TieChange:
    """What a zone became at a moment; ``actor`` is empty where the rule decided."""

    at: datetime
    status: TieStatus
    lot_id: UUID | None
    by_person: bool
    actor: str
    reason: str


class TieStore:
    """Reads and writes `zone_tie` and `zone_tie_change`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, mower_id: UUID, device_name: str) -> list[TieView]:
        """The ties of the zones that are on a mower's map now, by name."""
        mine = (col(ZoneTie.mower_id) == mower_id, col(ZoneTie.gone_at).is_(None))
        query = select(ZoneTie).where(*mine).order_by(col(ZoneTie.zone_name), col(ZoneTie.zone_hash))
        async with self._database.session() as session:
            return [_view(row, device_name) for row in (await session.exec(query)).all()]

    async def with_status(self, names: dict[UUID, str], statuses: Iterable[TieStatus]) -> list[TieView]:
        """Every zone with one of these statuses, by mower; ``names`` are the mowers in service by id."""
        query = (
            select(ZoneTie)
            .where(col(ZoneTie.status).in_([str(status) for status in statuses]), col(ZoneTie.gone_at).is_(None))
            .order_by(col(ZoneTie.mower_id), col(ZoneTie.zone_name), col(ZoneTie.zone_hash))
        )
        async with self._database.session() as session:
            rows = (await session.exec(query)).all()
        return [_view(row, names[row.mower_id]) for row in rows if row.mower_id in names]

    async def history(self, mower_id: UUID, zone_hash: int) -> Sequence[TieChange]:
        """Every change of a zone's tie, newest first."""
        query = (
            select(ZoneTieChange)
            .where(col(ZoneTieChange.mower_id) == mower_id, col(ZoneTieChange.zone_hash) == str(zone_hash))
            .order_by(col(ZoneTieChange.at).desc(), col(ZoneTieChange.id).desc())
        )
        async with self._database.session() as session:
            return [_change(row) for row in (await session.exec(query)).all()]

    async def changes_of(self, mower_id: UUID) -> list[tuple[int, TieChange]]:
        """Every change of every zone of a mower, gone ones included: (zone's hash, change), oldest first."""
        query = (
            select(ZoneTieChange)
            .where(col(ZoneTieChange.mower_id) == mower_id)
            .order_by(col(ZoneTieChange.at), col(ZoneTieChange.id))
        )
        async with self._database.session() as session:
            return [(int(row.zone_hash), _change(row)) for row in (await session.exec(query)).all()]

    async def at(self, mower_id: UUID, zone_hash: int, moment: datetime) -> TieChange | None:
        """What held at a moment; ``None`` before the zone was first judged."""
        return next((change for change in await self.history(mower_id, zone_hash) if change.at <= moment), None)

    async def write(
        self,
        session: AsyncSession,
        *,
        mower_id: UUID,
        zone: MapZone,
        verdict: ZoneVerdict,
        by_person: bool,
        now: datetime,
        actor: str = "",
    ) -> bool:
        """Keep what holds from now on; true (and a line of history) when it is another than before."""
        row = await session.get(ZoneTie, (mower_id, str(zone.hash)))
        before = None if row is None else (row.status, row.lot_id, row.by_person, row.gone_at is None)
        fields: dict[str, Any] = {
            "zone_name": zone.name[:120],
            "area_m2": verdict.area_m2,
            "status": str(verdict.status),
            "lot_id": verdict.lot_id,
            "by_person": by_person,
            "reason": kept(verdict.reason, most=500),
            "shares": [{"lot": str(one.lot_id), "address": one.address, "share": one.share} for one in verdict.shares],
            "judged_at": now,
            "gone_at": None,
        }
        if row is None:
            row = ZoneTie(mower_id=mower_id, zone_hash=str(zone.hash), **fields)
        else:
            for name, value in fields.items():
                setattr(row, name, value)
        session.add(row)
        if before == (str(verdict.status), verdict.lot_id, by_person, True):
            return False
        session.add(
            ZoneTieChange(
                id=new_id(), mower_id=mower_id, zone_hash=str(zone.hash), at=now, status=verdict.status,
                lot_id=verdict.lot_id, by_person=by_person, actor=actor, reason=kept(verdict.reason, most=500),
            )
        )  # fmt: skip
        return True

    async def rows(self, session: AsyncSession, mower_id: UUID) -> dict[str, ZoneTie]:
        """Every stored tie of a mower by the zone's hash, zones that are gone included."""
        found = await session.exec(select(ZoneTie).where(col(ZoneTie.mower_id) == mower_id))
        return {row.zone_hash: row for row in found.all()}


def _view(row: ZoneTie, device_name: str) -> TieView:
    return TieView(
        device_name=device_name, zone_hash=int(row.zone_hash), zone_name=row.zone_name, area_m2=row.area_m2,
        status=TieStatus(row.status), lot_id=row.lot_id, by_person=row.by_person, reason=recalled(row.reason),
        shares=tuple(LotShare(UUID(one["lot"]), one["address"], one["share"]) for one in row.shares),
        judged_at=row.judged_at,
    )  # fmt: skip


def _change(row: ZoneTieChange) -> TieChange:
    return TieChange(
        at=row.at, status=TieStatus(row.status), lot_id=row.lot_id, by_person=row.by_person, actor=row.actor,
        reason=recalled(row.reason),
    )  # fmt: skip
