"""What every table module shares: one metadata with stable constraint names, and short helpers for columns."""

from datetime import datetime
from typing import Any

from sqlalchemy import MetaData
from sqlmodel import Field, SQLModel

from core.db.types import UtcDateTime

SQLModel.metadata.naming_convention = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
).naming_convention

Record = SQLModel


def moment(**options: Any) -> Any:
    """An aware UTC column that must be given."""
    return Field(sa_type=UtcDateTime, **options)


def optional_moment(**options: Any) -> datetime | None:
    """An aware UTC column that may be empty."""
    field: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True, **options)
    return field
