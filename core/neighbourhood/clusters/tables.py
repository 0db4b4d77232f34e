"""Records of clusters. A version and an event, once written, never change; the database decides who holds a home."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, UniqueConstraint, text
from sqlmodel import Field

from core.db.base import Record, moment, optional_moment
from core.ids import new_id


class ClusterRow(Record, table=True):
    """A cluster now. ``version`` guards every write: who saw an older one is told what happened since."""

    __tablename__ = "cluster"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    number: int = Field(unique=True)  # shown as C-0001
    name: str = Field(max_length=120)
    state: str = Field(max_length=12, index=True)
    version: int
    author_id: UUID | None = None  # no foreign key: the record outlives the person
    author: str = Field(max_length=254)
    submitted_by: str = Field(default="", max_length=254)
    decided_by: str = Field(default="", max_length=254)
    comment: str = Field(default="", max_length=1000)
    stale_reason: str = Field(default="", max_length=2000)
    stale_at: datetime | None = optional_moment()
    created_at: datetime = moment()
    changed_at: datetime = moment()


class ClusterMember(Record, table=True):
    """A home in a cluster, with its place as it was when it was drawn."""

    __tablename__ = "cluster_member"
    __table_args__ = (
        Index(
            "uq_cluster_member_one_live",
            "home_id",
            unique=True,
            sqlite_where=text("live"),
            postgresql_where=text("live"),
        ),
        Index(
            "uq_cluster_member_one_host",
            "cluster_id",
            unique=True,
            sqlite_where=text("part = 'host'"),
            postgresql_where=text("part = 'host'"),
        ),
    )

    cluster_id: UUID = Field(foreign_key="cluster.id", primary_key=True, ondelete="CASCADE")
    home_id: int = Field(primary_key=True, index=True)  # address point; no foreign key: imports may replace it
    part: str = Field(max_length=10)  # host | neighbour
    lot_id: UUID | None = None
    household_id: UUID | None = Field(default=None, index=True)
    address: str = Field(max_length=120)
    city: str = Field(max_length=80)
    longitude: float
    latitude: float
    distance_m: float | None = None
    length_m: float | None = None
    consent: str = Field(default="not_needed", max_length=12)
    approved: bool = False  # by a second person
    live: bool = False  # the cluster is approved, active or suspended


class ClusterVersion(Record, table=True):
    """What a cluster was after one thing was done to it, and what the rules said then."""

    __tablename__ = "cluster_version"

    cluster_id: UUID = Field(foreign_key="cluster.id", primary_key=True, ondelete="CASCADE")
    version: int = Field(primary_key=True)
    at: datetime = moment()
    by: str = Field(max_length=254)
    action: str = Field(max_length=20)
    comment: str = Field(default="", max_length=1000)
    name: str = Field(max_length=120)
    state: str = Field(max_length=12)
    members: list[dict[str, Any]] = Field(sa_type=JSON)  # host first
    findings: list[dict[str, Any]] = Field(sa_type=JSON)
    parameters: dict[str, Any] = Field(sa_type=JSON)
    provenance: dict[str, Any] = Field(sa_type=JSON)


class ClusterEvent(Record, table=True):
    """One line of a cluster's life; triggers refuse update and delete."""

    __tablename__ = "cluster_event"

    id: int | None = Field(default=None, primary_key=True)
    cluster_id: UUID = Field(index=True)  # no foreign key: the line outlives the cluster
    at: datetime = moment()
    person_id: UUID | None = None
    actor: str = Field(max_length=254)
    action: str = Field(max_length=20)
    version: int
    state_before: str = Field(default="", max_length=12)
    state_after: str = Field(max_length=12)
    comment: str = Field(default="", max_length=2000)


class CrossingConsent(Record, table=True):
    """A household that is no member lets a cluster's mower cross its lot."""

    __tablename__ = "crossing_consent"
    __table_args__ = (
        Index(
            "uq_crossing_consent_one_open",
            "cluster_id",
            "home_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    cluster_id: UUID = Field(foreign_key="cluster.id", index=True, ondelete="CASCADE")
    home_id: int  # whose lot is crossed
    address: str = Field(max_length=120)
    given_by: str = Field(max_length=120)  # who of the household said so
    note: str = Field(default="", max_length=500)
    recorded_by: str = Field(max_length=254)
    recorded_at: datetime = moment()
    withdrawn_at: datetime | None = optional_moment()
    withdrawn_by: str = Field(default="", max_length=254)


class ReachConfirmation(Record, table=True):
    """A person has looked where the rules could not tell, and says why the way from host to home is sound."""

    __tablename__ = "reach_confirmation"
    __table_args__ = (UniqueConstraint("cluster_id", "host_id", "home_id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    cluster_id: UUID = Field(foreign_key="cluster.id", index=True, ondelete="CASCADE")
    host_id: int
    home_id: int
    reason: str = Field(max_length=500)
    person_id: UUID | None = None
    confirmed_by: str = Field(max_length=254)
    confirmed_at: datetime = moment()


class ClusterWaiting(Record, table=True):
    """A home in the queue for a place."""

    __tablename__ = "cluster_waiting"
    __table_args__ = (
        Index(
            "uq_cluster_waiting_one_open",
            "cluster_id",
            "home_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    cluster_id: UUID = Field(foreign_key="cluster.id", index=True, ondelete="CASCADE")
    home_id: int
    address: str = Field(max_length=120)
    person_id: UUID | None = None
    asked_by: str = Field(max_length=254)
    asked_at: datetime = moment()
    ended_at: datetime | None = optional_moment()
    outcome: str = Field(default="", max_length=12)  # joined | gone | lapsed
    offered_until: datetime | None = optional_moment()  # until then a free place is held


class ClusterInvite(Record, table=True):
    """A code that lets its bearer join; only its digest is kept."""

    __tablename__ = "cluster_invite"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    cluster_id: UUID = Field(foreign_key="cluster.id", index=True, ondelete="CASCADE")
    code_hash: str = Field(unique=True, max_length=64)  # SHA-256 hex
    made_by: str = Field(max_length=254)
    made_at: datetime = moment()
    expires_at: datetime = moment()
    revoked_at: datetime | None = optional_moment()
