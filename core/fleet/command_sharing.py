"""Commands that several processes have a part in: any of them asks, the one that owns the account hands over.

The database is what they share. `look` reads what is open and takes in what is another than we knew: a command that is
new here, one that somebody replaced, one that ended. An event of another process only makes the next look come sooner,
so nothing is lost when no events come through.
"""

import asyncio
from collections.abc import Callable

from core.fleet.command_rules import CommandView
from core.fleet.command_store import CommandStore
from core.fleet.command_worker import CommandWorker


class CommandSharing:
    """Keeps a worker's open commands the same as those stored, for the mowers it follows."""

    def __init__(self, store: CommandStore, worker: CommandWorker, follows: Callable[[str], bool]) -> None:
        self._store, self._worker, self._follows = store, worker, follows
        self._looking = asyncio.Lock()

    async def look(self) -> int:
        """Take in what changed elsewhere; how many commands did."""
        async with self._looking:
            return await self._look()

    async def _look(self) -> int:
        worker, changed = self._worker, 0
        before = dict(worker.open)
        stored = {command.id: command for command in await self._store.open()}
        for command in [one for one in before.values() if not self._follows(one.device_name)]:
            worker.forget(command)
        gone = [one for one in before if one not in stored and one in worker.open]
        ended = await self._store.among(gone)
        for command in [*stored.values(), *ended]:
            if self._follows(command.device_name) and self._is_news(before.get(command.id), command):
                changed += 1
                worker.tell(command)
                if command.is_open and command.id not in before:
                    await worker.take_up(command)
        return changed

    def _is_news(self, before: CommandView | None, now: CommandView) -> bool:
        """Nothing is, while we hand it over ourselves, nor what we have moved on since we asked."""
        known = self._worker.open.get(now.id)
        if self._worker.is_handing_over(now.id) or known is not before:
            return False
        return before != now
