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
    password_hash: str = Field(max_length=255)  # empty: nobody enters by a password
    language: str = Field(default="en", max_length=10)
    units: str = Field(default="", max_length=10)  # core.measures.Units; empty: as the browser's language has it
    hours: str = Field(default="", max_length=2)  # core.measures.Hours; empty: the same
    active: bool = True
    created_at: datetime = moment()
    second_factor_at: datetime | None = optional_moment()  # since when they have one
    second_factor_due_at: datetime | None = optional_moment()  # when a role that needs one must have it


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
    watcher_id: UUID | None = None  # of a look through their eyes: whose it is; no foreign key


class SignInAttempts(Record, table=True):
    """Tries to sign in since the last success, by hashed address: an address without an account has one as well."""

    __tablename__ = "sign_in_attempts"

    address_hash: str = Field(primary_key=True, max_length=64)  # SHA-256 hex of the lower-case address
    count: int
    last_at: datetime = moment(index=True)
    locked_until: datetime | None = optional_moment()


class AccountToken(Record, table=True):
    """One mail that proves an address: to sign up, or to choose a new password. Unknown addresses leave a row, too, so
    that known and unknown ones are counted alike. The secret itself stands in the mail alone."""

    __tablename__ = "account_token"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    kind: str = Field(max_length=10)  # sign_up | reset
    address_hash: str = Field(index=True, max_length=64)  # SHA-256 hex of the lower-case address
    token_hash: str = Field(unique=True, max_length=64)  # SHA-256 hex of the secret
    person_id: UUID | None = Field(default=None, foreign_key="person.id", ondelete="CASCADE")  # of a reset
    content: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)  # of a sign-up: who it will be
    created_at: datetime = moment(index=True)
    expires_at: datetime = moment()
    used_at: datetime | None = optional_moment()


class AuditEntry(Record, table=True):
    """One line of the append-only audit: triggers in the database refuse update and delete."""

    __tablename__ = "audit_entry"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = moment(index=True)
    person_id: UUID | None = Field(default=None, index=True)  # no foreign key: the line outlives the person
    actor: str = Field(max_length=254)  # email at the time, or the job's name
    action: str = Field(max_length=60)
    object_type: str = Field(max_length=40)
    object_id: str = Field(max_length=80, index=True)
    before: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    after: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    reason: str = Field(default="", max_length=500)
    source: str = Field(max_length=20)  # web | api | cli | job
    request_id: str = Field(default="", max_length=20, sa_column_kwargs={"server_default": ""})  # as in the log's lines


class AuditSeal(Record, table=True):
    """One link of the chain over the audit: append-only as the lines themselves."""

    __tablename__ = "audit_seal"

    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    entry_id: int = Field(unique=True)  # no foreign key: a removed line leaves its seal
    hash: str = Field(max_length=64)


class AuditRedaction(Record, table=True):
    """A line whose words about an erased person were taken out, and the hash of what it has said since.

    The line of the erasure itself holds a digest of its redactions: `core.accounts.chain` checks both.
    """

    __tablename__ = "audit_redaction"

    erasure_id: UUID = Field(primary_key=True)
    entry_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False}, index=True)
    line_hash: str = Field(max_length=64)
    at: datetime = moment()


class Consent(Record, table=True):
    """What a person agreed to, and when they took it back. The row outlives the person, who then has no name."""

    __tablename__ = "consent"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(index=True)  # no foreign key: it is the proof that there was an agreement
    kind: str = Field(max_length=20)  # terms | sms
    version: str = Field(default="", max_length=40)  # of the text
    given_at: datetime = moment()
    source: str = Field(max_length=20)  # web | api | sms
    withdrawn_at: datetime | None = optional_moment()
    withdrawn_by: str = Field(default="", max_length=20)  # the way: web | api | sms


class ErasurePass(Record, table=True):
    """There is a row within the transaction of an erasure, and never after it: while it stands, tables that otherwise
    refuse any change let a person's name be taken out of their rows."""

    __tablename__ = "erasure_pass"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
