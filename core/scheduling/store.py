"""Rows of scheduling to values and back. A write names what it expects to find: who comes second changes nothing."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.db.pages import Page, paged
from core.ids import new_id
from core.scheduling.generation import Wanted
from core.scheduling.model import Choice, Lot, Pause, PauseKind, PlanVersion, Visit, VisitReason, VisitSite, VisitState
from core.scheduling.news import tell_household
from core.scheduling.recurrence import plan_content, plan_from_content
from core.scheduling.tables import ServicePause, ServicePlanVersion, VisitRow

_KEPT = (
    "plan_version",
    "note",
    "begins_at",
    "ends_at",
    "pinned",
    "moved_from",
    "started_at",
    "ended_at",
    "mowed_minutes",
)
"""Fields of a visit that a row has under the same name and may change."""


async def read_lots(session: AsyncSession, sites: Mapping[UUID, VisitSite], since: date) -> list[Lot]:
    """Plans, pauses, and visits due from ``since`` on, of these lots, in the order of ``sites``; 400 at most."""
    ids = list(sites)
    versions: dict[UUID, list[PlanVersion]] = defaultdict(list)
    pauses: dict[UUID, list[Pause]] = defaultdict(list)
    visits: dict[UUID, list[Visit]] = defaultdict(list)
    plan_rows = select(ServicePlanVersion).where(col(ServicePlanVersion.lot_id).in_(ids))
    for plan_row in (await session.exec(plan_rows.order_by(col(ServicePlanVersion.version)))).all():
        versions[plan_row.lot_id].append(version_of(plan_row))
    pause_rows = select(ServicePause).where(col(ServicePause.lot_id).in_(ids), col(ServicePause.restarts_on) >= since)
    for pause_row in (await session.exec(pause_rows.order_by(col(ServicePause.from_on)))).all():
        pauses[pause_row.lot_id].append(pause_of(pause_row))
    visit_rows = select(VisitRow).where(col(VisitRow.lot_id).in_(ids), col(VisitRow.due_on) >= since)
    for row in (await session.exec(visit_rows.order_by(col(VisitRow.due_on)))).all():
        visits[row.lot_id].append(visit_of(row))
    return [Lot(site, versions[one], pauses[one], visits[one]) for one, site in sites.items()]


async def add_visits(session: AsyncSession, lot_id: UUID, wanted: Sequence[Wanted], now: datetime, by: str) -> int:
    """Those that do not stand yet; how many were added. Another process may have made them in between: then not one."""
    if not wanted:
        return 0
    put = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    rows = [_row(lot_id, one, now, by) for one in wanted]
    statement = put(VisitRow).values(rows).on_conflict_do_nothing(index_elements=["lot_id", "due_on", "extra"])
    added = await session.exec(statement.returning(col(VisitRow.id)))
    return len(added.all())


async def write_visit(
    session: AsyncSession, before: Visit, after: Visit, now: datetime, by: str, *, tell: bool = True
) -> bool:
    """Whether it was still as ``before`` says, and is now ``after``; its household is told of it then, unless who
    calls tells it of several at once."""
    done = await session.exec(
        update(VisitRow)
        .where(col(VisitRow.id) == before.id, col(VisitRow.version) == before.version)
        .values(
            state=after.state.value, reason=after.reason.value, choice=after.choice.value, version=before.version + 1,
            changed_at=now, changed_by=by[:254], **{name: getattr(after, name) for name in _KEPT},
        )
    )  # fmt: skip
    if done.rowcount != 1:
        return False
    if tell:
        await tell_household(session, before, after, now, by)
    return True


async def read_visit(session: AsyncSession, visit_id: UUID) -> Visit | None:
    row = await session.get(VisitRow, visit_id, populate_existing=True)
    return None if row is None else visit_of(row)


async def visits_between(
    session: AsyncSession, lot_ids: Collection[UUID], begins: datetime, ends: datetime
) -> list[Visit]:
    """Visits of some lots that meet a stretch of time, by their beginning; 400 lots at most."""
    query = select(VisitRow).where(
        col(VisitRow.lot_id).in_(lot_ids), col(VisitRow.begins_at) < ends, col(VisitRow.ends_at) > begins
    )
    return [visit_of(row) for row in (await session.exec(query.order_by(col(VisitRow.begins_at)))).all()]


async def visits_page(
    session: AsyncSession, lots: Select[UUID], begins: datetime, ends: datetime, page: Page
) -> list[Visit]:
    """A page, and one more, of the visits of those lots that meet a stretch of time, by their beginning."""
    query = select(VisitRow).where(
        col(VisitRow.lot_id).in_(lots), col(VisitRow.begins_at) < ends, col(VisitRow.ends_at) > begins
    )
    query = paged(query, (col(VisitRow.begins_at), col(VisitRow.id)), page, newest_first=False)
    return [visit_of(row) for row in (await session.exec(query)).all()]


def new_version_row(lot_id: UUID, version: PlanVersion) -> ServicePlanVersion:
    return ServicePlanVersion(
        lot_id=lot_id, version=version.version, valid_from=version.valid_from, content=plan_content(version.plan),
        saved_by=version.saved_by[:254], saved_at=version.saved_at,
    )  # fmt: skip


def version_of(row: ServicePlanVersion) -> PlanVersion:
    return PlanVersion(
        version=row.version, valid_from=row.valid_from, plan=plan_from_content(row.content), saved_by=row.saved_by,
        saved_at=row.saved_at,
    )  # fmt: skip


def pause_of(row: ServicePause) -> Pause:
    return Pause(
        id=row.id, lot_id=row.lot_id, kind=PauseKind(row.kind), from_on=row.from_on, restarts_on=row.restarts_on,
        reason=row.reason, made_by=row.made_by, made_at=row.made_at, ended_at=row.ended_at,
    )  # fmt: skip


def visit_of(row: VisitRow) -> Visit:
    return Visit(
        id=row.id, lot_id=row.lot_id, due_on=row.due_on, state=VisitState(row.state), reason=VisitReason(row.reason),
        extra=row.extra, choice=Choice(row.choice), version=row.version, changed_by=row.changed_by,
        changed_at=row.changed_at,
        **{name: getattr(row, name) for name in _KEPT},
    )  # fmt: skip


def _row(lot_id: UUID, wanted: Wanted, now: datetime, by: str) -> dict[str, Any]:
    state, reason = wanted.state()
    return {
        "id": new_id(), "lot_id": lot_id, "due_on": wanted.due_on, "plan_version": wanted.plan_version,
        "state": state.value, "reason": reason.value, "note": "", "begins_at": wanted.span.begins,
        "ends_at": wanted.span.ends, "pinned": False, "choice": "", "moved_from": None, "version": 1, "made_at": now,
        "changed_at": now, "changed_by": by[:254], "started_at": None, "ended_at": None, "mowed_minutes": None,
        "extra": False, "told_for": None,
    }  # fmt: skip


def by_mower(sites: Iterable[VisitSite]) -> list[list[VisitSite]]:
    """Lots that share a mower together; those without one each alone."""
    groups: dict[UUID, list[VisitSite]] = defaultdict(list)
    for site in sites:
        groups[site.mower_id or site.lot_id].append(site)
    return list(groups.values())
