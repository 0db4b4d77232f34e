"""The audit's seals: a chain of hashes beside the lines, in which any change, removal or reorder shows.

Each line has one seal: SHA-256 over the seal before it and the line. Seals are made in short transactions of their own,
a quarter of a minute after the lines at most, and not in the transactions that write lines: those would all have to
wait for each other until the end. What was cut off the end, lines and seals alike, no chain tells of by itself:
`mowthos audit verify` names the newest seal, and checks that one noted earlier is still there.

When a person is erased (`core.privacy`), their name is taken out of lines that stay. Such a line no longer fits its
seal; a `AuditRedaction` keeps the hash of what it says since, and the line that tells of the erasure, itself in the
chain, keeps a digest of all of them. So what an erasure changed is known, who ordered it and why, and anything else
still shows.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from core.accounts.tables import AuditEntry, AuditRedaction, AuditSeal
from core.db import Database

FIRST = "0" * 64
PAGE = 1000
ERASURE = "person.erase"
"""The action of the line that vouches for redactions; what it keeps of them is ``digest`` in its ``after``."""


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a look at the whole chain found; ``faults`` is empty when it holds."""

    lines: int
    head: str
    faults: tuple[str, ...]


def seal_of(
    before_hash: str, *, entry_id: int, at: datetime, person_id: UUID | None, actor: str, action: str,
    object_type: str, object_id: str, before: dict[str, Any] | None, after: dict[str, Any] | None, reason: str,
    source: str, request_id: str = "",
) -> str:  # fmt: skip
    """SHA-256 hex of the seal before and the line. Its form never changes: seals made by it stay in databases. A line
    without a request, as all were once, is sealed as it was then."""
    line = [
        entry_id, at.astimezone(UTC).isoformat(timespec="microseconds"), None if person_id is None else str(person_id),
        actor, action, object_type, object_id, before, after, reason, source, *((request_id,) if request_id else ()),
    ]  # fmt: skip
    text = json.dumps(line, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return sha256(f"{before_hash}\n{text}".encode()).hexdigest()


def line_hash(entry: AuditEntry) -> str:
    """SHA-256 hex of a line by itself, as a redaction keeps it."""
    return _seal(FIRST, entry)


def redactions_digest(hashes: Mapping[int, str]) -> str:
    """SHA-256 hex of an erasure's redactions: line number to `line_hash`."""
    text = json.dumps(sorted(hashes.items()), separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


async def seal_lines(database: Database) -> int:
    """Seal every line that has none; how many. Of two processes at it at once, one leaves it to the other."""
    done = 0
    while True:
        try:
            sealed = await _seal_page(database)
        except IntegrityError:
            return done
        done += sealed
        if sealed < PAGE:
            return done


async def check_chain(database: Database, *, noted: str = "") -> ChainReport:
    """Seal what is new, then walk the whole chain. ``noted``: a head told earlier, which must still stand in it."""
    await seal_lines(database)
    faults: list[str] = []
    head, lines, last, seen = FIRST, 0, 0, not noted
    redacted, digests = await _redactions(database)
    while True:
        query = (
            select(AuditSeal, AuditEntry)
            .outerjoin(AuditEntry, col(AuditEntry.id) == col(AuditSeal.entry_id))
            .where(AuditSeal.seq > last)
            .order_by(col(AuditSeal.seq))
            .limit(PAGE)
        )
        async with database.session() as session:
            rows = (await session.exec(query)).all()
        for seal, entry in rows:
            if seal.seq != last + 1:
                faults.append(f"seals {last + 1} to {seal.seq - 1} are missing")
            if entry is None:
                faults.append(f"line {seal.entry_id} was removed (seal {seal.seq})")
            elif _seal(head, entry) != seal.hash and redacted.get(seal.entry_id) != line_hash(entry):
                faults.append(f"line {seal.entry_id}, or its place, was changed (seal {seal.seq})")
            if entry is not None and entry.action == ERASURE:
                digests.discard(str((entry.after or {}).get("digest")))
            head, last, lines, seen = seal.hash, seal.seq, lines + 1, seen or seal.hash == noted
        if len(rows) < PAGE:
            break
    if not seen:
        faults.append("the head noted earlier is not in the chain: lines were cut off or written anew")
    faults += ["lines were redacted without an erasure that tells of it"] * len(digests)
    return ChainReport(lines, head, tuple(faults))


async def _redactions(database: Database) -> tuple[dict[int, str], set[str]]:
    """The hash that each redacted line has since the last erasure that changed it; the digest of each erasure."""
    newest: dict[int, str] = {}
    erasures: dict[UUID, dict[int, str]] = {}
    query = select(AuditRedaction).order_by(col(AuditRedaction.at), col(AuditRedaction.erasure_id))
    async with database.session() as session:
        for row in (await session.exec(query)).all():
            newest[row.entry_id] = row.line_hash
            erasures.setdefault(row.erasure_id, {})[row.entry_id] = row.line_hash
    return newest, {redactions_digest(hashes) for hashes in erasures.values()}


async def _seal_page(database: Database) -> int:
    async with database.session() as session:
        newest = (await session.exec(select(AuditSeal).order_by(col(AuditSeal.seq).desc()).limit(1))).first()
        seq, head = (0, FIRST) if newest is None else (newest.seq, newest.hash)
        sealed = select(AuditSeal.entry_id).where(col(AuditSeal.entry_id) == col(AuditEntry.id)).exists()
        query = select(AuditEntry).where(~sealed).order_by(col(AuditEntry.id)).limit(PAGE)
        entries = (await session.exec(query)).all()
        for entry in entries:
            assert entry.id is not None
            seq, head = seq + 1, _seal(head, entry)
            session.add(AuditSeal(seq=seq, entry_id=entry.id, hash=head))
    return len(entries)


def _seal(before_hash: str, entry: AuditEntry) -> str:
    assert entry.id is not None
    return seal_of(
        before_hash, entry_id=entry.id, at=entry.at, person_id=entry.person_id, actor=entry.actor,
        action=entry.action, object_type=entry.object_type, object_id=entry.object_id, before=entry.before,
        after=entry.after, reason=entry.reason, source=entry.source, request_id=entry.request_id,
    )  # fmt: skip
