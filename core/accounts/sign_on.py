"""Signing on through an identity provider: who comes back, whose account that is, and what they may do.

A verified mail alone never opens an account that has a password or a second factor: its owner signs in once more, and
says that both are theirs. So whoever comes to own an address at some provider does not come to own the account.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Protocol
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.accounts.people import People, SecondStepNeeded, SignedIn, valid_email
from core.accounts.roles import Role
from core.accounts.sign_in_tables import IdentityLink
from core.accounts.sign_on_links import SignOnLinks
from core.accounts.steps import StepKind, find_step, open_step, use_step
from core.accounts.tables import Person
from core.accounts.viewer import Viewer
from core.clock import Clock
from core.db import Database
from core.errors import Conflict, NotAllowed
from core.texts import N_


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a provider says came. ``strong``: it asked them for a second factor itself."""

    issuer: str
    subject: str
    email: str = ""
    email_verified: bool = False
    name: str = ""
    groups: frozenset[str] = frozenset()
    strong: bool = False


class IdentityProvider(Protocol):
    """The provider, whichever it is."""

    name: str

    async def address(self, *, redirect_uri: str, state: str, nonce: str, verifier: str) -> str: ...

    async def identity(self, *, redirect_uri: str, code: str, nonce: str, verifier: str) -> Identity:
        """``NotAllowed`` for a code or token that is not good, ``Unavailable`` when the provider is silent."""
        ...


@dataclass(frozen=True, slots=True)
class SignOnRules:
    """``create``: make an account for whoever the provider vouches for. ``roles``: which of its groups is which role;
    the first one named here that a person is in, holds."""

    create: bool = False
    roles: Mapping[str, Role] = field(default_factory=dict)

    def role_of(self, identity: Identity) -> Role | None:
        return next((role for group, role in self.roles.items() if group in identity.groups), None)


class LinkNeeded(NotAllowed):
    """There is an account with this mail: its owner signs in once more. ``step`` is the secret that ties both."""

    code = "link_needed"

    def __init__(self, step: str, email: str) -> None:
        super().__init__(N_("There is an account with your mail already. Sign in to it once, to tie both together."))
        self.step, self.email = step, email


