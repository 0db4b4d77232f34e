"""What clusters ask of the rest of the house, each no wider than it is used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from core.accounts import Right
from core.neighbourhood.answers import Home
from core.neighbourhood.book import Book
from core.neighbourhood.clusters.rules import Way
from core.neighbourhood.clusters.views import PriceEffect, WaitingView
from core.texts import N_


class By(Protocol):
    """Who does something; `core.accounts.Viewer` is one."""

    @property
    def person_id(self) -> UUID: ...
    @property
    def name(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def household_ids(self) -> frozenset[UUID]: ...
    def may(self, right: Right) -> bool: ...


class Books(Protocol):
    """The imported address book with its roads; `NeighbourFinder` is one."""

    async def book(self) -> Book: ...


class Ways(Protocol):
    """Who reaches whom; `core.neighbourhood.reach.ReachFinder` is one."""

    async def pairs(self, home_ids: Sequence[int], *, rule: str = "path", radius_m: float = 80.0) -> Sequence[Way]:
        """Every pair among the homes within the radius, ``first < second``."""
        ...


class AuditTrail(Protocol):
    """`core.accounts.Audit` is one."""

    async def record(
        self,
        *,
        actor: str,
        action: str,
        object_type: str,
        object_id: str,
        person_id: UUID | None = None,
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
        reason: str = "",
        source: str = "web",
        session: AsyncSession | None = None,
    ) -> None: ...


class Prices(Protocol):
    """What a change of cluster means for each home's bill."""

    async def effects(self, moves: Sequence[tuple[int, UUID | None, UUID | None]]) -> Mapping[int, PriceEffect]:
        """By home, for (home, cluster left, cluster joined)."""
        ...


UNKNOWN_PRICE = PriceEffect(N_("unknown until billing is set up"))


@dataclass(frozen=True, slots=True)
class NoPrices:
    """Stands where nobody bills yet: no price is made up."""

    async def effects(self, moves: Sequence[tuple[int, UUID | None, UUID | None]]) -> Mapping[int, PriceEffect]:
        return {home_id: UNKNOWN_PRICE for home_id, _, _ in moves}


class PlaceTold(StrEnum):
    """What a home in line is told of a place."""

    OFFERED = "offered"
    LAPSED = "lapsed"


class PlaceTeller(Protocol):
    """Puts notices for those who wait into the outbox, in the caller's transaction: for the home's household, or, where
    it has none, for who asked."""

    async def __call__(
        self, session: AsyncSession, told: PlaceTold, *, waiting: WaitingView, code: str, until: datetime,
        household_id: UUID | None,
    ) -> None: ...  # fmt: skip


class HomesById:
    """Homes by their key, indexed once for each picture of the book."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._book: Book | None = None
        self._homes: dict[int, Home] = {}

    async def book(self) -> Book:
        book = await self._books.book()
        if book is not self._book:
            self._homes = {home.id: home for home in book.homes if home.id is not None}
            self._book = book
        return book

    async def of(self, home_ids: Sequence[int]) -> dict[int, Home]:
        """Those of the homes that the book knows."""
        await self.book()
        return {home_id: self._homes[home_id] for home_id in home_ids if home_id in self._homes}
