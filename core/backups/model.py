"""What a backup is, and what the outside must be able to do for one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, Self

NAME = re.compile(r"mowthos-(\d{8}T\d{6}Z)-(sqlite|postgresql)\.mbk")
STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Contents:
    """What a database held at the moment of a dump: schema version, and rows by table."""

    schema: str
    rows: Mapping[str, int]

    def missing(self, other: "Contents") -> list[str]:
        """What ``other`` lacks or has otherwise, in words; empty when it is the same."""
        told = [] if other.schema == self.schema else [f"schema version {other.schema}, expected {self.schema}"]
        for table in sorted({*self.rows, *other.rows}):
            was, found = self.rows.get(table), other.rows.get(table)
            if was != found:
                told.append(f"{table}: {found} rows, expected {was}")
        return told


@dataclass(frozen=True, slots=True)
class Header:
    """The first, readable part of a backup file; the sealed part vouches for it."""

    created_at: datetime
    dialect: str
    contents: Contents


@dataclass(frozen=True, slots=True)
class Backup:
    """A file that was restored well once: only such files have this name."""

    path: Path
    created_at: datetime
    dialect: str
    size_bytes: int

    @classmethod
    def at(cls, path: Path) -> Self | None:
        """The backup behind a path; ``None`` for any other file."""
        if (found := NAME.fullmatch(path.name)) is None:
            return None
        created = datetime.strptime(found[1], STAMP).replace(tzinfo=UTC)
        return cls(path, created, found[2], path.stat().st_size)


class Dumper(Protocol):
    """One kind of database: how it is dumped and brought back. Blocking; run in a thread."""

    dialect: str

    def dump(self, to: Path) -> Contents:
        """Write everything as of one moment into ``to``. ``Unavailable`` when the database or a tool does not answer,
        ``NeedsHuman`` when a tool is missing."""
        ...

    def rehearse(self, dump: Path) -> Contents:
        """Restore into a scratch database, read all of it, and drop it. ``Invalid`` for a dump that is damaged."""
        ...

    def restore(self, dump: Path, *, replace: bool) -> Contents:
        """Bring the dump into the real database. ``Conflict`` when that holds data and ``replace`` is not said."""
        ...
