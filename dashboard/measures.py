"""Lengths, areas, heights, speeds and the time of day as whoever is looking reads them, formatted by Babel.

Like the language, the choice is that of the request, the socket or the page at hand; messages choose with
``use_measures``. The browser gets the same from ``browser_measures`` (`assets/frame.js`).
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, time, tzinfo
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, get_time_format
from babel.numbers import format_decimal
from babel.units import format_unit

from core.accounts import Viewer
from core.measures import STEPS, Hours, Kind, Measures, Step, Units, chosen, taken_from, told_in, unit_of, units_of
from dashboard.language import locale

_measures: ContextVar[Measures | None] = ContextVar("measures", default=None)


def usual_measures(tags: Sequence[str]) -> Measures:
    """How people read whose browser speaks ``tags`` (``en-US``, ``de`` ...), by the first one that is known. A language
    without a territory says nothing about units."""
    for tag in tags:
        try:
            spoken = Locale.parse(tag.replace("-", "_"))
        except (ValueError, UnknownLocaleError):
            continue
        return Measures(units_of(spoken.territory), _hours_of(spoken))
    return Measures()


def _hours_of(spoken: Locale) -> Hours:
    return Hours.H12 if "h" in get_time_format("short", locale=spoken).pattern.replace("'h'", "") else Hours.H24


def measures_for(viewer: Viewer | None, tags: Sequence[str]) -> Measures:
    """What a person chose, else what their browser's languages say."""
    usual = usual_measures([*tags, str(locale())])
    return usual if viewer is None else chosen(viewer.units, viewer.hours, usual)


def written_measures(units: str, hours: str) -> Measures:
    """The same for a message in the language at hand, of which no browser knows."""
    return chosen(units, hours, usual_measures([str(locale())]))


def current_measures() -> Measures:
    """Of this request or socket; else of the page being built or changed; else as the language at hand has it."""
    found = _measures.get()
    slots = sys.modules.get("nicegui.slot")
    if found is None and slots is not None:
        for slot in reversed(slots.Slot.get_stack()):
            request = slot.parent.client._request
            if request is not None and "mowthos.measures" in request.scope:
                told: Measures = request.scope["mowthos.measures"]
                return told
    return found or usual_measures([str(locale())])


def set_measures(measures: Measures) -> None:
    """Tell by these for the rest of this task and the tasks it starts."""
    _measures.set(measures)


@contextmanager
def use_measures(measures: Measures) -> Iterator[None]:
    """Tell by these inside the block."""
    token = _measures.set(measures)
    try:
        yield
    finally:
        _measures.reset(token)


def length_words(metres: float) -> str:
    """``12 m``, ``1.2 km``; ``39 ft``, ``1.3 mi``."""
    return kind_words(metres, Kind.LENGTH)


def area_words(square_metres: float) -> str:
    """``450 m²``; ``4,844 sq ft``, ``1.2 ac``."""
    return kind_words(square_metres, Kind.AREA)


def height_words(millimetres: float) -> str:
    """Of a blade, of rain: ``50 mm``; ``2 in``."""
    return kind_words(millimetres, Kind.HEIGHT)


def speed_words(metres_a_second: float) -> str:
    """``0.3 m/s``; ``0.67 mph``."""
    return kind_words(metres_a_second, Kind.SPEED)


def kind_words(value: float, kind: Kind) -> str:
    """``value``, in the metric unit of its kind, in words."""
    told = told_in(value, kind, current_measures().units)
    return _with_unit(round(told.value, told.step.digits), told.step)


def _with_unit(value: float | str, step: Step) -> str:
    return str(format_unit(value, step.unit, "short", format=_pattern(step), locale=locale())).replace("\xa0", " ")


def _pattern(step: Step) -> str:
    return "#,##0" + ("." + "#" * step.digits if step.digits else "")


def measured(value: float | str, kind: Kind, *, spec: str = "") -> str:
    """A number within a sentence of the core, in the unit of ``kind``: ``spec`` is how many decimals the sentence gives
    it in the metric one. What is no number stays as it is."""
    step = STEPS[kind, Units.METRIC][0]
    if not isinstance(value, int | float):
        return _with_unit(str(value), step)
    if current_measures().units is Units.US:
        return kind_words(value, kind)
    digits = int(spec.partition(".")[2].rstrip("f") or 0) if "." in spec else None
    pattern = "#,##0" + ("." + "0" * digits if digits else "") if digits is not None else "#,##0.######"
    number = format_decimal(value if digits is None else round(value, digits), format=pattern, locale=locale())
    return _with_unit(str(number), step)


def unit_word(kind: Kind, *, large: bool = False) -> str:
    """What stands beside a number of ``unit_number``: ``m²``, ``sq ft``; the ``large`` ones of lengths: ``km``."""
    return _with_unit("", unit_of(kind, current_measures().units, large=large)).strip()


def unit_number(value: float, kind: Kind, *, large: bool = False) -> float:
    """A value (in the metric unit of its kind) in ``unit_of`` the same, not rounded."""
    step = unit_of(kind, current_measures().units, large=large)
    return value * step.factor + step.offset


def typed_number(told: float, kind: Kind, *, large: bool = False) -> float:
    """What a person typed where ``unit_word`` stood, in the metric unit of its kind."""
    return taken_from(told, kind, current_measures().units, large=large)


def small_number(value: float, kind: Kind) -> str:
    """A value without its unit, for columns that name it once."""
    step = unit_of(kind, current_measures().units)
    told = round(unit_number(value, kind), step.digits)
    return str(format_decimal(told, format=_pattern(step), locale=locale()))


UNIT_KINDS = {"m²": Kind.AREA, "m/s": Kind.SPEED, "mm": Kind.HEIGHT}
"""Metric units of readings, as tables of facts name them."""


def in_column(value: float, unit: str) -> tuple[str, str]:
    """A number and its unit apart, for tables: a reading whose metric ``unit`` is one of ``UNIT_KINDS``."""
    kind = UNIT_KINDS[unit]
    return small_number(value, kind), unit_word(kind)


def time_words(at: datetime | time, zone: tzinfo | None = None, *, seconds: bool = False) -> str:
    """The time of day: ``3:04 PM`` or ``15:04``; of an instant, on the clocks of ``zone``."""
    wall = at.astimezone(zone).time() if isinstance(at, datetime) and zone is not None else at
    hours = "h" if current_measures().hours is Hours.H12 else "H"
    told = format_skeleton(f"{hours}m{'s' if seconds else ''}", wall, locale=locale())
    return str(told).replace("\u202f", " ")


def when_words(at: datetime, zone: tzinfo, *, day: str = "medium") -> str:
    """Day and time of day on the clocks of ``zone``; ``day`` is Babel's format of a date."""
    wall = at.astimezone(zone)
    return f"{format_date(wall, day, locale=locale())}, {time_words(wall)}"


def browser_measures() -> dict[str, Any]:
    """The same for the browser: the units of lengths and areas, and the locale whose times have the chosen hours."""
    measures = current_measures()
    cycle = "h12" if measures.hours is Hours.H12 else "h23"
    kinds = {
        kind.value: [
            {"least": step.least, "factor": step.factor, "digits": step.digits, "words": _with_unit("{n}", step)}
            for step in STEPS[kind, measures.units]
        ]
        for kind in Kind
    }
    return {"locale": f"{locale().language}-u-hc-{cycle}", "units": measures.units.value, "kinds": kinds}
