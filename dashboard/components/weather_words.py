"""How weather, its limits and a week's hours read, in the reader's language. Pure."""

from math import nan

from babel.numbers import NumberFormatError, format_decimal, parse_decimal

from core.errors import Invalid
from core.measures import Kind, Units
from core.scheduling.feasibility import Feasibility, Level
from core.scheduling.weather_limits import RANGES
from core.scheduling.weather_model import Check, CheckKind, Verdict
from core.texts import Text
from dashboard.i18n import N_, _, locale
from dashboard.measures import current_measures, kind_words, typed_number, unit_number, unit_word

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


KINDS = {"mm": Kind.RAIN, "mm/h": Kind.RAIN, "m/s": Kind.SPEED, "°C": Kind.TEMPERATURE}
FIELD_DIGITS = {Kind.RAIN: 3, Kind.SPEED: 2, Kind.TEMPERATURE: 1}
"""Decimals of a threshold where it is not typed in its metric unit: a tenth of a millimetre must not look like none."""


def weather_value(value: float, unit: str) -> str:
    """A value of the weather in the reader's units."""
    if unit not in KINDS:
        return f"{number(value)} {unit}"
    return kind_words(value, KINDS[unit]) + ("/h" if unit.endswith("/h") else "")


def number(value: float, digits: int = 1) -> str:
    return str(format_decimal(round(value, digits), locale=locale()))


def limit_label(name: str) -> str:
    """What a threshold is and in which unit it is typed."""
    return f"{_(LIMIT_NAMES[name])} ({_unit(name)})"


def limit_field(name: str, value: float) -> str:
    """A threshold (in its metric unit) as it stands in the field one types in."""
    kind = KINDS.get(RANGES[name][2])
    if kind is None or current_measures().units is Units.METRIC:
        return number(value)
    return number(unit_number(value, kind), FIELD_DIGITS[kind])


def limit_range(name: str) -> str:
    """What may be typed there: ``0 to 50 mm``."""
    least, most, _metric = RANGES[name]
    words = _("{least} to {most} {unit}")
    return words.format(least=limit_field(name, least), most=limit_field(name, most), unit=_unit(name))


def read_limit(name: str, text: str, before: float) -> float:
    """What a person typed as a threshold, in its metric unit. What nobody changed stays what it was, whatever the
    field rounded off; ``Invalid`` says what was expected, in the unit they typed in."""
    if text.strip() == limit_field(name, before):
        return before
    least, most, metric = RANGES[name]
    try:
        typed = float(parse_decimal(text.strip(), locale=locale(), strict=False))
    except NumberFormatError:
        typed = nan
    value = round(typed_number(typed, KINDS[metric]), 3) if metric in KINDS else typed
    if not least <= value <= most:
        told_name = _(LIMIT_NAMES[name])
        raise Invalid(Text("{name}: {value}, expected {range}", name=told_name, value=text, range=limit_range(name)))
    return value


def _unit(name: str) -> str:
    metric = RANGES[name][2]
    if metric not in KINDS:
        return metric
    return unit_word(KINDS[metric]) + ("/h" if metric.endswith("/h") else "")


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
