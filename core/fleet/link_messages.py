"""Works through what the vendor links tell us, one at a time and in order; nothing is lost to a busy database."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from sqlalchemy.exc import DBAPIError

from core.clock import Clock
from core.errors import MowthosError
from core.events import Event
from core.fleet.account_book import AccountBook
from core.fleet.inbox import Inbox
from core.fleet.listener import (
    Acknowledgement,
    DeviceFound,
    DeviceRemoved,
    DevicesListed,
    HealthChanged,
    MapUpdated,
    Message,
    SettingsReported,
    TokensChanged,
)
from core.fleet.maps import MapLibrary
from core.fleet.model import LinkHealth
from core.fleet.roster import Roster
from core.fleet.settings_book import SettingsBook

log = structlog.get_logger(__name__)

RETRY_S = 1.0


class LinkMessages:
    """The one reader of the links' inbox."""

    def __init__(
        self,
        inbox: Inbox[Message],
        *,
        roster: Roster,
        maps: MapLibrary,
        settings: SettingsBook,
        book: AccountBook,
        note: Callable[[LinkHealth], Awaitable[None]],
        acknowledged: Event[Acknowledgement],
        clock: Clock,
    ) -> None:
        self._inbox = inbox
        self._roster = roster
        self._maps = maps
        self._settings = settings
        self._book = book
        self._note = note
        self._acknowledged = acknowledged
        self._clock = clock
        self._handling = asyncio.Lock()

    async def run(self) -> None:
        """Work for ever; while the database does not answer, wait and try the same message again."""
        while True:
            await self._inbox.wait()
            try:
                await self.handle()
            except DBAPIError as error:
                log.error("fleet.message_retried", waiting=len(self._inbox), error=str(error.orig))
                await self._clock.sleep(RETRY_S)

    async def handle(self) -> None:
        """Work through what is there. A database error leaves the message first in the inbox, and is raised."""
        async with self._handling:
            while (message := self._inbox.take()) is not None:
                listed = self._listed(message) if isinstance(message, DeviceFound) else message
                try:
                    await self._handle(listed)
                except DBAPIError:
                    self._inbox.put_back(listed)
                    raise

    def _listed(self, first: DeviceFound) -> Message:
        """A link that comes up finds its devices one by one: they are written, and make a new roster, together."""
        devices = [first.device]
        while self._inbox.next_is(DeviceFound):
            following = self._inbox.take()
            if not isinstance(following, DeviceFound) or following.account != first.account:
                if following is not None:
                    self._inbox.put_back(following)
                break
            devices.append(following.device)
        return DevicesListed(first.account, tuple(devices))

    async def _handle(self, message: Message) -> None:
        try:
            match message:
                case DevicesListed(account, devices):
                    await self._roster.found(account, devices)
                case DeviceRemoved(account, device_name):
                    await self._roster.removed(account, device_name)
                case MapUpdated(device_map):
                    await self._maps.put(device_map)
                case SettingsReported(settings):
                    await self._settings.put(settings)
                case TokensChanged(account, token_cache):
                    await self._book.keep_tokens(account, token_cache)
                case HealthChanged(health):
                    await self._note(health)
                case Acknowledgement():
                    self._acknowledged.emit(message)
        except MowthosError as error:
            log.warning("fleet.message_refused", kind=type(message).__name__, error=error.message)
