"""What clusters are, as told to screens and services: states, rules' parameters, findings, views. All frozen.

Distances and lengths in metres, positions in WGS84 degrees, geometry as GeoJSON. A *home* is named by the key of its
address point. One host keeps mower and dock; a *neighbour* shares them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from math import isfinite
from typing import Any
from uuid import UUID

from core.errors import Invalid
from core.texts import N_, Text

type GeoJson = dict[str, Any]

LARGEST = 20
"""No cluster rule may ask for more neighbours than this."""


class ClusterState(StrEnum):
    """How far a cluster has come; `core.neighbourhood.clusters.life` says which moves there are."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    RETIRED = "retired"


LIVE = frozenset({ClusterState.APPROVED, ClusterState.ACTIVE, ClusterState.SUSPENDED})
"""States in which a cluster holds its homes: each home is in one such cluster at most."""


class Part(StrEnum):
    HOST = "host"
    NEIGHBOUR = "neighbour"


class Level(StrEnum):
    """How a rule came out: kept, kept with something to look at, or broken."""

    OK = "ok"
    WARN = "warn"
    BROKEN = "broken"


class Rule(StrEnum):
    """The rules of a cluster, each judged by itself."""

    HOST = "host"
    SIZE = "size"
    RADIUS = "radius"
    REACH = "reach"
    CONTIGUITY = "contiguity"
    CONSENT = "consent"
    OVERLAP = "overlap"


@dataclass(frozen=True, slots=True)
class ClusterRules:
    """The numbers the rules go by. Raises ``Invalid`` with the range expected when one is outside it."""

    min_neighbours: int = 3
    max_neighbours: int = 5
    forming_minimum: int = 1
    """With fewer than ``min_neighbours`` but at least so many a cluster is *forming*: allowed, and said."""
    radius_m: float = 80.0
    """Great-circle distance from host to neighbour on a sphere of 6,371,000 m; the bound itself counts as within."""
    rule: str = "path"
    """The engine that says who can be reached; kept with every version, so that a verdict names what it rests on."""

    def __post_init__(self) -> None:
        if not 1 <= self.forming_minimum <= self.min_neighbours <= self.max_neighbours <= LARGEST:
            raise Invalid(
                Text(
                    "cluster sizes {forming}, {least}, {most}: expected 1 <= forming <= least <= most <= {largest}",
                    forming=self.forming_minimum,
                    least=self.min_neighbours,
                    most=self.max_neighbours,
                    largest=LARGEST,
                )
            )
        if not (isfinite(self.radius_m) and 1 <= self.radius_m <= 500):
            raise Invalid(Text("radius_m {radius_m}: expected 1 to 500 metres", radius_m=self.radius_m))


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says, of the cluster as a whole or of the home that breaks it."""

    rule: Rule
    level: Level
    home_id: int | None
    words: str
    geometry: GeoJson | None = field(default=None, hash=False)
    """What to draw: the barrier, the corridor, or the place of the home."""
    blocks_approval: bool = False
    """Whether approval must wait; always so for what is broken."""


@dataclass(frozen=True, slots=True)
class Corridor:
    """How the host reaches one home, or what stands between."""

    home_id: int
    distance_m: float
    verdict: str
    """qualified | blocked | needs_review"""
    words: str
    length_m: float | None
    route: GeoJson | None = field(hash=False)
    barrier: GeoJson | None = field(hash=False)
    crosses: tuple[int, ...] = ()
    """Homes, not of this pair, whose lots the corridor crosses."""


@dataclass(frozen=True, slots=True)
class MemberView:
    """A home of a cluster. ``consent`` says whether crossing its way needs anything: see `CONSENT_WORDS`."""

    home_id: int
    lot_id: UUID | None
    household_id: UUID | None
    address: str
    city: str
    longitude: float
    latitude: float
    part: Part
    distance_m: float | None
    """From the host, on the sphere."""
    length_m: float | None
    """Of the corridor from the host, where one is known."""
    consent: str = "not_needed"
    """not_needed | given | missing: of the lots of non-members that its corridor crosses"""
    approved: bool = False
    """Whether a second person has approved this home here; a newcomer to a live cluster waits for that."""


CONSENT_WORDS = {
    "not_needed": N_("crosses no other lot"),
    "given": N_("crosses other lots with consent"),
    "missing": N_("crosses a lot without consent"),
}


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The rules' answer for a drawn group. ``corridors`` go from the host to every neighbour within the radius."""

    findings: tuple[Finding, ...]
    corridors: tuple[Corridor, ...]
    members: tuple[MemberView, ...]
    parameters: Mapping[str, Any] = field(default_factory=dict, hash=False)
    provenance: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """Which address and road data it rests on, with dates."""

    @property
    def broken(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.level is Level.BROKEN)

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """What stands against approval."""
        return tuple(finding for finding in self.findings if finding.blocks_approval)

    @property
    def valid(self) -> bool:
        return not self.broken


@dataclass(frozen=True, slots=True)
class ClusterView:
    """A cluster as screens and REST read it. Its ``version`` grows by one with everything that is done to it."""

    id: UUID
    code: str
    name: str
    state: ClusterState
    version: int
    host: MemberView
    neighbours: tuple[MemberView, ...]
    author_id: UUID | None
    author: str
    submitted_by: str
    decided_by: str
    comment: str
    """The last that was said with a move."""
    findings: tuple[Finding, ...]
    """As of the last version; a check asks anew."""
    stale_reason: str
    """What has changed since a person approved; empty while the approval stands."""
    stale_at: datetime | None
    created_at: datetime
    changed_at: datetime
    waiting: int
    max_neighbours: int
    min_neighbours: int
    held: int = 0
    """Places that are held for homes in line."""

    @property
    def members(self) -> tuple[MemberView, ...]:
        return (self.host, *self.neighbours)

    @property
    def home_ids(self) -> tuple[int, ...]:
        return tuple(member.home_id for member in self.members)

    @property
    def live(self) -> bool:
        return self.state in LIVE

    @property
    def forming(self) -> bool:
        return len(self.neighbours) < self.min_neighbours

    @property
    def full(self) -> bool:
        return len(self.neighbours) >= self.max_neighbours

    @property
    def places_left(self) -> int:
        """Those that anybody may take."""
        return max(0, self.max_neighbours - len(self.neighbours) - self.held)

    @property
    def progress(self) -> float:
        """How full it is, 0 to 1."""
        return min(1.0, len(self.neighbours) / self.max_neighbours)
