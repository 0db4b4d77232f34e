"""What is told when land changes: lots imported, a lawn saved, a home registered. Whoever judges by land listens."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from core.events import Event

type Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""

type LandEvent = Event["LandChanged"]


class LandChange(StrEnum):
    """What happened to the land."""

    LOTS_IMPORTED = "lots_imported"
    LAWN_SAVED = "lawn_saved"
    HOMES_REGISTERED = "homes_registered"
    REGISTRATION_UNDONE = "registration_undone"


@dataclass(frozen=True, slots=True)
class LandChanged:
    """Land inside ``bbox`` is not what it was; told after the change is stored."""

    bbox: Box
    change: LandChange
    lot_ids: tuple[UUID, ...] = ()
    """The lots concerned; empty where there are too many to name (an import)."""


def land_changed() -> LandEvent:
    """The event of one process, made at the start and handed to those who tell and those who listen."""
    return Event("LAND_CHANGED")


class ChangedLand:
    """Keeps the boxes that changed until a job asks what to judge anew: handlers of events must return at once."""

    def __init__(self, event: LandEvent, recheck: Callable[[Box], Awaitable[object]]) -> None:
        self._recheck = recheck
        self._boxes: list[Box] = []
        event.subscribe(lambda change: self._boxes.append(change.bbox))

    async def drain(self) -> int:
        """Judge every box that changed since the last call; one whose judging fails is kept for the next."""
        done = 0
        while self._boxes:
            await self._recheck(self._boxes[0])
            self._boxes.pop(0)
            done += 1
        return done
