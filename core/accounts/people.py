"""People: sign in, sessions, and the use cases of those who manage accounts."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select

from core.accounts.attempts import clear_attempts, count_attempt
from core.accounts.audit import Audit
from core.accounts.factors import SecondFactors
from core.accounts.known_browsers import forget_browsers, remember, tries_key
from core.accounts.lockout import SignInRules
from core.accounts.passwords import MAX_LENGTH, Passwords, check_password
from core.accounts.roles import Role
from core.accounts.sessions import (
    SessionKind,
    SessionView,
    end_sessions,
    find_session,
    hashed,
    is_alive,
    open_session,
    ran_out,
    session_view,
)
from core.accounts.steps import StepKind, open_step
from core.accounts.tables import Person, SignInSession
from core.accounts.viewer import HouseholdIds, SeenBy, Viewer, no_households, sees_all
from core.accounts.who import viewer_from
from core.clock import Clock
from core.db import Database
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.events import Event
from core.measures import Hours, Units
from core.texts import N_, Text

LANGUAGES = ("en", "de")
WRONG = N_("The email or the password is wrong.")
WRONG_CODE = N_("The code is wrong, too old, or was used already.")
RECENT = timedelta(minutes=10)
"""How fresh a sign-in must be that stands in for a password."""


class SignInRefused(NotAllowed):
    """Wrong email or password, or too many tries (``retry_at`` is set). Never says which accounts exist."""

    def __init__(self, message: str, *, retry_at: datetime | None = None) -> None:
        super().__init__(message)
        self.retry_at = retry_at


class SecondStepNeeded(NotAllowed):
    """The password is right; ``step`` is the secret with which the second factor goes on (`Entrance.finish`)."""

    code = "second_factor_needed"

    def __init__(self, step: str, *, target: str = "") -> None:
        super().__init__(N_("A second factor is needed: a code of your app, a recovery code, or a passkey."))
        self.step, self.target = step, target


class SignedIn(NamedTuple):
    """The secret for cookie or header, shown once, and who it stands for."""

    token: str
    viewer: Viewer


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person as the admin page lists them."""

    id: UUID
    email: str
    name: str
    role: Role
    language: str
    active: bool
    created_at: datetime
    sessions: int
    last_seen_at: datetime | None


