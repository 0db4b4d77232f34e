"""Records of people, their sessions and what they did."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON
from sqlmodel import Field

from core.db.base import Record, moment, optional_moment
from core.ids import new_id


class Person(Record, table=True):
    """Someone who may sign in. Host and neighbour are not roles: they follow from membership of a household."""

    __tablename__ = "person"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    email: str = Field(unique=True, max_length=254)  # stored lower-case
    name: str = Field(max_length=120)
    role: str = Field(max_length=20)
    password_hash: str = Field(max_length=255)
    language: str = Field(default="en", max_length=10)
    active: bool = True
    created_at: datetime = moment()


class SignInSession(Record, table=True):
    """A browser session or REST token: the row decides, the cookie or token only names it. Stored hashed."""

    __tablename__ = "sign_in_session"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True, ondelete="CASCADE")
    token_hash: str = Field(unique=True, max_length=64)  # SHA-256 hex of the secret in the cookie or token
    kind: str = Field(max_length=10)  # browser | token
    created_at: datetime = moment()
    seen_at: datetime = moment()
    expires_at: datetime = moment()
    revoked_at: datetime | None = optional_moment()
    user_agent: str = Field(default="", max_length=200)


class SignInAttempts(Record, table=True):
    """Tries to sign in since the last success, by hashed address: an address without an account has one as well."""

    __tablename__ = "sign_in_attempts"

    address_hash: str = Field(primary_key=True, max_length=64)  # SHA-256 hex of the lower-case address
    count: int
    last_at: datetime = moment(index=True)
    locked_until: datetime | None = optional_moment()


class AuditEntry(Record, table=True):
    """One line of the append-only audit: triggers in the database refuse update and delete."""

    __tablename__ = "audit_entry"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = moment(index=True)
    person_id: UUID | None = Field(default=None, index=True)  # no foreign key: the line outlives the person
    actor: str = Field(max_length=254)  # email at the time, or the job's name
    action: str = Field(max_length=60)
    object_type: str = Field(max_length=40)
    object_id: str = Field(max_length=80)
    before: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    after: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    reason: str = Field(default="", max_length=500)
    source: str = Field(max_length=20)  # web | api | cli | job
