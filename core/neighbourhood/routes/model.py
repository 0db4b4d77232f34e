"""A round: one mower or crew leaves its dock, visits homes, and comes back. Whole seconds and metres; frozen values.

Time 0 is the start of the round. A visit begins within its window (waiting is free), takes its work, and the round ends
at the dock before ``ends_s``. A battery lasts ``battery_s`` seconds of driving and work; at the dock it is filled in
``charge_s``. Of all rounds the best visits most weight, then drives least, then ends earliest.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.errors import Invalid
from core.texts import N_, Text

DAY_S = 86_400
NO_WAY = -1
"""In a matrix: no way leads there."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A home to visit. ``weight`` is at least 1."""

    home_id: int
    work_s: int
    opens_s: int = 0
    closes_s: int = DAY_S
    """The latest second at which work may begin."""
    weight: int = 1

    def __post_init__(self) -> None:
        if self.work_s < 0 or self.weight < 1 or not 0 <= self.opens_s <= self.closes_s:
            raise Invalid(
                Text("visit of home {home}: expected work ≥ 0, weight ≥ 1 and 0 ≤ opens ≤ closes", home=self.home_id)
            )


@dataclass(frozen=True)
class Round:
    """What is asked. Matrices have the dock at 0 and stop i at i + 1; ``NO_WAY`` where none leads."""

    stops: tuple[Stop, ...]
    drive_s: NDArray[np.int64]
    length_m: NDArray[np.int64]
    ends_s: int = DAY_S
    battery_s: int | None = None
    """``None`` for who never needs to charge."""
    charge_s: int = 0

    def __post_init__(self) -> None:
        side = len(self.stops) + 1
        if self.drive_s.shape != (side, side) or self.length_m.shape != (side, side):
            raise Invalid(Text("matrices: expected {side} rows and columns", side=side))


class UnvisitedReason(StrEnum):
    """Why a home is not on the round; ``REASON_WORDS`` says it."""

    NO_WAY = "no_way"
    BATTERY = "battery"
    WINDOW = "window"
    TOO_LONG = "too_long"
    CROWDED = "crowded"
    NOT_FOUND_YET = "not_found_yet"


REASON_WORDS = {
    UnvisitedReason.NO_WAY: N_("No known way leads there and back."),
    UnvisitedReason.BATTERY: N_("The way there, the work and the way back take more than a full battery."),
    UnvisitedReason.WINDOW: N_("Its time window closes before anyone can be there."),
    UnvisitedReason.TOO_LONG: N_("Even alone it would not be done before the round must end."),
    UnvisitedReason.CROWDED: N_("There is no time for it beside the other visits: a visit there would cost others."),
    UnvisitedReason.NOT_FOUND_YET: N_("No time was found for it beside the other visits."),
}


@dataclass(frozen=True, slots=True)
class Visit:
    """One stop of a plan."""

    home_id: int
    arrives_s: int
    begins_s: int
    leaves_s: int
    charged_before: bool
    """Whether the dock was visited on the way here."""


@dataclass(frozen=True, slots=True)
class Unvisited:
    home_id: int
    reason: UnvisitedReason
    words: str


@dataclass(frozen=True, slots=True)
class Figures:
    """What a round costs."""

    visits: int
    drive_s: int
    length_m: int
    ends_s: int


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """The visits in order, and who is left out. ``before`` is the round in the order in which the stops were given."""

    visits: tuple[Visit, ...]
    unvisited: tuple[Unvisited, ...]
    figures: Figures
    before: Figures
    proven: bool
    """Whether no round is better."""

    @property
    def saved_m(self) -> int:
        return self.before.length_m - self.figures.length_m

    @property
    def saved_s(self) -> int:
        return self.before.drive_s - self.figures.drive_s
