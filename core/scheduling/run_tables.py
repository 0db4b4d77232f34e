"""Records of running visits: how far each is, and what a dispatcher has to see; the hours a mower holds itself."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from core.db.base import Record, moment, optional_moment
from core.ids import new_id


class VisitRunRow(Record, table=True):
    """How far a visit is with its mower. ``attempt`` numbers every start that was ever asked for it, and names it."""

    __tablename__ = "visit_run"

    visit_id: UUID = Field(foreign_key="visit.id", primary_key=True, ondelete="CASCADE")
    device_name: str = Field(default="", max_length=64)
    phase: str = Field(max_length=8)
    attempt: int = 0
    tries: int = 0
    command_id: UUID | None = None  # no foreign key: it is stored before the command is
    first_asked_at: datetime | None = optional_moment()
    asked_at: datetime | None = optional_moment()
    not_before: datetime | None = optional_moment()
    waiting: str = Field(default="", max_length=24)
    version: int = 1  # guards every write


class VisitProblemRow(Record, table=True):
    """Something a dispatcher has to see. One a visit, kind and attempt: what was cleared does not come back."""

    __tablename__ = "visit_problem"
    __table_args__ = (
        UniqueConstraint("visit_id", "kind", "attempt"),
        Index(
            "ix_visit_problem_open",
            "opened_at",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    visit_id: UUID = Field(foreign_key="visit.id", ondelete="CASCADE")
    kind: str = Field(max_length=12)
    attempt: int
    reason: str = Field(default="", max_length=24)
    opened_at: datetime = moment()
    closed_at: datetime | None = optional_moment()
    closed_by: str = Field(default="", max_length=254)
    fix: str = Field(default="", max_length=12)


class MowerQuietRow(Record, table=True):
    """The hours without mowing that a mower is to hold itself, and those it said it holds; minutes of the site's day,
    both ``None`` = none."""

    __tablename__ = "mower_quiet"

    mower_id: UUID = Field(foreign_key="mower.id", primary_key=True, ondelete="CASCADE")
    wanted_begins: int | None = None
    wanted_ends: int | None = None
    wanted_at: datetime = moment()
    reported_begins: int | None = None
    reported_ends: int | None = None
    reported_at: datetime | None = optional_moment()  # empty: it never said
    problem: str = Field(default="", max_length=500)
