"""What the proposals service answers. All frozen."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from core.neighbourhood.answers import Home
from core.neighbourhood.partition.reasons import LeftOutReason

type Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


class ProposalStatus(StrEnum):
    """``optimal`` is proven best; ``feasible`` holds every rule and says how far from best it may be."""

    RUNNING = "running"
    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ProposedCluster:
    """One cluster of a proposal; ``number`` counts from 0 and names it when it is accepted."""

    number: int
    host: Home
    neighbours: tuple[Home, ...]
    draft_id: UUID | None = None
    """The draft it has become."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A home in no cluster, and why."""

    home: Home
    reason: LeftOutReason
    words: str


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposal as far as it is. Before the first plan, counts are 0 and ``bound`` is ``None``."""

    id: UUID
    status: ProposalStatus
    progress: float
    """0 to 1."""
    served: int
    """The weight of the homes in clusters: their number, where nobody gave weights."""
    bound: int | None
    """No plan is worth more."""
    gap: float | None
    """How far the plan may be from the best, as a part of the bound."""
    homes: int
    """Homes asked about."""
    homes_served: int
    homes_fixed: int
    """Those that are in clusters which stay as they are."""
    corridor_m: float
    clusters: tuple[ProposedCluster, ...]
    left_out: tuple[LeftOut, ...]
    left_out_count: int
    rule: str
    radius_m: float
    min_neighbours: int
    max_neighbours: int
    time_limit_s: float
    bbox: Box | None
    asked_by: str
    started_at: datetime
    finished_at: datetime | None
    message: str = ""
    """Why it failed."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of one cluster of a proposal: a draft, or the reason why not."""

    number: int
    draft_id: UUID | None
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class NextHome:
    """A home that is not signed up, and what its sign-up would do."""

    home: Home
    gain: int
    """Signed-up homes that are left out now and would be served."""
    unlocks: int
    """Clusters there would be more."""
    completes: int
    """Clusters more that would have all their neighbours."""
    words: str
