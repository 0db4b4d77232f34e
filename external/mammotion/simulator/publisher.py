"""Many devices at a high rate, for measurements: prepared reports with fresh timestamps straight into the broker."""

import asyncio
from collections.abc import Sequence

from pymammotion.proto import luba_msg_pb2

from core.clock import Clock, to_epoch_ms
from external.mammotion.simulator import mqtt_packets as mqtt
from external.mammotion.simulator import orders, wire
from external.mammotion.simulator.device import Device
from external.mammotion.simulator.mower import Activity

_BATCH_S = 0.01


class ReportPublisher:
    """Publishes reports of ``devices`` round-robin. Each has ``variants`` prepared reports, a second of mowing apart.

    The devices themselves are put to work for that; run it on a server whose own pushes are rare
    (``SimulatorOptions(active_period_s=3600, docked_period_s=3600, owners=False)``).
    """

    def __init__(self, devices: Sequence[Device], clock: Clock, *, variants: int = 10) -> None:
        if not devices or variants < 1:
            raise ValueError("at least one device and one variant")
        self._clock = clock
        self._topics = [wire.event_topic(device.product_key, device.name) for device in devices]
        self._iot_ids = [device.iot_id for device in devices]
        self._reports = [[_report(device, number) for number in range(variants)] for device in devices]
        self.sent = 0

    async def run(self, *, port: int, rate_per_s: float, seconds: float) -> int:
        """Publish to the broker behind the front (``SimulatorServer.backend_port``); how many went out."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(mqtt.connect("bench-publisher"))
            await reader.readexactly(4)
            began, sent_before, total = self._clock.monotonic(), self.sent, round(rate_per_s * seconds)
            while (done := self.sent - sent_before) < total:
                due = min(total, int((self._clock.monotonic() - began) * rate_per_s) + 1)
                if due > done:
                    now_ms = to_epoch_ms(self._clock.now())
                    writer.write(b"".join(self.packet(now_ms) for _ in range(due - done)))
                    await writer.drain()
                await self._clock.sleep(_BATCH_S)
        finally:
            writer.close()
            await writer.wait_closed()
        return self.sent - sent_before

    def packet(self, now_ms: int) -> bytes:
        """The next PUBLISH packet, stamped with ``now_ms``."""
        turn, index = divmod(self.sent, len(self._topics))
        reports = self._reports[index]
        message = reports[turn % len(reports)]
        message.timestamp = now_ms
        message.seqs = turn & 255
        message.sys.toapp_report_data.dev.sys_time_stamp = now_ms // 1000
        self.sent += 1
        return mqtt.publish(self._topics[index], wire.event_body(self._iot_ids[index], message.SerializeToString()))


def _report(device: Device, number: int) -> luba_msg_pb2.LubaMsg:
    if number == 0 and device.mower.activity is Activity.DOCKED:
        mower, _ = orders.control(device.mower, orders.TaskAction.START)
        job = mower.job
        assert job is not None
        x, y = job.legs[0].start
        device.mower = mower.but(activity=Activity.MOWING, x=x, y=y, route=(), toward_deg=job.legs[0].toward_deg)
    device.step(1.0)
    return device.report(now_ms=0, now_s=0.0 if number == 0 else 1.0)
