"""What people do for their own account by mail: sign up, and choose a new password.

A mail carries a secret of 256 random bits; the database keeps its digest, until when it is good, and that it was used.
Whoever asks hears the same whether an account exists or not: only the mail tells. What is asked leaves one row in any
case, and of one address only the first `MOST_AN_HOUR` an hour make a mail. A password is chosen by whoever has the
mail, never before: else somebody could sign up with another's address and wait for them to confirm it.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.accounts.consents import ConsentKind, give_consent
from core.accounts.passwords import check_password
from core.accounts.people import LANGUAGES, People, valid_email
from core.accounts.roles import Role
from core.accounts.sessions import hashed, new_secret
from core.accounts.tables import AccountToken, Person
from core.clock import Clock
from core.db import Database
from core.errors import Conflict, Invalid, NotFound
from core.texts import N_, Text

SIGN_UP_LIFE = timedelta(hours=24)
RESET_LIFE = timedelta(hours=1)
MOST_AN_HOUR = 3


class MailKind(StrEnum):
    """What a mail says."""

    VERIFY = "verify"  # confirm that the address is yours
    KNOWN = "known"  # somebody signed up with it, but there is an account already
    RESET = "reset"  # choose a new password


class TokenKind(StrEnum):
    SIGN_UP = "sign_up"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class AccountMail:
    """A mail to be sent; ``id`` makes sending it again the same mail. ``secret`` goes into its link, nowhere else."""

    id: UUID
    kind: MailKind
    to: str
    name: str
    language: str
    secret: str = ""


@dataclass(frozen=True, slots=True)
class SignedUp:
    """Who an address turned out to belong to, and the home they came with (an address point)."""

    person_id: UUID
    home_id: int | None


class SelfService:
    """Sign-up and new passwords. It makes mails and takes their secrets back; sending is its caller's."""

    def __init__(self, database: Database, clock: Clock, people: People, *, terms: str = "") -> None:
        self._database, self._clock, self._people = database, clock, people
        self.terms = terms
        """The version of terms and privacy notice that whoever signs up agrees to; empty = there are none."""

    async def sign_up(
        self, *, email: str, name: str, language: str = "en", home_id: int | None = None, agreed: str = ""
    ) -> AccountMail | None:
        """The mail that proves the address, or tells its owner that there is an account. ``None`` once too many were
        asked for. ``Invalid`` for a bad address or name, or terms not ``agreed`` to, which depends on what is given
        alone."""
        email, name = valid_email(email), " ".join(name.split())
        if not 1 <= len(name) <= 120:
            raise Invalid(N_("name: expected 1 to 120 characters"))
        if agreed != self.terms and self.terms:
            raise Invalid(Text("agree to the terms and the privacy notice, version {version}", version=self.terms))
        language = language if language in LANGUAGES else LANGUAGES[0]
        content = {"email": email, "name": name, "language": language, "home_id": home_id}
        content |= {"terms": self.terms} if self.terms else {}
        row, secret, known = await self._asked(TokenKind.SIGN_UP, email, SIGN_UP_LIFE, content)
        if row is None:
            return None
        if known is not None:
            return AccountMail(row, MailKind.KNOWN, known.email, known.name, known.language)
        return AccountMail(row, MailKind.VERIFY, email, name, language, secret)

    async def confirm(self, secret: str, password: str, *, source: str = "web") -> SignedUp:
        """The address is proven: the account exists from now on, with this password. ``NotFound`` for a secret that is
        unknown, used or too old; ``Conflict`` when somebody got an account for the address meanwhile; a password that
        is ``Invalid`` uses nothing up."""
        async with self._database.session() as session:
            row = (await session.exec(select(AccountToken).where(*self._open(TokenKind.SIGN_UP, secret)))).first()
        if row is None:
            raise _not_good()
        told = row.content
        check_password(password, email=told["email"])
        person = Person(
            email=told["email"], name=told["name"], role=Role.HOMEOWNER, language=told["language"],
            password_hash=await self._people.passwords.hash(password), created_at=self._clock.now(),
        )  # fmt: skip
        signed_up = SignedUp(person.id, told["home_id"])
        try:
            async with self._database.session() as session:
                await self._use(session, TokenKind.SIGN_UP, secret)
                session.add(person)
                await session.flush()
                if version := told.get("terms", ""):
                    give_consent(
                        session, signed_up.person_id, ConsentKind.TERMS, at=self._clock.now(), source=source,
                        version=version,
                    )  # fmt: skip
                await self._people.audit.record(
                    actor=told["email"], person_id=signed_up.person_id, action="person.sign_up", object_type="person",
                    object_id=str(signed_up.person_id), after={"email": told["email"], "role": Role.HOMEOWNER},
                    source=source, session=session,
                )  # fmt: skip
        except IntegrityError as error:
            raise Conflict(N_("there is an account for this address already: sign in")) from error
        return signed_up

    async def forgot(self, email: str) -> AccountMail | None:
        """The mail with which a new password is chosen; ``None`` where there is no open account, or once too many
        were asked for. ``Invalid`` for what is no address."""
        row, secret, known = await self._asked(TokenKind.RESET, valid_email(email), RESET_LIFE, {})
        if row is None or known is None or not known.active:
            return None
        return AccountMail(row, MailKind.RESET, known.email, known.name, known.language, secret)

    async def good(self, kind: TokenKind, secret: str) -> bool:
        """Whether a secret would be taken now; nothing is used up by asking."""
        async with self._database.session() as session:
            row = (await session.exec(select(AccountToken).where(*self._open(kind, secret)))).first()
        return row is not None and (kind is TokenKind.SIGN_UP or row.person_id is not None)

    async def reset(self, secret: str, password: str, *, source: str = "web") -> UUID:
        """Set the new password; every session ends. Returns whose. ``NotFound`` as `confirm` has it; a password
        that is ``Invalid`` uses nothing up."""
        async with self._database.session() as session:
            row = (await session.exec(select(AccountToken).where(*self._open(TokenKind.RESET, secret)))).first()
            person = None if row is None or row.person_id is None else await session.get(Person, row.person_id)
        if person is None or not person.active:
            raise _not_good()
        check_password(password, email=person.email)
        password_hash = await self._people.passwords.hash(password)
        async with self._database.session() as session:
            await self._use(session, TokenKind.RESET, secret)
        await self._people.replace_password(person.id, password_hash, source=source)
        return person.id

    async def _asked(
        self, kind: TokenKind, email: str, life: timedelta, content: dict[str, Any]
    ) -> tuple[UUID | None, str, Person | None]:
        """Count the wish; the row's id (``None`` = too many), its secret, and who has the address."""
        now, secret, key = self._clock.now(), new_secret(), sha256(email.encode()).hexdigest()
        recent = (
            col(AccountToken.address_hash) == key, col(AccountToken.kind) == kind.value,
            col(AccountToken.created_at) > now - timedelta(hours=1),
        )  # fmt: skip
        async with self._database.session() as session:
            person = (await session.exec(select(Person).where(Person.email == email))).first()
            usable = person is None if kind is TokenKind.SIGN_UP else person is not None and person.active
            row = AccountToken(
                kind=kind.value, address_hash=key, token_hash=hashed(secret), created_at=now, expires_at=now + life,
                person_id=person.id if person is not None and kind is TokenKind.RESET else None,
                content=content if usable else {}, used_at=None if usable else now,
            )  # fmt: skip
            session.add(row)
            await session.flush()
            count = (await session.exec(select(func.count()).select_from(AccountToken).where(*recent))).one()
            if count > MOST_AN_HOUR:
                await session.delete(row)
        return (None if count > MOST_AN_HOUR else row.id), secret, person

    async def _use(self, session: AsyncSession, kind: TokenKind, secret: str) -> None:
        """Use a secret up; of two at once one finds it used."""
        done = await session.exec(
            update(AccountToken).where(*self._open(kind, secret)).values(used_at=self._clock.now())
        )
        if done.rowcount != 1:
            raise _not_good()

    def _open(self, kind: TokenKind, secret: str) -> tuple[Any, ...]:
        return (
            col(AccountToken.token_hash) == hashed(secret), col(AccountToken.kind) == kind.value,
            col(AccountToken.used_at).is_(None), col(AccountToken.expires_at) > self._clock.now(),
        )  # fmt: skip


def _not_good() -> NotFound:
    return NotFound(N_("this link is used up, too old, or incomplete: ask for another"))
