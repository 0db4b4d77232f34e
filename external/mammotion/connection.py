"""One PyMammotion client for one account, with the fast lane before it.

PyMammotion does the login, the tokens, the commands and the map exchange. It does not poll here (protocol notes, 7.6)
and its frames come through :class:`FastLane`, which also keeps a malformed one from ending the connection (7.4).
"""

from collections.abc import Mapping
from typing import Any, Protocol

import structlog
from pymammotion.client import MammotionClient
from pymammotion.device.handle import DeviceHandle
from pymammotion.http.http import MammotionHTTP
from pymammotion.transport.base import TransportAvailability, TransportType
from pymammotion.transport.mqtt import MQTTTransport
from pymammotion.utility.device_type import DeviceType

from core.clock import Clock
from core.errors import NotFound, Unavailable
from core.texts import N_, Text
from external.mammotion.devices import KnownDevice
from external.mammotion.fast_lane import FastLane
from external.mammotion.intake import Intake
from external.mammotion.library_log import calm_library_log
from external.mammotion.snapshot import reading_from_state
from external.mammotion.web import AccountWeb, LoginForbidden

log = structlog.get_logger(__name__)

_DEAD_TOKEN = frozenset({401, 460})


class ConnectionListener(Protocol):
    """What a connection tells its link. Every method returns at once."""

    def availability_changed(self, connected: bool) -> None: ...

    def sign_in_died(self, reason: str) -> None: ...

    def device_removed(self, device_name: str) -> None: ...

    def credentials_updated(self) -> None: ...

    def credentials_renewed(self, credentials: Mapping[str, Any]) -> None: ...


