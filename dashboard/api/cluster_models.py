"""Clusters in the API's words. Homes are named by the key of their address point; distances in metres."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from core.neighbourhood.clusters import (
    CheckResult,
    ClusterState,
    ClusterView,
    Level,
    Part,
    Rule,
)


class Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class FindingOut(Out):
    """What one rule says; ``home_id`` is the home that breaks it."""

    rule: Rule
    level: Level
    home_id: int | None
    words: str
    geometry: dict[str, Any] | None = Field(description="GeoJSON: what to draw")
    blocks_approval: bool


class ClusterMemberOut(Out):
    home_id: int
    lot_id: UUID | None
    address: str
    city: str
    latitude: float
    longitude: float
    part: Part
    distance_m: float | None = Field(description="From the host, on the sphere")
    length_m: float | None = Field(description="Of the corridor from the host")
    consent: str = Field(description="not_needed, given or missing: of the lots its corridor crosses")
    approved: bool = Field(description="Whether a second person has approved this home here")


class ClusterBrief(Out):
    """A cluster without its homes: what a homeowner may know of one."""

    id: UUID
    code: str
    state: ClusterState
    progress: float = Field(description="How full it is, 0 to 1")
    places_left: int
    full: bool
    forming: bool
    waiting: int


class ClusterOut(ClusterBrief):
    name: str
    version: int = Field(description="Grows with everything that is done to it; also the ETag")
    host: ClusterMemberOut
    neighbours: list[ClusterMemberOut]
    author: str
    submitted_by: str
    decided_by: str
    comment: str
    findings: list[FindingOut]
    stale_reason: str = Field(description="What has changed since it was approved; empty while the approval stands")
    stale_at: datetime | None
    created_at: datetime
    changed_at: datetime


class VersionOut(Out):
    version: int
    at: datetime
    by: str
    action: str
    comment: str
    name: str
    state: ClusterState
    host: ClusterMemberOut
    neighbours: list[ClusterMemberOut]
    findings: list[FindingOut]
    parameters: dict[str, Any]
    provenance: dict[str, Any]


class VersionDiffOut(Out):
    before: int
    after: int
    came: list[ClusterMemberOut]
    left: list[ClusterMemberOut]
    host_before: ClusterMemberOut | None
    host_after: ClusterMemberOut | None
    name_before: str | None
    name_after: str | None
    state_before: ClusterState
    state_after: ClusterState
    verdicts: list[str]


class EventOut(Out):
    at: datetime
    by: str
    action: str
    version: int
    state_before: ClusterState | None
    state_after: ClusterState
    comment: str


class CorridorOut(Out):
    home_id: int
    distance_m: float
    verdict: str
    words: str
    length_m: float | None
    route: dict[str, Any] | None
    barrier: dict[str, Any] | None
    crosses: list[int]


class CheckOut(Out):
    valid: bool
    findings: list[FindingOut]
    corridors: list[CorridorOut]
    members: list[ClusterMemberOut]
    parameters: dict[str, Any]
    provenance: dict[str, Any]


class ValidateOut(Out):
    valid: bool = Field(description="No rule is broken")
    approvable: bool = Field(description="Nothing stands against approval")
    findings: list[FindingOut]


class HostOptionOut(Out):
    home_id: int
    reached: list[int]
    unreached: list[int]
    corridor_m: float
    words: str


class BestHostOut(Out):
    home_id: int
    words: str
    options: list[HostOptionOut]


class SuggestionOut(Out):
    host_id: int
    neighbour_ids: list[int]
    corridor_m: float
    findings: list[FindingOut]


class ExistingNeighbourOut(Out):
    cluster_id: UUID
    code: str
    state: ClusterState
    member: ClusterMemberOut
    distance_m: float
    verdict: str


class QualifyingOut(Out):
    cluster: ClusterBrief
    qualifies: bool
    words: list[str] = Field(description="Why not, or what must still be settled")


class QualifiedOut(BaseModel):
    home_id: int
    qualifies: bool
    words: str
    clusters: list[QualifyingOut]


class ClusterStatsOut(Out):
    by_state: dict[str, int]
    homes: int
    hosts: int
    places_left: int
    forming: int
    full: int
    stale: int
    waiting: int
    mean_neighbours: float | None


class InviteOut(Out):
    code: str = Field(description="Told once, when it is made")
    made_by: str
    made_at: datetime
    expires_at: datetime


class WaitingOut(Out):
    home_id: int
    address: str
    position: int
    asked_by: str
    asked_at: datetime
    offered_until: datetime | None = Field(description="A free place is held for it until then")


class ConsentOut(Out):
    home_id: int
    address: str
    given_by: str
    note: str
    recorded_by: str
    recorded_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str


class JoinOut(BaseModel):
    joined: bool
    position: int | None = Field(description="In the queue, when the cluster is full")
    words: str
    cluster: ClusterBrief


class RecheckOut(BaseModel):
    looked_at: int
    stale: dict[UUID, str] = Field(description="Clusters whose approval went stale, and why")


def cluster_out(cluster: ClusterView) -> ClusterOut:
    return ClusterOut.model_validate(cluster)


def validate_out(check: CheckResult) -> ValidateOut:
    findings = [FindingOut.model_validate(finding) for finding in check.findings]
    return ValidateOut(valid=check.valid, approvable=not check.blocking, findings=findings)
