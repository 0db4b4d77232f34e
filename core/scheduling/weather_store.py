"""Weather, thresholds and decisions in the database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func
from sqlalchemy import select as columns
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.clock import from_epoch_ms, to_epoch_ms
from core.db import Database
from core.db.pages import Page, paged
from core.ids import new_id
from core.scheduling.weather_data import Hour, Place, PlaceWeather
from core.scheduling.weather_limits import DEFAULT_LIMITS, WeatherLimits, limits_of
from core.scheduling.weather_model import Asked, Basis, Check, CheckKind, Decision, Verdict
from core.scheduling.weather_tables import WeatherDecision, WeatherLimitsRow, WeatherReport


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """``about``: the visit that asked; ``None`` for the look that comes round."""

    id: UUID
    cluster_id: UUID
    about: UUID | None
    decision: Decision


@dataclass(frozen=True, slots=True)
class ClusterLimits:
    """``set_by`` is empty while the usual ones hold."""

    limits: WeatherLimits
    set_by: str = ""
    set_at: datetime | None = None


class WeatherStore:
    """Plain reads and writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def reports(self) -> dict[Place, PlaceWeather]:
        """The newest weather of every place."""
        async with self._database.session() as session:
            rows = (await session.exec(select(WeatherReport))).all()
        return {found.place: found for found in map(_weather, rows)}

    async def keep(self, reports: Iterable[PlaceWeather]) -> None:
        """Replace the weather of these places."""
        async with self._database.session() as session:
            for report in reports:
                await session.merge(
                    WeatherReport(
                        place=report.place.key,
                        latitude=report.place.latitude,
                        longitude=report.place.longitude,
                        read_at=report.read_at,
                        source=report.source,
                        hours=[_told(hour) for hour in report.hours],
                    )
                )

    async def limits(self) -> dict[UUID, ClusterLimits]:
        """Of every cluster that has its own."""
        async with self._database.session() as session:
            rows = (await session.exec(select(WeatherLimitsRow))).all()
        return {row.cluster_id: ClusterLimits(limits_of(row.numbers), row.set_by, row.set_at) for row in rows}

    async def limits_of(self, cluster_id: UUID) -> ClusterLimits:
        async with self._database.session() as session:
            row = await session.get(WeatherLimitsRow, cluster_id)
        return ClusterLimits(DEFAULT_LIMITS) if row is None else ClusterLimits(
            limits_of(row.numbers), row.set_by, row.set_at
        )  # fmt: skip

    async def add(self, session: AsyncSession, cluster_id: UUID, decision: Decision, about: UUID | None) -> UUID:
        """Keep a decision; its key."""
        asked, key = decision.asked, new_id()
        session.add(
            WeatherDecision(
                id=key,
                cluster_id=cluster_id,
                about=about,
                decided_at=asked.at,
                begins=asked.begins,
                latest=asked.latest,
                work_s=round(asked.work.total_seconds()),
                verdict=decision.verdict.value,
                until=decision.until,
                basis=decision.basis.value,
                source=decision.source,
                read_at=decision.read_at,
                checks=[_check_told(check) for check in decision.checks],
                limits=decision.limits.told(),
            )
        )
        return key

    async def decisions(
        self, cluster_id: UUID, *, most: int = 50, about: UUID | None = None, page: Page | None = None
    ) -> Sequence[StoredDecision]:
        """Newest first, with ``page`` those of it and one more; of one visit with ``about``."""
        query = select(WeatherDecision).where(col(WeatherDecision.cluster_id) == cluster_id)
        if about is not None:
            query = query.where(col(WeatherDecision.about) == about)
        query = query.order_by(col(WeatherDecision.decided_at).desc(), col(WeatherDecision.id).desc()).limit(most)
        if page is not None:
            query = paged(query, (col(WeatherDecision.decided_at), col(WeatherDecision.id)), page)
        async with self._database.session() as session:
            return [_stored(row) for row in (await session.exec(query)).all()]

    async def newest(self) -> dict[UUID, StoredDecision]:
        """The newest look at each cluster that no visit asked for."""
        last = (
            columns(col(WeatherDecision.cluster_id), func.max(col(WeatherDecision.decided_at)).label("at"))
            .where(col(WeatherDecision.about).is_(None))
            .group_by(col(WeatherDecision.cluster_id))
            .subquery()
        )
        query = (
            select(WeatherDecision)
            .join(
                last,
                (col(WeatherDecision.cluster_id) == last.c.cluster_id) & (col(WeatherDecision.decided_at) == last.c.at),
            )
            .where(col(WeatherDecision.about).is_(None))
        )
        async with self._database.session() as session:
            return {row.cluster_id: _stored(row) for row in (await session.exec(query)).all()}

    async def forget(self, before: datetime) -> int:
        """Drop the looks before a day that no visit asked for; how many."""
        query = delete(WeatherDecision).where(
            col(WeatherDecision.about).is_(None), col(WeatherDecision.decided_at) < before
        )
        async with self._database.session() as session:
            return int((await session.exec(query)).rowcount)


def _told(hour: Hour) -> list[float | None]:
    seconds = to_epoch_ms(hour.ends) // 1000
    return [seconds, hour.rain_mm, hour.rain_percent, hour.temperature_c, hour.wind_m_s]


def _weather(row: WeatherReport) -> PlaceWeather:
    hours = tuple(Hour(from_epoch_ms(int(ends or 0) * 1000), *values) for ends, *values in row.hours)
    return PlaceWeather(Place(row.latitude, row.longitude), row.read_at, row.source, hours)


def _check_told(check: Check) -> dict[str, Any]:
    return {
        "kind": check.kind.value, "value": check.value, "limit": check.limit, "unit": check.unit, "holds": check.holds,
    }  # fmt: skip


def _stored(row: WeatherDecision) -> StoredDecision:
    asked = Asked(row.decided_at, row.begins, row.latest, timedelta(seconds=row.work_s))
    decision = Decision(
        asked=asked,
        verdict=Verdict(row.verdict),
        until=row.until,
        basis=Basis(row.basis),
        source=row.source,
        read_at=row.read_at,
        checks=tuple(Check(**{**check, "kind": CheckKind(check["kind"])}) for check in row.checks),
        limits=limits_of(row.limits),
    )
    return StoredDecision(row.id, row.cluster_id, row.about, decision)
