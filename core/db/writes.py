"""How often this process wrote to each table: by it, what was read a moment ago is known to be true still.

A count grows when the writer's connection goes back to its pool, which is after its commit and before whoever wrote is
answered. Other processes' writes are not seen: what is kept over them needs an age of its own.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine, event

USED = frozenset({"seen_at", "expires_at", "last_used_at"})
"""An update of these alone says that something was used, and changes nothing about it."""
_WRITTEN = "mowthos_written"
_STATEMENT = re.compile(
    r'\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+"?(\w+)"?\s*(?:SET\s+(.*?)(?:\sWHERE\s|$))?', re.I | re.S
)
_SET = re.compile(r'"?(\w+)"?\s*=')


class Writes:
    """The counts of one engine."""

    def __init__(self, engine: Engine) -> None:
        self._counts: Counter[str] = Counter()
        event.listen(engine, "before_cursor_execute", self._statement)
        event.listen(engine, "checkin", self._checkin)

    def of(self, tables: Sequence[str]) -> tuple[int, ...]:
        """The counts of these tables, in their order."""
        return tuple(self._counts[table] for table in tables)

    def _statement(
        self, connection: Connection, _cursor: Any, statement: str, _given: Any, _context: Any, _many: bool
    ) -> None:
        table = written(statement)
        info = connection.connection.record_info
        if table is not None and info is not None:
            info.setdefault(_WRITTEN, set()).add(table)

    def _checkin(self, _connection: Any, record: Any) -> None:
        self._counts.update(record.record_info.pop(_WRITTEN, ()))


def written(statement: str) -> str | None:
    """The table that a statement changes; ``None`` for one that reads, or only says that a row was used."""
    found = _STATEMENT.match(statement)
    if found is None:
        return None
    columns = set(_SET.findall(found[2] or ""))
    return None if columns and columns <= USED else found[1]
