"""A mower's settings in the units of whoever is looking; the browser does the same (`js/settings_units.js`)."""

from core.measures import Kind, Units
from dashboard.components.control_texts import control_texts
from dashboard.measures import current_measures, kind_words

MEASURED: dict[str, tuple[Kind, float]] = {
    "blade_height_mm": (Kind.HEIGHT, 1.0),
    "speed_m_s": (Kind.SPEED, 1.0),
    "spacing_cm": (Kind.HEIGHT, 10.0),
}
"""What each setting measures, and how many of the metric unit of that kind make one of the setting's."""


def setting_words(name: str, value: float) -> str:
    """``45 mm``, ``35 cm``; ``1.8 in``."""
    if name in MEASURED and current_measures().units is not Units.METRIC:
        kind, many = MEASURED[name]
        return kind_words(value * many, kind)
    return str(control_texts()["settings"]["units"][name].format(n=value))