class Connection:
    """A client that is signed in, or being so."""

    def __init__(
        self, account: str, web: AccountWeb, lane: FastLane, clock: Clock, listener: ConnectionListener
    ) -> None:
        self._account, self._web, self._lane, self._clock = account, web, lane, clock
        self._listener = listener
        self._closed = False
        self._intake: Intake | None = None
        self.client = self._new_client()
        calm_library_log(clock)

    def _new_client(self) -> MammotionClient:
        client = MammotionClient()
        client.on_unrecoverable_auth_error = self._auth_died
        client.on_device_removed = self._removed
        client.on_credentials_updated = self._updated
        return client

    async def log_in(self, password: str) -> None:
        """A password login. Raises what PyMammotion raises."""
        self._web.login_allowed = True
        try:
            await self.client.login_and_initiate_cloud(self._account, password, session=self._web)  # type: ignore[arg-type]
        finally:
            self._web.login_allowed = False
        await self._take_over()

    async def restore(self, credentials: Mapping[str, Any]) -> None:
        """Come back on stored tokens; a password login that PyMammotion would fall back to is refused by the web.

        PyMammotion falls back as soon as the access token is dead; here the refresh token gets its chance first.
        """
        try:
            await self._restore(credentials)
        except LoginForbidden:
            renewed = await self._renewed(credentials)
            if renewed is None:
                raise
            self._listener.credentials_renewed(renewed)  # the old refresh token is dead from now on
            await self.client.stop()
            self.client = self._new_client()
            await self._restore(renewed)
        await self._take_over()

    async def _restore(self, credentials: Mapping[str, Any]) -> None:
        await self.client.restore_credentials(self._account, "", dict(credentials), session=self._web)  # type: ignore[arg-type]

    async def _renewed(self, credentials: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The credentials with a new access token; ``None`` when the vendor takes the refresh token no longer."""
        http = MammotionHTTP.from_cache(dict(credentials), self._account, session=self._web)  # type: ignore[arg-type]
        if http is None:
            return None
        answer = await http.refresh_token_v2()
        if answer.code != 0 or answer.data is None:
            return None
        return {**credentials, "mammotion_data": http.response, "mammotion_jwt_info": http.jwt_info}

    async def close(self) -> None:
        """Disconnect; nothing of the client runs afterwards."""
        self._closed = True
        transport = self.transport
        if transport is not None:
            transport.remove_availability_listener(self._availability)
        if self._intake is not None:
            await self._intake.detach()
        await self.client.stop()

    @property
    def transport(self) -> MQTTTransport | None:
        session = self.client.account_registry.get(self._account)
        return None if session is None else session.mammotion_transport

    @property
    def connected(self) -> bool:
        transport = self.transport
        return transport is not None and transport.availability is TransportAvailability.CONNECTED

    @property
    def gave_up(self) -> bool:
        """Refused even with fresh credentials, or never begun: this connection does not come back by itself (7.11)."""
        transport = self.transport
        return transport is None or transport.is_unrecoverable_auth_failure

    def credentials(self) -> Mapping[str, Any]:
        """What a restore needs; empty when the sign-in is dead."""
        return self.client.to_cache()

    def handle(self, device_name: str) -> DeviceHandle:
        """PyMammotion's handle; ``NotFound`` when the account has no such mower."""
        handle = self.client.device_registry.get_by_name(device_name)
        if handle is None:
            raise NotFound(Text("the account has no mower named {device_name!r}", device_name=device_name))
        return handle

    def unlisted(self) -> int:
        """Mowers of the account that the vendor counts but does not hand out: one page of 100 is all (7.1)."""
        session = self.client.account_registry.get(self._account)
        if session is None or session.mammotion_http is None:
            return 0
        records = session.mammotion_http.device_records
        return max(0, records.total - len(records.records))

    async def listed(self) -> frozenset[str]:
        """The devices the vendor lists for the account now, base stations and all (one request, two with a dead token).

        ``Unavailable`` without a proper answer; what PyMammotion raises when the sign-in is over.
        """
        session = self.client.account_registry.get(self._account)
        if session is None or session.mammotion_http is None or session.token_manager is None:
            raise Unavailable(N_("there is no connection to the vendor's cloud"))
        http = session.mammotion_http
        login = http.login_info
        answer = await http.get_user_device_page()
        if answer.code in _DEAD_TOKEN:
            await session.token_manager.refresh_invoke_token(stale_token=None if login is None else login.access_token)
            answer = await http.get_user_device_page()
        if answer.code != 0 or answer.data is None:
            raise Unavailable(Text("the vendor's list of mowers did not come (its answer: {code})", code=answer.code))
        return frozenset(record.device_name for record in answer.data.records or ())

    @property
    def names(self) -> frozenset[str]:
        """The devices PyMammotion knows, base stations and all."""
        return frozenset(handle.device_name for handle in self.client.device_registry.for_account(self._account))

    async def drop(self, device_name: str) -> None:
        """Forget a device; the account's connection stays for the others (7.13)."""
        await self.client.remove_device(device_name)

    async def probe(self) -> None:
        """One cheap request, to see whether the cloud answers again."""
        session = self.client.account_registry.get(self._account)
        if session is not None and session.mammotion_http is not None:
            await session.mammotion_http.get_user_device_list()

    async def _take_over(self) -> None:
        """Put the fast lane before the transport, end self-polling, and mend what a restore leaves undone."""
        transport = self.transport
        if transport is None:
            raise Unavailable(N_("the vendor's cloud gave no broker to connect to"))
        self._intake = Intake(self._account, self._lane, self.client, transport, self._clock)
        for handle in self.client.device_registry.for_account(self._account):
            await handle.stop_polling()
            if DeviceType.is_rtk(handle.device_name, handle.product_key):
                continue
            if DeviceType.is_swimming_pool(handle.device_name, handle.product_key):
                continue
            self._know(handle)
            # After a restore every handle says "unavailable" on a live connection until it drops once (7.2).
            handle.update_availability(TransportType.CLOUD_MAMMOTION, transport.availability)
        transport.add_availability_listener(self._availability)
        self._listener.availability_changed(self.connected)

    def _know(self, handle: DeviceHandle) -> None:
        known = self._lane.device(handle.device_name)
        if known is None or known.iot_id != handle.iot_id:
            if known is not None:
                self._lane.forget(handle.device_name)
            known = KnownDevice(
                device_name=handle.device_name,
                iot_id=handle.iot_id,
                product_key=handle.product_key,
                model=DeviceType.value_of_str(handle.device_name, handle.product_key).get_model(),
            )
            self._lane.add(known)
        if known.heard_at is None and handle.last_report_data_at > 0:  # it spoke before the lane was laid
            now = self._clock.now()
            known.heard_at = now
            self._lane.tell([reading_from_state(handle.snapshot.raw, device_name=known.device_name, received_at=now)])  # type: ignore[arg-type]

    async def _availability(self, state: TransportAvailability) -> None:
        if not self._closed:
            self._listener.availability_changed(state is TransportAvailability.CONNECTED)

    async def _auth_died(self, _account: str, _transport: TransportType, error: Exception) -> None:
        if not self._closed:
            log.warning("mammotion.sign_in_died", account=self._account, reason=str(error)[:200])
            self._listener.sign_in_died(N_("the vendor ended this sign-in: the password is needed again"))

    async def _removed(self, device_name: str, _iot_id: str) -> None:
        self._listener.device_removed(device_name)

    async def _updated(self) -> None:
        if not self._closed:
            self._listener.credentials_updated()
