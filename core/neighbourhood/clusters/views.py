"""What the service answers beside a cluster itself: versions, history, joining, changes. All frozen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from core.neighbourhood.clusters.model import ClusterState, ClusterView, Finding, Level, MemberView, Part, Rule


@dataclass(frozen=True, slots=True)
class VersionView:
    """One unchanging picture of a cluster: what it was after something was done, and what the rules said then."""

    version: int
    at: datetime
    by: str
    action: str
    comment: str
    name: str
    state: ClusterState
    host: MemberView
    neighbours: tuple[MemberView, ...]
    findings: tuple[Finding, ...]
    parameters: Mapping[str, Any] = field(hash=False)
    provenance: Mapping[str, Any] = field(hash=False)


@dataclass(frozen=True, slots=True)
class VersionDiff:
    """What changed from one version to another."""

    before: int
    after: int
    came: tuple[MemberView, ...]
    left: tuple[MemberView, ...]
    host_before: MemberView | None
    """Set, with ``host_after``, when the host changed."""
    host_after: MemberView | None
    name_before: str | None
    name_after: str | None
    state_before: ClusterState
    state_after: ClusterState
    verdicts: tuple[str, ...]
    """Findings that are new or gone, in words."""


@dataclass(frozen=True, slots=True)
class EventView:
    """One line of a cluster's history."""

    at: datetime
    by: str
    action: str
    version: int
    state_before: ClusterState | None
    state_after: ClusterState
    comment: str


@dataclass(frozen=True, slots=True)
class HostOption:
    """How well one home would do as host of a group."""

    home_id: int
    reached: tuple[int, ...]
    unreached: tuple[int, ...]
    corridor_m: float
    """All its corridors together."""
    words: str


@dataclass(frozen=True, slots=True)
class BestHost:
    """The home to host a drawn group, and why; ``options`` holds every home, best first."""

    home_id: int
    words: str
    options: tuple[HostOption, ...]


@dataclass(frozen=True, slots=True)
class Invite:
    """An invite code; ``code`` is told once, when it is made, and is empty later."""

    id: UUID
    cluster_id: UUID
    code: str
    made_by: str
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class WaitingView:
    """A home that waits for a place; ``position`` counts from 1. Until ``offered_until`` a place is held for it."""

    id: UUID
    cluster_id: UUID
    home_id: int
    address: str
    position: int
    asked_by: str
    asked_at: datetime
    person_id: UUID | None = None
    offered_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class JoinResult:
    """``joined`` with the cluster as it is now, or ``waiting`` with the place in the queue."""

    cluster: ClusterView
    joined: bool
    waiting: WaitingView | None
    words: str


@dataclass(frozen=True, slots=True)
class ConsentView:
    """A household's word that the mower may cross its lot; withdrawn when ``withdrawn_at`` is set."""

    id: UUID
    cluster_id: UUID
    home_id: int
    address: str
    given_by: str
    note: str
    recorded_by: str
    recorded_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str


@dataclass(frozen=True, slots=True)
class PriceEffect:
    """What a change means for a home's bill; ``change_cents`` a month is ``None`` where nobody knows."""

    words: str
    change_cents: int | None = None


@dataclass(frozen=True, slots=True)
class HomeMove:
    """One home that a change takes from one cluster to another; codes are empty for one yet to be made."""

    home_id: int
    address: str
    from_code: str
    to_code: str
    part: Part
    price: PriceEffect


@dataclass(frozen=True, slots=True)
class ClusterAfter:
    """A cluster as it would be; ``cluster_id`` is ``None`` for one yet to be made."""

    cluster_id: UUID | None
    code: str
    state: ClusterState
    host_id: int
    neighbour_ids: tuple[int, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A split, merge or move, asked for: hand it to ``apply`` to carry it out as previewed or not at all."""

    kind: str
    """split | merge | move"""
    source_id: UUID
    target_id: UUID | None
    home_ids: tuple[int, ...]
    host_id: int | None
    name: str
    expected: tuple[tuple[UUID, int], ...]
    """The versions of the clusters that the preview saw."""


@dataclass(frozen=True, slots=True)
class ChangePreview:
    """What a change would do."""

    change: Change
    moves: tuple[HomeMove, ...]
    clusters: tuple[ClusterAfter, ...]
    words: tuple[str, ...]
    """What else to know: consents to ask anew, approvals that go stale."""

    @property
    def possible(self) -> bool:
        return not any(finding.level is Level.BROKEN for after in self.clusters for finding in after.findings)


@dataclass(frozen=True, slots=True)
class Recheck:
    """What a re-run of the rules found: the clusters looked at, and those whose approval went stale, with why."""

    looked_at: int
    stale: tuple[tuple[UUID, str], ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A cluster around one host: the nearest homes its mower can reach that belong to nobody yet."""

    host_id: int
    neighbour_ids: tuple[int, ...]
    corridor_m: float
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Qualifying:
    """Whether a home could join one cluster, and why not."""

    cluster: ClusterView
    qualifies: bool
    words: tuple[str, ...]
    broken: tuple[Rule, ...] = ()
    """The rules that the home would break; none for one that only finds the cluster full."""


@dataclass(frozen=True, slots=True)
class ExistingNeighbour:
    """A home near the one asked about that belongs to a live cluster."""

    cluster_id: UUID
    code: str
    state: ClusterState
    member: MemberView
    distance_m: float
    """From the home asked about."""
    verdict: str


@dataclass(frozen=True, slots=True)
class ClusterStats:
    """Counts over all clusters; homes are members of live ones."""

    by_state: Mapping[str, int] = field(hash=False)
    homes: int
    hosts: int
    places_left: int
    forming: int
    full: int
    stale: int
    waiting: int
    mean_neighbours: float | None
