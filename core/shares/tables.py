"""Records of links that show one mower or one cluster to whoever has them."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from core.db.base import Record, moment, optional_moment
from core.ids import new_id


class ShareLink(Record, table=True):
    """A link that opens without a sign-in until it ends; only the digest of its secret is kept."""

    __tablename__ = "share_link"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    kind: str = Field(max_length=10)  # mower | cluster
    subject_id: UUID = Field(index=True)  # no foreign key: the link stays on record
    subject: str = Field(max_length=64)  # device name, or code of the cluster
    note: str = Field(default="", max_length=120)  # for whom it was made
    token_hash: str = Field(unique=True, max_length=64)  # SHA-256 hex of the secret
    made_by: str = Field(max_length=254)
    person_id: UUID | None = None  # no foreign key: the record outlives the person
    made_at: datetime = moment()
    expires_at: datetime = moment()
    used_at: datetime | None = optional_moment()
    uses: int = 0
    revoked_at: datetime | None = optional_moment()
    revoked_by: str = Field(default="", max_length=254)
