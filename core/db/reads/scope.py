"""What part of the data a reader may be given, decided on the server before a row leaves the database."""

from dataclasses import dataclass
from uuid import UUID

type Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


@dataclass(frozen=True, slots=True)
class ReadScope:
    """``household_ids`` ``None`` means everything; otherwise only lots of these households, and nothing of others.

    ``box`` narrows to what lies within it; without one an own-lots scope still gets only roads near its lots.
    """

    household_ids: frozenset[UUID] | None = None
    box: Box | None = None

    @property
    def everything(self) -> bool:
        return self.household_ids is None


EVERYTHING = ReadScope()


def own_lots(household_ids: frozenset[UUID]) -> ReadScope:
    """Only the lots of these households."""
    return ReadScope(household_ids=household_ids)


def grown(box: Box, degrees: float) -> Box:
    """The box with a margin on every side."""
    west, south, east, north = box
    return west - degrees, south - degrees, east + degrees, north + degrees
