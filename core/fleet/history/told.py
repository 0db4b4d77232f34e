"""When a mower last told each single reading: a report without a battery leaves the battery as old as it was."""

from datetime import datetime

from sqlalchemy import select

from core.clock import from_epoch_ms
from core.db import Database
from core.fleet.tables import Telemetry
from core.fleet.telemetry_codec import COLUMNS, EXTRA, decode

LOOKED_BACK = 200
"""Rows looked through when a page opens: over three minutes of a working mower."""
TOLD = (
    "battery_percent", "charging", "blade_on", "position", "heading_deg", "position_type", "progress_percent",
    "area_m2", "zone_hash", "speed_m_s", "fault_code", *EXTRA,
)  # fmt: skip
_table = Telemetry.__table__  # type: ignore[attr-defined]


async def told_at(database: Database, number: int, *, rows: int = LOOKED_BACK) -> dict[str, datetime]:
    """The receive time of the newest of the last ``rows`` readings that told each field; fields none told are left out.

    What changes seldom (firmware, blade height, satellites ...) is stored when it changes: its time is then.
    """
    query = select(*[_table.c[name] for name in COLUMNS]).where(_table.c.mower == number)
    newest = query.order_by(_table.c.device_time_ms.desc(), _table.c.sequence.desc()).limit(rows)
    seldom = query.where(_table.c.extra.is_not(None)).order_by(_table.c.device_time_ms.desc()).limit(1)
    async with database.connection() as connection:
        found = [*(await connection.execute(newest)).all(), *(await connection.execute(seldom)).all()]
    told: dict[str, datetime] = {}
    for row in found:
        reading = decode(row, "").reading
        at = from_epoch_ms(row.received_ms)
        for name in TOLD:
            if name not in told and getattr(reading, name) is not None:
                told[name] = at
    return told
