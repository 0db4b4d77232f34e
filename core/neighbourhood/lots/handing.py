"""A parcel's boundary handed to the registered lot that stands on it. What people drew is never overwritten."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from shapely.geometry import shape
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from core.neighbourhood.lawns.tables import LawnVersion
from core.neighbourhood.lot_shapes import EDGE_TOLERANCE_DEG
from core.neighbourhood.lots.model import LotSource
from core.neighbourhood.lots.tables import Parcel
from core.neighbourhood.tables import Lot
from core.texts import Text

GIVES_WAY = (LotSource.IMPORTED, LotSource.ESTIMATED, LotSource.UNKNOWN)
"""Boundaries that an imported one replaces. A drawn one without a boundary gives way, too."""


@dataclass(slots=True)
class Handed:
    """What happened to registered lots."""

    lot_ids: tuple[UUID, ...] = ()
    warnings: list[str] = field(default_factory=list)


async def hand_to_lots(connection: AsyncConnection, layer: str, at: datetime, by: str) -> Handed:
    """Give every registered lot that may take one the parcel of this layer its address point stands on."""
    query = select(
        col(Lot.id), col(Lot.address), col(Lot.longitude), col(Lot.latitude), col(Lot.boundary), col(Lot.lawns),
        col(Lot.source), col(Lot.version), col(Lot.dock_longitude), col(Lot.dock_latitude),
    )  # fmt: skip
    lots = [row for row in (await connection.execute(query)).all() if row.boundary is None or row.source in GIVES_WAY]
    if not lots:
        return Handed()
    columns = (col(Parcel.id), col(Parcel.boundary))
    parcels = (await connection.execute(select(*columns).where(col(Parcel.layer) == layer))).all()
    grounds = np.array([shape(parcel.boundary) for parcel in parcels], dtype=object)
    points = shapely.points([lot.longitude for lot in lots], [lot.latitude for lot in lots])
    at_lot, at_parcel = shapely.STRtree(grounds).query(points, predicate="intersects")
    handed = Handed()
    taken = []
    for lot_number, parcel_number in dict(zip(at_lot.tolist(), at_parcel.tolist(), strict=True)).items():
        lot, parcel = lots[lot_number], parcels[parcel_number]
        if lot.boundary == parcel.boundary and lot.source == LotSource.IMPORTED:
            continue
        if not _holds(grounds[parcel_number], lot.lawns):
            words = Text("{address} keeps its boundary: its lawns reach over the parcel's edge", address=lot.address)
            handed.warnings.append(words)
            continue
        await _give(connection, lot, parcel, at, by)
        taken.append(lot.id)
    handed.lot_ids = tuple(taken)
    return handed


def _holds(ground: Any, lawns: list[dict[str, Any]]) -> bool:
    edge = ground.buffer(EDGE_TOLERANCE_DEG)
    return all(edge.covers(shape(lawn)) for lawn in lawns)


async def _give(connection: AsyncConnection, lot: Any, parcel: Any, at: datetime, by: str) -> None:
    """The lot's new boundary is a version of its own, so that an open editor learns of it."""
    given = {"boundary": parcel.boundary, "source": LotSource.IMPORTED.value}
    found = update(Lot).where(col(Lot.id) == lot.id)
    await connection.execute(found.values(**given, parcel_id=parcel.id, version=lot.version + 1))
    kept = {"lawns": lot.lawns, "dock_longitude": lot.dock_longitude, "dock_latitude": lot.dock_latitude}
    await connection.execute(
        insert(LawnVersion).values(lot_id=lot.id, version=lot.version + 1, at=at, by=by[:254], **given, **kept)
    )
