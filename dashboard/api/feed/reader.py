"""One reader of the feed: what it may see of the log, from where it left off, and a fresh start where that is gone."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from core.accounts import Right, Viewer
from core.clock import Clock
from core.fleet.live import LiveFleet
from dashboard.api.feed.log import FeedEvent, FeedLog
from dashboard.api.models import mower_status
from dashboard.api.ports import OwnGround, Roster
from dashboard.api.scope import scope_of

CHECK_S = 5.0
"""How often it is looked whether the reader may still read, and what: also while news never stops."""
NEEDS = {"command": Right.SEE_FLEET, "alarm": Right.HANDLE_ALARMS}


type Still = Callable[[], Awaitable[Viewer | None]]
"""Who reads, as they are now; ``None`` when they may read no more."""


@dataclass(frozen=True, slots=True)
class Told:
    """One message to a reader; ``id`` is empty for those that nobody resumes from."""

    event: str
    data: dict[str, Any]
    id: str = ""


class FeedReaders:
    """Makes readers; they share the log and everything else."""

    def __init__(self, log: FeedLog, *, live: LiveFleet, roster: Roster, own_ground: OwnGround, clock: Clock) -> None:
        self._log, self._live, self._roster = log, live, roster
        self._own_ground, self._clock = own_ground, clock

    async def read(self, viewer: Viewer, last_event_id: str, still: Still) -> AsyncIterator[Told]:
        """Without end, until ``still`` tells of nobody any more, or of other areas. It begins after ``last_event_id``,
        or where that is unknown or forgotten with a ``reset`` and every mower in sight as it is now."""
        number = self._log.number_of(last_event_id)
        events = None if number is None else self._log.after(number)
        reason = "start" if not last_event_id else "restart" if number is None else "gap"
        at, looked = number or 0, self._clock.monotonic()
        while True:
            if events is None:
                at = self._log.newest
                for told in await self._afresh(viewer, reason, at):
                    yield told
            else:
                for event in events:
                    at = event.number
                    if (told_one := await self._told(event, viewer)) is not None:
                        yield told_one
            if await self._more(at) and self._clock.monotonic() - looked < CHECK_S:
                now = viewer
            else:
                now, looked = await still(), self._clock.monotonic()
            if now is None or now.sight != viewer.sight:
                return
            viewer = now
            events, reason = self._log.after(at), "gap"

    async def _more(self, at: int) -> bool:
        """Wait for news; ``False`` when there is none for a while."""
        try:
            async with asyncio.timeout(CHECK_S):
                await self._log.wait(at)
        except TimeoutError:
            return False
        return True

    async def _afresh(self, viewer: Viewer, reason: str, at: int) -> Sequence[Told]:
        scope, now = await scope_of(viewer, self._own_ground), self._clock.now()
        mowers = [
            Told("mower", mower_status(row, self._live.get(row.device_name), scope, now).model_dump(mode="json"))
            for row in self._roster()
            if row.device_name in self._live and scope.sees(row.device_name)
        ]
        return [
            Told("reset", {"reason": reason, "mowers": len(mowers)}),
            *mowers,
            Told("ready", {}, self._log.name(at)),
        ]

    async def _told(self, event: FeedEvent, viewer: Viewer) -> Told | None:
        """``None`` for what the reader may not see."""
        name = self._log.name(event.number)
        if event.snapshot is None:
            may = viewer.may(NEEDS[event.kind]) and viewer.sight.mower(event.device_name)
            return Told(event.kind, event.data or {}, name) if may else None
        scope = await scope_of(viewer, self._own_ground)
        facts = next((row for row in self._roster() if row.device_name == event.device_name), None)
        if facts is None or not scope.sees(event.device_name):
            return None
        told = mower_status(facts, event.snapshot, scope, self._clock.now())
        return Told(event.kind, told.model_dump(mode="json"), name)
