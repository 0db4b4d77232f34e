"""The person behind a request, as every page, route and socket sees them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.accounts.roles import PERMISSIONS, Right, Role
from core.sight import ALL, Sight

type HouseholdIds = Callable[[UUID], Awaitable[frozenset[UUID]]]
"""The port by which accounts learn which households a person belongs to, without reading their tables."""


async def no_households(_person_id: UUID) -> frozenset[UUID]:
    """Stands where nobody keeps households."""
    return frozenset()


type SeenBy = Callable[[UUID, Role], Awaitable[Sight]]
"""The port by which accounts learn what part of the business a person sees; `core.areas.Sights` is one."""


async def sees_all(_person_id: UUID, _role: Role) -> Sight:
    """Stands where nobody keeps areas."""
    return ALL


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person. ``session_id`` names the session or token the request came with; ``units`` and ``hours`` are
    what they chose of `core.measures`, empty where they left it to their browser.

    ``factor_due_at``: when their role's second factor must be set up. ``factor_first``: it is past that, and they may
    do nothing before they did.
    """

    person_id: UUID
    email: str
    name: str
    role: Role
    language: str = "en"
    units: str = ""
    hours: str = ""
    household_ids: frozenset[UUID] = frozenset()
    session_id: UUID | None = None
    expires_at: datetime | None = None
    factor_due_at: datetime | None = None
    factor_first: bool = False
    only: frozenset[Right] | None = None  # the scopes of the API key the request came with
    key_id: UUID | None = None
    watcher: str = ""
    """The email of somebody else who looks through this person's eyes and may change nothing; empty: they themselves"""

    sight: Sight = ALL
    """What the areas they are assigned to show of the business; all of it without any"""

    @property
    def area_ids(self) -> frozenset[UUID]:
        return self.sight.area_ids

    def may(self, right: Right) -> bool:
        held = right in PERMISSIONS[self.role] and (self.only is None or right in self.only)
        return held and not self.factor_first
