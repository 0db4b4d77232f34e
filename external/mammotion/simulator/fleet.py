"""The devices at work: steps them, publishes what they push, and lets them answer requests."""

import asyncio
import contextlib
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import aiomqtt
import structlog
from pymammotion.proto import luba_msg_pb2

from core.clock import Clock, to_epoch_ms
from external.mammotion.simulator import replies, wire
from external.mammotion.simulator.device import Device, Feed
from external.mammotion.simulator.journal import Frame, Journal
from external.mammotion.simulator.mower import Mower
from external.mammotion.simulator.owners import Owners

log = structlog.get_logger(__name__)

TICKS = 10
"""Each second is cut into this many ticks; a device moves in one of them, so that the work is spread out."""

_RECONNECT_S = 0.5
HANDS_OFF_S = 1800.0
_MOTION_DELAY = 4.0  # a mower takes longer to act than to tell
_MOST_CATCH_UP_TICKS = 30
RESTART_S = 3.0
"""How long a device is off the cloud while its computer starts anew."""


@dataclass(slots=True)
class Radio:
    """How bad the devices' network is, both ways: the share of messages lost, and seconds each takes."""

    loss: float = 0.0
    delay_s: float = 0.0
    random: Random = field(default_factory=lambda: Random(11))
    lost: int = 0

    def loses(self) -> bool:
        lost = self.loss > 0 and self.random.random() < self.loss
        self.lost += lost
        return lost


