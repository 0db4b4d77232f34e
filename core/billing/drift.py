"""One difference between the provider's books and ours, as a check finds it, and what a check can do."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from core.billing.tables import DriftRow


@dataclass(frozen=True, slots=True)
class Drift:
    """``subject`` is the check's kind and what it speaks of: invoice/..., customer/..., meter/...; with ``field`` it
    names the difference."""

    subject: str
    field: str
    ours: str
    theirs: str
    subscription_id: UUID | None = None


class Check(Protocol):
    """Looks at one kind of thing."""

    async def differences(self) -> list[Drift]:
        """Everything that differs now."""
        ...

    async def fix(self, drift: DriftRow) -> str:
        """Put it right; a word of what was done. ``Conflict`` when a person must look first."""
        ...
