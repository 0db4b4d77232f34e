"""The broker's door: checks the JWT of every sign-in and which topics it may hear, then passes bytes through.

It stands before the real broker because a broker of its own knows neither tokens nor how to fail on demand.
"""

import asyncio
from collections import Counter

import structlog

from core.clock import Clock
from external.mammotion.simulator import mqtt_packets as mqtt
from external.mammotion.simulator.vendor import Account, Vendor

log = structlog.get_logger(__name__)

_CHUNK = 1 << 16
_SIGN_IN_S = 10.0


class BrokerFront:
    """Listens for the clients. ``drop`` and ``refuse`` are the faults a broker can have."""

    def __init__(self, vendor: Vendor, clock: Clock, *, host: str, port: int = 0) -> None:
        self.port = port
        self.counts: Counter[str] = Counter()
        self._vendor, self._clock, self._host = vendor, clock, host
        self._backend_port = 0
        self._server: asyncio.Server | None = None
        self._open: dict[asyncio.Task[None], str] = {}
        self._refuse_code = 0
        self._reopening: asyncio.Task[None] | None = None

    async def start(self, backend_port: int) -> None:
        self._backend_port = backend_port
        await self._listen()

    async def stop(self) -> None:
        if self._reopening is not None:
            self._reopening.cancel()
            await asyncio.gather(self._reopening, return_exceptions=True)
        await self._close_door()
        await self.drop()

    @property
    def connected(self) -> list[str]:
        """The accounts signed in now."""
        return sorted(name for name in self._open.values() if name)

    async def drop(self, account: str = "*") -> int:
        """End the connections of an account, or all; how many there were."""
        tasks = [task for task, name in self._open.items() if account in ("*", name)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return len(tasks)

    async def go_down(self, seconds: float) -> None:
        """Drop everyone and let nobody connect for ``seconds``."""
        await self._close_door()
        await self.drop()
        if self._reopening is not None:
            self._reopening.cancel()
        self._reopening = asyncio.create_task(self._come_back(seconds))

    def refuse_sign_ins(self, code: int) -> None:
        """Answer every sign-in with this CONNACK code; 0 = judge them again."""
        self._refuse_code = code

    async def _come_back(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
        await self._listen()

    async def _listen(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, self._host, self.port)
            self.port = int(self._server.sockets[0].getsockname()[1])

    async def _close_door(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open[task] = ""
        try:
            await self._talk(task, reader, writer)
        except (OSError, asyncio.IncompleteReadError, mqtt.Malformed, TimeoutError) as error:
            log.debug("front.connection_ended", reason=repr(error))
        except asyncio.CancelledError:
            log.debug("front.connection_dropped")
        finally:
            self._open.pop(task, None)
            writer.close()

    async def _talk(self, task: asyncio.Task[None], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(_SIGN_IN_S):
            kind, packet, body = await mqtt.read_packet(reader)
        if kind != mqtt.CONNECT:
            raise mqtt.Malformed("the first packet is not CONNECT")
        sign_in = mqtt.read_sign_in(body)
        account = self._vendor.mqtt_account(
            client_id=sign_in.client_id, username=sign_in.username, password=sign_in.password
        )
        if account is None or self._refuse_code:
            self.counts["refused"] += 1
            writer.write(mqtt.connack(self._refuse_code or mqtt.NOT_AUTHORISED))
            await writer.drain()
            return
        self.counts["accepted"] += 1
        self._open[task] = account.account
        backend_reader, backend_writer = await asyncio.open_connection("127.0.0.1", self._backend_port)
        try:
            backend_writer.write(packet)
            async with asyncio.TaskGroup() as group:
                down = group.create_task(self._down(backend_reader, writer))
                up = group.create_task(self._up(account, reader, writer, backend_writer))
                await asyncio.wait((down, up), return_when=asyncio.FIRST_COMPLETED)
                down.cancel()
                up.cancel()
        except* (OSError, asyncio.IncompleteReadError, mqtt.Malformed) as errors:
            log.debug("front.connection_ended", reason=repr(errors.exceptions))
        finally:
            backend_writer.close()

    async def _down(self, backend: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await backend.read(_CHUNK):
            writer.write(chunk)
            await writer.drain()

    async def _up(
        self,
        account: Account,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        backend: asyncio.StreamWriter,
    ) -> None:
        while True:
            kind, packet, body = await mqtt.read_packet(reader)
            if kind == mqtt.SUBSCRIBE:
                packet_id, filters = mqtt.read_filters(body)
                own = {(device.product_key, device.name) for device in account.devices}
                if not mqtt.allowed(filters, own):
                    self.counts["subscriptions_refused"] += 1
                    writer.write(mqtt.suback_refused(packet_id, len(filters)))
                    continue
            if kind == mqtt.PUBLISH:
                self.counts["publishes_refused"] += 1  # clients send over HTTP; a device's topic is not theirs
                continue
            backend.write(packet)
            await backend.drain()
