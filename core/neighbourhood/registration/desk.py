"""Registration: check an address, register a home, see what a home is registered as."""

from collections.abc import Sequence

from sqlalchemy.exc import IntegrityError

from core.clock import Clock
from core.db import Database
from core.errors import Conflict, Invalid, NotFound, Unavailable
from core.neighbourhood.answers import Home
from core.neighbourhood.book import Book
from core.neighbourhood.imports.report import lock_for_import
from core.neighbourhood.land_events import Box, LandChange, LandChanged, LandEvent
from core.neighbourhood.lawns import LawnRules
from core.neighbourhood.lots.near_roads import grown
from core.neighbourhood.lots.ports import AuditTrail, Books, By
from core.neighbourhood.registration.checking import AddressDesk
from core.neighbourhood.registration.known import known_homes
from core.neighbourhood.registration.model import AddressCheck, AddressVerdict, HomeRegistered, HomeRequest
from core.neighbourhood.registration.ports import Geocoder
from core.neighbourhood.registration.registering import already_registered, register_in
from core.neighbourhood.tables import Lot
from core.texts import N_, Text

LOT_BOX_M = 60.0


class Registration:
    """Takes homes in, one at a time."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        books: Books,
        audit: AuditTrail,
        geocoder: Geocoder | None = None,
        rules: LawnRules | None = None,
        changed: LandEvent | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._books = books
        self._audit = audit
        self._rules = rules or LawnRules()
        self._changed = changed
        self._addresses = AddressDesk(database=database, books=books, geocoder=geocoder)

    async def check_address(self, text: str, *, limit: int = 5) -> AddressCheck:
        """What a typed address may mean; see `AddressDesk.check`."""
        return await self._addresses.check(text, limit=limit)

    async def register_home(self, request: HomeRequest, *, by: By, source: str = "web") -> HomeRegistered:
        """Register a host's or a neighbour's home: household, lot and person's link in one transaction.

        ``Conflict``: registered already (says for whom), or the address names several homes (``reasons``).
        ``NotFound``: no such address (``reasons`` = alike ones), home, household or person. ``Unavailable``: only the
        provider could tell, and it does not answer. ``Invalid``: a field is wrong, or the lot, lawns or dock unsound.
        """
        book = await self._books.book()
        home = await self._home(book, request)
        try:
            async with self._database.session() as session:
                connection = await session.connection()
                await lock_for_import(connection, Lot.__tablename__)
                known = await known_homes(connection, [home])
                done = await register_in(
                    session,
                    book=book,
                    home=home,
                    request=request,
                    known=known,
                    rules=self._rules,
                    now=self._clock.now(),
                )
                await self._audit.record(
                    actor=by.email, action=f"home.register_{request.part}", object_type="lot",
                    object_id=str(done.lot_id), person_id=by.person_id, source=source, session=session,
                    after={"address": done.address, "city": done.city, "household": str(done.household_id)},
                )  # fmt: skip
        except IntegrityError as error:
            if "foreign key" in str(error.orig).lower():
                raise NotFound(Text("person {person} is unknown", person=request.person_id)) from error
            raise already_registered(home, "") from error
        if self._changed is not None:
            self._changed.emit(LandChanged(box_of([done]), LandChange.HOMES_REGISTERED, (done.lot_id,)))
        return done

    async def _home(self, book: Book, request: HomeRequest) -> Home:
        if request.home_id is not None:
            found = next((home for home in book.homes if home.id == request.home_id), None)
            if found is None:
                raise NotFound(Text("the address book has no home {home}", home=request.home_id))
            return found
        if not request.address.strip():
            raise Invalid(N_("address: is empty; expected a house number and street"))
        answer = await self.check_address(request.address)
        if answer.verdict is AddressVerdict.FOUND:
            return answer.matches[0].home
        labels = [match.home.label for match in answer.matches]
        if answer.verdict is AddressVerdict.SEVERAL:
            raise Conflict(answer.words, reasons=labels)
        if answer.verdict is AddressVerdict.TRY_AGAIN:
            raise Unavailable(answer.words, reasons=labels)
        raise NotFound(answer.words, reasons=labels)


def box_of(done: Sequence[HomeRegistered]) -> Box:
    """Where homes were registered, with the ground around them."""
    longitudes, latitudes = [one.longitude for one in done], [one.latitude for one in done]
    return grown((min(longitudes), min(latitudes), max(longitudes), max(latitudes)), LOT_BOX_M)
