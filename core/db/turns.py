"""Writers of one process take turns at SQLite's one write lock, first come first served.

SQLite's own busy handler polls: on a loaded machine with many writers the unlucky one waits past its patience while
others pass by, and is told "database is locked" (https://www.sqlite.org/c3ref/busy_handler.html promises no order).
Other processes are still waited for by the busy timeout.
"""

import asyncio
import sqlite3
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.util import await_only

from core.clock import Clock, SystemClock

PATIENCE_S = 60.0
TOLD_FROM_S = 2.0
EXPECTED = "alembic_version"
"""A migration's first write. It holds the lock from its first step to its last, and nobody need be told."""
WRITES = frozenset({"INSERT", "UPDATE", "DELETE", "REPLACE"})
_HELD = "mowthos_turn"

log = structlog.get_logger()


class WriteTurns:
    """A turn begins with a connection's first write and ends when the connection goes back to its pool."""

    def __init__(self, clock: Clock, *, patience_s: float = PATIENCE_S, told_from_s: float = TOLD_FROM_S) -> None:
        self._clock, self._patience_s, self._told_from_s = clock, patience_s, told_from_s
        self._turn = asyncio.Lock()

    def before_statement(
        self, connection: Connection, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool
    ) -> None:
        """Wait for the turn when this is the first write of its transaction.

        Raises:
            OperationalError: "database is locked", when the turn did not come within the patience.
        """
        info = connection.connection.record_info
        if info is None or statement.lstrip()[:7].rstrip().upper() not in WRITES or _HELD in info:
            return
        try:
            await_only(asyncio.wait_for(self._turn.acquire(), self._patience_s))
        except TimeoutError:
            raise OperationalError(statement, parameters, sqlite3.OperationalError("database is locked")) from None
        info[_HELD] = (self._clock.monotonic(), statement)

    def after_checkin(self, _connection: Any, record: Any) -> None:
        """End the turn, and say so when it took long: everybody else who writes waited meanwhile."""
        held = record.record_info.pop(_HELD, None)
        if held is None:
            return
        self._turn.release()
        since, first = held
        if (seconds := self._clock.monotonic() - since) >= self._told_from_s and EXPECTED not in first:
            log.warning("database.held_long", seconds=round(seconds, 1), first=first[:80])


def take_turns(engine: Engine, clock: Clock | None = None) -> WriteTurns:
    """Make the writers of this engine take turns."""
    turns = WriteTurns(clock or SystemClock())
    event.listen(engine, "before_cursor_execute", turns.before_statement)
    event.listen(engine, "checkin", turns.after_checkin)
    return turns
