"""What every import answers, and the two things imports share: progress and the write lock."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import Invalid, Unavailable
from core.texts import N_, Text, kept

MAX_FILE_BYTES = 1_000_000_000
LOCK_WAIT_S = 30
STORED_REFUSALS = 200
"""Refused rows kept in the database with the import; the report handed back holds all of them."""

type Progress = Callable[[str, int, int], None]
"""Called with (stage: ``read`` | ``write``, done, total); from a worker thread while reading."""


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """One row (or feature) that was not taken, and what to change so that it is."""

    row: int
    """Line of the file where the row ends, counted from 1 with the header; for roads the feature's index from 0."""
    field: str
    reason: str
    value: str
    expected: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The outcome of one import, or with ``dry_run`` of what it would do."""

    kind: str
    """``addresses`` or ``roads``."""
    name: str
    dry_run: bool
    rows: int
    """Rows or features the file holds."""
    accepted: int
    added: int
    updated: int
    unchanged: int
    removed: int
    """Roads of the layer's former import that this one replaces; always 0 for addresses."""
    duplicates: int
    """Rows that repeat an earlier row of the same file word for word; the first one counts."""
    skipped: int
    """Well-formed features that are no drivable road."""
    refused: int
    refused_rows: tuple[RefusedRow, ...]
    warnings: tuple[str, ...]
    content_hash: str
    data_date: datetime | None
    attribution: str
    import_id: UUID | None
    """The import's record; ``None`` when nothing was written."""

    @property
    def changed(self) -> bool:
        """Whether the file differs from what the database holds."""
        return bool(self.added or self.updated or self.removed)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self) | {
            "changed": self.changed,
            "refused_rows": [asdict(row) for row in self.refused_rows],
            "data_date": self.data_date.isoformat() if self.data_date else None,
            "import_id": str(self.import_id) if self.import_id else None,
        }


def stored(refused: Sequence[RefusedRow]) -> list[dict[str, Any]]:
    """The first refused rows, as the database keeps them."""
    return [
        asdict(row) | {"reason": kept(row.reason), "expected": kept(row.expected)} for row in refused[:STORED_REFUSALS]
    ]


def read_text(path: Path) -> tuple[str, str]:
    """The file's text (UTF-8, with or without a byte order mark) and the SHA-256 of its bytes.

    Raises ``Invalid`` for a file that is missing, empty, binary, too large or not UTF-8.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise Invalid(Text("{name}: larger than {n:,} bytes; split the file", name=path.name, n=MAX_FILE_BYTES))
        content = path.read_bytes()
    except OSError as error:
        raise Invalid(Text("{name}: cannot be read ({problem})", name=path.name, problem=error.strerror)) from error
    if not content.strip():
        raise Invalid(Text("{name}: the file is empty", name=path.name))
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Invalid(Text("{name}: encoded as UTF-16; expected UTF-8", name=path.name))
    if (at := content.find(b"\0")) >= 0:
        raise Invalid(
            Text("{name}: not a text file (zero byte at position {at}); expected UTF-8 text", name=path.name, at=at)
        )
    try:
        return content.decode("utf-8-sig"), sha256(content).hexdigest()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Invalid(
            Text(
                "{name}: line {line} is not UTF-8 (byte {byte:#04x})",
                name=path.name,
                line=line,
                byte=content[error.start],
            )
        ) from error


async def lock_for_import(connection: AsyncConnection, table: str) -> None:
    """Keep other writers of ``table`` out until this transaction ends; readers go on. ``Unavailable`` when busy."""
    try:
        if connection.dialect.name == "sqlite":
            await connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            await connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_WAIT_S}s'"))
            await connection.execute(text(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE"))
    except OperationalError as error:
        raise Unavailable(N_("another import is running or the database is busy; try again in a minute")) from error


def printable(value: object, *, length: int) -> str:
    """Outside text without control characters and halves of characters, cut to ``length``."""
    return "".join(letter for letter in str(value) if letter.isprintable())[:length]


def silent(_stage: str, _done: int, _total: int) -> None:
    """The progress nobody watches."""
