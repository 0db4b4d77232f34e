"""What scheduling asks of the rest of the house, each no wider than it is used."""

from collections.abc import Collection, Mapping
from typing import Protocol
from uuid import UUID

from core.scheduling.model import VisitSite


class SiteReader(Protocol):
    """Lots as scheduling sees them; ``None`` = all that have a service plan. `core.db.reads.visit_sites` is one."""

    async def __call__(self, lot_ids: Collection[UUID] | None = None) -> Mapping[UUID, VisitSite]: ...


class MowerLots(Protocol):
    """The lots that share each lot's mower, itself among them. `core.db.reads.visit_sites` has one."""

    async def __call__(self, lot_ids: Collection[UUID]) -> frozenset[UUID]: ...
