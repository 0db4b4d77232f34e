"""Units: there and back, in order, and in the unit that says it best."""

from math import isclose

from hypothesis import given
from hypothesis import strategies as st

from core.measures import (
    ACRE_M2,
    FOOT_M,
    MILE_M,
    STEPS,
    Hours,
    Kind,
    Measures,
    Units,
    chosen,
    taken_from,
    told_in,
    units_of,
)

VALUES = st.floats(0, 1e7, allow_nan=False)
KINDS, SYSTEMS = st.sampled_from(Kind), st.sampled_from(Units)


@given(VALUES, KINDS, SYSTEMS)
def test_what_is_typed_in_a_persons_unit_comes_back_as_it_was(value: float, kind: Kind, units: Units) -> None:
    step = STEPS[kind, units][0]
    assert isclose(taken_from(value * step.factor + step.offset, kind, units), value, rel_tol=1e-9, abs_tol=1e-9)


@given(VALUES, VALUES, KINDS, SYSTEMS)
def test_a_larger_measure_is_never_told_as_smaller_in_the_same_unit(
    one: float, other: float, kind: Kind, units: Units
) -> None:
    less, more = (told_in(value, kind, units) for value in sorted((one, other)))
    assert less.value <= more.value or less.step.least < more.step.least


@given(VALUES, KINDS, SYSTEMS)
def test_a_measure_is_told_in_the_largest_unit_that_it_reaches(value: float, kind: Kind, units: Units) -> None:
    told = told_in(value, kind, units)
    assert value >= told.step.least
    assert all(value < step.least for step in STEPS[kind, units] if step.least > told.step.least)


def test_units_are_those_that_are_defined() -> None:
    assert isclose(told_in(FOOT_M * 100, Kind.LENGTH, Units.US).value, 100)
    assert isclose(told_in(MILE_M, Kind.LENGTH, Units.US).value, 1) and isclose(MILE_M, 1_609.344)
    assert isclose(told_in(ACRE_M2, Kind.AREA, Units.US).value, 1) and isclose(ACRE_M2, 4_046.856_422_4)
    assert isclose(told_in(100, Kind.TEMPERATURE, Units.US).value, 212)
    assert isclose(told_in(1, Kind.MASS, Units.US).value, 2.204_622_621_848_8)


def test_what_a_person_chose_wins_over_their_browser() -> None:
    usual = Measures(Units.US, Hours.H12)
    assert chosen("", "", usual) == usual
    assert chosen("metric", "", usual) == Measures(Units.METRIC, Hours.H12)
    assert chosen("", "24", usual) == Measures(Units.US, Hours.H24)


def test_only_some_countries_measure_in_feet() -> None:
    assert [units_of(one) for one in ("US", "DE", "GB", None)] == [Units.US, Units.METRIC, Units.METRIC, Units.METRIC]
