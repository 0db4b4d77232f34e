"""What a drill needs of the world around it: a way to break things, and further things to look at."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol

from core.drills.model import Fault, Observation, Target


class Injector(Protocol):
    """Breaks the copy and mends it. Every verb raises ``Unavailable`` when the twin does not answer."""

    async def set_to_work(self, device_name: str) -> None:
        """Let a mower in its dock begin to mow."""
        ...

    async def inject(self, fault: Fault, target: Target, *, for_s: float) -> None:
        """Put a fault in; ``for_s`` is how long it is meant to last, `mend` ends it."""
        ...

    async def mend(self, fault: Fault, target: Target) -> None: ...

    async def heal(self) -> None:
        """End every fault, whatever it is."""
        ...


type Lookout = Callable[[datetime], Awaitable[Sequence[Observation]]]
"""Looks at something besides fleet and alarms: what it has seen since the given moment, each with its own date."""
