"""How much weather a cluster's lawns take: numbers with units and ranges."""

from dataclasses import asdict, dataclass, fields
from math import isfinite
from typing import Any

from core.errors import Invalid
from core.texts import Text

RANGES: dict[str, tuple[float, float, str]] = {
    "rain_now_mm": (0, 10, "mm/h"),
    "forecast_mm": (0, 50, "mm"),
    "forecast_percent": (0, 100, "%"),
    "soil_mm": (0, 100, "mm"),
    "soil_kept_percent": (0, 99, "%"),
    "wind_m_s": (1, 40, "m/s"),
    "frost_c": (-10, 15, "°C"),
    "max_age_min": (10, 1_440, "min"),
    "mower_max_age_min": (1, 120, "min"),
    "look_again_min": (5, 240, "min"),
    "longest_wait_h": (0, 72, "h"),
    "visit_min": (10, 720, "min"),
}
"""Least, most and unit of each number."""


def _within(value: object, least: float, most: float) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return isfinite(value) and least <= value <= most


@dataclass(frozen=True, slots=True, kw_only=True)
class WeatherLimits:
    """Thresholds of one cluster. Raises ``Invalid`` with the range expected when one is outside it."""

    rain_now_mm: float = 0.1
    """Most rain in the hour in which mowing begins."""
    forecast_mm: float = 1.0
    """Most rain in all while it mows."""
    forecast_percent: float = 70
    """Greatest probability of rain in any hour while it mows."""
    soil_mm: float = 4.0
    """Most water left in the ground from the last days; see `core.scheduling.weather.soil_water`."""
    soil_kept_percent: float = 40
    """What the ground keeps of that from one day to the next."""
    wind_m_s: float = 14
    frost_c: float = 2
    """Coldest air in which blades may touch grass."""
    max_age_min: float = 180
    """How old the provider's answer may be."""
    mower_max_age_min: float = 15
    """How old the mower's own word may be."""
    look_again_min: float = 30
    """How long to wait where nobody can say until when."""
    longest_wait_h: float = 12
    """How far a start may be put off; later than that the visit is skipped."""
    visit_min: float = 120
    """How long the mower will be out, where no visit says it."""

    def __post_init__(self) -> None:
        for name, (least, most, unit) in RANGES.items():
            value = getattr(self, name)
            if not _within(value, least, most):
                raise Invalid(
                    Text(
                        "{name} {value}: expected {least:g} to {most:g} {unit}",
                        name=name, value=value, least=least, most=most, unit=unit,
                    )
                )  # fmt: skip

    def told(self) -> dict[str, float]:
        """Plain values, as `limits_of` takes them."""
        return asdict(self)


DEFAULT_LIMITS = WeatherLimits()


def limits_of(values: dict[str, Any]) -> WeatherLimits:
    """Limits from plain values; those of a number that a newer program has are left out, one that is missing is the
    default."""
    known = {field.name for field in fields(WeatherLimits)}
    return WeatherLimits(**{name: value for name, value in values.items() if name in known})