class DeviceFleet:
    """Runs every device. ``speed`` is for motion and battery only: frames always carry the clock's own time."""

    def __init__(
        self,
        devices: Sequence[Device],
        clock: Clock,
        journal: Journal,
        *,
        speed: float,
        active_period_s: float,
        docked_period_s: float,
        reply_delay_s: float,
        owners: Owners | None,
    ) -> None:
        self.devices = {device.name: device for device in devices}
        self.speed = speed
        self._clock, self._journal, self._owners = clock, journal, owners
        self._active_s, self._docked_s, self._reply_delay_s = active_period_s, docked_period_s, reply_delay_s
        self._slots = [list(self.devices.values())[n::TICKS] for n in range(TICKS)]
        self._outbox: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue(maxsize=20_000)
        self._tasks: set[asyncio.Task[None]] = set()
        self.dropped = 0
        self.radio = Radio()

    async def start(self, broker_port: int) -> None:
        """Returns when the devices are signed in at their broker. A client that is cancelled while it connects keeps
        its socket open (aiomqtt 2.5.1), and the broker would wait for it: nobody ends the devices before."""
        signed_in = asyncio.Event()
        self._start(self._publish(broker_port, signed_in))
        await signed_in.wait()
        self._start(self._run())

    async def stop(self) -> None:
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def request(self, device: Device, message: luba_msg_pb2.LubaMsg, content: bytes) -> None:
        """A request arrived for a device; it answers after its usual delay. A bad radio may lose it on the way."""
        now_ms = to_epoch_ms(self._clock.now())
        leaf = ".".join(replies.leaf_of(message))
        self._journal.frame(Frame(now_ms, "to_device", device.name, leaf, len(content), content))
        if not device.deaf and not self.radio.loses():
            self._start(self._answer(device, message, self.radio.delay_s))

    def change(self, device: Device, mower: Mower) -> None:
        """Put a mower into another state from outside; the next tick tells it to the world."""
        before = device.mower.fault
        device.set_mower(mower, now_ms=to_epoch_ms(self._clock.now()))
        if mower.fault is not None and mower.fault is not before:
            self.send(device, replies.buffer_message(device, 2, to_epoch_ms(self._clock.now())))

    def hands_off(self, device: Device) -> None:
        """Someone else commands this mower now: its simulated owner keeps away for half an hour of wall time."""
        device.hands_off_until_s = device.mower.simulated_s + HANDS_OFF_S * self.speed

    def set_online(self, device: Device, online: bool) -> None:
        """Take a device off the vendor's cloud or bring it back; the vendor says so to the app."""
        if device.online == online:
            return
        device.online = online
        body = wire.status_body(
            online=online,
            product_key=device.product_key,
            device_name=device.name,
            iot_id=device.iot_id,
            now_ms=to_epoch_ms(self._clock.now()),
        )
        self.publish(wire.status_topic(device.product_key, device.name), body)
        device.push_soon()

    def send(self, device: Device, message: luba_msg_pb2.LubaMsg) -> None:
        """Publish one message of a device, unless it is offline or gone."""
        if not device.online or device.removed:
            return
        content = message.SerializeToString()
        leaf = ".".join(replies.leaf_of(message))
        self._journal.frame(Frame(message.timestamp, "from_device", device.name, leaf, len(content), content))
        self.send_raw(device, content)

    def send_raw(self, device: Device, content: bytes) -> None:
        """Publish bytes as a device's protobuf, whatever they are."""
        self.publish(wire.event_topic(device.product_key, device.name), wire.event_body(device.iot_id, content))

    def publish(self, topic: str, body: bytes) -> None:
        if self.radio.loses():
            return
        if self.radio.delay_s:
            asyncio.get_running_loop().call_later(self.radio.delay_s, self._put, topic, body)
        else:
            self._put(topic, body)

    def _put(self, topic: str, body: bytes) -> None:
        try:
            self._outbox.put_nowait((topic, body))
        except asyncio.QueueFull:
            self.dropped += 1  # nobody keeps frames for a broker that is away

    async def _run(self) -> None:
        origin, ticks = self._clock.monotonic(), 0
        while True:
            due = int((self._clock.monotonic() - origin) * TICKS)
            if due - ticks > _MOST_CATCH_UP_TICKS:  # the machine slept: go on from now
                origin, ticks, due = self._clock.monotonic(), 0, 0
            while ticks < due:
                self._tick(ticks)
                ticks += 1
            await self._clock.sleep(max(0.0, origin + (ticks + 1) / TICKS - self._clock.monotonic()))

    def _tick(self, number: int) -> None:
        now_s = self._clock.monotonic()
        if number % TICKS == 0 and self._owners is not None:
            for device, mower in self._owners.decide(list(self.devices.values()), dt=self.speed):
                if mower is None:
                    self.set_online(device, not device.online)
                else:
                    self.change(device, mower)
        for device in self._slots[number % TICKS]:
            if device.step(self.speed):
                device.push_soon()
            if device.due(now_s, active_s=self._active_s, docked_s=self._docked_s):
                self._push(device, now_s)

    def _push(self, device: Device, now_s: float) -> None:
        if not device.online or device.removed:
            return
        now_ms = to_epoch_ms(self._clock.now())
        message = device.report(now_ms=now_ms, now_s=now_s)
        content = device.fed(message.SerializeToString())
        if content is None:
            return
        self._journal.frame(Frame(now_ms, "from_device", device.name, "sys.toapp_report_data", len(content), content))
        self.send_raw(device, content)
        if device.feed is not Feed.LIVE:
            return
        if device.mower.fault is not None:  # for whoever came after it happened
            self.send(device, replies.buffer_message(device, 2, now_ms))
        if not device.active:
            self.publish(
                wire.property_topic(device.product_key, device.name), wire.property_body(device.mower, device.iot_id)
            )

    async def _answer(self, device: Device, request: luba_msg_pb2.LubaMsg, delay_s: float) -> None:
        if delay_s:
            await self._clock.sleep(delay_s)
        # The same delay for all of a kind: a device answers them in the order they came.
        slow = request.nav.HasField("todev_taskctrl") or request.nav.HasField("plan_task_execute")
        await self._clock.sleep(self._reply_delay_s * (_MOTION_DELAY if slow else 1.0))
        if slow:
            self.hands_off(device)
        answers = replies.answers(device, request, now_ms=to_epoch_ms(self._clock.now()), now_s=self._clock.monotonic())
        if answers is None:
            self._journal.leaves[f"unanswered {'.'.join(replies.leaf_of(request))}"] += 1
            return
        for answer in answers:
            self.send(device, answer)
        if device.restart_wanted:
            device.restart_wanted = False
            self.set_online(device, False)
            await self._clock.sleep(RESTART_S)
            self.set_online(device, True)

    async def _publish(self, broker_port: int, signed_in: asyncio.Event) -> None:
        while True:
            try:
                async with aiomqtt.Client("127.0.0.1", broker_port, identifier="devices") as client:
                    signed_in.set()
                    while True:
                        topic, body = await self._outbox.get()
                        await client.publish(topic, body)
            except aiomqtt.MqttError as error:
                log.warning("devices.broker_lost", reason=str(error))
                await self._clock.sleep(_RECONNECT_S)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        with contextlib.suppress(asyncio.CancelledError):
            if (error := task.exception()) is not None:
                log.error("devices.task_failed", exc_info=error)
