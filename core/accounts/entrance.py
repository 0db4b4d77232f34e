"""The second step of a sign-in, and passkeys in the place of a password."""

from collections.abc import Mapping
from uuid import UUID

from core.accounts import passkeys
from core.accounts.factors import SecondFactors
from core.accounts.people import People, SignedIn
from core.accounts.steps import StepKind, find_step, open_step, use_step
from core.accounts.tables import Person
from core.clock import Clock
from core.db import Database
from core.errors import NotAllowed
from core.texts import N_


class Entrance:
    """Goes on where `People.sign_in` left off with ``SecondStepNeeded``."""

    def __init__(self, database: Database, clock: Clock, people: People, factors: SecondFactors) -> None:
        self._database, self._clock, self._people, self._factors = database, clock, people, factors

    async def has_passkey(self, step: str) -> bool:
        """Whether a second step is under way and its person has a passkey. ``NotAllowed`` when it is over."""
        return bool(await self._factors.passkeys_of(await self._person(step)))

    async def finish(self, step: str, code: str, user_agent: str = "") -> SignedIn:
        """Enter with a code of the app or a recovery code. ``SignInRefused`` for a wrong one, ``NotAllowed`` when the
        step is over."""
        person_id = await self._person(step)
        async with self._database.session() as session:
            person = await session.get_one(Person, person_id)
        await self._people.check_code(person_id, person.email, code)
        async with self._database.session() as session:
            begun = await find_step(session, self._clock, StepKind.SECOND, step)
            await use_step(session, self._clock, begun)
        return await self._people.enter(person_id, user_agent, tries=begun.content.get("tries"))

    async def passkey_options(self, site: passkeys.Site, step: str = "") -> tuple[Mapping[str, object], str]:
        """Options for the browser's dialog, and the secret of this try. Without ``step`` the passkey is all there is:
        it must then know who holds it."""
        person_id = await self._person(step) if step else None
        known = [] if person_id is None else await self._factors.passkeys_of(person_id)
        options, challenge = passkeys.options_to_prove(site, known, alone=person_id is None)
        async with self._database.session() as session:
            content = {"challenge": challenge}
            secret = await open_step(session, self._clock, StepKind.PASSKEY, person_id=person_id, content=content)
        return options, secret

    async def finish_passkey(self, site: passkeys.Site, secret: str, credential: str, user_agent: str = "") -> SignedIn:
        """Enter with a passkey. ``NotAllowed`` when it did not sign this try's challenge, or is not of the person
        whose password was right."""
        async with self._database.session() as session:
            begun = await find_step(session, self._clock, StepKind.PASSKEY, secret)
            await use_step(session, self._clock, begun)
        async with self._database.session() as session:
            alone, challenge = begun.person_id is None, begun.content["challenge"]
            person_id = await self._factors.use_passkey(session, site, credential, challenge, alone=alone)
            person = await session.get_one(Person, person_id)
            if not person.active or begun.person_id not in {None, person_id}:
                raise passkeys.refused()
        return await self._people.enter(person_id, user_agent)

    async def _person(self, step: str) -> UUID:
        async with self._database.session() as session:
            begun = await find_step(session, self._clock, StepKind.SECOND, step)
            person = None if begun.person_id is None else await session.get(Person, begun.person_id)
        if person is None or not person.active:
            raise NotAllowed(N_("This sign-in took too long or was used already: begin again."))
        return person.id