class SignOn:
    """The use cases of signing on."""

    def __init__(
        self, database: Database, clock: Clock, people: People, provider: IdentityProvider, rules: SignOnRules
    ) -> None:
        self._database, self._clock, self._people = database, clock, people
        self._provider, self._rules = provider, rules
        self.links = SignOnLinks(database, clock, people.audit)

    @property
    def name(self) -> str:
        return self._provider.name

    async def begin(
        self, *, redirect_uri: str, target: str, viewer: Viewer | None = None, proof: str = ""
    ) -> tuple[str, str]:
        """Where the browser goes, and the secret that it must bring back beside the provider's answer.

        With a ``viewer`` the account there is tied to theirs instead of letting anybody in; ``proof`` is from
        `SignOnLinks.ask_tie`, ``NotAllowed`` unless it is theirs and unused."""
        person_id = None if viewer is None else await self._proven(viewer, proof)
        state, nonce, verifier = (secrets.token_urlsafe(32) for _part in range(3))
        address = await self._provider.address(redirect_uri=redirect_uri, state=state, nonce=nonce, verifier=verifier)
        content = {"state": state, "nonce": nonce, "verifier": verifier, "target": target}
        async with self._database.session() as session:
            step = await open_step(session, self._clock, StepKind.SIGN_ON, person_id=person_id, content=content)
        return address, step

    async def finish(
        self, *, step: str, state: str, code: str, redirect_uri: str, user_agent: str = ""
    ) -> tuple[SignedIn | None, str]:
        """Who came back is in, and where they wanted to go; ``None`` is in who was before, and tied the account now.

        ``NotAllowed`` for an answer to another browser's question and for people nobody knows, ``LinkNeeded``,
        ``SecondStepNeeded``; ``Conflict`` where the account to be tied is tied to somebody."""
        async with self._database.session() as session:
            begun = await find_step(session, self._clock, StepKind.SIGN_ON, step)
            await use_step(session, self._clock, begun)
        told = begun.content
        if not compare_digest(state.encode(), told["state"].encode()):
            raise NotAllowed(N_("The identity provider's answer was not good: sign on again."))
        identity = await self._provider.identity(
            redirect_uri=redirect_uri, code=code, nonce=told["nonce"], verifier=told["verifier"]
        )
        if begun.person_id is not None:
            await self._tie_own(begun.person_id, identity)
            return None, told["target"]
        person = await self._person(identity, told["target"])
        if isinstance(person, LinkNeeded):
            raise person
        if person.second_factor_at is not None and not identity.strong:
            async with self._database.session() as session:
                second = await open_step(session, self._clock, StepKind.SECOND, person_id=person.id)
            raise SecondStepNeeded(second, target=told["target"])
        return await self._people.enter(person.id, user_agent, source="sign_on"), told["target"]

    async def offered(self, viewer: Viewer, step: str) -> str:
        """The mail of the foreign account that waits to be tied to the viewer's. ``NotAllowed`` for anybody else's."""
        async with self._database.session() as session:
            begun = await find_step(session, self._clock, StepKind.LINK, step)
        if begun.person_id != viewer.person_id:
            raise NotAllowed(N_("This is another account than the one with that mail."))
        return str(begun.content["email"])

    async def link(self, viewer: Viewer, step: str) -> str:
        """Tie them; where they wanted to go. ``Conflict`` when it is tied to somebody already."""
        await self.offered(viewer, step)
        async with self._database.session() as session:
            begun = await find_step(session, self._clock, StepKind.LINK, step)
            await use_step(session, self._clock, begun)
            told = begun.content
            identity = Identity(told["issuer"], told["subject"], told["email"])
            await self._tie_once(session, viewer.person_id, identity, viewer.email)
        return str(told["target"])

    async def _proven(self, viewer: Viewer, proof: str) -> UUID:
        async with self._database.session() as session:
            given = await find_step(session, self._clock, StepKind.TIE, proof)
            if given.person_id != viewer.person_id:
                raise NotAllowed(N_("This sign-in took too long or was used already: begin again."))
            await use_step(session, self._clock, given)
        return viewer.person_id

    async def _tie_own(self, person_id: UUID, identity: Identity) -> None:
        async with self._database.session() as session:
            person = await session.get_one(Person, person_id)
            await self._tie_once(session, person_id, identity, person.email)

    async def _tie_once(self, session: AsyncSession, person_id: UUID, identity: Identity, actor: str) -> None:
        if await self._linked(session, identity) is not None:
            raise Conflict(N_("this account of the provider is tied already"))
        await self._tie(session, person_id, identity, actor)

    async def _person(self, identity: Identity, target: str) -> Person | LinkNeeded:
        async with self._database.session() as session:
            link = await self._linked(session, identity)
            if link is not None:
                person = await session.get_one(Person, link.person_id)
                link.used_at = self._clock.now()
                session.add(link)
            else:
                person = await self._by_mail(session, identity) or await self._new(session, identity)
                if person.password_hash or person.second_factor_at is not None:
                    content = {
                        "issuer": identity.issuer, "subject": identity.subject, "email": identity.email,
                        "target": target,
                    }  # fmt: skip
                    step = await open_step(session, self._clock, StepKind.LINK, person_id=person.id, content=content)
                    return LinkNeeded(step, identity.email)
                await self._tie(session, person.id, identity, person.email)
            if not person.active or person.role == Role.SERVICE:
                raise NotAllowed(N_("This account is closed: ask an admin."))
            await self._follow(session, person, identity)
        return person

    async def _linked(self, session: AsyncSession, identity: Identity) -> IdentityLink | None:
        query = select(IdentityLink).where(
            IdentityLink.issuer == identity.issuer, IdentityLink.subject == identity.subject
        )
        return (await session.exec(query)).first()

    async def _by_mail(self, session: AsyncSession, identity: Identity) -> Person | None:
        if not identity.email or not identity.email_verified:
            raise NotAllowed(N_("The identity provider does not vouch for your mail: ask an admin."))
        query = select(Person).where(col(Person.email) == valid_email(identity.email))
        return (await session.exec(query)).first()

    async def _new(self, session: AsyncSession, identity: Identity) -> Person:
        if not self._rules.create:
            raise NotAllowed(N_("Nobody here has this mail: ask an admin for an account."))
        person = Person(
            email=valid_email(identity.email), name=(identity.name or identity.email.partition("@")[0])[:120],
            role=(self._rules.role_of(identity) or Role.HOMEOWNER).value, password_hash="",
            created_at=self._clock.now(),
        )  # fmt: skip
        session.add(person)
        await session.flush()
        await self._people.audit.record(
            actor="sign_on", action="person.create", object_type="person", object_id=str(person.id),
            after={"email": person.email, "role": person.role, "name": person.name}, source="sign_on",
            session=session,
        )  # fmt: skip
        return person

    async def _tie(self, session: AsyncSession, person_id: UUID, identity: Identity, actor: str) -> None:
        session.add(
            IdentityLink(
                person_id=person_id, issuer=identity.issuer, subject=identity.subject, email=identity.email,
                created_at=self._clock.now(), used_at=self._clock.now(),
            )
        )  # fmt: skip
        await self._people.audit.record(
            actor=actor, person_id=person_id, action="person.link", object_type="person", object_id=str(person_id),
            after={"issuer": identity.issuer, "subject": identity.subject}, source="sign_on", session=session,
        )  # fmt: skip

    async def _follow(self, session: AsyncSession, person: Person, identity: Identity) -> None:
        """Where groups are roles, the provider decides; a role given here stays where it says nothing."""
        role = self._rules.role_of(identity)
        if role is None and self._rules.roles and not person.password_hash:
            role = Role.HOMEOWNER  # they left the last of the groups: what it gave goes with it
        if role is None or role == person.role:
            return
        before, person.role = person.role, role.value
        session.add(person)
        await self._people.audit.record(
            actor="sign_on", person_id=person.id, action="person.change", object_type="person",
            object_id=str(person.id), before={"role": before}, after={"role": person.role}, source="sign_on",
            session=session,
        )  # fmt: skip
