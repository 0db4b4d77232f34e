"""Runs and problems of visits in the database. A write names what it expects to find, as those of visits do."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.ids import new_id
from core.scheduling.model import TO_COME, UNDER_WAY, Visit, VisitReason, VisitState
from core.scheduling.run_model import Phase, Problem, ProblemKind, VisitRun
from core.scheduling.run_tables import VisitProblemRow, VisitRunRow
from core.scheduling.store import visit_of
from core.scheduling.tables import VisitRow

BY_ITSELF = "mowthos"
AT_ONCE = 300
_KEPT = ("device_name", "attempt", "tries", "command_id", "first_asked_at", "asked_at", "not_before")


async def due_visits(session: AsyncSession, now: datetime) -> list[Visit]:
    """Those to come whose time is now, by their beginning."""
    ours = col(VisitRow.state).in_([state.value for state in TO_COME])
    query = select(VisitRow).where(ours, col(VisitRow.begins_at) <= now, col(VisitRow.ends_at) > now)
    return [visit_of(row) for row in (await session.exec(query.order_by(*_ORDER).limit(AT_ONCE))).all()]


async def running_visits(session: AsyncSession) -> list[tuple[Visit, VisitRun]]:
    """Those that are due or started, with their runs, by their beginning."""
    under_way = col(VisitRow.state).in_([state.value for state in UNDER_WAY])
    query = select(VisitRow, VisitRunRow).join(VisitRunRow, isouter=True).where(under_way).order_by(*_ORDER)
    return [(visit_of(row), run_of(row.id, run)) for row, run in (await session.exec(query)).all()]


async def unsettled_visits(session: AsyncSession, since: datetime) -> list[tuple[Visit, VisitRun]]:
    """Those that failed or ran short since then, with their runs."""
    ended = col(VisitRow.state).in_([VisitState.FAILED.value, VisitState.SHORT.value])
    query = select(VisitRow, VisitRunRow).join(VisitRunRow, isouter=True).where(ended, col(VisitRow.ends_at) >= since)
    rows = (await session.exec(query.order_by(*_ORDER).limit(AT_ONCE))).all()
    return [(visit_of(row), run_of(row.id, run)) for row, run in rows]


async def lost_visits(
    session: AsyncSession, reasons: Collection[VisitReason], since: datetime
) -> list[tuple[Visit, VisitRun]]:
    """Those that were skipped or cut short for one of these reasons and are to be caught up, by their beginning."""
    ended = col(VisitRow.state).in_([VisitState.SKIPPED.value, VisitState.SHORT.value])
    why = col(VisitRow.reason).in_([reason.value for reason in reasons])
    query = select(VisitRow, VisitRunRow).join(VisitRunRow, isouter=True)
    rows = (await session.exec(query.where(ended, why, col(VisitRow.begins_at) >= since).order_by(*_ORDER))).all()
    return [(visit_of(row), run_of(row.id, run)) for row, run in rows]


async def read_run(session: AsyncSession, visit_id: UUID) -> VisitRun:
    """How far a visit is; one that nobody took up waits."""
    return run_of(visit_id, await session.get(VisitRunRow, visit_id, populate_existing=True))


async def write_run(session: AsyncSession, before: VisitRun, after: VisitRun) -> bool:
    """Whether it was still as ``before`` says, and is now ``after``."""
    values = {name: getattr(after, name) for name in _KEPT}
    values |= {"phase": after.phase.value, "waiting": after.waiting.value, "version": before.version + 1}
    if before.version == 0:
        put = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        new = put(VisitRunRow).values(visit_id=before.visit_id, **values).on_conflict_do_nothing()
        return (await session.exec(new.returning(col(VisitRunRow.visit_id)))).first() is not None
    mine = (col(VisitRunRow.visit_id) == before.visit_id, col(VisitRunRow.version) == before.version)
    return bool((await session.exec(update(VisitRunRow).where(*mine).values(**values))).rowcount == 1)


def run_of(visit_id: UUID, row: VisitRunRow | None) -> VisitRun:
    if row is None:
        return VisitRun(visit_id=visit_id)
    return VisitRun(
        visit_id=visit_id, phase=Phase(row.phase), waiting=VisitReason(row.waiting), version=row.version,
        **{name: getattr(row, name) for name in _KEPT},
    )  # fmt: skip


async def open_problems(session: AsyncSession) -> list[Problem]:
    """Every open line of the board, oldest first."""
    query = select(VisitProblemRow).where(col(VisitProblemRow.closed_at).is_(None))
    order = (col(VisitProblemRow.opened_at), col(VisitProblemRow.id))
    return [problem_of(row) for row in (await session.exec(query.order_by(*order))).all()]


async def open_problem(
    session: AsyncSession, visit_id: UUID, kind: ProblemKind, attempt: int, reason: VisitReason, now: datetime
) -> bool:
    """Whether it is new, or came back by itself as it had gone; one that stands, or that a person closed, stays."""
    put = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = put(VisitProblemRow).values(
        id=new_id(), visit_id=visit_id, kind=kind.value, attempt=attempt, reason=reason.value, opened_at=now,
        closed_at=None, closed_by="", fix="",
    )  # fmt: skip
    keys = ["visit_id", "kind", "attempt"]
    new = row.on_conflict_do_nothing(index_elements=keys).returning(col(VisitProblemRow.id))
    if (await session.exec(new)).first() is not None:
        return True
    same = (
        col(VisitProblemRow.visit_id) == visit_id,
        col(VisitProblemRow.kind) == kind.value,
        col(VisitProblemRow.attempt) == attempt,
        col(VisitProblemRow.closed_by) == BY_ITSELF,
    )
    values = {"opened_at": now, "closed_at": None, "closed_by": "", "reason": reason.value}
    return bool((await session.exec(update(VisitProblemRow).where(*same).values(**values))).rowcount == 1)


async def settled_problems(session: AsyncSession) -> list[UUID]:
    """Open lines of visits that neither run nor ended badly: they were planned anew, skipped, or done after all."""
    bad = [state.value for state in (*UNDER_WAY, VisitState.FAILED, VisitState.SHORT)]
    query = select(VisitProblemRow.id).join(VisitRow, col(VisitRow.id) == col(VisitProblemRow.visit_id))
    query = query.where(col(VisitProblemRow.closed_at).is_(None), col(VisitRow.state).not_in(bad))
    return list((await session.exec(query)).all())


async def close_problems(
    session: AsyncSession, ids: Sequence[UUID], now: datetime, *, by: str = BY_ITSELF, fix: str = ""
) -> int:
    """Close those of them that are open; how many."""
    if not ids:
        return 0
    mine = (col(VisitProblemRow.id).in_(ids), col(VisitProblemRow.closed_at).is_(None))
    values = {"closed_at": now, "closed_by": by[:254], "fix": fix}
    return int((await session.exec(update(VisitProblemRow).where(*mine).values(**values))).rowcount)


async def read_problem(session: AsyncSession, problem_id: UUID) -> Problem | None:
    row = await session.get(VisitProblemRow, problem_id, populate_existing=True)
    return None if row is None else problem_of(row)


def problem_of(row: VisitProblemRow) -> Problem:
    return Problem(
        id=row.id, visit_id=row.visit_id, kind=ProblemKind(row.kind), attempt=row.attempt,
        reason=VisitReason(row.reason), opened_at=row.opened_at, closed_at=row.closed_at, closed_by=row.closed_by,
        fix=row.fix,
    )  # fmt: skip


LOOKS_BACK = timedelta(days=3)
"""How long after its end a visit that failed is put on the board."""
_ORDER = (col(VisitRow.begins_at), col(VisitRow.id))
