"""Links that end one report by mail, signed instead of signed in (RFC 8058: one click, no questions).

A link holds for ever, does one harmless thing to one report of one person, and opens nothing.
"""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

import jwt

from core.errors import NotFound
from core.texts import N_

AUDIENCE = "reports/off"


class ReportLinks:
    """Makes the last parts of links, and reads them."""

    def __init__(self, secret: str, *, former: Sequence[str] = ()) -> None:
        """``secret`` signs; what a ``former`` one signed stands in mails for ever, and holds."""
        self._key, *self._former = (_key(one) for one in (secret, *former))

    def token(self, report_id: UUID) -> str:
        return jwt.encode({"sub": report_id.hex, "aud": AUDIENCE}, self._key, algorithm="HS256")

    def read(self, token: str) -> UUID:
        """Which report a link is about; ``NotFound`` unless it is one of ours, unchanged."""
        for key in (self._key, *self._former):
            with suppress(jwt.InvalidTokenError, LookupError, ValueError, TypeError, AttributeError):
                return UUID(jwt.decode(token, key, algorithms=["HS256"], audience=AUDIENCE)["sub"])
        raise NotFound(N_("this link is incomplete, or not one of ours"))


def _key(secret: str) -> bytes:
    return hashlib.sha256(b"reports/off/" + secret.encode()).digest()
