"""Records of jobs: who is at one now, and what became of the runs."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from core.db.base import Record, moment, optional_moment
from core.ids import new_id


class JobClaim(Record, table=True):
    """A job that somebody is at; held until ``until`` unless renewed, so that no two processes run it at once."""

    __tablename__ = "job_claim"

    job: str = Field(primary_key=True, max_length=80)
    run_id: UUID
    started_at: datetime = moment()
    until: datetime = moment()
    asked_by: str = Field(default="", max_length=254)


class JobRun(Record, table=True):
    """One run that ended, or a row of uneventful ones folded into a line."""

    __tablename__ = "job_run"
    __table_args__ = (Index("ix_job_run_job_started_at", "job", "started_at"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    job: str = Field(max_length=80)
    started_at: datetime = moment()
    ended_at: datetime | None = optional_moment()
    seconds: float
    outcome: str = Field(max_length=20)
    result: str = Field(default="", max_length=200)
    detail: str = Field(default="", max_length=500)
    asked_by: str = Field(default="", max_length=254)
    times: int = 1
