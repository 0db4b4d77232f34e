"""Promises to mow a lawn again that were kept, and the stretches of visits beside the plan, whose minutes are free."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from core.db import Database
from core.fleet.tables import Mower
from core.household.problems import ProblemState
from core.household.tables import LawnProblem
from core.neighbourhood.tables import LotMower
from core.scheduling.model import RAN, UNDER_WAY, VisitState
from core.scheduling.tables import VisitRow


async def kept_promises(database: Database) -> Sequence[UUID]:
    """Problems that wait for a visit which is done."""
    query = (
        select(col(LawnProblem.id))
        .join(VisitRow, col(VisitRow.id) == col(LawnProblem.remow_visit_id))
        .where(col(LawnProblem.state) == ProblemState.REMOW.value, col(VisitRow.state) == VisitState.DONE.value)
        .order_by(col(LawnProblem.reported_at), col(LawnProblem.id))
    )
    async with database.connection() as connection:
        return list((await connection.execute(query)).scalars())


async def free_stretches(
    connection: AsyncConnection, mower: int, first: datetime, last: datetime
) -> Sequence[tuple[UUID, datetime, datetime]]:
    """(lot, from, to) of every visit beside the plan on lots of a mower that ran, or runs, in that stretch of time."""
    ran = col(VisitRow.state).in_([state.value for state in RAN | UNDER_WAY])
    query = (
        select(
            col(VisitRow.lot_id), col(VisitRow.begins_at), col(VisitRow.ends_at), col(VisitRow.started_at),
            col(VisitRow.ended_at),
        )
        .join(LotMower, col(LotMower.lot_id) == col(VisitRow.lot_id))
        .join(Mower, col(Mower.id) == col(LotMower.mower_id))
        .where(col(Mower.number) == mower, col(VisitRow.extra), ran)
    )  # fmt: skip
    found = []
    for lot_id, begins, ends, started, ended in (await connection.execute(query)).all():
        span = min(begins, started or begins), max(ends, ended or ends)
        if span[0] < last and span[1] > first:
            found.append((lot_id, *span))
    return found
