"""A person's phone: a number is used for text messages only once a code that was sent there came back.

Codes are six digits, kept as a keyed hash, good for ten minutes and five tries; three may be asked for an hour, so
that nobody is written to, or charged for, at will.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from core.accounts import Audit, ConsentKind, Viewer, give_consent, withdraw_consent
from core.clock import Clock
from core.db import Database
from core.errors import Conflict, Invalid, NotFound, Unavailable
from core.ids import new_id
from core.notices.model import Letter, Sender
from core.notices.tables import NoticePhone
from core.texts import N_, Text

CODE_LIFE = timedelta(minutes=10)
MOST_TRIES = 5
MOST_CODES, CODES_SPAN = 3, timedelta(hours=1)
_E164 = re.compile(r"\+[1-9][0-9]{7,14}")

type CodeWords = Callable[[str, str], str]
"""(language, code) to the text message that carries it."""


@dataclass(frozen=True, slots=True)
class PhoneView:
    """A number and how far it is. ``stopped``: its owner answered STOP; the carrier takes nothing until START."""

    number: str
    verified: bool
    stopped: bool
    waiting_until: datetime | None


def e164(text: str, *, country: str = "1") -> str:
    """The number as ``+`` and digits (ITU-T E.164). Ten digits without a country are taken as of ``country``.

    ``Invalid`` says what was expected."""
    kept = re.sub(r"[\s().\-/]", "", text.strip())
    if kept.startswith("00"):
        kept = "+" + kept[2:]
    elif re.fullmatch(rf"{country}[0-9]{{10}}", kept):
        kept = "+" + kept
    elif re.fullmatch(r"[0-9]{10}", kept):
        kept = f"+{country}{kept}"
    if not _E164.fullmatch(kept):
        raise Invalid(Text("phone {given!r}: expected a number such as +1 507 555 0123", given=text.strip()[:30]))
    return kept


class PhoneDesk:
    """The use cases of a person about their own phone. Without a ``sender`` there are no text messages."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        audit: Audit,
        sender: Sender | None,
        words: CodeWords,
        secret: str,
        make_code: Callable[[], str] = lambda: f"{secrets.randbelow(1_000_000):06}",
    ) -> None:
        self._database, self._clock, self._audit = database, clock, audit
        self._sender, self._words, self._make_code = sender, words, make_code
        self._key = hashlib.sha256(b"notices/phone/" + secret.encode()).digest()

    @property
    def available(self) -> bool:
        """Whether text messages are set up at all."""
        return self._sender is not None

    async def of(self, person_id: UUID) -> PhoneView | None:
        async with self._database.session() as session:
            row = await session.get(NoticePhone, person_id)
        return None if row is None else self._view(row)

    async def ask_code(self, number: str, *, by: Viewer, source: str = "web") -> PhoneView:
        """Keep the number, unverified, and send a code there. ``Conflict`` after three codes within the hour;
        ``Unavailable`` without SMS, or when it cannot be sent now; `Unreachable` when the number takes none."""
        if self._sender is None:
            raise Unavailable(N_("text messages are not set up here"))
        number, code, now = e164(number), self._make_code(), self._clock.now()
        async with self._database.session() as session:
            row = await session.get(NoticePhone, by.person_id, with_for_update=True)
            if row is None:
                row = NoticePhone(person_id=by.person_id, number=number, codes_since=now)
            if now - row.codes_since >= CODES_SPAN:
                row.codes_since, row.codes_sent = now, 0
            if row.codes_sent >= MOST_CODES:
                minutes = max(1, -int((now - row.codes_since - CODES_SPAN).total_seconds() // 60))
                raise Conflict(Text("three codes were sent already; try again in {n} min", n=minutes))
            if row.number != number:
                row.number, row.verified_at, row.stopped_at = number, None, None
                await withdraw_consent(session, by.person_id, ConsentKind.SMS, at=now, source=source)
            row.code_hash, row.code_until, row.code_tries = self._hash(by.person_id, code), now + CODE_LIFE, 0
            row.codes_sent += 1
            session.add(row)
            await self._record(session, by, "phone.ask_code", {"number": _hidden(number)}, source)
        await self._sender.send(Letter(id=new_id(), to=number, subject="", text=self._words(by.language, code)))
        return self._view(row)

    async def verify(self, code: str, *, by: Viewer, source: str = "web") -> PhoneView:
        """Take a code back. ``Invalid`` for a wrong one; ``Conflict`` once it is too old or was tried too often."""
        now, wrong = self._clock.now(), False
        async with self._database.session() as session:
            row = await session.get(NoticePhone, by.person_id, with_for_update=True)
            if row is None or not row.code_hash:
                raise NotFound(N_("no code was asked for"))
            if row.code_until is None or row.code_until <= now or row.code_tries >= MOST_TRIES:
                raise Conflict(N_("this code is used up: ask for another"))
            if hmac.compare_digest(row.code_hash, self._hash(by.person_id, code.strip())):
                row.verified_at, row.stopped_at, row.code_hash, row.code_until = now, None, "", None
                await withdraw_consent(session, by.person_id, ConsentKind.SMS, at=now, source=source)
                give_consent(session, by.person_id, ConsentKind.SMS, at=now, source=source, version=_hidden(row.number))
                await self._record(session, by, "phone.verify", {"number": _hidden(row.number)}, source)
            else:
                row.code_tries, wrong = row.code_tries + 1, True
            session.add(row)
        if wrong:  # only now, so that the try is counted
            raise Invalid(N_("this is not the code that was sent"))
        return self._view(row)

    async def forget(self, *, by: Viewer, source: str = "web") -> None:
        """Take the number away: no text message goes there any more."""
        async with self._database.session() as session:
            row = await session.get(NoticePhone, by.person_id)
            if row is None:
                raise NotFound(N_("there is no phone number to remove"))
            await session.delete(row)
            await withdraw_consent(session, by.person_id, ConsentKind.SMS, at=self._clock.now(), source=source)
            await self._record(session, by, "phone.forget", {"number": _hidden(row.number)}, source)

    def _hash(self, person_id: UUID, code: str) -> str:
        return hmac.new(self._key, f"{person_id}:{code}".encode(), hashlib.sha256).hexdigest()

    def _view(self, row: NoticePhone) -> PhoneView:
        pending = row.code_until if row.code_hash else None
        return PhoneView(
            number=row.number,
            verified=row.verified_at is not None,
            stopped=row.stopped_at is not None,
            waiting_until=pending if pending is not None and pending > self._clock.now() else None,
        )

    async def _record(self, session: AsyncSession, by: Viewer, action: str, after: dict[str, Any], source: str) -> None:
        await self._audit.record(
            actor=by.email,
            person_id=by.person_id,
            action=action,
            object_type="person",
            object_id=str(by.person_id),
            after=after,
            source=source,
            session=session,
        )


def _hidden(number: str) -> str:
    """The last digits alone: the audit outlives the person."""
    return f"...{number[-4:]}"
