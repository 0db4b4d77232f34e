"""What a link knows of each device beside its state: its names, its base, its firmware, its last error."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.fleet.model import DeviceDescription, MowerState
from external.mammotion.frame import DeviceFrame

ERROR_AGE_S = 3600.0
"""An error list's newest entry counts for a fault that lasts when it is no older than this."""
_UPTIME_S = 1_000_000_000
"""Smaller times in an error list are seconds since power-on: the entry is fresh (PyMammotion, ``device_time``)."""


@dataclass(slots=True)
class KnownDevice:
    """Written by the fast lane and the link of one account, on one event loop."""

    device_name: str
    iot_id: str
    product_key: str
    model: str
    firmware: str | None = None
    frame: DeviceFrame | None = None
    base_told: bool = False  # by the device itself, yaw and all (not only guessed from its corrections)
    heard_at: datetime | None = None  # last report
    first_heard_at: datetime | None = None
    work_mode: int | None = None
    charge_state: int | None = None
    error_code: int | None = None
    error_asked: bool = False
    notified_at: datetime | None = None  # the device raised an event, after which PyMammotion asks for a report
    asked_at: datetime | None = None  # a report was asked for and has not come yet
    hand_on_all: bool = False  # PyMammotion gets every report meanwhile (it fetches a map)
    path_hash: int = 0  # of the route in the last report
    path_since: datetime | None = None  # when it was first reported
    path_told: int = 0  # the route whose lines were fetched last
    bol_hash: int | None = None  # the map's checksum in the last report
    map_hash: int | None = None  # the same when the map was last fetched
    handed_on_at: float = field(default=float("-inf"))  # monotonic seconds
    sequence: int = 0

    @property
    def description(self) -> DeviceDescription:
        return DeviceDescription(
            device_name=self.device_name,
            iot_id=self.iot_id,
            product_key=self.product_key,
            model=self.model,
            firmware=self.firmware,
        )

    def age_s(self, now: datetime) -> float:
        """Seconds since the last report; infinite when there was none."""
        return float("inf") if self.heard_at is None else max(0.0, (now - self.heard_at).total_seconds())

    def note_mode(self, work_mode: int, charge_state: int, state: MowerState) -> bool:
        """Remember the mode; True when it is another. Leaving a fault forgets its number."""
        changed = work_mode != self.work_mode or charge_state != self.charge_state
        self.work_mode, self.charge_state = work_mode, charge_state
        if changed and state is not MowerState.FAULT:
            self.error_code, self.error_asked = None, False
        return changed

    def note_buffer(self, data: Iterable[int], now: datetime) -> bool:
        """Take ``system_update_buf``: 1 = base and dock, 2 = last errors, newest first. True when something is new.

        Layout: PyMammotion 0.10.13, ``data/model/device.py`` (``buffer``). Angles there are radians times 1e8.
        """
        values = list(data)
        if not values:
            return False
        if values[0] == _BASE and len(values) > 6:
            yaw = values[13] / 1e8 if len(values) > 13 else 0.0
            frame = DeviceFrame.of_base(values[6] / 1e8, values[5] / 1e8, yaw)
            if frame is None:
                return False
            new = not self.base_told or frame != self.frame
            self.frame, self.base_told = frame, True
            return new
        if values[0] == _ERRORS and len(values) > 4:
            code, at_s = abs(values[3]), values[4]
            fresh = at_s < _UPTIME_S or abs(now.timestamp() - at_s) <= ERROR_AGE_S
            if code and fresh:
                self.error_code = code
                return True
        return False

    def guess_base(self, longitude_deg: float, latitude_deg: float) -> None:
        """Take the base from the correction channel (degrees, yaw unknown) until the device tells it itself."""
        if self.frame is None and (longitude_deg, latitude_deg) not in _NO_BASE:
            self.frame = DeviceFrame.of_base(longitude_deg * _RADIAN, latitude_deg * _RADIAN)

    def remember(self) -> dict[str, Any]:
        """What outlasts a restart, for the token cache: so that a restart need not ask again."""
        frame = self.frame if self.base_told else None
        return {
            "firmware": self.firmware,
            "map": self.map_hash,
            "base": None if frame is None else [frame.longitude, frame.latitude, frame.yaw],
        }

    def recall(self, stored: Mapping[str, Any]) -> None:
        """The inverse of :meth:`remember`; anything unreadable counts as not known."""
        firmware, base, map_hash = stored.get("firmware"), stored.get("base"), stored.get("map")
        if isinstance(map_hash, int):
            self.map_hash = map_hash
        if isinstance(firmware, str) and firmware:
            self.firmware = firmware
        if isinstance(base, list) and len(base) == 3 and all(isinstance(value, int | float) for value in base):
            frame = DeviceFrame.of_base(*base)
            if frame is not None:
                self.frame, self.base_told = frame, True


_BASE, _ERRORS = 1, 2
_RADIAN = 0.017453292519943295
_NO_BASE = ((0.0, 0.0), (-1.0, -1.0))
"""What the correction channel says for "not known" and "no GGA received"."""
