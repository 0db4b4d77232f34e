"""The named cast of the fleet tests: one mower on one lawn in Rochester, and short ways to let it speak."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from core.fleet.limits import DEFAULT_LIMITS, StateLimits
from core.fleet.model import MowerSnapshot, MowerState, PositionType, Reading
from core.fleet.state import Verdict, aged, next_state
from core.geo import METRES_PER_DEGREE, Point

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
LUBA = "Luba-VS1A2B3C"
YUKA = "Yuka-7F3A0001"
DOCK = Point(-92.5, 44.01)


def metres_north(metres: float, origin: Point = DOCK) -> Point:
    """A place so many metres north of the dock."""
    return Point(origin.longitude, origin.latitude + metres / METRES_PER_DEGREE)


def report(at_s: float, *, device_name: str = LUBA, lag_s: float = 0.0, **fields: Any) -> Reading:
    """A report measured ``at_s`` seconds after noon and received ``lag_s`` later."""
    at = NOON + timedelta(seconds=at_s)
    north = fields.pop("north", None)
    if north is not None:
        fields["position"] = metres_north(north)
    fields.setdefault("position_type", PositionType.RTK_FIXED)
    return Reading(device_name=device_name, device_time=at, received_at=at + timedelta(seconds=lag_s), **fields)


def mowing(at_s: float, north: float = 0.0, **fields: Any) -> Reading:
    return report(at_s, mode=MowerState.MOWING, north=north, **{"battery_percent": 80, "blade_on": True, **fields})


def docked(at_s: float, **fields: Any) -> Reading:
    return report(at_s, mode=MowerState.DOCKED, north=0.0, **{"battery_percent": 100, "charging": True, **fields})


@dataclass
class Stage:
    """A mower to whom readings happen one after the other."""

    snapshot: MowerSnapshot
    limits: StateLimits = DEFAULT_LIMITS

    @classmethod
    def luba(cls) -> "Stage":
        return cls(MowerSnapshot(number=1, device_name=LUBA))

    def hears(self, *readings: Reading) -> Verdict:
        """Apply them; the last verdict."""
        for reading in readings:
            verdict = next_state(self.snapshot, reading, self.limits)
            self.snapshot = verdict.snapshot
        return verdict

    def at(self, at_s: float) -> MowerSnapshot:
        """The snapshot as it stands so many seconds after noon."""
        self.snapshot = aged(self.snapshot, NOON + timedelta(seconds=at_s), self.limits)
        return self.snapshot

    @property
    def state(self) -> MowerState:
        return self.snapshot.state
