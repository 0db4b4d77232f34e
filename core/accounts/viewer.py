"""The person behind a request, as every page, route and socket sees them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.accounts.roles import PERMISSIONS, Right, Role

type HouseholdIds = Callable[[UUID], Awaitable[frozenset[UUID]]]
"""The port by which accounts learn which households a person belongs to, without reading their tables."""


async def no_households(_person_id: UUID) -> frozenset[UUID]:
    """Stands where nobody keeps households."""
    return frozenset()


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person. ``session_id`` names the session or token the request came with."""

    person_id: UUID
    email: str
    name: str
    role: Role
    language: str = "en"
    household_ids: frozenset[UUID] = frozenset()
    session_id: UUID | None = None
    expires_at: datetime | None = None

    def may(self, right: Right) -> bool:
        return right in PERMISSIONS[self.role]
