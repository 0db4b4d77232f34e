"""The side that owns links: it takes up what others ask of its mowers, calls, and writes the answer into the row."""

import asyncio
from contextlib import suppress
from uuid import UUID

import structlog

from core.clock import Clock
from core.db import Database
from core.distant.book import KEEP, RequestBook
from core.distant.calls import CALLS
from core.distant.tables import LinkRequest
from core.errors import MowthosError, Unavailable
from core.events import Event
from core.fleet import VendorAccounts
from core.texts import N_, Text

log = structlog.get_logger(__name__)

LOOK_S = 2.0
LOOKS_A_CLEANING = 1_800
"""About an hour."""


class Answering:
    """One call a mower at a time; several mowers beside each other."""

    def __init__(self, database: Database, clock: Clock, accounts: VendorAccounts) -> None:
        self.answered: Event[UUID] = Event("link_answered")
        self._book, self._clock, self._accounts = RequestBook(database), clock, accounts
        self._busy: dict[str, asyncio.Lock] = {}
        self._calls: set[asyncio.Task[None]] = set()
        self._woken = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._running = asyncio.create_task(self._run(), name="distant.answering")

    async def stop(self) -> None:
        """Break off what is under way: who asked is told, and nobody calls it again."""
        tasks = [*self._calls, *([] if self._running is None else [self._running])]
        self._running = None
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def wake(self) -> None:
        """Something may have been asked."""
        self._woken.set()

    async def look(self) -> int:
        """Take up what is asked of our mowers that have a link; how much."""
        taken = 0
        for row in await self._book.waiting(self._clock.now()):
            # Just taken over, the account may not be signed in yet: what waits for it is taken up once it is.
            if not self._accounts.owns(row.device_name) or self._accounts.link_of(row.device_name) is None:
                continue
            if await self._book.take(row.id, owner=self._accounts.holder.owner, now=self._clock.now()):
                taken += 1
                task = asyncio.create_task(self._answer(row), name=f"distant.{row.call}")
                self._calls.add(task)
                task.add_done_callback(self._calls.discard)
        return taken

    async def settled(self) -> None:
        """Wait until every call that was taken up has ended."""
        await asyncio.gather(*self._calls)

    async def _run(self) -> None:
        looks = 0
        while True:
            self._woken.clear()
            try:
                await self.look()
                if looks % LOOKS_A_CLEANING == 0:
                    await self._book.forget(self._clock.now() - KEEP)
            except Exception:  # the database was away: asked again with the next look
                log.exception("distant.look_failed")
            looks += 1
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._woken.wait()

    async def _answer(self, row: LinkRequest) -> None:
        about, answer, failure = CALLS[row.call], "", None
        try:
            async with self._busy.setdefault(row.device_name, asyncio.Lock()):
                link = self._accounts.link_of(row.device_name)
                if link is None or not self._accounts.owns(row.device_name):
                    raise Unavailable(N_("there is no connection to the vendor's cloud"))
                found = await about.do(link, row.device_name, about.given.validate_json(row.given))
                answer = about.answer.dump_json(found).decode()
        except MowthosError as error:
            failure = error
        except asyncio.CancelledError:
            failure = Unavailable(N_("the process that owns the mower was stopped: read from the mower again"))
            raise
        except Exception as error:  # a fault of ours: who asked must not wait for ever
            log.exception("distant.call_broke", call=row.call, device_name=row.device_name)
            failure = Unavailable(Text("unexpected {error}", error=type(error).__name__))
        finally:
            await self._book.end(row.id, now=self._clock.now(), answer=answer, error=failure)
            self.answered.emit(row.id)
