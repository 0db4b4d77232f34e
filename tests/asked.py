"""What a database is asked inside a block of a test."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from core.db import Database


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """What the database is asked inside the block."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)


def tables_of(statements: Iterable[str]) -> set[str]:
    """The tables that statements read."""
    return {table for statement in statements for table in re.findall(r'(?:FROM|JOIN)\s+"?(\w+)', statement)}
