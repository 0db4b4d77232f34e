"""Whether what runs now may change anything: one mark for the whole of a request or page, asked by the database.

Pages and desks need not know of it, and none can forget it: whoever only looks is refused where rows are written.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from core.errors import NotAllowed
from core.texts import N_

_reads_only: ContextVar[bool] = ContextVar("reads_only", default=False)

READS = ("SELECT", "WITH", "PRAGMA", "VALUES", "EXPLAIN", "SHOW", "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
"""How statements begin that change nothing. None of ours is a ``WITH`` that writes: a test reads the source for one."""
LOOK_ONLY = N_("You are looking through somebody else's eyes: nothing can be changed from here.")


def only_read(reads_only: bool) -> None:
    """Say it for what runs from here on, and for every task it starts."""
    _reads_only.set(reads_only)


def reads_only() -> bool:
    return _reads_only.get()


def need_to_write() -> None:
    """``NotAllowed`` while only reading is allowed: for what changes something outside without a row of ours."""
    if _reads_only.get():
        raise NotAllowed(LOOK_ONLY)


@contextmanager
def reading() -> Iterator[None]:
    """Only read inside the block."""
    token = _reads_only.set(True)
    try:
        yield
    finally:
        _reads_only.reset(token)


def refuse_writes(engine: Engine) -> None:
    """``NotAllowed`` for every statement that is no read, while only reading is allowed."""
    event.listen(engine, "before_cursor_execute", _check)


def _check(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
    if _reads_only.get() and not statement.lstrip().upper().startswith(READS):
        raise NotAllowed(LOOK_ONLY)
