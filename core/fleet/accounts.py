"""Vendor accounts: one live link an account, owned by one process; a dead account is a task for a person.

How a link comes up (`_connect`), in order: a password a person just gave is used for one login, then forgotten; else
the stored tokens are restored, without a login. ``NeedsHuman`` ends it until a person gives the password again: there
is never a password login nobody asked for. ``Unavailable`` is tried again, after 5 s, 10 s ... 5 minutes.

The account table is looked at every ``LOOK_S``, so that `mowthos fleet link` beside a running server only stores the
sealed password: the owning process logs in and writes the outcome into the row. A process that owns no links
(``cloud=None``) stores and shows, and connects nothing.

Which accounts are ours `core.fleet.holding` says: what is taken is connected, what is lost is closed before anybody
else may take it, and a link whose lease could not be renewed is closed before the lease runs out for others.
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import DBAPIError

from core.clock import Clock
from core.db import Database
from core.errors import Conflict, MowthosError, NeedsHuman, NotFound
from core.events import Event
from core.fleet.account_book import AccountBook, StoredAccount
from core.fleet.account_views import HUMAN_TASKS, AccountView, next_health, view_of
from core.fleet.holding import Fence, Holder
from core.fleet.inbox import Inbox
from core.fleet.link_messages import LinkMessages
from core.fleet.listener import Acknowledgement, DevicesListed, FleetListener, Message
from core.fleet.maps import MapLibrary
from core.fleet.model import LinkHealth, LinkState, Reading
from core.fleet.roster import Roster
from core.fleet.settings_book import SettingsBook
from core.texts import N_, Text

if TYPE_CHECKING:  # core.ports speaks of this package's values, and so imports it
    from core.ports import CloudLink, MowerCloud, SecretBox

log = structlog.get_logger(__name__)

LOOK_S = 3.0
RETRY_FIRST_S, RETRY_MOST_S = 5.0, 300.0


class VendorAccounts:
    """The vendor accounts and their links."""

    def __init__(
        self,
        *,
        database: Database,
        cloud: MowerCloud | None,
        secret_box: SecretBox,
        roster: Roster,
        maps: MapLibrary,
        settings: SettingsBook,
        take_readings: Callable[[Sequence[Reading]], None],
        clock: Clock,
        holder: Holder | None = None,
    ) -> None:
        """Without a ``holder`` this process is alone and owns every account."""
        self.held_changed: Event[frozenset[str]] = Event("held_accounts_changed")
        self.holder = holder or Holder(database, clock)
        self.health_changed: Event[LinkHealth] = Event("link_health_changed")
        self.acknowledged: Event[Acknowledgement] = Event("command_acknowledged")
        self._cloud = cloud
        self._book = AccountBook(database, secret_box, clock)
        self._roster = roster
        self._maps = maps
        self._settings = settings
        self._clock = clock
        self._inbox: Inbox[Message] = Inbox()
        self._messages = LinkMessages(
            self._inbox,
            roster=roster,
            maps=maps,
            settings=settings,
            book=self._book,
            note=self._note,
            acknowledged=self.acknowledged,
            clock=clock,
        )
        self.listener = FleetListener(take_readings, self._inbox)
        self._links: dict[str, CloudLink] = {}
        self._health: dict[str, LinkHealth] = {}
        self._connecting: dict[str, asyncio.Task[None]] = {}
        self._failures: dict[str, int] = {}
        self._not_before: dict[str, datetime] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._holding = asyncio.Lock()
        self._stopped = False

    async def load(self) -> None:
        """Read mowers and maps, so that the last known picture stands before anything connects."""
        await self._roster.load()
        await self._maps.load()
        await self._settings.load()

    async def start(self) -> None:
        """Load; where this process owns the links, begin to connect every account."""
        await self.load()
        if self._cloud is not None:
            self._stopped = False
            await self.hold()
            self._tasks = [
                asyncio.create_task(self._messages.run(), name="fleet.inbox"),
                asyncio.create_task(self._keep_holding(), name="fleet.leases"),
            ]
        self._tasks.append(asyncio.create_task(self._keep_looking(), name="fleet.accounts"))

    async def stop(self) -> None:
        """Close every link and leave no task; what the links still had to say is stored."""
        tasks = [*self._tasks, *self._connecting.values()]
        self._tasks, self._connecting = [], {}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for account in list(self._links):
            await self._close(account)
        await self.handle_messages()
        if self._cloud is not None:
            async with self._holding:
                self._stopped = True
                await self.holder.give_up()

    async def link(self, account: str, password: str, *, by: str) -> AccountView:
        """Link an account (or give its password again) and, in the owning process, log in now.

        ``NeedsHuman`` when the vendor refuses; when the vendor does not answer the login is tried again by itself, and
        the view says so. ``Invalid`` for an empty account or password.
        """
        stored = await self._book.store(account, password)
        log.info("fleet.account_link_asked", account=stored.account, by=by)
        self._failures.pop(stored.account, None)
        self._not_before.pop(stored.account, None)
        if self._cloud is not None and self._tasks:
            await self.hold()
        if self._cloud is not None and self._tasks and self.holder.mine(stored.account):
            running = self._connecting.get(stored.account)
            if running is not None:
                await asyncio.wait([running])
            await asyncio.shield(self._begin(stored))
            after = await self._book.get(stored.account)
            if after.state in HUMAN_TASKS:
                raise NeedsHuman(after.detail or HUMAN_TASKS[after.state])
        return await self.account(stored.account)

    async def unlink(self, account: str, *, by: str) -> None:
        """Close the link and forget the secrets. ``NotFound`` for an account that is not linked."""
        await self._book.unlink(account)
        log.info("fleet.account_unlinked", account=account, by=by)
        await self._close(account)
        self._health.pop(account, None)

    async def accounts(self) -> Sequence[AccountView]:
        """Every linked account with its health."""
        return [self._view(stored) for stored in await self._book.all()]

    async def account(self, account: str) -> AccountView:
        return self._view(await self._book.get(account))

    def link_of(self, device_name: str) -> CloudLink | None:
        """The live link that reaches a mower, if there is one."""
        with suppress(NotFound):
            account = self._roster.identity(device_name).account
            return None if account is None else self._links.get(account)
        return None

    def health_of(self, device_name: str) -> LinkHealth | None:
        """Health of the account a mower belongs to; ``None`` when it has none or nothing is known yet."""
        with suppress(NotFound):
            account = self._roster.identity(device_name).account
            return None if account is None else self._health.get(account)
        return None

    def owns(self, device_name: str) -> bool:
        """Whether the account of a mower is ours now."""
        return self.holder.mine(self._roster.account_of(device_name))

    def fence_of(self, device_name: str) -> Fence | None:
        """What a write for this mower shows; ``None`` when its account is not ours."""
        return self.holder.fence(self._roster.account_of(device_name))

    def links(self) -> Sequence[CloudLink]:
        return tuple(self._links.values())

    def health(self) -> Sequence[LinkHealth]:
        """Last known health of every account of this process."""
        return tuple(self._health.values())

    async def look(self) -> None:
        """Compare the account table with the links, and begin what is missing. Does not wait for logins."""
        stored = {entry.account: entry for entry in await self._book.all()}
        if self._cloud is not None and not all(map(self.holder.mine, stored)):
            await self.hold()
        for account in [account for account in self._links if account not in stored]:
            await self._close(account)
        for account in [account for account in self._health if account not in stored]:
            self._health.pop(account)
        now = self._clock.now()
        for account, entry in stored.items():
            await self._note_stored(entry)
            due = self._not_before.get(account, now) <= now
            wanted = entry.login_asked or (entry.restorable and account not in self._links)
            if wanted and due and account not in self._connecting and self.holder.mine(account):
                self._begin(entry)

    async def hold(self) -> None:
        """Renew, take and give back leases; what we own is what our roster shows."""
        await asyncio.shield(self._hold())  # broken off in the middle it would keep a database waiting

    async def _hold(self) -> None:
        async with self._holding:
            if not self._stopped:
                await self._turn()

    async def _turn(self) -> None:
        turned = await self.holder.turn([entry.account for entry in await self._book.all()])
        await self._close_lost()
        for account in turned.lost:
            await self._close(account)
            await self.handle_messages()  # new tokens must be stored before the next owner comes back on them
            await self.holder.let_go(account)
        if turned:
            await self._roster.load()
            self.held_changed.emit(self.holder.all())

    async def hear(self, health: LinkHealth) -> None:
        """The owning process told how a link is."""
        if not self.holder.mine(health.account):
            await self._note(health, store=False)

    async def _note_stored(self, entry: StoredAccount) -> None:
        """What the table says of an account that another process owns, or nobody yet."""
        known = self._health.get(entry.account)
        ours = known is not None and self._cloud is not None and (self.holder.alone or self.holder.mine(entry.account))
        if ours or (known is not None and (known.state, known.since) == (entry.state, entry.state_since)):
            return
        health = LinkHealth(account=entry.account, state=entry.state, since=entry.state_since, detail=entry.detail)
        await self._note(health, store=False)

    async def _close_lost(self) -> None:
        """Links whose account is not ours by now, such as after a database that did not answer for too long."""
        for account in [one for one in {*self._links, *self._connecting} if not self.holder.mine(one)]:
            connecting = self._connecting.pop(account, None)
            if connecting is not None:
                connecting.cancel()
                await asyncio.gather(connecting, return_exceptions=True)
            await self._close(account)

    async def _keep_holding(self) -> None:
        while True:
            await self._clock.sleep(self.holder.rules.renew_s)
            try:
                await self.hold()
            except DBAPIError as error:
                log.error("fleet.hold_failed", error=str(error.orig))
                await self._close_lost()

    async def handle_messages(self) -> None:
        """Work through what the links told us so far."""
        await self._messages.handle()

    async def _keep_looking(self) -> None:
        while True:
            try:
                await self.look()
            except DBAPIError as error:
                log.error("fleet.account_look_failed", error=str(error.orig))
            await self._clock.sleep(LOOK_S)

    def _begin(self, stored: StoredAccount) -> asyncio.Task[None]:
        task = asyncio.create_task(self._connect(stored), name=f"fleet.connect.{stored.account}")
        self._connecting[stored.account] = task

        def done(ended: asyncio.Task[None]) -> None:
            if self._connecting.get(stored.account) is ended:
                del self._connecting[stored.account]

        task.add_done_callback(done)
        return task

    async def _connect(self, stored: StoredAccount) -> None:
        account = stored.account
        stored = await self._book.get(account)  # what `look` read may be older than the end of another attempt
        if not stored.login_asked and (account in self._links or not stored.restorable):
            return
        await self._close(account)  # two clients of one account would push each other off the broker
        await self._note(self._health_now(account, LinkState.CONNECTING))
        try:
            link = await self._come_up(stored)
        except NeedsHuman as error:
            await self._needs_human(stored, error.message)
        except MowthosError as error:
            await self._try_again(account, error.message)
        except Exception as error:  # a fault of the adapter must be seen and must not end the other accounts
            # Where it happened, and neither message nor local variables: both may hold the password.
            trace = "".join(traceback.format_tb(error.__traceback__))
            log.error("fleet.connect_failed", account=account, error=type(error).__name__, trace=trace)
            await self._try_again(account, Text("unexpected {error}", error=type(error).__name__))
        else:
            self._links[account] = link
            self._failures.pop(account, None)
            self._not_before.pop(account, None)
            if stored.sealed_password is not None:
                await self._book.forget_password(account, stored.sealed_password, fence=self.holder.fence(account))
            self._inbox.put(DevicesListed(account, tuple(link.devices)))
            await self.handle_messages()
            await self._note(link.health)

    async def _come_up(self, stored: StoredAccount) -> CloudLink:
        if self._cloud is None:
            raise NotFound(N_("this process owns no vendor links"))
        if stored.login_asked and stored.sealed_password is not None:
            password = self._book.open(stored.sealed_password)
            return await self._cloud.log_in(stored.account, password, self.listener)
        if stored.sealed_tokens is None:
            raise NeedsHuman(N_("no tokens are stored for this account"))
        try:
            return await self._cloud.restore(stored.account, self._book.open(stored.sealed_tokens), self.listener)
        except NeedsHuman:
            newer = (await self._book.get(stored.account)).sealed_tokens  # an owner before us may have got new ones
            if newer is None or newer == stored.sealed_tokens:
                raise
            return await self._cloud.restore(stored.account, self._book.open(newer), self.listener)

    async def _needs_human(self, stored: StoredAccount, detail: str) -> None:
        if stored.sealed_password is not None:
            fence = self.holder.fence(stored.account)
            await self._book.forget_password(stored.account, stored.sealed_password, fence=fence)
        await self.handle_messages()
        told = self._health.get(stored.account)
        blocked = told is not None and told.state is LinkState.BLOCKED
        state = LinkState.BLOCKED if blocked else LinkState.REAUTH_NEEDED
        await self._note(self._health_now(stored.account, state, detail))

    async def _try_again(self, account: str, detail: str) -> None:
        failures = self._failures[account] = self._failures.get(account, 0) + 1
        wait_s = min(RETRY_FIRST_S * 2 ** (failures - 1), RETRY_MOST_S)
        self._not_before[account] = self._clock.now() + timedelta(seconds=wait_s)
        await self._note(self._health_now(account, LinkState.CLOUD_DOWN, detail))

    async def _close(self, account: str) -> None:
        link = self._links.pop(account, None)
        if link is not None:
            try:
                await link.close()
            except MowthosError as error:
                log.warning("fleet.link_close_failed", account=account, error=error.message)

    async def _note(self, health: LinkHealth, *, store: bool = True) -> None:
        before = self._health.get(health.account)
        self._health[health.account] = health
        if store and (before is None or (before.state, before.detail) != (health.state, health.detail)):
            fence = self.holder.fence(health.account)
            if fence is not None or self.holder.alone:
                with suppress(NotFound, Conflict):
                    await self._book.set_state(health.account, health.state, health.since, health.detail, fence=fence)
        if before != health:
            self.health_changed.emit(health)

    def _health_now(self, account: str, state: LinkState, detail: str = "") -> LinkHealth:
        return next_health(self._health.get(account), account, state, self._clock.now(), detail)

    def _view(self, stored: StoredAccount) -> AccountView:
        link = self._links.get(stored.account)
        health = link.health if link is not None else self._health.get(stored.account)
        return view_of(stored, health, len(self._roster.of_account(stored.account)))
