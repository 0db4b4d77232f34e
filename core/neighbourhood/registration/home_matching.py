"""Which home a row of a file means, and what is said of rows that mean none or one that is registered."""

from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from core.neighbourhood.answers import Home
from core.neighbourhood.book import Book
from core.neighbourhood.registration.customers import WrongField
from core.neighbourhood.registration.home_rows import ReadHome
from core.neighbourhood.registration.model import HomeRow, RegisteredHome, RowOutcome
from core.neighbourhood.registration.registering import already_registered
from core.neighbourhood.tables import Household
from core.texts import N_, Text

SUGGESTIONS = 3
MOST_SUGGESTED = 100
"""Rows for which alike addresses are looked up: each look takes some milliseconds in a county."""


def homes_of(book: Book, rows: Sequence[ReadHome]) -> list[Home | WrongField]:
    """For each row its home, or what is wrong with it. Takes seconds for a large file: call it off the event loop."""
    found: list[Home | WrongField] = []
    lost = 0
    for row in rows:
        found.append(_find(book, row, suggest=lost < MOST_SUGGESTED))
        lost += isinstance(found[-1], WrongField)
    return found


def _find(book: Book, row: ReadHome, suggest: bool) -> Home | WrongField:
    """The one home of the address book that a row means. The provider is not asked for files."""
    if row.wrong is not None:
        return row.wrong
    found = book.search.exact(f"{row.address}, {row.city}")
    fits = [
        home
        for home in found
        if (not row.state or home.state == row.state)
        and (not row.postcode or home.postcode[:5] in {row.postcode[:5], ""})
    ]
    if len(fits) == 1:
        return fits[0]
    if fits:
        labels = "; ".join(sorted(home.label for home in fits)[:SUGGESTIONS])
        return WrongField("address", Text("is the address of {n} homes", n=len(fits)), labels)
    elsewhere = N_("is in the address book with another state or postcode")
    reason = elsewhere if found else N_("is not in the address book")
    alike = "; ".join(home.label for home in book.search.alike(row.sought, SUGGESTIONS)) if suggest else ""
    return WrongField("address", reason, alike or N_("an address of the address book"))


async def known_row(session: AsyncSession, row: ReadHome, home: Home, held: RegisteredHome) -> HomeRow:
    """A home that is registered: unchanged when the words are the same, else refused, telling for whom it is."""
    household = None if held.household_id is None else await session.get(Household, held.household_id)
    if household is not None and (household.name, household.email, household.phone) == (
        row.customer.name,
        row.customer.email,
        row.customer.phone,
    ):
        return HomeRow(row.line, row.raw, RowOutcome.UNCHANGED)
    reason = already_registered(home, held.household).message
    return refused(row, "address", reason, N_("a home that is not registered yet"))


def refused(row: ReadHome, field: str, reason: str, expected: str) -> HomeRow:
    value = next((cell for column, cell in row.raw.items() if column.lower().replace(" ", "_") == field), "")
    return HomeRow(row.line, row.raw, RowOutcome.REFUSED, field, reason, value[:80], expected)
