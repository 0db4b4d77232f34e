"""SQLite's own online backup (https://www.sqlite.org/backup.html): of one moment, while others read and write."""

import sqlite3
from contextlib import closing
from pathlib import Path

from core.backups.model import Contents
from core.errors import Conflict, Invalid, NotFound, Unavailable
from core.texts import N_, Text

BUSY_S = 30.0


class SqliteDumper:
    """Implements `core.backups.Dumper` over one file."""

    dialect = "sqlite"

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)

    def dump(self, to: Path) -> Contents:
        if not self._path.exists():
            raise NotFound(Text("no database at {path}", path=self._path))
        try:
            with closing(_connect(self._path)) as source, closing(sqlite3.connect(to)) as copy:
                source.backup(copy)  # all pages in one step: it holds a read lock, which in WAL keeps no writer out
                copy.execute("PRAGMA journal_mode=DELETE")
                return _contents(copy)
        except sqlite3.OperationalError as error:
            raise Unavailable(Text("the database cannot be read: {error}", error=error)) from error

    def rehearse(self, dump: Path) -> Contents:
        """The dump is a database already: every page of it is checked, and every row read."""
        try:
            with closing(sqlite3.connect(f"file:{dump}?mode=ro", uri=True)) as copy:
                faults = [row[0] for row in copy.execute("PRAGMA integrity_check") if row[0] != "ok"]
                faults += [f"{row[0]} points nowhere" for row in copy.execute("PRAGMA foreign_key_check")]
                if faults:
                    raise Invalid(Text("the restored database is damaged: {first}", first=faults[0]), reasons=faults)
                return _contents(copy)
        except sqlite3.DatabaseError as error:
            raise Invalid(Text("the restored database is damaged: {first}", first=error)) from error

    def restore(self, dump: Path, *, replace: bool) -> Contents:
        """Over the real file, by the same online backup: who has it open sees the restored rows from then on."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with closing(sqlite3.connect(dump)) as source, closing(_connect(self._path)) as target:
                if not replace and any(count for count in _contents(target).rows.values()):
                    raise Conflict(N_("the database holds data: say --replace to put the backup in its place"))
                source.backup(target)
                target.execute("PRAGMA journal_mode=WAL")
                return _contents(target)
        except sqlite3.OperationalError as error:
            raise Unavailable(Text("the database cannot be written: {error}", error=error)) from error


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=BUSY_S)


def _contents(connection: sqlite3.Connection) -> Contents:
    names = [
        row[0]
        for row in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        )
    ]
    rows = {
        name: int(connection.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0])
        for name in names
        if name != "alembic_version"
    }
    found = (
        connection.execute("SELECT version_num FROM alembic_version").fetchone() if "alembic_version" in names else None
    )
    return Contents(str(found[0]) if found else "", rows)
