"""The side that asks: a link to a mower whose account another process owns. It stores the call and waits for its row.

Nothing is called here. An event only makes the owner look sooner, and the asker read its row sooner; without any event
both look by themselves. What nobody took up in time is left, and never called; what was taken up and not ended is not
asked again: the mower may have done it.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

from core.clock import Clock
from core.db import Database
from core.distant.book import RequestBook
from core.distant.calls import CALLS
from core.distant.tables import LinkRequest
from core.errors import Conflict, Invalid, MowthosError, NeedsHuman, NotAllowed, NotFound, Unavailable
from core.events import Event
from core.fleet import VendorAccounts
from core.fleet.model import DailyHours, DeviceMap, MapProgress
from core.plans import DevicePlan, PlanDraft
from core.ports import CloudLink
from core.texts import Text, recalled

TAKEN_WITHIN_S = 20.0
LOOK_S = 1.0
KINDS: dict[str, type[MowthosError]] = {
    kind.code: kind for kind in (NotFound, Invalid, Conflict, NotAllowed, Unavailable, NeedsHuman)
}


class DistantLinks:
    """Finds the link of a mower: the own one, or, where another process owns its account, the way there."""

    def __init__(self, database: Database, clock: Clock, accounts: VendorAccounts, *, others: bool) -> None:
        """``others``: whoever owns links are other processes; one that owns some itself leaves the rest to them."""
        self.asked: Event[UUID] = Event("link_asked")
        """A request was stored or answered: other processes look."""
        self._book, self._clock, self._accounts, self._others = RequestBook(database), clock, accounts, others
        self._woken = asyncio.Event()

    def link_of(self, device_name: str) -> "CloudLink | DistantLink | None":
        """``None`` where no process can have one."""
        own = self._accounts.link_of(device_name)
        if own is not None or not self._others:
            return own
        return DistantLink(self)

    def wake(self) -> None:
        """An answer may be there."""
        self._woken.set()

    async def ask(self, device_name: str, call: str, given: Any = None) -> Any:
        """Let the owner of the mower's account call; its answer, or its error as if it had been raised here.
        ``Unavailable`` when no process took it up, or did not end it in time."""
        about, now = CALLS[call], self._clock.now()
        row = LinkRequest(
            device_name=device_name, call=call, given=about.given.dump_json(given).decode(), asked_at=now,
            expires_at=now + timedelta(seconds=TAKEN_WITHIN_S),
        )  # fmt: skip
        request_id = await self._book.ask(row)
        self.asked.emit(request_id)
        until = self._clock.monotonic() + about.waits_s
        while (row := await self._book.get(request_id)).state in {"waiting", "taken"}:
            if row.state == "waiting" and self._clock.now() >= row.expires_at:
                if await self._book.leave(request_id, now=self._clock.now()):
                    raise Unavailable(
                        Text("no process that owns {device_name} took this up: try again in a minute",
                             device_name=device_name)
                    )  # fmt: skip
            elif self._clock.monotonic() >= until:
                raise Unavailable(
                    Text("the process {owner} owns {device_name} and did not answer in time: read from the mower again",
                         owner=row.taken_by, device_name=device_name)
                )  # fmt: skip
            await self._pause()
        if row.state == "failed":
            raise KINDS.get(row.error_code, Unavailable)(recalled(row.error))
        return about.answer.validate_json(row.answer)

    async def _pause(self) -> None:
        self._woken.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_S):
                await self._woken.wait()


class DistantLink:
    """As much of a `core.ports.CloudLink` as pages ask for."""

    def __init__(self, links: DistantLinks) -> None:
        self._links = links
        self.plans, self.hours = DistantPlans(links), DistantHours(links)

    async def sync_map(self, device_name: str, *, progress: Callable[[MapProgress], None] | None = None) -> DeviceMap:
        """How far it is stays with the owner; only that it has begun is known here."""
        found: DeviceMap = await self._links.ask(device_name, "map.sync")
        return found


class DistantPlans:
    """Implements `core.plans.DevicePlans`."""

    def __init__(self, links: DistantLinks) -> None:
        self._ask = links.ask

    async def read(self, device_name: str) -> Sequence[DevicePlan]:
        found: Sequence[DevicePlan] = await self._ask(device_name, "plans.read")
        return found

    async def create(self, device_name: str, draft: PlanDraft) -> str:
        return str(await self._ask(device_name, "plans.create", draft))

    async def copy(self, device_name: str, plan_id: str, name: str) -> str:
        return str(await self._ask(device_name, "plans.copy", (plan_id, name)))

    async def rename(self, device_name: str, plan_id: str, name: str) -> None:
        await self._ask(device_name, "plans.rename", (plan_id, name))

    async def enable(self, device_name: str, plan_id: str, enabled: bool) -> None:
        await self._ask(device_name, "plans.enable", (plan_id, enabled))

    async def delete(self, device_name: str, plan_id: str) -> None:
        await self._ask(device_name, "plans.delete", plan_id)


class DistantHours:
    """Implements `core.ports.DeviceHours`."""

    def __init__(self, links: DistantLinks) -> None:
        self._ask = links.ask

    async def read(self, device_name: str) -> DailyHours | None:
        found: DailyHours | None = await self._ask(device_name, "hours.read")
        return found

    async def write(self, device_name: str, hours: DailyHours | None) -> None:
        await self._ask(device_name, "hours.write", hours)
