"""Rows of keep-offs to values and back."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.fleet.model import CommandKind
from core.household.keep_off import KeepOff, Order
from core.household.tables import KeepOffOrder, KeepOffRow


async def keep_offs(
    session: AsyncSession,
    *,
    lot_ids: Iterable[UUID] | None = None,
    not_over_at: datetime | None = None,
    most: int = 500,
) -> list[KeepOff]:
    """The newest first, with their orders: of some lots, and only those not over at a moment."""
    query = select(KeepOffRow).order_by(col(KeepOffRow.asked_at).desc()).limit(most)
    if lot_ids is not None:
        query = query.where(col(KeepOffRow.lot_id).in_(list(lot_ids)))
    if not_over_at is not None:
        query = query.where(col(KeepOffRow.ends_at) > not_over_at, col(KeepOffRow.ended_at).is_(None))
    rows = (await session.exec(query)).all()
    orders: dict[UUID, list[Order]] = {}
    asked = select(KeepOffOrder).where(col(KeepOffOrder.keep_off_id).in_([row.id for row in rows]))
    for one in (await session.exec(asked.order_by(col(KeepOffOrder.asked_at), col(KeepOffOrder.command_id)))).all():
        order = Order(one.command_id, one.device_name, CommandKind(one.kind), one.asked_at)
        orders.setdefault(one.keep_off_id, []).append(order)
    return [keep_off_of(row, orders.get(row.id, ())) for row in rows]


def keep_off_of(row: KeepOffRow, orders: Iterable[Order] = ()) -> KeepOff:
    return KeepOff(
        id=row.id, lot_id=row.lot_id, asked_by=row.asked_by, asked_at=row.asked_at, ends_at=row.ends_at,
        ended_at=row.ended_at, ended_by=row.ended_by, orders=tuple(orders),
    )  # fmt: skip
