"""A home taken by somebody who lives there and has proven their mail address, without an office.

1. A home that nobody registered is registered for them, as a neighbour's.
2. A household that the office registered with this very address takes them in: the mail is the proof.
3. A household of which nobody knows anything - no person, no mail, no phone - and whose home no cluster serves and
   nobody pays for is theirs: there is nothing in it that could be told to the wrong one.
4. Any other is refused, in words that do not tell whose it is.
"""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.clock import Clock
from core.db import Database
from core.errors import Conflict, NotFound
from core.neighbourhood.answers import Home
from core.neighbourhood.clusters.tables import ClusterMember
from core.neighbourhood.imports.report import lock_for_import
from core.neighbourhood.lots.ports import AuditTrail, Books, By
from core.neighbourhood.registration.desk import Registration
from core.neighbourhood.registration.known import known_homes
from core.neighbourhood.registration.model import Customer, HomePart, HomeRequest
from core.neighbourhood.tables import Household, HouseholdPerson, Lot
from core.texts import N_, Text


class Claiming:
    """``claim``. ``paid_for`` tells whether a lot has a subscription."""

    def __init__(
        self, *, database: Database, clock: Clock, books: Books, audit: AuditTrail, registration: Registration,
        paid_for: Callable[[UUID], Awaitable[bool]],
    ) -> None:  # fmt: skip
        self._database, self._clock, self._books = database, clock, books
        self._audit, self._registration, self._paid_for = audit, registration, paid_for

    async def claim(self, home_id: int, *, name: str, by: By, source: str = "web") -> UUID:
        """The lot, which is now one of theirs. ``NotFound`` for a home that is not in the address book; ``Conflict``
        for one that is somebody's."""
        home = await self._home(home_id)
        async with self._database.connection() as connection:
            registered = (await known_homes(connection, [home])).of(home)
        paid_for = registered is not None and await self._paid_for(registered.lot_id)
        async with self._database.session() as session:
            connection = await session.connection()
            await lock_for_import(connection, Lot.__tablename__)  # of two who claim at once the second finds the first
            known = (await known_homes(connection, [home])).of(home)
            if known is not None:
                if known.household_id is None or not await self._open(session, known.household_id, home, by, paid_for):
                    raise Conflict(N_("this home is registered already: ask your operator to add you to it"))
                await self._move_in(session, known.household_id, known.lot_id, home, by, source)
                return known.lot_id
        request = HomeRequest(
            part=HomePart.NEIGHBOUR, customer=Customer(name=name, email=by.email), home_id=home_id,
            person_id=by.person_id,
        )  # fmt: skip
        return (await self._registration.register_home(request, by=by, source=source)).lot_id

    async def _open(self, session: AsyncSession, household_id: UUID, home: Home, by: By, paid_for: bool) -> bool:
        household = await session.get_one(Household, household_id)
        if household.email and household.email.lower() == by.email.lower():
            return True
        people = select(func.count()).select_from(HouseholdPerson).where(HouseholdPerson.household_id == household_id)
        served = select(func.count()).select_from(ClusterMember)
        mine = (col(ClusterMember.household_id) == household_id) | (col(ClusterMember.home_id) == home.id)
        served = served.where(mine, col(ClusterMember.live))
        counts: Sequence[int] = [(await session.exec(one)).one() for one in (people, served)]
        return not (household.email or household.phone or paid_for or any(counts))

    async def _move_in(
        self, session: AsyncSession, household_id: UUID, lot_id: UUID, home: Home, by: By, source: str
    ) -> None:
        household, lot = await session.get_one(Household, household_id), await session.get_one(Lot, lot_id)
        household.email = household.email or by.email
        lot.home_id = lot.home_id or home.id
        session.add_all([household, lot])
        assert by.person_id is not None
        if await session.get(HouseholdPerson, (household_id, by.person_id)) is None:
            session.add(HouseholdPerson(household_id=household_id, person_id=by.person_id))
        await self._audit.record(
            actor=by.email, action="home.claim", object_type="lot", object_id=str(lot_id), person_id=by.person_id,
            source=source, session=session, after={"address": home.address, "household": str(household_id)},
        )  # fmt: skip

    async def _home(self, home_id: int) -> Home:
        book = await self._books.book()
        home = next((home for home in book.homes if home.id == home_id), None)
        if home is None:
            raise NotFound(Text("the address book has no home {home}", home=home_id))
        return home
