"""What the shadow engine reads, keeps and answers: seconds since 1970, minor units, words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

DAY = 86_400
SETTLING_S = 60
"""What was recorded so shortly before is left out of a draft."""


class Row(NamedTuple):
    """A fact as it is stored: seconds since 1970, kind, data."""

    at: int
    kind: str
    data: Mapping[str, Any]


class Mown(NamedTuple):
    """Whole minutes from minute ``start`` on; ``sign`` -1 takes them back; known since ``recorded`` (seconds)."""

    start: int
    minutes: int
    sign: int
    recorded: float


class Drawn(NamedTuple):
    """Watt-hours a host's dock drew for a visit that began at ``at`` (seconds); known since ``recorded`` (seconds)."""

    at: float
    watt_hours: int
    recorded: float


@dataclass(frozen=True, slots=True)
class ShadowBill:
    """In minor units; ``lines`` are (kind, amount)."""

    number: int
    at: int
    lines: tuple[tuple[str, int], ...]
    total: int
    credit_used: int
    due: int


@dataclass(slots=True)
class PaperBill:
    number: int
    at: int
    lines: list[tuple[str, int]]
    total: int
    credit: int
    due: int
    made_first: bool = False
    known: float = 0.0
    closed: bool = False
    paid: bool = False
    failed: bool = False
    void: bool = False

    @property
    def open(self) -> bool:
        return not self.paid and not self.void and self.due > 0


@dataclass(slots=True)
class Stretch:
    """Time whose minutes are counted together: ``parts`` are (included, seconds, seconds of the whole period)."""

    begin: int
    end: int = 0
    parts: list[tuple[int, int, int]] = field(default_factory=list)
    rate: int = 0
    charged: int = 0
