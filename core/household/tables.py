"""Records of what a household asks: keep-offs with their orders, notes for access, ratings, problems with photos."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary
from sqlmodel import Field

from core.db.base import Record, moment, optional_moment
from core.ids import new_id


class KeepOffRow(Record, table=True):
    """No mower on this lot for a while. Never removed: the minutes within it are not billed, whenever they are read."""

    __tablename__ = "keep_off"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    lot_id: UUID = Field(foreign_key="lot.id", index=True, ondelete="CASCADE")
    person_id: UUID | None = None  # no foreign key: the record outlives the person
    asked_by: str = Field(max_length=254)
    asked_at: datetime = moment()
    ends_at: datetime = moment(index=True)
    ended_at: datetime | None = optional_moment()  # a person ended it before its time
    ended_by: str = Field(default="", max_length=254)


class KeepOffOrder(Record, table=True):
    """A command that was asked of a mower because of a keep-off, also one that the guard refused."""

    __tablename__ = "keep_off_order"

    keep_off_id: UUID = Field(foreign_key="keep_off.id", primary_key=True, ondelete="CASCADE")
    command_id: UUID = Field(primary_key=True)
    device_name: str = Field(max_length=64)
    kind: str = Field(max_length=12)
    asked_at: datetime = moment()


class LotNote(Record, table=True):
    """What those who come have to know: gate, pets, way in."""

    __tablename__ = "lot_note"

    lot_id: UUID = Field(foreign_key="lot.id", primary_key=True, ondelete="CASCADE")
    gate: str = Field(default="", max_length=500)
    pets: str = Field(default="", max_length=500)
    access: str = Field(default="", max_length=500)
    version: int = 1
    changed_by: str = Field(max_length=254)
    changed_at: datetime = moment()


class VisitRating(Record, table=True):
    """What one person of the household thought of a visit; another word of theirs replaces it."""

    __tablename__ = "visit_rating"

    visit_id: UUID = Field(foreign_key="visit.id", primary_key=True, ondelete="CASCADE")
    person_id: UUID = Field(primary_key=True)
    lot_id: UUID = Field(foreign_key="lot.id", index=True, ondelete="CASCADE")
    stars: int  # 1 to 5
    words: str = Field(default="", max_length=1000)
    rated_at: datetime = moment(index=True)


class LawnProblem(Record, table=True):
    """A problem that a household reported, and what was offered for it."""

    __tablename__ = "lawn_problem"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    lot_id: UUID = Field(foreign_key="lot.id", index=True, ondelete="CASCADE")
    visit_id: UUID | None = Field(default=None, foreign_key="visit.id", index=True, ondelete="SET NULL")
    person_id: UUID | None = None  # no foreign key: the record outlives the person
    kind: str = Field(max_length=12)
    words: str = Field(default="", max_length=1000)
    longitude: float | None = None  # the pin
    latitude: float | None = None
    reported_by: str = Field(max_length=254)
    reported_at: datetime = moment(index=True)
    state: str = Field(max_length=12, index=True)
    answer: str = Field(default="", max_length=1000)
    remow_visit_id: UUID | None = Field(default=None, foreign_key="visit.id", ondelete="SET NULL")
    credit_minor: int | None = None
    currency: str = Field(default="", max_length=3)
    decided_by: str = Field(default="", max_length=254)
    decided_at: datetime | None = optional_moment()
    version: int = 1


class ProblemPhoto(Record, table=True):
    """A cleaned photo: a JPEG that we wrote ourselves, without what the camera had told of itself."""

    __tablename__ = "problem_photo"

    problem_id: UUID = Field(foreign_key="lawn_problem.id", primary_key=True, ondelete="CASCADE")
    content: bytes = Field(sa_type=LargeBinary)
    width: int
    height: int
