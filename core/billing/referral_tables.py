"""Records of homes that bring others: each home's code, and who was brought by whom."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from core.db.base import Record, moment, optional_moment
from core.ids import new_id


class ReferralCode(Record, table=True):
    """A home's code, to hand on. It is no secret: it opens nothing."""

    __tablename__ = "referral_code"

    household_id: UUID = Field(primary_key=True)  # no foreign key: the books outlive the household
    code: str = Field(unique=True, max_length=12)
    made_at: datetime = moment()


class Referral(Record, table=True):
    """One home was brought by another, once. ``minor`` is what either was promised, in the smallest unit of money."""

    __tablename__ = "referral"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    brought_id: UUID = Field(unique=True)  # household
    by_id: UUID = Field(index=True)  # household
    minor: int
    named_at: datetime = moment()
    brought_credited_at: datetime | None = optional_moment()
    by_credited_at: datetime | None = optional_moment()
