"""Rows of problems, photos and ratings to values and back."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.geo import Point
from core.household.problems import Problem, ProblemKind, ProblemState, Rating
from core.household.tables import LawnProblem, ProblemPhoto, VisitRating


async def read_problem(session: AsyncSession, problem_id: UUID) -> Problem | None:
    row = await session.get(LawnProblem, problem_id, populate_existing=True)
    return None if row is None else (await _values(session, [row]))[0]


async def read_problems(
    session: AsyncSession, *, lot_ids: Iterable[UUID] | None = None, states: Iterable[ProblemState] | None = None,
    most: int = 200,
) -> Sequence[Problem]:  # fmt: skip
    """Newest first."""
    query = select(LawnProblem).order_by(col(LawnProblem.reported_at).desc(), col(LawnProblem.id)).limit(most)
    if lot_ids is not None:
        query = query.where(col(LawnProblem.lot_id).in_(list(lot_ids)))
    if states is not None:
        query = query.where(col(LawnProblem.state).in_([state.value for state in states]))
    return await _values(session, (await session.exec(query)).all())


async def reported_since(session: AsyncSession, lot_id: UUID, since: datetime) -> int:
    query = select(func.count()).select_from(LawnProblem)
    query = query.where(col(LawnProblem.lot_id) == lot_id, col(LawnProblem.reported_at) > since)
    return int((await session.exec(query)).one())


async def write_problem(session: AsyncSession, before: Problem, by: str, now: datetime, **fields: Any) -> bool:
    """Whether it was still as ``before`` says."""
    done = await session.exec(
        update(LawnProblem)
        .where(col(LawnProblem.id) == before.id, col(LawnProblem.version) == before.version)
        .values(decided_by=by[:254], decided_at=now, version=before.version + 1, **fields)
    )
    return bool(done.rowcount == 1)


async def ratings_of(
    session: AsyncSession,
    *,
    visit_ids: Iterable[UUID] | None = None,
    lot_ids: Iterable[UUID] | None = None,
    most: int = 200,
) -> Sequence[Rating]:
    """Newest first."""
    query = select(VisitRating).order_by(col(VisitRating.rated_at).desc()).limit(most)
    if visit_ids is not None:
        query = query.where(col(VisitRating.visit_id).in_(list(visit_ids)))
    if lot_ids is not None:
        query = query.where(col(VisitRating.lot_id).in_(list(lot_ids)))
    return [
        Rating(row.visit_id, row.person_id, row.stars, row.words, row.rated_at)
        for row in (await session.exec(query)).all()
    ]


async def _values(session: AsyncSession, rows: Sequence[LawnProblem]) -> list[Problem]:
    query = select(ProblemPhoto.problem_id).where(col(ProblemPhoto.problem_id).in_([row.id for row in rows]))
    pictured = set((await session.exec(query)).all())
    return [
        Problem(
            id=row.id, lot_id=row.lot_id, visit_id=row.visit_id, kind=ProblemKind(row.kind), words=row.words,
            pin=None if row.longitude is None or row.latitude is None else Point(row.longitude, row.latitude),
            reported_by=row.reported_by, reported_at=row.reported_at, state=ProblemState(row.state),
            answer=row.answer, remow_visit_id=row.remow_visit_id, credit_minor=row.credit_minor,
            currency=row.currency, decided_at=row.decided_at, has_photo=row.id in pictured, version=row.version,
        )
        for row in rows
    ]  # fmt: skip
