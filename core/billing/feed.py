"""From mowing sessions to the ledger: sessions that ended are attributed within a minute, and swept again each night.

`heard` is told of each ended session, also of one that late telemetry changed; `drain` settles the stretch around it.
`sweep` settles whole days again, so that what was lost in memory at a stop, or came late, is made good. `retied` is
told of a mower whose areas are others' now: its minutes that belong to nobody are settled once more, however old. Each
sweep does the same for every mower.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Protocol

from core.billing.attribution import MINUTE_MS, LotFinder, Work, attribute
from core.billing.usage import UsageLedger
from core.clock import Clock, to_epoch_ms

REACH_MS = 3_600_000
"""Late readings may move the bounds of a session within this reach."""
SWEEP_DAYS = 2


class Mowing(Protocol):
    """Sessions with their readings; `core.db.reads.mowing.MowingReads` is one."""

    async def mowers(self) -> Sequence[int]: ...

    async def names(self) -> Mapping[int, str]: ...

    async def work(self, mower: int, since_ms: int, until_ms: int) -> Sequence[Work]: ...

    async def ground(self, mower: int) -> LotFinder: ...


class UsageFeed:
    """Fills the ledger."""

    def __init__(self, ledger: UsageLedger, mowing: Mowing, clock: Clock) -> None:
        self._ledger, self._mowing, self._clock = ledger, mowing, clock
        self._waiting: dict[int, tuple[int, int]] = {}
        self._retied: set[str] = set()

    def heard(self, mower: int, started_ms: int, ended_ms: int) -> None:
        """A session ended. Returns at once."""
        since, until = self._waiting.get(mower, (started_ms, ended_ms))
        self._waiting[mower] = (min(since, started_ms), max(until, ended_ms))

    def retied(self, device_name: str) -> None:
        """Areas of a mower were tied to other lots. Returns at once."""
        self._retied.add(device_name)

    async def drain(self) -> int:
        """Settle what was heard; minutes added."""
        waiting, self._waiting = self._waiting, {}
        added = sum([await self.settle(mower, *span) for mower, span in waiting.items()])
        return added + await self._settle_retied()

    async def _settle_retied(self) -> int:
        names, self._retied = self._retied, set()
        if not names:
            return 0
        return await self._settle_nobodys(
            [number for number, name in (await self._mowing.names()).items() if name in names]
        )

    async def _settle_nobodys(self, mowers: Sequence[int]) -> int:
        """Sessions with minutes that belong to nobody; one whose readings are gone stays as it is."""
        sessions: dict[tuple[int, int], int] = {}
        for entry in await self._ledger.unattributed(mowers=mowers):
            end_ms = (entry.start_minute + entry.minutes) * MINUTE_MS
            key = (entry.mower, entry.session_ms)
            sessions[key] = max(end_ms, sessions.get(key, 0))
        return sum(
            [
                await self.settle(mower, start, end)
                for (mower, start), end in sessions.items()
                if await self._mowing.work(mower, start, end)
            ]
        )

    async def sweep(self, days: int = SWEEP_DAYS) -> int:
        """Settle the last days of every mower again."""
        until = to_epoch_ms(self._clock.now())
        since = to_epoch_ms(self._clock.now() - timedelta(days=days))
        mowers = await self._mowing.mowers()
        return sum([await self.settle(mower, since, until) for mower in mowers]) + await self._settle_nobodys(mowers)

    async def settle(self, mower: int, since_ms: int, until_ms: int) -> int:
        """Bring the ledger of a mower's span to what its sessions say; whole sessions at both ends."""
        work = await self._mowing.work(mower, since_ms - REACH_MS, until_ms + REACH_MS)
        first = min([since_ms - REACH_MS, *(one.started_ms for one in work)]) // MINUTE_MS
        end = max([until_ms + REACH_MS, *(one.ended_ms for one in work)]) // MINUTE_MS + 1
        mowed = attribute(work, await self._mowing.ground(mower))
        return (await self._ledger.settle(mower, first, end, mowed)).added
