"""What crosses between processes: short events, and the present state of things. With one process nothing crosses."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from core.events import Event


class Bus(Protocol):
    """Carries events and states to other processes. Nothing here blocks or raises: the database is what must not lose.

    An event is told at most once a listener and may be lost while the bus is down; whoever listens therefore reads
    anew what it holds in memory when `restored` says that something may have been missed.
    """

    @property
    def up(self) -> bool: ...

    @property
    def since(self) -> datetime:
        """When it went up or down."""
        ...

    restored: Event[None]
    changed: Event[bool]

    def tell(self, topic: str, body: str) -> None:
        """Tell every other process."""
        ...

    def hear(self, topic: str, handler: Callable[[str], None]) -> None:
        """Be told what other processes tell; the handler returns at once."""
        ...

    def put(self, key: str, state: str | None) -> None:
        """This is how a thing is now (``None``: it is gone); of states that follow fast only the newest crosses."""
        ...

    def watch(self, handler: Callable[[str, str], None]) -> None:
        """Be told every state that another process puts."""
        ...

    async def present(self) -> Mapping[str, str]:
        """How everything is now, for one that comes late; empty while the bus is down."""
        ...

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


class NoBus:
    """The bus of a process that is alone."""

    up = True

    def __init__(self, now: datetime) -> None:
        self.restored: Event[None] = Event("bus_restored")
        self.changed: Event[bool] = Event("bus_changed")
        self.since = now

    def tell(self, topic: str, body: str) -> None: ...

    def hear(self, topic: str, handler: Callable[[str], None]) -> None: ...

    def put(self, key: str, state: str | None) -> None: ...

    def watch(self, handler: Callable[[str, str], None]) -> None: ...

    async def present(self) -> Mapping[str, str]:
        return {}

    async def start(self) -> None: ...

    async def stop(self) -> None: ...
