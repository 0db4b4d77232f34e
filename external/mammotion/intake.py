"""What the account's one connection brings: to the fast lane first, then to PyMammotion as much as it needs.

The connection receives for one device after the other and waits for each handler (protocol notes, 7.3), so nothing here
waits for anybody: readings go into a batch, PyMammotion's sample of the reports to a task of its own.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from pymammotion.client import MammotionClient
from pymammotion.data.mqtt.status import StatusType, ThingStatusMessage
from pymammotion.transport.base import AuthError
from pymammotion.transport.mqtt import MQTTTransport

from core.clock import Clock, from_epoch_ms
from core.fleet.model import Reading
from external.mammotion.devices import KnownDevice
from external.mammotion.fast_lane import FastLane, HandOn
from external.mammotion.mapping import reading_of_properties, reading_of_status

HAND_ON_PAUSE_S = 0.02

type Handler = Callable[..., Awaitable[None]]


class Intake:
    """Stands before the transport's callbacks from the moment it is made until `detach`."""

    def __init__(
        self, account: str, lane: FastLane, client: MammotionClient, transport: MQTTTransport, clock: Clock
    ) -> None:
        self._lane, self._client, self._transport, self._clock = lane, client, transport, clock
        self._later: dict[str, bytes] = {}  # the newest report of each device that PyMammotion is still to get
        self._more = asyncio.Event()
        self._message: Handler | None = transport.on_device_message
        self._status: Handler | None = transport.on_device_status
        self._properties: Handler | None = transport.on_device_mammotion_properties
        self._notification: Handler | None = transport.on_device_notification
        transport.on_device_message = self._on_message
        transport.on_device_status = self._on_status
        transport.on_device_mammotion_properties = self._on_properties
        transport.on_device_notification = self._on_notification
        self._handing_on = asyncio.create_task(self._hand_on(), name=f"mammotion.hand_on.{account}")

    async def detach(self) -> None:
        """End what was subscribed (7.14): whatever the connection still brings reaches nobody."""
        transport = self._transport
        transport.on_device_message = transport.on_device_status = None
        transport.on_device_mammotion_properties = transport.on_device_notification = None
        self._handing_on.cancel()
        await asyncio.gather(self._handing_on, return_exceptions=True)

    async def _on_message(self, iot_id: str, content: bytes) -> None:
        wanted = self._lane.frame(iot_id, content, offline_flag=self._held_offline(iot_id))
        if wanted is HandOn.NOW:
            await self._guarded(self._message, iot_id, content)
        elif wanted is HandOn.LATER:
            self._later[iot_id] = content
            self._more.set()

    async def _on_status(self, iot_id: str, said: ThingStatusMessage) -> None:
        await self._guarded(self._status, iot_id, said)
        device = self._lane.by_iot_id(iot_id)
        if device is not None:
            self._lane.tell([self._status_reading(device, said)])

    async def _on_properties(self, iot_id: str, said: Any) -> None:
        await self._guarded(self._properties, iot_id, said)
        device = self._lane.by_iot_id(iot_id)
        if device is not None:
            self._lane.firmware(device, said.params.device_version)
            device.sequence += 1
            at = self._clock.now()
            self._lane.tell(
                [reading_of_properties(said.params, device_name=device.device_name, at=at, sequence=device.sequence)]
            )

    async def _on_notification(self, iot_id: str, identifier: str, value: dict[str, Any] | None) -> None:
        device = self._lane.by_iot_id(iot_id)
        if device is not None:
            device.notified_at = self._clock.now()
        await self._guarded(self._notification, iot_id, identifier, value)

    async def _hand_on(self) -> None:
        """Give PyMammotion its sample of the reports, a few a second: each costs it some five milliseconds."""
        while True:
            await self._more.wait()
            while self._later:
                iot_id = next(iter(self._later))
                with contextlib.suppress(AuthError):  # told by the tokens' own callback; the others still get theirs
                    await self._guarded(self._message, iot_id, self._later.pop(iot_id))
                await self._clock.sleep(HAND_ON_PAUSE_S)
            self._more.clear()

    async def _guarded(self, inner: Handler | None, iot_id: str, *said: Any) -> None:
        """PyMammotion's own handling. An error of a malformed frame would end the account's connection (7.4)."""
        if inner is None:
            return
        try:
            await inner(iot_id, *said)
        except AuthError:
            raise  # the connection's own loop deals with these
        except Exception as error:
            self._lane.refuse(f"{type(error).__name__}: {error}")

    def _held_offline(self, iot_id: str) -> bool:
        device = self._lane.by_iot_id(iot_id)
        if device is None:
            return False
        handle = self._client.device_registry.get_by_name(device.device_name)
        return handle is not None and handle.availability.mqtt_reported_offline

    def _status_reading(self, device: KnownDevice, said: ThingStatusMessage) -> Reading:
        now = self._clock.now()
        stamp = said.params.status.time
        device_time: datetime = now
        with contextlib.suppress(ValueError, OverflowError, OSError):
            device_time = from_epoch_ms(stamp) if stamp > 0 else now
        return reading_of_status(
            device_name=device.device_name,
            online=said.params.status.value is StatusType.CONNECTED,
            device_time=device_time,
            received_at=now,
        )
