"""What lots, lawns and registrations ask of the rest of the house, each no wider than it is used."""

from typing import Any, Protocol
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from core.neighbourhood.book import Book


class Books(Protocol):
    """The imported address book with its roads; `NeighbourFinder` is one."""

    async def book(self) -> Book: ...


class By(Protocol):
    """Who does something; `core.accounts.Viewer` is one."""

    @property
    def person_id(self) -> UUID: ...
    @property
    def name(self) -> str: ...
    @property
    def email(self) -> str: ...


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
