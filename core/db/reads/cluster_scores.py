"""How well live clusters were served: their lots' visits and stars in a stretch of time."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlmodel import col

from core.db import Database
from core.db.reads.cluster_sites import cluster_sites
from core.db.reads.visit_sites import visit_sites
from core.household.tables import VisitRating
from core.neighbourhood.market.scores import PastVisit, Score, score
from core.scheduling.model import RAN, VisitReason, VisitState
from core.scheduling.planner_spans import Span
from core.scheduling.tables import VisitRow

THE_WEATHERS = frozenset({VisitReason.RAIN, VisitReason.WEATHER})
"""Why a visit was skipped though nobody wanted that."""


async def cluster_scores(database: Database, since: datetime, until: datetime) -> Mapping[UUID, Score]:
    """`core.neighbourhood.market.scores.Scores`. A lot counts for the live cluster that it belongs to now."""
    visits, stars = await _by_lot(database, since, until)
    sites = await visit_sites(database, {*visits, *stars})
    past: dict[UUID, list[PastVisit]] = defaultdict(list)
    told: dict[UUID, list[int]] = defaultdict(list)
    for lot_id, site in sites.items():
        if site.cluster_id is not None:
            past[site.cluster_id] += visits.get(lot_id, ())
            told[site.cluster_id] += stars.get(lot_id, ())
    allowed = {
        site.cluster_id: sum((span.length for span in site.allowed(Span(since, until))), timedelta())
        for site in await cluster_sites(database)
    }
    return {key: score(past[key], told[key], allowed.get(key, timedelta())) for key in past}


async def _by_lot(
    database: Database, since: datetime, until: datetime
) -> tuple[Mapping[UUID, Sequence[PastVisit]], Mapping[UUID, Sequence[int]]]:
    ran = col(VisitRow.state).in_([state.value for state in RAN])
    taken = (col(VisitRow.state) == VisitState.SKIPPED.value) & col(VisitRow.reason).in_(
        [reason.value for reason in THE_WEATHERS]
    )
    query = select(
        col(VisitRow.lot_id), col(VisitRow.state), col(VisitRow.begins_at), col(VisitRow.started_at),
        col(VisitRow.mowed_minutes),
    ).where(col(VisitRow.begins_at) >= since, col(VisitRow.begins_at) < until, or_(ran, taken))  # fmt: skip
    ratings = (
        select(col(VisitRating.lot_id), col(VisitRating.stars))
        .join(VisitRow, col(VisitRow.id) == col(VisitRating.visit_id))
        .where(col(VisitRow.begins_at) >= since, col(VisitRow.begins_at) < until)
    )
    visits: dict[UUID, list[PastVisit]] = defaultdict(list)
    stars: dict[UUID, list[int]] = defaultdict(list)
    async with database.connection() as connection:
        for row in await connection.execute(query):
            visits[row.lot_id].append(_past(row))
        for lot_id, given in await connection.execute(ratings):
            stars[lot_id].append(given)
    return visits, stars


def _past(row: Any) -> PastVisit:
    return PastVisit(row.state == VisitState.DONE.value, row.begins_at, row.started_at, row.mowed_minutes)
