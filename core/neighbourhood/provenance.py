"""Which outside data the product stands on, and how old it is: for the admin screen and every drawn road."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select

from core.db import Database
from core.neighbourhood.tables import AddressPoint, DataImport, Road, RoadLayer
from core.texts import recalled


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """One import that changed something."""

    id: UUID
    kind: str
    name: str
    source: str
    attribution: str
    data_date: datetime | None
    imported_at: datetime
    rows: int
    accepted: int
    refused: int
    report: tuple[dict[str, Any], ...]
    """The first refused rows: row, field, reason, value, expected."""


@dataclass(frozen=True, slots=True)
class LayerRecord:
    """A road layer in use."""

    name: str
    source: str
    rank: int
    roads: int
    attribution: str
    data_date: datetime | None
    imported_at: datetime
    import_id: UUID


@dataclass(frozen=True, slots=True)
class Provenance:
    """Everything taken in from outside: layers by rank, imports newest first."""

    address_points: int
    layers: tuple[LayerRecord, ...]
    imports: tuple[ImportRecord, ...]


async def data_provenance(database: Database, *, limit: int = 50) -> Provenance:
    """What is in use now, and the last ``limit`` imports."""
    roads = select(col(Road.layer_id), func.count().label("roads")).group_by(col(Road.layer_id)).subquery()
    async with database.session() as session:
        points = (await session.exec(select(func.count()).select_from(AddressPoint))).one()
        layers = await session.exec(
            select(RoadLayer, DataImport, func.coalesce(roads.c.roads, 0))
            .join(DataImport, col(DataImport.id) == col(RoadLayer.import_id))
            .outerjoin(roads, roads.c.layer_id == col(RoadLayer.id))
            .order_by(col(RoadLayer.rank).desc(), col(RoadLayer.name))
        )
        imports = await session.exec(select(DataImport).order_by(col(DataImport.id).desc()).limit(limit))
        return Provenance(
            address_points=points,
            layers=tuple(_layer(*row) for row in layers),
            imports=tuple(_import(record) for record in imports),
        )


def _layer(layer: RoadLayer, taken: DataImport, roads: int) -> LayerRecord:
    return LayerRecord(
        name=layer.name,
        source=layer.source,
        rank=layer.rank,
        roads=roads,
        attribution=taken.attribution,
        data_date=taken.data_date,
        imported_at=taken.imported_at,
        import_id=taken.id,
    )


def _import(record: DataImport) -> ImportRecord:
    return ImportRecord(
        **record.model_dump(exclude={"content_hash", "report"}), report=tuple(_recalled(row) for row in record.report)
    )


def _recalled(row: dict[str, Any]) -> dict[str, Any]:
    return row | {name: recalled(row[name]) for name in ("reason", "expected") if name in row}
