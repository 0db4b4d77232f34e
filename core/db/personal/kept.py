"""Everything that is kept about a person, by the table of places."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.db.personal.places import SHOWN
from core.db.personal.subject import Subject
from core.db.tables import metadata

MOST_ROWS = 100_000
"""Of one section; one that has more says so."""


async def kept_about(read: AsyncConnection, subject: Subject) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Section to rows, every value plain JSON but photos, which are bytes. Oldest first where a table has a key that
    grows with time."""
    sections: dict[str, Sequence[Mapping[str, Any]]] = {}
    for place in SHOWN:
        table = metadata.tables[place.table]
        keys = subject.keys[place.by]
        columns = [column for column in table.columns if column.name not in place.hidden]
        if not keys:
            sections[place.section] = []
            continue
        query = select(*columns).where(table.c[place.column].in_(keys)).order_by(*table.primary_key.columns)
        rows = (await read.execute(query.limit(MOST_ROWS))).mappings().all()
        sections[place.section] = [{name: plain(value) for name, value in row.items()} for row in rows]
    sections["audit"] = await _audit(read, subject)
    return sections


async def _audit(read: AsyncConnection, subject: Subject) -> Sequence[Mapping[str, Any]]:
    line = metadata.tables["audit_entry"]
    theirs = or_(
        line.c.person_id == subject.person_id, line.c.object_id == str(subject.person_id),
        line.c.actor == subject.email, line.c.object_id == subject.email,
    )  # fmt: skip
    rows = (await read.execute(select(line).where(theirs).order_by(line.c.id).limit(MOST_ROWS))).mappings().all()
    return [{name: plain(value) for name, value in row.items()} for row in rows]


def plain(value: Any) -> Any:
    """A column's value as JSON has it; bytes stay."""
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value
