"""Reports past PyMammotion: decoded here by upb protobuf into readings, a hundred times faster (protocol notes, 8).

The flow of one frame of an account, in order:

1. `frame` (in the transport's callback): decode; a frame that cannot be read is counted and goes no further.
2. A report waits in the batch; anything else is looked at for what it teaches: base, errors, firmware, answers.
3. The answer says whether PyMammotion gets the frame, too: at once if it is no report; later, as the newest of its
   device, if it is a report and the mode changed, PyMammotion holds the device for offline or fetches its map, or
   ``sample_s`` have passed for this device; else not.
4. `flush` (a few milliseconds later, or when the batch is full): the batch becomes readings for the listener.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import structlog
from google.protobuf.message import DecodeError
from pymammotion.proto import luba_msg_pb2

from core.clock import Clock
from core.fleet import ReportedSettings
from core.fleet.model import Reading, Source
from external.mammotion.commands import reported_settings
from external.mammotion.devices import KnownDevice
from external.mammotion.envelope import Malformed, content_of, device_of
from external.mammotion.mapping import parts_of, reading_of
from external.mammotion.work_modes import mower_state

log = structlog.get_logger(__name__)

FLUSH_S = 0.02
BATCH = 250
SAMPLE_S = 60.0
GUESS_BASE_AFTER_S = 30.0
"""A device that has not told its base by then is placed by its correction channel, without yaw."""
ASKED_S = 15.0
"""A report within this time of a question is its answer (Source.POLL)."""
_FIRST_TIMESTAMP_MS = 1_000_000_000_000

_decode = luba_msg_pb2.LubaMsg.FromString


class HandOn(Enum):
    """Whether PyMammotion is to get a frame."""

    NO = "no"
    NOW = "now"
    LATER = "later"  # it may wait, and give way to a newer one of the same device


class FastLane:
    """One account's frames. ``readings`` gets batches; ``acknowledged`` gets (device, task action, result)."""

    def __init__(
        self,
        clock: Clock,
        *,
        readings: Callable[[list[Reading]], None],
        acknowledged: Callable[[KnownDevice, int, int], None],
        learned: Callable[[KnownDevice], None],
        settings: Callable[[ReportedSettings], None] | None = None,
        sample_s: float = SAMPLE_S,
    ) -> None:
        self._clock = clock
        self._readings, self._acknowledged, self._learned = readings, acknowledged, learned
        self._settings = settings
        self._sample_s = sample_s
        self._by_iot_id: dict[str, KnownDevice] = {}
        self._by_name: dict[str, KnownDevice] = {}
        self._batch: list[tuple[KnownDevice, Any, datetime]] = []
        self._timer: asyncio.TimerHandle | None = None
        self.refused_frames = 0
        self.remembered: Mapping[str, Mapping[str, Any]] = {}
        """By device name: what was kept over a restart (`KnownDevice.remember`)."""

    @property
    def devices(self) -> list[KnownDevice]:
        return list(self._by_name.values())

    def facts(self) -> dict[str, Mapping[str, Any]]:
        """What is to be kept over a restart, by device name."""
        return {**self.remembered, **{device.device_name: device.remember() for device in self.devices}}

    def add(self, device: KnownDevice) -> None:
        device.recall(self.remembered.get(device.device_name, {}))
        self._by_iot_id[device.iot_id] = self._by_name[device.device_name] = device

    def forget(self, device_name: str) -> None:
        device = self._by_name.pop(device_name, None)
        if device is not None:
            self._by_iot_id.pop(device.iot_id, None)

    def device(self, device_name: str) -> KnownDevice | None:
        return self._by_name.get(device_name)

    def by_iot_id(self, iot_id: str) -> KnownDevice | None:
        return self._by_iot_id.get(iot_id)

    def message(self, topic: str, payload: bytes) -> HandOn:
        """A raw broker message; see :meth:`frame`. Anything that is no readable protobuf event is refused."""
        try:
            device = self._by_name.get(device_of(topic))
            content = content_of(payload)
        except Malformed as error:
            self.refuse(str(error))
            return HandOn.NO
        return HandOn.NO if device is None else self.frame(device.iot_id, content)

    def frame(self, iot_id: str, content: bytes, *, offline_flag: bool = False) -> HandOn:
        """One frame of a device, and whether PyMammotion is to get it as well. Never raises.

        ``offline_flag``: PyMammotion holds this device for offline, which only an inbound frame clears.
        """
        device = self._by_iot_id.get(iot_id)
        if device is None:
            return HandOn.NOW  # not one of our mowers (a base station, say): PyMammotion's alone
        try:
            message = _decode(content)
        except DecodeError as error:
            self.refuse(str(error))
            return HandOn.NO
        if message.sys.HasField("toapp_report_data"):
            self._batch.append((device, message, self._clock.now()))
            if len(self._batch) >= BATCH:
                self.flush()
            elif self._timer is None:
                self._timer = asyncio.get_running_loop().call_later(FLUSH_S, self.flush)
            wanted = self._wants(device, message.sys.toapp_report_data, offline_flag)
            return HandOn.LATER if wanted else HandOn.NO
        self._learn(device, message)
        return HandOn.NOW

    def flush(self) -> None:
        """Turn the waiting reports into readings, now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        batch, self._batch = self._batch, []
        readings: list[Reading] = []
        for device, message, received_at in batch:
            try:
                readings.append(self._reading(device, message, received_at))
            except (ValueError, OverflowError, OSError) as error:  # absurd numbers: no date, no place on earth
                self.refuse(f"{device.device_name}: {error}")
        if readings:
            self._readings(readings)

    def close(self) -> None:
        """Hand over what waits and stop the timer."""
        self.flush()

    def tell(self, readings: Iterable[Reading]) -> None:
        """Readings that did not come as reports (properties, the vendor's word), after those that came before them."""
        self.flush()
        self._readings(list(readings))

    def _reading(self, device: KnownDevice, message: Any, received_at: datetime) -> Reading:
        report = message.sys.toapp_report_data
        if device.first_heard_at is None:
            device.first_heard_at = received_at
        device.heard_at = received_at
        if device.frame is None:
            self._guess_base(device, report, received_at)
        source = Source.PUSH
        if device.asked_at is not None:
            if (received_at - device.asked_at).total_seconds() <= ASKED_S:
                source = Source.POLL
            device.asked_at = None
        parts = parts_of(report)
        if parts.location is not None:
            device.bol_hash = parts.location.bol_hash
        if parts.work is not None and parts.work.path_hash != device.path_hash:
            device.path_hash, device.path_since = parts.work.path_hash, received_at
        return reading_of(
            parts,
            device_name=device.device_name,
            frame=device.frame,
            device_time=_device_time(message, report, received_at),
            received_at=received_at,
            sequence=message.seqs,
            source=source,
            firmware=device.firmware,
            error_code=device.error_code,
        )

    def _guess_base(self, device: KnownDevice, report: Any, received_at: datetime) -> None:
        first = device.first_heard_at
        if first is None or (received_at - first).total_seconds() < GUESS_BASE_AFTER_S:
            return
        corrections = report.rtk.mqtt_rtk_info
        device.guess_base(corrections.longitude, corrections.latitude)

    def _wants(self, device: KnownDevice, report: Any, offline_flag: bool) -> bool:
        now = self._clock.monotonic()
        changed = False
        if report.HasField("dev"):
            dev = report.dev
            state = mower_state(dev.sys_status, dev.charge_state, dev.battery_val)
            changed = device.note_mode(dev.sys_status, dev.charge_state, state)
        if changed or offline_flag or device.hand_on_all or now - device.handed_on_at >= self._sample_s:
            device.handed_on_at = now
            return True
        return False

    def _learn(self, device: KnownDevice, message: Any) -> None:
        """Take from a frame that is no report what the lane and the link need."""
        group = message.WhichOneof("LubaSubMsg")
        if group == "sys":
            sys = message.sys
            if sys.HasField("systemUpdateBuf"):
                if device.note_buffer(sys.systemUpdateBuf.update_buf_data, self._clock.now()):
                    self._learned(device)
            elif sys.HasField("toapp_dev_fw_info") and sys.toapp_dev_fw_info.result != 0:
                self.firmware(device, sys.toapp_dev_fw_info.version)
        elif group == "net" and message.net.HasField("toapp_devinfo_resp"):
            for answer in message.net.toapp_devinfo_resp.resp_ids:
                if (answer.id, answer.type, answer.res) == (1, 6, 1):
                    self.firmware(device, answer.info)
        elif group == "nav" and message.nav.HasField("todev_taskctrl_ack"):
            ack = message.nav.todev_taskctrl_ack
            self._acknowledged(device, ack.action, ack.result)
        elif group == "nav" and message.nav.HasField("bidire_reqconver_path") and self._settings is not None:
            told = reported_settings(device.device_name, message.nav.bidire_reqconver_path, self._clock.now())
            if told is not None:
                self._settings(told)

    def firmware(self, device: KnownDevice, version: str) -> None:
        """A device's firmware version became known."""
        if version and version != device.firmware:
            device.firmware = version
            self._learned(device)

    def refuse(self, reason: str) -> None:
        """Count a frame that could not be read."""
        self.refused_frames += 1
        if self.refused_frames & (self.refused_frames - 1) == 0:  # 1, 2, 4, 8 ...: a flood must not fill the log
            log.warning("mammotion.frame_refused", reason=reason[:200], so_far=self.refused_frames)


def _device_time(message: Any, report: Any, received_at: datetime) -> datetime:
    """The device's own time of a report: the envelope's milliseconds, else the report's seconds, else its arrival."""
    stamp_ms: int = message.timestamp
    if stamp_ms >= _FIRST_TIMESTAMP_MS:
        return datetime.fromtimestamp(stamp_ms / 1000, UTC)
    stamp_s: int = report.dev.sys_time_stamp
    if stamp_s >= _FIRST_TIMESTAMP_MS // 1000:
        return datetime.fromtimestamp(stamp_s, UTC)
    return received_at
