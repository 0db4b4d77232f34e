"""Records of what programs sign in with: signing keys, refresh tokens, API keys."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Text
from sqlmodel import Field

from core.db.base import Record, moment, optional_moment
from core.ids import new_id


class SigningKey(Record, table=True):
    """A key that access tokens are signed with; the private half is sealed."""

    __tablename__ = "signing_key"

    kid: str = Field(primary_key=True, max_length=40)
    sealed: str = Field(sa_type=Text)  # the private JWK as JSON, sealed with the installation's key
    created_at: datetime = moment(index=True)


class RefreshToken(Record, table=True):
    """One link of a chain: each is used once and followed by the next. The chain is its session, which ends with it."""

    __tablename__ = "refresh_token"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    session_id: UUID = Field(foreign_key="sign_in_session.id", index=True, ondelete="CASCADE")
    token_hash: str = Field(unique=True, max_length=64)  # SHA-256 hex of the secret
    created_at: datetime = moment()
    expires_at: datetime = moment()
    used_at: datetime | None = optional_moment()


class ApiKey(Record, table=True):
    """A key for a program, in somebody's name and with part of their rights. The secret is shown once."""

    __tablename__ = "api_key"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True, ondelete="CASCADE")
    name: str = Field(max_length=80)
    start: str = Field(max_length=12)  # the first characters, by which people tell keys apart
    key_hash: str = Field(unique=True, max_length=64)  # SHA-256 hex of the secret
    scopes: list[Any] = Field(default_factory=list, sa_type=JSON)  # names of rights
    created_at: datetime = moment()
    created_by: str = Field(max_length=254)  # email at the time
    expires_at: datetime | None = optional_moment()
    last_used_at: datetime | None = optional_moment()
    revoked_at: datetime | None = optional_moment()


class IdempotentAnswer(Record, table=True):
    """What a call with an ``Idempotency-Key`` was answered; the unique pair keeps it from being carried out twice."""

    __tablename__ = "idempotent_answer"

    person_id: UUID = Field(foreign_key="person.id", primary_key=True, ondelete="CASCADE")
    key: str = Field(primary_key=True, max_length=200)
    asked_hash: str = Field(max_length=64)  # SHA-256 hex of method, path, query and body
    created_at: datetime = moment(index=True)
    status: int | None = None  # none: under way
    sealed: str = Field(default="", sa_type=Text)  # headers and body as JSON, sealed: they may hold a secret
