"""Which homes have a registered household."""

from sqlalchemy import select
from sqlmodel import col

from core.db import Database
from core.neighbourhood.tables import Lot
from dashboard.clusters.data import Books


async def signed_up_homes(database: Database, books: Books) -> frozenset[int]:
    """Keys of homes whose address a household's lot carries."""
    query = select(col(Lot.address), col(Lot.city)).where(col(Lot.household_id).is_not(None))
    async with database.connection() as connection:
        lots = {(address.casefold(), city.casefold()) for address, city in await connection.execute(query)}
    book = await books.book()
    return frozenset(
        home.id
        for home in book.homes
        if home.id is not None and (home.address.casefold(), home.city.casefold()) in lots
    )
