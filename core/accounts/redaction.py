"""Takes the words by which a person is known out of lines of the audit that stay."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import String, cast, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.accounts.chain import line_hash, redactions_digest
from core.accounts.tables import AuditEntry, AuditRedaction

SHORTEST = 6
"""A word shorter than this is replaced only where it is all that stands there: within a sentence it may be chance."""


def redacted(value: Any, words: Mapping[str, str]) -> Any:
    """``value`` (JSON) with each word replaced: where it stands alone, and, if it is long enough, within text."""
    if isinstance(value, dict):
        return {key: redacted(one, words) for key, one in value.items()}
    if isinstance(value, list):
        return [redacted(one, words) for one in value]
    if not isinstance(value, str):
        return value
    if value in words:
        return words[value]
    for word, instead in sorted(words.items(), key=lambda pair: -len(pair[0])):
        if len(word) >= SHORTEST:
            value = value.replace(word, instead)
    return value


async def redact_audit(
    session: AsyncSession, *, person_id: UUID, words: Mapping[str, str], erasure_id: UUID, at: datetime
) -> tuple[int, str]:
    """Take ``words`` out of every line that has them; how many lines, and the digest that the erasure's line keeps.

    Within the transaction of an erasure only: the database refuses it otherwise."""
    hashes: dict[int, str] = {}
    for entry in (await session.exec(select(AuditEntry).where(_speaks_of(person_id, words)))).all():
        fields = {name: getattr(entry, name) for name in ("actor", "object_id", "before", "after", "reason")}
        anew = {name: redacted(value, words) for name, value in fields.items()}
        changed = {name: value for name, value in anew.items() if value != fields[name]}
        if not changed:
            continue
        for name, value in changed.items():
            setattr(entry, name, value)
        session.add(entry)
        assert entry.id is not None
        hashes[entry.id] = line_hash(entry)
        session.add(AuditRedaction(erasure_id=erasure_id, entry_id=entry.id, line_hash=hashes[entry.id], at=at))
    await session.flush()
    return len(hashes), redactions_digest(hashes) if hashes else ""


def _speaks_of(person_id: UUID, words: Mapping[str, str]) -> Any:
    texts = (
        col(AuditEntry.actor), col(AuditEntry.object_id), col(AuditEntry.reason),
        cast(col(AuditEntry.before), String), cast(col(AuditEntry.after), String),
    )  # fmt: skip
    named = [text.contains(_as_json(word), autoescape=True) for word in words for text in texts]
    plain = [text.contains(word, autoescape=True) for word in words if _as_json(word) != word for text in texts[:3]]
    return or_(col(AuditEntry.person_id) == person_id, col(AuditEntry.object_id) == str(person_id), *named, *plain)


def _as_json(word: str) -> str:
    """The word as JSON has it: other letters than ASCII stand as escapes."""
    return json.dumps(word)[1:-1]
