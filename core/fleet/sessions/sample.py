"""What the rule reads of a stored reading: the very values that stand in the row, so live and stored never differ."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from core.fleet.telemetry_codec import COLUMNS


class Sample(NamedTuple):
    """Some columns of a telemetry row, named and in this order."""

    device_time_ms: int
    sequence: int
    state: int  # core.fleet.live.STATE_CODES
    battery_percent: int | None
    flags: int
    longitude_e7: int | None
    latitude_e7: int | None
    position_type: int | None
    progress_percent: int | None
    area_m2: float | None
    zone_hash: int | None
    fault_code: int | None

    @property
    def rains(self) -> bool:
        return self.flags >> 4 & 3 == 3  # known, and true


_PICKED = tuple(COLUMNS.index(name) for name in Sample._fields)


def sample_of_row(row: Sequence[Any]) -> Sample:
    """From a row whose values stand in the order of `core.fleet.telemetry_codec.COLUMNS`."""
    return Sample(*[row[place] for place in _PICKED])
