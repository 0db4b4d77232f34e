"""One figure of a measurement, beside what it is compared with."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class BenchRow:
    """A figure measured now, its reference, and what we aim for; all three in ``unit``."""

    name: str
    value: float
    unit: str
    reference: float | None = None
    reference_kind: Literal["measured", "recorded"] | None = None
    """``measured`` in the same run, or ``recorded`` earlier elsewhere."""
    aim: float | None = None
