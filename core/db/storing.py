"""A fact on its way into the database: others write beside it, so that both stand or neither does."""

from collections.abc import Awaitable, Callable

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

log = structlog.get_logger(__name__)

type Beside[T] = Callable[[AsyncConnection, T], Awaitable[object]]


class Storing[T]:
    """Told by whoever stores a fact, before the commit (`core.events.Event` tells of it afterwards, and only while
    the process lives). A handler that fails takes back what it wrote itself, never the fact."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._handlers: list[Beside[T]] = []

    def subscribe(self, handler: Beside[T]) -> None:
        self._handlers.append(handler)

    async def emit(self, connection: AsyncConnection, value: T) -> None:
        """Call it after the fact's own write: on SQLite a transaction begins with its first one."""
        for handler in self._handlers:
            try:
                async with connection.begin_nested():
                    await handler(connection, value)
            except Exception:  # a command must not fail because of who is told of it
                log.exception("storing.handler_failed", fact=self.name)
