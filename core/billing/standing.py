"""Which homes may not be served now, for the start guard (G16). Kept in memory, so that nobody waits for a database.

It concerns new starts alone: stop, pause and dock never ask. A mower that serves several homes is held back only when
none of those that have a subscription may be served: one unpaid bill is not the neighbours' fault.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlmodel import col, select

from core.billing.status import STATUS, Status, status_of
from core.billing.tables import SubscriptionRow
from core.db import Database


class Standing:
    """Knows each lot's standing as of the last `refresh`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._serves: dict[UUID, bool] = {}

    async def refresh(self) -> int:
        """Read anew; how many lots may not be served."""
        query = select(SubscriptionRow.lot_id, SubscriptionRow.status).where(
            col(SubscriptionRow.status) != Status.CANCELED.value
        )
        async with self._database.session() as session:
            rows = (await session.exec(query)).all()
        self._serves = {lot: STATUS[status_of(status)].serves for lot, status in rows}
        return sum(not serves for serves in self._serves.values())

    def stops(self, lot_ids: Iterable[UUID]) -> bool:
        """Whether money speaks against a new start on these lots. Lots without a subscription do not count."""
        known = [self._serves[lot] for lot in lot_ids if lot in self._serves]
        return bool(known) and not any(known)
