"""The live link of one vendor account (`core.ports.CloudLink`): what goes out, and how the link is.

What it does by itself is in `caretaker`, how frames come in is in `fast_lane`, the client is in `connection`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from pymammotion.aliyun.exceptions import DeviceOfflineException
from pymammotion.messaging.command_queue import Priority
from pymammotion.proto import RptAct, RptInfoType

from core.clock import Clock
from core.errors import Conflict, MowthosError, NeedsHuman, NotFound
from core.fleet.model import CommandKind, DeviceDescription, DeviceMap, LinkHealth, MapProgress, SendReceipt
from core.ports import CloudListener
from core.texts import Text
from external.mammotion.budget import RequestBudget
from external.mammotion.caretaker import Caretaker, CareTimes
from external.mammotion.connection import Connection
from external.mammotion.devices import KnownDevice
from external.mammotion.discovery import Discovery
from external.mammotion.errors import translated
from external.mammotion.fast_lane import FastLane
from external.mammotion.health import HealthTeller
from external.mammotion.hours import LinkHours
from external.mammotion.lawns import Lawns
from external.mammotion.mapping import reading_of_status
from external.mammotion.plans import LinkPlans
from external.mammotion.sender import Sender
from external.mammotion.tokens import TokenCache
from external.mammotion.web import AccountWeb, Purpose, sending

LIBRARY_AGE_S = 60.0
"""PyMammotion asks for a report after each event of a device: it may when the last report is older than this."""
EVENT_S = 10.0
QUIET_S = 5.0
_PARTS = ("DEV_STA", "DEV_LOCAL", "WORK", "MAINTAIN", "BASESTATION_INFO", "CONNECT", "FW_INFO", "CUTTER_INFO", "RTK")
_CHANNELS = [RptInfoType[f"RIT_{part}"] for part in _PARTS]


class MammotionLink:
    """One account. Use `MammotionCloud` to make one."""

    def __init__(
        self, *, account: str, listener: CloudListener, web: AccountWeb, clock: Clock, times: CareTimes
    ) -> None:
        self._account, self._listener, self._web, self._clock = account, listener, web, clock
        self.budget: RequestBudget = web.budget
        web.may_send = self._library_may_send
        self._sender = Sender(self, listener, clock)
        self._lane = FastLane(
            clock,
            readings=listener.readings,
            acknowledged=self._sender.heard_back,
            learned=self._learned,
            settings=listener.settings_reported,
        )
        self.connection = self._new_connection()
        self._caretaker = Caretaker(self, self._lane, clock, times)
        self.lawns = Lawns(self, clock)
        self.plans = LinkPlans(self, clock)
        self.hours = LinkHours(self)
        self._credentials: Mapping[str, Any] = {}  # as handed over last
        self._teller = HealthTeller(account, web, self._lane, clock, listener.health_changed)
        self._discovery = Discovery(self, self._lane, lambda found: listener.device_found(account, found))
        self._quiet_until = float("-inf")  # monotonic; a connection that is being replaced is no lost one
        self._closed = self._open = False
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def account(self) -> str:
        return self._account

    @property
    def health(self) -> LinkHealth:
        self.update()
        return self._teller.health

    @property
    def devices(self) -> Sequence[DeviceDescription]:
        return tuple(device.description for device in self._lane.devices)

    async def send(
        self, device_name: str, kind: CommandKind, parameters: Mapping[str, Any], *, command_id: str
    ) -> SendReceipt:
        """Send now. The same ``command_id`` goes out once: a second time answers with the first receipt."""
        return await self._sender.send(device_name, kind, parameters, command_id=command_id)

    async def request_report(self, device_name: str) -> None:
        """Ask for one report. It costs a request, or two when the device was not spoken to for seconds (7.10)."""
        device = self.known(device_name)
        await self.tell_device(
            device_name,
            "request_iot_sys",
            rpt_act=RptAct.RPT_START,
            rpt_info_type=_CHANNELS,
            timeout=10_000,
            period=3_000,
            no_change_period=4_000,
            count=1,
        )
        device.asked_at = self._clock.now()

    async def sync_map(self, device_name: str, *, progress: Callable[[MapProgress], None] | None = None) -> DeviceMap:
        """Fetch areas, no-go zones, channels, dock and base, and the planned path of a running task."""
        device = self.known(device_name)
        self._require(Purpose.QUESTION)
        fetched = await self.lawns.fetch(device, progress)
        self._listener.map_updated(fetched)
        return fetched

    async def follow_path(self, device_name: str) -> None:
        """Fetch the planned path of a mower's new task, and ask for its settings; the listener gets both."""
        device = self.known(device_name)
        self._require(Purpose.QUESTION)
        fetched = await self.lawns.follow_path(device)
        if fetched is not None:
            self._listener.map_updated(fetched)
        with suppress(MowthosError):  # the path counts; the settings come with the next task
            await self.tell_device(device_name, "query_generate_route_information")

    async def close(self) -> None:
        """Disconnect and leave no task running; tokens and the count of requests are handed over first."""
        if self._closed:
            return
        if self._open:
            self.keep_tokens()
        self._closed = True
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.connection.close()
        await self._web.close()
        self._lane.close()
        if self._open:
            self.update()

    async def log_in(self, password: str) -> None:
        """A password login; see `core.ports.MowerCloud.log_in`."""
        await self._come_up(
            lambda: self.connection.log_in(password), doing=Text("login of {account}", account=self._account)
        )

    async def restore(self, stored: TokenCache) -> None:
        """Come back on stored tokens; see `core.ports.MowerCloud.restore`."""
        self._lane.remembered = stored.devices
        await self._come_up(
            lambda: self.connection.restore(stored.credentials),
            doing=Text("restore of {account}", account=self._account),
        )

    async def rebuild(self, *, quietly: bool = False) -> None:
        """A new client on the present tokens. ``quietly``: the gap is not told unless it lasts."""
        credentials = {**self._credentials, **self.connection.credentials()}
        if quietly:
            self._quiet_until = self._clock.monotonic() + QUIET_S
        await self.connection.close()
        self.connection = self._new_connection()
        with translated(Text("new connection of {account}", account=self._account)):
            await self.connection.restore(credentials)
        self.keep_tokens()

    async def look_for_devices(self) -> None:
        """Ask the vendor which mowers the account has; the listener hears of those that came or went."""
        self._refuse_if_over()
        self._require(Purpose.QUESTION)
        try:
            await self._discovery.look()
        finally:
            self.update()

    async def tell_device(
        self,
        device_name: str,
        key: str,
        /,
        *,
        purpose: Purpose = Purpose.QUESTION,
        priority: Priority = Priority.USER,
        **fields: Any,
    ) -> None:
        """Send one of PyMammotion's commands now; returns once the cloud took it. Never queued: a queue drops (5)."""
        await self.direct(
            device_name,
            purpose,
            lambda: self.connection.client.send_command_with_args(device_name, key, priority=priority, **fields),
        )

    def known(self, device_name: str) -> KnownDevice:
        """``NotFound`` when the account has no such mower."""
        device = self._lane.device(device_name)
        if device is None:
            raise NotFound(Text("the account has no mower named {device_name!r}", device_name=device_name))
        return device

    def update(self) -> None:
        """Look at the signs; the listener hears when the link is another than before."""
        connection = self.connection
        connected = not self._closed and connection.connected
        if not (connected or self._closed or self._teller.dead) and self._being_replaced:
            return
        self._teller.look(closed=self._closed, connected=connected, unlisted=connection.unlisted())

    def keep_tokens(self) -> None:
        """Hand the listener what a restart needs."""
        credentials = self.connection.credentials()
        if credentials:  # none once the sign-in is dead
            self.credentials_renewed(credentials)

    # What the connection tells (`ConnectionListener`).

    def availability_changed(self, connected: bool) -> None:
        if connected and self._being_replaced:
            self._quiet_until = float("-inf")
        elif connected and self._teller.was_connected:
            self._caretaker.reconnected()
        self.update()

    def sign_in_died(self, reason: str) -> None:
        self._teller.dead = reason
        self.update()

    def device_removed(self, device_name: str) -> None:
        self._gone(device_name)

    def credentials_updated(self) -> None:
        if not self._closed:
            self.keep_tokens()

    def credentials_renewed(self, credentials: Mapping[str, Any]) -> None:
        self._credentials = credentials
        cache = TokenCache(credentials, tuple(self.budget.history()), self._lane.facts())
        self._listener.tokens_changed(self._account, cache.write())

    async def _come_up(self, sign_in: Callable[[], Awaitable[None]], *, doing: str) -> None:
        try:
            with translated(doing):
                await sign_in()
        except BaseException as error:
            if isinstance(error, NeedsHuman):
                self.sign_in_died(error.message)
            await self.close()
            raise
        for device in self._lane.devices:
            self._listener.device_found(self._account, device.description)
        self._open = True
        self.keep_tokens()
        self._tasks = [
            asyncio.create_task(self._caretaker.watch(), name=f"mammotion.watch.{self._account}"),
            asyncio.create_task(self._caretaker.tend(), name=f"mammotion.tend.{self._account}"),
            asyncio.create_task(self._caretaker.fetch(), name=f"mammotion.fetch.{self._account}"),
        ]
        self.update()

    async def direct(self, device_name: str, purpose: Purpose, send: Callable[[], Awaitable[None]]) -> None:
        """Let PyMammotion send something now, as ``purpose``, and translate what it raises."""
        self._refuse_if_over()
        device = self.known(device_name)
        self._require(purpose)
        with translated(device_name), sending(purpose):
            try:
                await send()
            except DeviceOfflineException:
                now = self._clock.now()
                gone = reading_of_status(device_name=device.device_name, online=False, device_time=now, received_at=now)
                self._lane.tell([gone])
                raise
            finally:
                self.update()

    @property
    def fetching_maps(self) -> bool:
        return self.lawns.busy

    @property
    def missing_devices(self) -> bool:
        """Whether a mower was missing from the vendor's list at the last look: the next one decides."""
        return self._discovery.in_doubt

    @property
    def _being_replaced(self) -> bool:
        return self._clock.monotonic() < self._quiet_until

    def _refuse_if_over(self) -> None:
        if self._closed:
            raise Conflict(Text("the link of {account} is closed", account=self._account))
        if self._teller.dead is not None:
            raise NeedsHuman(self._teller.dead)

    def _require(self, purpose: Purpose) -> None:
        allowed = {Purpose.QUESTION: self.budget.may_ask, Purpose.COMMAND: self.budget.may_command}
        if not allowed.get(purpose, True):
            raise Conflict(
                Text(
                    "the request budget of {account} is spent: {used} of {n} requests in 24 hours",
                    account=self._account,
                    used=self.budget.used,
                    n=self.budget.limits.ceiling,
                )
            )

    def _library_may_send(self, iot_id: str) -> bool:
        """PyMammotion may fetch a map we asked for, and follow up an event of a device that has been silent."""
        if self.lawns.fetching(iot_id):
            return True
        device, now = self._lane.by_iot_id(iot_id), self._clock.now()
        if not self._open or device is None or device.notified_at is None:
            return False
        if (now - device.notified_at).total_seconds() > EVENT_S or device.age_s(now) <= LIBRARY_AGE_S:
            return False
        device.asked_at = now
        return True

    def _gone(self, device_name: str) -> None:
        if self._lane.device(device_name) is None:
            return  # a base station, or told before
        self._lane.forget(device_name)
        self.lawns.forget(device_name)
        self._listener.device_removed(self._account, device_name)

    def _learned(self, device: KnownDevice) -> None:
        if self._open:
            self._caretaker.learned()
            self._listener.device_found(self._account, device.description)

    def _new_connection(self) -> Connection:
        return Connection(self._account, self._web, self._lane, self._clock, self)
