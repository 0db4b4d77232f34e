"""The live fleet: one frozen, numbered snapshot a mower, and the same as columns for the push channel.

One writer (the pipeline) calls :meth:`LiveFleet.put`; everybody else reads. A mower keeps its *slot* (row in the
columns) for as long as the roster's ``epoch`` stands; adding or removing a mower makes a new epoch.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import NotFound
from core.events import Event
from core.fleet.model import Confidence, MowerChanged, MowerSnapshot, MowerState, PositionType
from core.texts import Text

STATE_CODES: dict[MowerState, int] = {state: code for code, state in enumerate(MowerState)}
CONFIDENCE_CODES: dict[Confidence, int] = {confidence: code for code, confidence in enumerate(Confidence)}
POSITION_TYPE_CODES: dict[PositionType, int] = {quality: code for code, quality in enumerate(PositionType)}
UNKNOWN_BYTE = 255
"""Stands for an unknown percentage, last known state or position fix in the columns."""


@dataclass(frozen=True, slots=True)
class FleetColumns:
    """One row a slot; positions in degrees (NaN = unknown), times in seconds since 1970 (0 = never)."""

    longitude: NDArray[np.float64]
    latitude: NDArray[np.float64]
    heading_deg: NDArray[np.float32]
    state: NDArray[np.uint8]
    last_known: NDArray[np.uint8]
    confidence: NDArray[np.uint8]
    battery_percent: NDArray[np.uint8]
    progress_percent: NDArray[np.uint8]
    received_s: NDArray[np.float64]
    position_type: NDArray[np.uint8]

    @classmethod
    def blank(cls, size: int) -> "FleetColumns":
        return cls(
            longitude=np.full(size, np.nan),
            latitude=np.full(size, np.nan),
            heading_deg=np.full(size, np.nan, dtype=np.float32),
            state=np.full(size, STATE_CODES[MowerState.UNKNOWN], dtype=np.uint8),
            last_known=np.full(size, UNKNOWN_BYTE, dtype=np.uint8),
            confidence=np.full(size, CONFIDENCE_CODES[Confidence.NONE], dtype=np.uint8),
            battery_percent=np.full(size, UNKNOWN_BYTE, dtype=np.uint8),
            progress_percent=np.full(size, UNKNOWN_BYTE, dtype=np.uint8),
            received_s=np.zeros(size),
            position_type=np.full(size, UNKNOWN_BYTE, dtype=np.uint8),
        )


class LiveFleet:
    """Snapshots by device name and by slot."""

    def __init__(self) -> None:
        self.changed: Event[MowerChanged] = Event("mower_changed")
        self.roster_changed: Event[int] = Event("roster_changed")
        self.epoch = 0
        self.version = 0  # grows with every put: a reader that saw it knows nothing changed since
        self._slots: dict[str, int] = {}
        self._snapshots: list[MowerSnapshot] = []
        self.columns = FleetColumns.blank(0)

    def put(self, snapshot: MowerSnapshot) -> None:
        """Replace a known mower's snapshot and tell subscribers."""
        slot = self._slot(snapshot.device_name)
        before = self._snapshots[slot]
        self._snapshots[slot] = snapshot
        self.version += 1
        self._write(slot, snapshot)
        self.changed.emit(MowerChanged(before, snapshot))

    def set_roster(self, snapshots: Iterable[MowerSnapshot]) -> None:
        """Make these the mowers of the fleet, in this slot order: a new epoch."""
        self._snapshots = list(snapshots)
        self._slots = {snapshot.device_name: slot for slot, snapshot in enumerate(self._snapshots)}
        self.columns = FleetColumns.blank(len(self._snapshots))
        for slot, snapshot in enumerate(self._snapshots):
            self._write(slot, snapshot)
        self.epoch += 1
        self.version += 1
        self.roster_changed.emit(self.epoch)

    def get(self, device_name: str) -> MowerSnapshot:
        return self._snapshots[self._slot(device_name)]

    def all(self) -> Sequence[MowerSnapshot]:
        """Every snapshot, in slot order."""
        return tuple(self._snapshots)

    def slot(self, device_name: str) -> int:
        return self._slot(device_name)

    def __contains__(self, device_name: object) -> bool:
        return device_name in self._slots

    def __len__(self) -> int:
        return len(self._snapshots)

    def _slot(self, device_name: str) -> int:
        try:
            return self._slots[device_name]
        except KeyError:
            raise NotFound(Text("no mower named {device_name!r}", device_name=device_name)) from None

    def _write(self, slot: int, snapshot: MowerSnapshot) -> None:
        columns, reading = self.columns, snapshot.reading
        columns.state[slot] = STATE_CODES[snapshot.state]
        columns.last_known[slot] = UNKNOWN_BYTE if snapshot.last_known is None else STATE_CODES[snapshot.last_known]
        columns.confidence[slot] = CONFIDENCE_CODES[snapshot.confidence]
        columns.received_s[slot] = 0.0 if snapshot.received_at is None else snapshot.received_at.timestamp()
        if reading is None:
            return
        if reading.position is not None:
            columns.longitude[slot] = reading.position.longitude
            columns.latitude[slot] = reading.position.latitude
            columns.position_type[slot] = (
                UNKNOWN_BYTE if reading.position_type is None else POSITION_TYPE_CODES[reading.position_type]
            )
        columns.heading_deg[slot] = np.nan if reading.heading_deg is None else reading.heading_deg
        columns.battery_percent[slot] = UNKNOWN_BYTE if reading.battery_percent is None else reading.battery_percent
        columns.progress_percent[slot] = UNKNOWN_BYTE if reading.progress_percent is None else reading.progress_percent
