"""The keys that access tokens are signed with: made here, kept sealed, replaced in time, public half for anyone."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from joserfc.jwk import ECKey
from sqlalchemy import delete
from sqlmodel import col, select

from core.accounts.token_tables import SigningKey
from core.clock import Clock
from core.db import Database
from core.ids import new_id
from core.ports import SecretBox

ROTATE_EVERY = timedelta(days=90)
CURVE, ALGORITHM = "P-256", "ES256"


@dataclass(frozen=True, slots=True)
class KeyPair:
    """One key with its private half."""

    kid: str
    jwk: ECKey
    created_at: datetime


class SigningKeys:
    """Signs with the newest; verifies with every one that may still have a token out.

    ``keep`` is how long a token lives at most: a key outlives its successor's start by that much.
    """

    def __init__(self, database: Database, clock: Clock, box: SecretBox, *, keep: timedelta) -> None:
        self._database, self._clock, self._box, self._keep = database, clock, box, keep
        self._pairs: Sequence[KeyPair] = ()

    async def newest(self) -> KeyPair:
        """The key to sign with; the first is made when it is asked for."""
        pairs = self._pairs or await self._load()
        return pairs[-1] if pairs else await self._make()

    async def by_kid(self, kid: str) -> KeyPair | None:
        """The key a token names; one that another process made meanwhile is read."""
        for pairs in (self._pairs, None):
            for pair in await self._load() if pairs is None else pairs:
                if pair.kid == kid:
                    return pair
        return None

    async def public(self) -> dict[str, Any]:
        """The JSON Web Key Set (RFC 7517) with the public halves alone."""
        await self.newest()
        return {
            "keys": [
                pair.jwk.as_dict(private=False) | {"kid": pair.kid, "use": "sig", "alg": ALGORITHM}
                for pair in await self._load()
            ]
        }

    async def rotate(self, *, now_at_once: bool = False) -> int:
        """Make the next key when the newest is old, and forget those no token can name any more. Returns how many
        there are."""
        now, pairs = self._clock.now(), await self._load()
        if now_at_once or not pairs or now - pairs[-1].created_at >= ROTATE_EVERY:
            await self._make()
            pairs = self._pairs
        gone = [pair.kid for pair, successor in pairwise(pairs) if now - successor.created_at > self._keep]
        if gone:
            async with self._database.session() as session:
                await session.exec(delete(SigningKey).where(col(SigningKey.kid).in_(gone)))
        return len(await self._load())

    async def _make(self) -> KeyPair:
        jwk = ECKey.generate_key(CURVE, private=True)
        pair = KeyPair(new_id().hex, jwk, self._clock.now())
        sealed = self._box.seal(json.dumps(jwk.as_dict(private=True)))
        async with self._database.session() as session:
            session.add(SigningKey(kid=pair.kid, sealed=sealed, created_at=pair.created_at))
        await self._load()
        return pair

    async def _load(self) -> Sequence[KeyPair]:
        async with self._database.session() as session:
            query = select(SigningKey).order_by(col(SigningKey.created_at), col(SigningKey.kid))
            rows = (await session.exec(query)).all()
        known = {pair.kid: pair for pair in self._pairs}
        self._pairs = [known.get(row.kid) or self._opened(row) for row in rows]
        return self._pairs

    def _opened(self, row: SigningKey) -> KeyPair:
        return KeyPair(row.kid, ECKey.import_key(json.loads(self._box.open(row.sealed))), row.created_at)
