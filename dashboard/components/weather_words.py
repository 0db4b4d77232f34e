"""How weather, its limits and a week's hours read, in the reader's language. Pure."""

from babel.numbers import NumberFormatError, format_decimal, parse_decimal

from core.errors import Invalid
from core.measures import Kind
from core.scheduling.feasibility import Feasibility, Level
from core.scheduling.weather_limits import RANGES
from core.scheduling.weather_model import Check, CheckKind, Verdict
from core.texts import Text
from dashboard.i18n import N_, _, locale
from dashboard.measures import kind_words

VERDICTS: dict[Verdict, tuple[str, str, str]] = {
    Verdict.GO: (N_("May go"), "m-chip-good", "o_check_circle"),
    Verdict.WAIT: (N_("Waits"), "m-chip-warn", "o_schedule"),
    Verdict.SKIP: (N_("Skipped"), "m-chip-bad", "o_cancel"),
}
"""Word, look and icon."""
LEVELS: dict[Level, tuple[str, str]] = {
    Level.FITS: ("m-chip-good", "o_check_circle"),
    Level.TIGHT: ("m-chip-warn", "o_error_outline"),
    Level.OVERBOOKED: ("m-chip-bad", "o_cancel"),
    Level.NOTHING: ("m-chip-info", "o_done_all"),
    Level.UNKNOWN: ("", "o_help_outline"),
}
HELD = {True: (N_("holds"), "✓"), False: (N_("does not hold"), "✕"), None: (N_("not known"), "?")}
LIMIT_NAMES: dict[str, str] = {
    "rain_now_mm": N_("Rain at the start, at most"),
    "forecast_mm": N_("Rain while it mows, at most"),
    "forecast_percent": N_("Probability of rain, at most"),
    "soil_mm": N_("Water left in the ground, at most"),
    "soil_kept_percent": N_("What the ground keeps of it each day"),
    "wind_m_s": N_("Strongest wind, at most"),
    "frost_c": N_("Coldest air, at least"),
    "longest_wait_h": N_("A start is put off for at most"),
}
"""What a dispatcher may set on the screen; the rest is for REST."""


def value_words(check: Check) -> str:
    """What was found; unknown is said."""
    if check.value is None:
        return _("not known")
    if check.kind is CheckKind.MOWER_RAIN:
        return _("rain") if check.value else _("dry")
    return weather_value(check.value, check.unit)


def limit_words(check: Check) -> str:
    if check.kind is CheckKind.MOWER_RAIN:
        return _("dry")
    words = _("at least {limit}") if check.kind is CheckKind.FROST else _("at most {limit}")
    return words.format(limit=weather_value(check.limit, check.unit))


KINDS = {"mm": Kind.RAIN, "m/s": Kind.SPEED, "°C": Kind.TEMPERATURE}


def weather_value(value: float, unit: str) -> str:
    """A value of the weather in the reader's units."""
    return f"{number(value)} {unit}" if unit not in KINDS else kind_words(value, KINDS[unit])


def number(value: float) -> str:
    return str(format_decimal(round(value, 1), locale=locale()))


def read_number(name: str, text: str) -> float:
    """What a person typed as a threshold, in their own way to write numbers; ``Invalid`` says what was expected."""
    try:
        return float(parse_decimal(text.strip(), locale=locale(), strict=False))
    except NumberFormatError:
        least, most, unit = RANGES[name]
        raise Invalid(
            Text(
                "{name} {value}: expected {least:g} to {most:g} {unit}",
                name=name, value=text, least=least, most=most, unit=unit,
            )
        ) from None  # fmt: skip


def hours_words(hours: float) -> str:
    """``6 h 05 min``."""
    minutes = round(hours * 60)
    return _("{h} h {m} min").format(h=minutes // 60, m=f"{minutes % 60:02}")


def sum_words(meter: Feasibility) -> str:
    """The meter in one sentence."""
    if meter.level is Level.NOTHING:
        return _("Every lawn has been mowed this week.")
    if meter.level is Level.OVERBOOKED:
        words = _("It needs {needed} of mowing, and {left} are left: {missing} too much.")
    else:
        words = _("It needs {needed} of mowing, and {left} are left.")
    return words.format(
        needed=hours_words(meter.needed_h), left=hours_words(meter.mowing_h), missing=hours_words(meter.missing_h)
    )
