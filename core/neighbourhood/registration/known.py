"""Which homes are registered already: by address point, by address, by the lot's own key."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from core.neighbourhood.address_search import canonical
from core.neighbourhood.answers import Home
from core.neighbourhood.registration.model import RegisteredHome
from core.neighbourhood.tables import Household, Lot

NEAR_DEG = 0.005


def home_key(home: Home) -> str:
    """One spelling of a home for all time: the database lets it be registered once."""
    return f"{canonical(home.address)}|{canonical(home.city)}|{home.state}|{home.postcode[:5]}"[:240]


class KnownHomes:
    """The registered homes of an area, or all of them."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self._by_id: dict[int, RegisteredHome] = {}
        self._by_key: dict[str, RegisteredHome] = {}
        self._by_place: dict[tuple[str, str], RegisteredHome] = {}
        for row in rows:
            found = RegisteredHome(row.id, row.household_id, row.name or "", row.address, row.city)
            self._add(found, row.home_id, row.home_key)

    def _add(self, found: RegisteredHome, home_id: int | None, key: str | None) -> None:
        if home_id is not None:
            self._by_id[home_id] = found
        if key:
            self._by_key[key] = found
        else:  # older lots carry no key: their address and city must do
            self._by_place[canonical(found.address), canonical(found.city)] = found

    def of(self, home: Home) -> RegisteredHome | None:
        """Who has registered this home already, if anyone."""
        if home.id is not None and home.id in self._by_id:
            return self._by_id[home.id]
        place = canonical(home.address), canonical(home.city)
        return self._by_key.get(home_key(home)) or self._by_place.get(place)

    def add(self, home: Home, lot_id: UUID, household_id: UUID, household: str) -> None:
        """A home registered within the same transaction."""
        self._add(RegisteredHome(lot_id, household_id, household, home.address, home.city), home.id, home_key(home))


async def known_homes(connection: AsyncConnection, near: Iterable[Home] | None = None) -> KnownHomes:
    """The registered homes around those given, or all."""
    query = select(
        col(Lot.id), col(Lot.household_id), col(Lot.address), col(Lot.city), col(Lot.home_id), col(Lot.home_key),
        col(Household.name),
    ).outerjoin(Household, col(Household.id) == col(Lot.household_id))  # fmt: skip
    if near is not None:
        homes = list(near)
        if not homes:
            return KnownHomes(())
        west, east = min(home.longitude for home in homes), max(home.longitude for home in homes)
        south, north = min(home.latitude for home in homes), max(home.latitude for home in homes)
        query = query.where(
            col(Lot.longitude).between(west - NEAR_DEG, east + NEAR_DEG),
            col(Lot.latitude).between(south - NEAR_DEG, north + NEAR_DEG),
        )
    return KnownHomes((await connection.execute(query)).all())
