"""How many rows an export of a span of time would have, counted in the database: what is asked before it is made."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlmodel import col

from core.accounts.tables import AuditEntry
from core.billing.tables import InvoiceRow, JournalRow
from core.clock import to_epoch_ms
from core.db import Database
from core.fleet.alarms.tables import AlarmRow
from core.fleet.sessions.tables import MowingSessionRow


async def export_counts(
    database: Database, since: datetime, until: datetime, *, wanted: frozenset[str], number: int | None = None
) -> Mapping[str, int]:
    """By name of export, those ``wanted`` that have a table to count in; sessions of the mower ``number``, or of all.

    Not the points of a track: there may be millions, and counting them takes as long as reading them."""
    first, end = to_epoch_ms(since), to_epoch_ms(until)
    sessions = [col(MowingSessionRow.ended_ms) >= first, col(MowingSessionRow.started_ms) < end]
    if number is not None:
        sessions.append(col(MowingSessionRow.number) == number)
    counts: dict[str, Select[int]] = {
        "sessions": select(func.count()).select_from(MowingSessionRow).where(*sessions),
        "alarms": _between(AlarmRow, AlarmRow.raised_at, since, until),
        "invoices": _between(InvoiceRow, InvoiceRow.made_at, since, until),
        "journal": _between(JournalRow, JournalRow.at, since, until),
        "audit": _between(AuditEntry, AuditEntry.at, since, until),
    }
    async with database.connection() as connection:
        return {
            name: (await connection.execute(query)).scalar_one() for name, query in counts.items() if name in wanted
        }


def _between(table: type, moment: datetime, since: datetime, until: datetime) -> Select[int]:
    return select(func.count()).select_from(table).where(col(moment) >= since, col(moment) < until)
