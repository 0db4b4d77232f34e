"""Links that turn one event off on mail, signed instead of signed in (RFC 8058: one click, no questions).

A link holds for ever and does one harmless thing to one cell of one person's matrix; it opens nothing.
"""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

import jwt

from core.errors import NotFound
from core.notices.events import BY_KEY, NoticeEvent
from core.notices.model import Channel
from core.notices.preferences import PreferenceDesk
from core.texts import N_

AUDIENCE = "notices/unsubscribe"


@dataclass(frozen=True, slots=True)
class Unsubscription:
    """Whose mails of which event a link is about."""

    person_id: UUID
    event: NoticeEvent


class Unsubscribing:
    """Makes the links, and does what they say."""

    def __init__(self, secret: str, preferences: PreferenceDesk, *, former: Sequence[str] = ()) -> None:
        """``secret`` signs; links that a ``former`` one signed stand in mails for ever, and hold."""
        self._key, *self._former = (_key(one) for one in (secret, *former))
        self._preferences = preferences

    def token(self, person_id: UUID, event: str) -> str:
        """The last part of a link."""
        return jwt.encode({"sub": person_id.hex, "event": event, "aud": AUDIENCE}, self._key, algorithm="HS256")

    def read(self, token: str) -> Unsubscription:
        """What a link is about; ``NotFound`` unless it is one of ours, unchanged."""
        for key in (self._key, *self._former):
            with suppress(jwt.InvalidTokenError, LookupError, ValueError, TypeError, AttributeError):
                told = jwt.decode(token, key, algorithms=["HS256"], audience=AUDIENCE)
                return Unsubscription(UUID(told["sub"]), BY_KEY[told["event"]])
        raise NotFound(N_("this link is incomplete, or not one of ours"))

    async def switch(self, token: str, *, on: bool = False) -> Unsubscription:
        """Turn that event's mails off (or on again). Doing it twice does no harm."""
        told = self.read(token)
        await self._preferences.choose(told.person_id, told.event.key, Channel.MAIL, on, source="link")
        return told


def _key(secret: str) -> bytes:
    return hashlib.sha256(b"notices/unsubscribe/" + secret.encode()).digest()
