"""Lengths, areas and their like in the units that a person reads.

Everything is kept, computed and sent in metric units; only words on a screen or in a message use these.

Factors are exact by definition: the international foot, yard and pound of 1959 (NIST SP 811, appendix B.8).
"""

from dataclasses import dataclass
from enum import StrEnum

FOOT_M = 0.3048
INCH_M = FOOT_M / 12
MILE_M = 5_280 * FOOT_M
ACRE_M2 = 43_560 * FOOT_M**2
POUND_KG = 0.453_592_37

US_TERRITORIES = frozenset({"US", "LR", "MM", "PR", "GU", "VI", "AS", "MP", "UM"})
"""Where people measure as in the United States (CLDR supplemental data, ``measurementSystem type="US"``, and the
territories of the United States)."""


class Units(StrEnum):
    """The system a person reads."""

    METRIC = "metric"
    US = "us"


class Hours(StrEnum):
    """How a person reads the time of day."""

    H12 = "12"
    H24 = "24"


class Kind(StrEnum):
    """What is measured, and the metric unit it comes in."""

    LENGTH = "length"  # m
    AREA = "area"  # m²
    HEIGHT = "height"  # mm
    SPEED = "speed"  # m/s
    RAIN = "rain"  # mm
    TEMPERATURE = "temperature"  # °C
    MASS = "mass"  # kg


@dataclass(frozen=True, slots=True)
class Step:
    """A unit, used from ``least`` of the metric unit on. ``unit`` is its CLDR name, ``factor`` how many of it make one
    of the metric unit, ``digits`` how many decimals say enough, ``offset`` what its zero lies above ours."""

    unit: str
    factor: float
    digits: int = 0
    least: float = 0.0
    offset: float = 0.0


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value in the unit it is told in."""

    value: float
    step: Step


STEPS: dict[tuple[Kind, Units], tuple[Step, ...]] = {
    (Kind.LENGTH, Units.METRIC): (Step("length-meter", 1.0), Step("length-kilometer", 1e-3, 2, 1_000.0)),
    (Kind.LENGTH, Units.US): (Step("length-foot", 1 / FOOT_M), Step("length-mile", 1 / MILE_M, 2, MILE_M)),
    (Kind.AREA, Units.METRIC): (Step("area-square-meter", 1.0),),
    (Kind.AREA, Units.US): (Step("area-square-foot", FOOT_M**-2), Step("area-acre", 1 / ACRE_M2, 2, ACRE_M2)),
    (Kind.HEIGHT, Units.METRIC): (Step("length-millimeter", 1.0),),
    (Kind.HEIGHT, Units.US): (Step("length-inch", 1e-3 / INCH_M, 1),),
    (Kind.SPEED, Units.METRIC): (Step("speed-meter-per-second", 1.0, 2),),
    (Kind.SPEED, Units.US): (Step("speed-mile-per-hour", 3_600 / MILE_M, 2),),
    (Kind.RAIN, Units.METRIC): (Step("length-millimeter", 1.0, 1),),
    (Kind.RAIN, Units.US): (Step("length-inch", 1e-3 / INCH_M, 2),),
    (Kind.TEMPERATURE, Units.METRIC): (Step("temperature-celsius", 1.0, 1),),
    (Kind.TEMPERATURE, Units.US): (Step("temperature-fahrenheit", 1.8, 0, offset=32.0),),
    (Kind.MASS, Units.METRIC): (Step("mass-kilogram", 1.0, 1),),
    (Kind.MASS, Units.US): (Step("mass-pound", 1 / POUND_KG, 1),),
}
"""In which unit each thing is told, the smallest first."""


def step_of(value: float, kind: Kind, units: Units) -> Step:
    """The largest unit that ``value`` (in the metric unit of its kind; the sign does not count) reaches."""
    steps = STEPS[kind, units]
    return [step for step in steps if abs(value) >= step.least][-1]


def told_in(value: float, kind: Kind, units: Units) -> Quantity:
    """``value`` (in the metric unit of its kind) in the unit a person reads; not rounded."""
    step = step_of(value, kind, units)
    return Quantity(value * step.factor + step.offset, step)


def unit_of(kind: Kind, units: Units, *, large: bool = False) -> Step:
    """The unit in which all numbers of a column or a field are told: the smallest of its kind, or the largest."""
    return STEPS[kind, units][-1 if large else 0]


def taken_from(told: float, kind: Kind, units: Units, *, large: bool = False) -> float:
    """What a person typed in ``unit_of`` the same, in the metric unit of its kind."""
    step = unit_of(kind, units, large=large)
    return (told - step.offset) / step.factor


@dataclass(frozen=True, slots=True)
class Measures:
    """How one person reads: units, and the time of day."""

    units: Units = Units.METRIC
    hours: Hours = Hours.H24


def chosen(units: str, hours: str, usual: Measures) -> Measures:
    """What somebody chose, and ``usual`` where they left it open (an empty word)."""
    return Measures(Units(units) if units else usual.units, Hours(hours) if hours else usual.hours)


def units_of(territory: str | None) -> Units:
    """What people measure in there; metric where that is not known."""
    return Units.US if territory in US_TERRITORIES else Units.METRIC
