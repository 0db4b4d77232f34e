"""One scope of the fleet as its viewers share it: which mowers, in which order, their roster, and the frame."""

from collections.abc import Mapping
from typing import Any
from zlib import crc32

import numpy as np

from core.fleet.live import LiveFleet
from dashboard.live.frame import encode_fleet, encode_heartbeat
from dashboard.live.payload import Payload, to_json
from dashboard.live.scope import Scope


class ScopeView:
    """Built anew for every roster; ``epoch`` is the roster's fingerprint, so it survives a restart of the server."""

    def __init__(self, scope: Scope, live: LiveFleet, rows: Mapping[str, dict[str, Any]]) -> None:
        self.scope = scope
        self._live = live
        self._sequence = 0
        self._seen_version = -1
        self.fleet_epoch = live.epoch
        slots: list[int] = []
        told: list[dict[str, Any]] = []
        for slot, snapshot in enumerate(live.all()):
            row = rows.get(snapshot.device_name, {}) | {"name": snapshot.device_name}
            if scope.holds(row):
                slots.append(slot)
                told.append(scope.told(row))
        self.names = tuple(row["name"] for row in told)
        self._members = frozenset(self.names)
        self._slots = np.array(slots, dtype=np.intp)
        self._everybody = len(slots) == len(live)
        mowers = to_json(told)
        self.epoch = crc32(mowers.encode())
        self.roster = Payload(f'{{"epoch":{self.epoch},"mowers":{mowers}}}'.encode())

    def __contains__(self, device_name: object) -> bool:
        return device_name in self._members

    def __len__(self) -> int:
        return len(self.names)

    @property
    def slots(self) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
        return self._slots

    def keyframe(self, now_s: float) -> bytes:
        """Every mower of the scope as it stands now."""
        columns = self._live.columns
        self._sequence += 1
        return encode_fleet(
            columns,
            sequence=self._sequence,
            epoch=self.epoch,
            now_s=now_s,
            slots=None if self._everybody else self._slots,
            elsewhere=self.scope.elsewhere(self.names, columns, self._slots),
            fixes=not self.scope.private,
        )

    def changed_frame(self, now_s: float) -> bytes | None:
        """A keyframe when something changed since the last one asked for here."""
        if self._seen_version == self._live.version:
            return None
        self._seen_version = self._live.version
        return self.keyframe(now_s)

    def heartbeat(self, now_s: float) -> bytes:
        self._sequence += 1
        return encode_heartbeat(sequence=self._sequence, epoch=self.epoch, now_s=now_s)

    def visible(self, device_name: str) -> bool:
        """Whether this scope may see where and how the mower is at this moment."""
        if device_name not in self:
            return False
        slot = np.array([self._live.slot(device_name)], dtype=np.intp)
        elsewhere = self.scope.elsewhere([device_name], self._live.columns, slot)
        return elsewhere is None or not bool(elsewhere[0])
