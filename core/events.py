"""Our own small typed event, so that ``core`` stays free of any user interface library."""

from collections.abc import Callable
from typing import Protocol

import structlog

log = structlog.get_logger(__name__)


class Subscription(Protocol):
    """Ends a subscription when called; calling twice does no harm."""

    def __call__(self) -> None: ...


class Event[T]:
    """Something that happened, told in the past tense to every subscriber, in order, on the caller's task.

    Handlers are plain functions and must return at once: they put work into a queue, they do not do it. A handler
    that raises is logged and does not keep the others from hearing.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._handlers: list[Callable[[T], None]] = []

    def subscribe(self, handler: Callable[[T], None]) -> Subscription:
        self._handlers.append(handler)

        def unsubscribe() -> None:
            if handler in self._handlers:
                self._handlers.remove(handler)

        return unsubscribe

    def emit(self, value: T) -> None:
        for handler in tuple(self._handlers):
            try:
                handler(value)
            except Exception:  # one broken listener must not silence the others
                log.exception("event.handler_failed", event_name=self.name)

    @property
    def subscribers(self) -> int:
        return len(self._handlers)
