"""Answers kept for calls that are repeated under one key: the unique pair of person and key decides who acts."""

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from core.accounts.token_tables import IdempotentAnswer
from core.clock import Clock
from core.db import Database
from core.ports import SecretBox

KEEP = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Kept:
    """``status`` is ``None`` while the first call is under way."""

    asked_hash: str
    status: int | None
    headers: list[tuple[str, str]]
    body: bytes


class KeptAnswers:
    """The book of answers; sealed, since an answer may show a secret that is told once."""

    def __init__(self, database: Database, clock: Clock, box: SecretBox) -> None:
        self._database, self._clock, self._box = database, clock, box

    async def claim(self, person_id: UUID, key: str, asked_hash: str) -> Kept | None:
        """``None``: the call is the caller's to carry out. Else what is known of the first under this key."""
        now = self._clock.now()
        old = (col(IdempotentAnswer.created_at) < now - KEEP,)
        async with self._database.session() as session:
            await session.exec(delete(IdempotentAnswer).where(*self._named(person_id, key), *old))
        try:
            async with self._database.session() as session:
                session.add(IdempotentAnswer(person_id=person_id, key=key, asked_hash=asked_hash, created_at=now))
        except IntegrityError:
            async with self._database.session() as session:
                row = await session.get(IdempotentAnswer, (person_id, key))
            return None if row is None else self._kept(row)
        return None

    async def keep(self, person_id: UUID, key: str, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        sealed = self._box.seal(json.dumps({"headers": headers, "body": b64encode(body).decode()}))
        async with self._database.session() as session:
            named = update(IdempotentAnswer).where(*self._named(person_id, key))
            await session.exec(named.values(status=status, sealed=sealed))

    async def give_back(self, person_id: UUID, key: str) -> None:
        """Nothing was done: the key is free again."""
        async with self._database.session() as session:
            await session.exec(delete(IdempotentAnswer).where(*self._named(person_id, key)))

    async def forget(self) -> int:
        """Delete answers older than a day; how many."""
        async with self._database.session() as session:
            old = delete(IdempotentAnswer).where(col(IdempotentAnswer.created_at) < self._clock.now() - KEEP)
            return int((await session.exec(old)).rowcount)

    def _named(self, person_id: UUID, key: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        return col(IdempotentAnswer.person_id) == person_id, col(IdempotentAnswer.key) == key

    def _kept(self, row: IdempotentAnswer) -> Kept:
        if row.status is None:
            return Kept(row.asked_hash, None, [], b"")
        told = json.loads(self._box.open(row.sealed))
        headers = [(name, value) for name, value in told["headers"]]
        return Kept(row.asked_hash, row.status, headers, b64decode(told["body"]))