class People:
    """Everything about accounts. ``session_ended`` tells open pages and sockets that their session is over."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        rules: SignInRules | None = None,
        passwords: Passwords | None = None,
        household_ids: HouseholdIds = no_households,
        sight_of: SeenBy = sees_all,
        factors: SecondFactors | None = None,
    ) -> None:
        self.factors = factors
        self.rules = rules or SignInRules()
        self.audit = Audit(database, clock)
        self.session_ended: Event[UUID] = Event("session_ended")
        self._database = database
        self._clock = clock
        self.passwords = passwords or Passwords()
        self._household_ids = household_ids
        self._sight_of = sight_of

    async def sign_in(
        self,
        email: str,
        password: str,
        user_agent: str = "",
        *,
        kind: SessionKind = SessionKind.BROWSER,
        source: str = "web",
        code: str = "",
        browser: str = "",
    ) -> SignedIn:
        """Open a session; ``SignInRefused`` otherwise. An unknown address costs and says what a wrong password does.

        ``code``: of the second factor, given at once; without it whoever has a factor gets ``SecondStepNeeded``.
        ``browser``: the secret of a browser known of this person, whose tries are counted apart from those of
        strangers. Where strangers used up the tries of an address, password and code together still enter.
        """
        email = email.strip().lower()[:254]
        now = self._clock.now()
        async with self._database.session() as session:
            key = await tries_key(session, email, browser, now)
        attempts, allowed = await count_attempt(self._database, key, now, self.rules)
        locked = SignInRefused(self._locked_words(attempts.locked_until, now), retry_at=attempts.locked_until)
        if not allowed and not code:
            await self._audit_failure(email, N_("locked"), source)
            raise locked
        async with self._database.session() as session:
            person = (await session.exec(select(Person).where(Person.email == email))).first()
        for_programs = kind is not SessionKind.BROWSER
        usable = person is not None and person.active and (for_programs or person.role != Role.SERVICE)
        stored = person.password_hash or None if person is not None and usable else None
        right = await self.passwords.verify(stored, password[: MAX_LENGTH + 1])
        if person is None or not right:
            await self._audit_failure(email, N_("wrong email or password"), source)
            raise SignInRefused(WRONG) if allowed else locked
        if person.second_factor_at is not None:
            await self._second_factor(person, code, source, key, locked=None if allowed else locked)
        elif not allowed:
            await self._audit_failure(email, N_("locked"), source)
            raise locked
        renewed = await self.passwords.hash(password) if self.passwords.outdated(person.password_hash) else None
        return await self._open(person.id, kind, user_agent, source, renewed, tries=key)

    async def check_code(self, person_id: UUID, email: str, code: str, *, source: str = "web") -> None:
        """Use a code of somebody whose first factor was right; ``SignInRefused`` for a wrong one, and after too many.

        Its tries are counted apart: only somebody who knows the password comes so far, so nobody else can use them up.
        """
        now = self._clock.now()
        attempts, allowed = await count_attempt(self._database, f"second factor {person_id}", now, self.rules)
        if not allowed:
            raise SignInRefused(self._locked_words(attempts.locked_until, now), retry_at=attempts.locked_until)
        if self.factors is None or not await self.factors.use_code(person_id, code[:64]):
            await self._audit_failure(email, N_("wrong code of the second factor"), source)
            raise SignInRefused(WRONG_CODE)

    async def _second_factor(
        self, person: Person, code: str, source: str, key: str, *, locked: SignInRefused | None
    ) -> None:
        if code:
            try:
                await self.check_code(person.id, person.email, code, source=source)
            except SignInRefused as refused:
                raise locked or refused from None
            return
        async with self._database.session() as session:
            step = await open_step(session, self._clock, StepKind.SECOND, person_id=person.id, content={"tries": key})
        raise SecondStepNeeded(step)

    async def remember_browser(self, person_id: UUID, browser: str) -> str:
        """Know the browser of somebody who is in: the secret for its cookie (``browser``: the one it has)."""
        async with self._database.session() as session:
            return await remember(session, person_id, browser, self._clock.now())

    async def prove(self, viewer: Viewer, password: str) -> None:
        """Before somebody changes how they sign in: their password again, or, where they have none, a sign-in within
        ten minutes. ``SignInRefused`` otherwise."""
        now = self._clock.now()
        async with self._database.session() as session:
            person = await session.get_one(Person, viewer.person_id)
            row = None if viewer.session_id is None else await session.get(SignInSession, viewer.session_id)
        if not person.password_hash:
            if row is None or now - row.created_at > RECENT:
                raise SignInRefused(N_("Sign out and in again first: this needs a fresh sign-in."))
            return
        attempts, allowed = await count_attempt(self._database, f"own {person.id}", now, self.rules)
        if not allowed:
            raise SignInRefused(self._locked_words(attempts.locked_until, now), retry_at=attempts.locked_until)
        if not await self.passwords.verify(person.password_hash, password[: MAX_LENGTH + 1]):
            raise SignInRefused(N_("That is not your password."))
        async with self._database.session() as session:
            await clear_attempts(session, f"own {person.id}")

    async def has_password(self, viewer: Viewer) -> bool:
        """Whether the viewer enters by a password at all; not, where an identity provider made the account."""
        async with self._database.session() as session:
            return bool((await session.get_one(Person, viewer.person_id)).password_hash)

    async def change_password(self, viewer: Viewer, old: str, new: str) -> None:
        """Choose another password; every other session of theirs ends, and no browser is known any more."""
        await self.prove(viewer, old)
        check_password(new, email=viewer.email)
        password_hash = await self.passwords.hash(new)
        async with self._database.session() as session:
            person = await session.get_one(Person, viewer.person_id)
            person.password_hash = password_hash
            session.add(person)
            await forget_browsers(session, person_id=person.id, unseen_since=self._clock.now())
            await self.audit.record(
                actor=person.email, person_id=person.id, action="person.new_password", object_type="person",
                object_id=str(person.id), session=session,
            )  # fmt: skip
        await self.revoke_others(viewer)

    async def revoke_others(self, viewer: Viewer) -> int:
        """End every session of the viewer but the one they use; returns how many there were."""
        ended = await self._end(
            "session.revoke_all", viewer.email, viewer.person_id, of_person=viewer.person_id,
            keep=viewer.session_id,
        )  # fmt: skip
        return len(ended)

    async def revoke_own(self, viewer: Viewer, session_id: UUID) -> None:
        """End one session of the viewer's; ``NotFound`` for one that is over or somebody else's."""
        if session_id not in {row.id for row in await self.sessions(viewer.person_id)}:
            raise NotFound(N_("that session is over already"))
        await self.revoke_session(session_id, by=viewer)

    async def enter(
        self, person_id: UUID, user_agent: str = "", *, source: str = "web", tries: str | None = None
    ) -> SignedIn:
        """Open a session for somebody who has just proven themselves otherwise: by a mail of ours, by a second factor
        (``tries``: under what their password's tries were counted)."""
        return await self._open(person_id, SessionKind.BROWSER, user_agent, source, None, tries=tries)

    async def replace_password(self, person_id: UUID, password_hash: str, *, source: str = "web") -> None:
        """Put another hash in place and end every session: whoever knew the old password is out."""
        async with self._database.session() as session:
            person = await session.get_one(Person, person_id)
            person.password_hash = password_hash
            session.add(person)
            await clear_attempts(session, person.email)
            await forget_browsers(session, person_id=person_id, unseen_since=self._clock.now())
            await self.audit.record(
                actor=person.email, person_id=person_id, action="person.new_password", object_type="person",
                object_id=str(person_id), source=source, session=session,
            )  # fmt: skip
        await self._end("session.revoke_all", person.email, person_id, of_person=person_id, source=source)

    async def viewer_for_token(self, token: str) -> Viewer | None:
        """Who a cookie or bearer token stands for, or ``None`` when it is unknown, ended, or its person is inactive."""
        async with self._database.session() as session:
            found = await find_session(session, token, self._clock.now(), self.rules)
        return None if found is None else await self._viewer(found[1], found[0])

    async def viewer_of(self, person_id: UUID, row: SignInSession | None = None) -> Viewer | None:
        """A person as they are now, with or without a session; ``None`` for one who may not sign in."""
        async with self._database.session() as session:
            person = await session.get(Person, person_id)
        return None if person is None or not person.active else await self._viewer(person, row)

    async def viewer_for_session(self, session_id: UUID) -> Viewer | None:
        """The same for a session that a signed token names; its expiry does not slide."""
        query = (
            select(SignInSession, Person)
            .join(Person, col(Person.id) == col(SignInSession.person_id))
            .where(SignInSession.id == session_id)
        )
        async with self._database.session() as session:
            found = (await session.exec(query)).first()
        if found is None or not is_alive(found[0], self._clock.now()) or not found[1].active:
            return None
        return await self._viewer(found[1], found[0])

    async def session_alive(self, session_id: UUID) -> bool:
        """Whether a session is still good, without using it (its expiry does not slide)."""
        return not await self.over([session_id])

    async def over(self, session_ids: Collection[UUID]) -> set[UUID]:
        """Which of these sessions are good no longer, without using them."""
        query = (
            select(SignInSession)
            .join(Person, col(Person.id) == col(SignInSession.person_id))
            .where(col(SignInSession.id).in_(session_ids), col(Person.active))
        )
        now = self._clock.now()
        async with self._database.session() as session:
            alive = {row.id for row in (await session.exec(query)).all() if is_alive(row, now)}
        return set(session_ids) - alive

    async def ran_out(self, *, session_ids: Collection[UUID] = (), token: str = "") -> set[UUID]:
        """Which of these sessions (and that of the cookie ``token``) were ended by time alone: their pages may be gone
        on with once their person has signed in again."""
        asked = col(SignInSession.id).in_(session_ids) | (col(SignInSession.token_hash) == hashed(token))
        query = select(SignInSession).join(Person, col(Person.id) == col(SignInSession.person_id))
        now = self._clock.now()
        async with self._database.session() as session:
            rows = (await session.exec(query.where(asked, col(Person.active)))).all()
        return {row.id for row in rows if ran_out(row, now)}

    async def sign_out(self, viewer: Viewer, *, source: str = "web") -> None:
        """End the viewer's own session."""
        if viewer.session_id is not None:
            await self._end(
                "session.sign_out", viewer.email, viewer.person_id, source=source, session_id=viewer.session_id
            )

    async def end_copied(self, viewer: Viewer) -> None:
        """End a session whose refresh token came twice: somebody else has it, too."""
        await self._end(
            "session.refresh_reused", viewer.email, viewer.person_id, source="api", session_id=viewer.session_id
        )

    async def revoke_session(self, session_id: UUID, *, by: Viewer) -> None:
        """End one session of anybody; ``NotFound`` when it is not alive."""
        if not await self._end("session.revoke", by.email, by.person_id, session_id=session_id):
            raise NotFound(N_("that session is over already"))

    async def revoke(self, person_id: UUID, *, by: Viewer) -> int:
        """End every session and token of a person; returns how many there were."""
        return len(await self._end("session.revoke_all", by.email, by.person_id, of_person=person_id))

    async def create_person(
        self,
        *,
        email: str,
        role: Role,
        password: str,
        name: str = "",
        language: str = "en",
        by: Viewer | None = None,
        source: str = "web",
    ) -> PersonView:
        """Add someone who may sign in; ``Invalid`` for bad input, ``Conflict`` when the address is taken."""
        email = valid_email(email)
        if language not in LANGUAGES:
            raise Invalid(
                Text("language {language!r} is not one of {choices}", language=language, choices=", ".join(LANGUAGES))
            )
        check_password(password, email=email)
        password_hash = await self.passwords.hash(password)
        person = Person(
            email=email,
            name=(name.strip() or email.partition("@")[0])[:120],
            role=role,
            password_hash=password_hash,
            language=language,
            created_at=self._clock.now(),
        )
        async with self._database.session() as session:
            if (await session.exec(select(Person.id).where(Person.email == email))).first() is not None:
                raise Conflict(Text("{email} has an account already", email=email))
            session.add(person)
            await self.audit.record(
                actor=by.email if by else source,
                person_id=by.person_id if by else None,
                action="person.create",
                object_type="person",
                object_id=str(person.id),
                after={"email": email, "role": role, "name": person.name},
                source=source,
                session=session,
            )
        return _person_view(person, 0, None)

    async def change_person(
        self, person_id: UUID, *, by: Viewer, role: Role | None = None, active: bool | None = None
    ) -> None:
        """Give another role, or close and open an account; their sessions end, so that it holds at once.

        ``Conflict`` for oneself, so that no admin locks the last door behind them.
        """
        if person_id == by.person_id:
            raise Conflict(N_("You cannot change your own role or close your own account: ask another admin."))
        async with self._database.session() as session:
            person = await session.get(Person, person_id)
            if person is None:
                raise NotFound(N_("no such person"))
            before = {"role": person.role, "active": person.active}
            person.role = person.role if role is None else str(role)
            person.active = person.active if active is None else active
            session.add(person)
            after = {"role": person.role, "active": person.active}
            await self.audit.record(
                actor=by.email,
                person_id=by.person_id,
                action="person.change",
                object_type="person",
                object_id=str(person_id),
                before=before,
                after=after,
                session=session,
            )
        if before != after:
            await self._end("session.revoke_all", by.email, by.person_id, of_person=person_id)

    async def set_language(self, viewer: Viewer, language: str) -> None:
        if language not in LANGUAGES:
            raise Invalid(
                Text("language {language!r} is not one of {choices}", language=language, choices=", ".join(LANGUAGES))
            )
        async with self._database.session() as session:
            person = await session.get(Person, viewer.person_id)
            if person is not None:
                person.language = language
                session.add(person)

    async def set_measures(self, viewer: Viewer, *, units: str, hours: str) -> None:
        """Keep how somebody reads lengths and the time of day; an empty word leaves it to their browser."""
        if units not in ("", *Units) or hours not in ("", *Hours):
            raise Invalid(
                Text(
                    "units {units!r}, hours {hours!r}: expected {all_units} and {all_hours}, or nothing",
                    units=units, hours=hours, all_units=", ".join(Units), all_hours=", ".join(Hours),
                )
            )  # fmt: skip
        async with self._database.session() as session:
            person = await session.get(Person, viewer.person_id)
            if person is not None:
                person.units, person.hours = units, hours
                session.add(person)

    async def people(self) -> list[PersonView]:
        """Everyone, by address, with their live sessions counted."""
        now = self._clock.now()
        live = (
            select(SignInSession.person_id, func.count().label("live"))
            .where(SignInSession.kind != SessionKind.VIEW)
            .where(col(SignInSession.revoked_at).is_(None), SignInSession.expires_at > now)
            .group_by(col(SignInSession.person_id))
            .subquery()
        )
        seen = (
            select(SignInSession.person_id, func.max(SignInSession.seen_at).label("seen"))
            .where(SignInSession.kind != SessionKind.VIEW)
            .group_by(col(SignInSession.person_id))
            .subquery()
        )
        query = (
            select(Person, live.c.live, seen.c.seen)
            .outerjoin(live, live.c.person_id == Person.id)
            .outerjoin(seen, seen.c.person_id == Person.id)
            .order_by(col(Person.email))
        )
        async with self._database.session() as session:
            return [_person_view(person, count or 0, at) for person, count, at in (await session.exec(query)).all()]

    async def sessions(self, person_id: UUID) -> list[SessionView]:
        """A person's live sessions and tokens, last used first."""
        query = (
            select(SignInSession)
            .where(SignInSession.person_id == person_id, col(SignInSession.revoked_at).is_(None))
            .where(SignInSession.expires_at > self._clock.now())
            .order_by(col(SignInSession.seen_at).desc())
        )
        async with self._database.session() as session:
            return [session_view(row) for row in (await session.exec(query)).all()]

    async def _open(
        self,
        person_id: UUID,
        kind: SessionKind,
        user_agent: str,
        source: str,
        renewed_hash: str | None,
        *,
        tries: str | None = None,
    ) -> SignedIn:
        async with self._database.session() as session:
            person = await session.get_one(Person, person_id)
            if renewed_hash is not None:
                person.password_hash = renewed_hash
                session.add(person)
            if self._needs_factor(person) and person.second_factor_due_at is None:
                assert self.factors is not None
                person.second_factor_due_at = self.factors.rules.due(self._clock.now())
                session.add(person)
            token, row = await open_session(session, person_id, kind, self._clock.now(), self.rules, user_agent)
            await clear_attempts(session, tries or person.email)
            await clear_attempts(session, f"second factor {person_id}")
            await self.audit.record(
                actor=person.email,
                person_id=person_id,
                action="session.sign_in",
                object_type="session",
                object_id=str(row.id),
                after={"kind": kind},
                source=source,
                session=session,
            )
        return SignedIn(token, await self._viewer(person, row))

    async def _end(
        self,
        action: str,
        actor: str,
        actor_id: UUID,
        *,
        source: str = "web",
        of_person: UUID | None = None,
        session_id: UUID | None = None,
        keep: UUID | None = None,
    ) -> list[UUID]:
        async with self._database.session() as session:
            ended = await end_sessions(
                session, self._clock.now(), person_id=of_person, session_id=session_id, keep=keep
            )
            if ended:
                await self.audit.record(
                    actor=actor,
                    person_id=actor_id,
                    action=action,
                    object_type="person" if of_person else "session",
                    object_id=str(of_person or session_id),
                    after={"sessions": len(ended)},
                    source=source,
                    session=session,
                )
        for ended_id in ended:
            self.session_ended.emit(ended_id)
        return ended

    def _needs_factor(self, person: Person) -> bool:
        rules = None if self.factors is None else self.factors.rules
        return rules is not None and person.second_factor_at is None and rules.requires(Role(person.role))

    async def _viewer(self, person: Person, row: SignInSession | None) -> Viewer:
        due = person.second_factor_due_at if self._needs_factor(person) else None
        first = due is not None and due <= self._clock.now()
        households: frozenset[UUID] = frozenset() if first else await self._household_ids(person.id)
        return replace(
            viewer_from(person, households, await self._sight_of(person.id, Role(person.role))),
            session_id=None if row is None else row.id,
            expires_at=None if row is None else row.expires_at,
            factor_due_at=due,
            factor_first=first,
        )

    async def _audit_failure(self, email: str, reason: str, source: str) -> None:
        await self.audit.record(
            actor=email, action="session.refused", object_type="address", object_id=email, reason=reason, source=source
        )

    def _locked_words(self, until: datetime | None, now: datetime) -> str:
        minutes = 1 if until is None else max(1, -int(-(until - now).total_seconds() // 60))
        return Text("Too many failed attempts. Try again in {n} min.", n=minutes)


def valid_email(text: str) -> str:
    """The address in lower case; ``Invalid`` unless it looks like one (exactly one @, something on both sides)."""
    email = text.strip().lower()
    name, at, domain = email.partition("@")
    if not (name and at and "." in domain.strip(".") and "@" not in domain) or any(c.isspace() for c in email):
        raise Invalid(Text("{given!r} is not an email address (expected name@host.tld)", given=text.strip()[:80]))
    if len(email) > 254:
        raise Invalid(N_("the email address is longer than 254 characters"))
    return email


def _person_view(person: Person, sessions: int, last_seen_at: datetime | None) -> PersonView:
    return PersonView(
        id=person.id,
        email=person.email,
        name=person.name,
        role=Role(person.role),
        language=person.language,
        active=person.active,
        created_at=person.created_at,
        sessions=sessions,
        last_seen_at=last_seen_at,
    )
