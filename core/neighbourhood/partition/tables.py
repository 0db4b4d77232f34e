"""Records of proposals."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON
from sqlmodel import Field

from core.db.base import Record, moment, optional_moment
from core.ids import new_id


class ProposalRow(Record, table=True):
    """A search for the best partition of an area: what was asked and what came of it."""

    __tablename__ = "cluster_proposal"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    status: str = Field(max_length=12, index=True)  # running | optimal | feasible | cancelled | failed
    asked: dict[str, Any] = Field(sa_type=JSON)  # rule, sizes, time limit, how the area was named
    home_ids: list[int] = Field(sa_type=JSON)
    result: dict[str, Any] = Field(sa_type=JSON)  # empty until there is one
    accepted: dict[str, str] = Field(sa_type=JSON)  # number of a cluster -> id of its draft
    asked_by: str = Field(max_length=254)
    started_at: datetime = moment()
    finished_at: datetime | None = optional_moment()
