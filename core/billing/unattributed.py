"""Minutes that no lot was found for: they block the bills of every lot that the same mower serves."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from core.billing.usage import UsageLedger


class Serving(Protocol):
    """Which mowers serve which lots."""

    async def mowers_of(self, lot_ids: Iterable[UUID]) -> Mapping[UUID, Sequence[int]]: ...


class Unattributed:
    """Looks up what waits."""

    def __init__(self, ledger: UsageLedger, serving: Serving) -> None:
        self._ledger, self._serving = ledger, serving

    async def minutes_of(self, lot_ids: Sequence[UUID]) -> dict[UUID, list[int]]:
        """For each lot the unattributed minutes (since 1970) of the mowers that serve it."""
        waiting: dict[int, list[int]] = {}
        for entry in await self._ledger.unattributed():
            minutes = range(entry.start_minute, entry.start_minute + entry.minutes)
            waiting.setdefault(entry.mower, []).extend(minutes)
        if not waiting:
            return {}
        served = await self._serving.mowers_of(lot_ids)
        return {lot: [minute for mower in served.get(lot, ()) for minute in waiting.get(mower, ())] for lot in lot_ids}
