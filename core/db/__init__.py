"""The database: engine, sessions, migrations, and reads that feed screens."""

from core.db.engine import Database, open_database
from core.db.types import UtcDateTime

__all__ = ["Database", "UtcDateTime", "open_database"]
