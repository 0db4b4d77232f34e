"""Thresholds of the state rules: every one with its unit, its range and what it decides."""

from dataclasses import dataclass, field, fields
from typing import Any

from core.fleet.model import PositionType


def _limit(default: float, low: float, high: float, unit: str) -> Any:
    return field(default=default, metadata={"low": low, "high": high, "unit": unit})


@dataclass(frozen=True, slots=True, kw_only=True)
class StateLimits:
    """Limits of `core.fleet.state`. A value outside its range fails at construction with what was expected."""

    evidence_s: float = _limit(60, 3, 60, "s")
    """Mowing and returning need proof younger than this; the product promises 60 s at most.

    The pipeline takes `core.fleet.pipeline.EARLY_S` off. Little is for tests alone: a mower that turns for 3 s at the
    end of a lane does not move."""
    stale_after_s: float = _limit(900, 60, 86_400, "s")
    """Docked, charging, idle, paused, fault and updating go stale when nothing was heard for this long."""
    future_s: float = _limit(60, 0, 3_600, "s")
    """A device time further ahead of the receive time than this is refused."""
    lag_s: float = _limit(300, 10, 86_400, "s")
    """A device time further behind the receive time than this is late: history, never live."""
    reorder_s: float = _limit(10, 0, 300, "s")
    """An older device time within this of the newest one counts as out of order, beyond it as late."""
    null_island_deg: float = _limit(0.1, 0, 1, "degrees")
    """Positions within this of 0 N 0 E mean that the device does not know its base."""
    jump_m: float = _limit(5_000, 100, 100_000, "m")
    """A jump further than this between two readings is absurd, however long it took."""
    speed_m_s: float = _limit(3, 1, 50, "m/s")
    """Faster than this is impossible for a mower (the fastest drives 1.2 m/s)."""
    speed_slack_m: float = _limit(100, 0, 1_000, "m")
    """Distance granted on top of speed x time: a position may correct itself by this when the fix changes."""
    relocate_s: float = _limit(60, 0, 86_400, "s")
    """A far place that repeats for this long, at least ``relocate_readings`` times, is believed: it was carried."""
    relocate_readings: int = _limit(5, 1, 1_000, "readings")
    noise_fixed_m: float = _limit(0.3, 0.01, 100, "m")
    """Displacement that proves movement on an RTK fix (noise 1-2 cm)."""
    noise_float_m: float = _limit(2, 0.01, 100, "m")
    """The same on a floating RTK solution (noise 20-50 cm)."""
    noise_gnss_m: float = _limit(8, 0.01, 100, "m")
    """The same on plain GNSS, and where the device does not say how good its position is (noise 1-3 m)."""
    offline_grace_s: float = _limit(10, 0, 600, "s")
    """A report this long after the vendor's word "offline" proves the mower is there even if its clock is behind."""
    print_memory_s: float = _limit(900, 60, 86_400, "s")
    """Length of one generation of the memory of payloads; replays of up to this age are recognised."""

    def __post_init__(self) -> None:
        for entry in fields(self):
            value, low, high = getattr(self, entry.name), entry.metadata["low"], entry.metadata["high"]
            if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
                unit = entry.metadata["unit"]
                raise ValueError(f"{entry.name} is {value!r}: expected a number from {low:g} to {high:g} {unit}")

    def noise_m(self, quality: PositionType | None) -> float | None:
        """Displacement that proves movement at this position quality; ``None`` = no displacement does.

        Dead reckoning proves nothing: it counts wheel turns, and a stuck mower turns its wheels.
        """
        if quality is PositionType.RTK_FIXED:
            return self.noise_fixed_m
        if quality is PositionType.RTK_FLOAT:
            return self.noise_float_m
        if quality is PositionType.DEAD_RECKONING:
            return None
        return self.noise_gnss_m


DEFAULT_LIMITS = StateLimits()
