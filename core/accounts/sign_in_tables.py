"""Records of what stands beside a password: second factors, known browsers, sign-ins under way, foreign identities."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, UniqueConstraint
from sqlmodel import Field

from core.db.base import Record, moment, optional_moment
from core.ids import new_id


class SecondFactor(Record, table=True):
    """An authenticator app or a passkey of somebody. It counts once it is confirmed."""

    __tablename__ = "second_factor"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True, ondelete="CASCADE")
    kind: str = Field(max_length=10)  # totp | passkey
    name: str = Field(max_length=60)
    sealed: str = Field(default="", max_length=500)  # of an app: its secret, sealed
    last_step: int | None = Field(default=None, sa_type=BigInteger)  # of an app: the 30 s step of the last code taken
    credential_id: str | None = Field(default=None, unique=True, max_length=1400)  # of a passkey: base64url
    public_key: str = Field(default="", max_length=2000)  # of a passkey: COSE key, base64url
    sign_count: int = Field(default=0, sa_type=BigInteger)  # of a passkey
    created_at: datetime = moment()
    confirmed_at: datetime | None = optional_moment()
    used_at: datetime | None = optional_moment()


class RecoveryCode(Record, table=True):
    """A code on paper that stands in for a lost factor, once. Its digest alone is kept."""

    __tablename__ = "recovery_code"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True, ondelete="CASCADE")
    code_hash: str = Field(unique=True, max_length=64)  # SHA-256 hex of person and code
    created_at: datetime = moment()
    used_at: datetime | None = optional_moment()


class KnownBrowser(Record, table=True):
    """A browser that somebody signed in with before: tries of others at their address do not shut it out."""

    __tablename__ = "known_browser"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True, ondelete="CASCADE")
    secret_hash: str = Field(unique=True, max_length=64)  # SHA-256 hex of the secret in its cookie
    created_at: datetime = moment()
    seen_at: datetime = moment(index=True)


class SignInStep(Record, table=True):
    """A sign-in, or the making of a passkey, that is half done; whoever holds its secret may go on."""

    __tablename__ = "sign_in_step"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    kind: str = Field(max_length=20)  # second | passkey | new_passkey | sign_on | tie | link
    secret_hash: str = Field(unique=True, max_length=64)  # SHA-256 hex of the secret in its cookie
    person_id: UUID | None = Field(default=None, foreign_key="person.id", ondelete="CASCADE")
    content: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    created_at: datetime = moment(index=True)
    expires_at: datetime = moment()
    used_at: datetime | None = optional_moment()


class IdentityLink(Record, table=True):
    """An account at a foreign provider that signs in somebody of ours."""

    __tablename__ = "identity_link"
    __table_args__ = (UniqueConstraint("issuer", "subject", name="uq_identity_link_issuer"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True, ondelete="CASCADE")
    issuer: str = Field(max_length=255)
    subject: str = Field(max_length=255)
    email: str = Field(default="", max_length=254)
    created_at: datetime = moment()
    used_at: datetime | None = optional_moment()
