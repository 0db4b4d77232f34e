"""Weather, limits and hours in words: unknown is said, numbers are the reader's own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from core.measures import Measures, Units
from core.scheduling.feasibility import DueLawn, feasibility
from core.scheduling.planner_model import MowerPace
from core.scheduling.weather_limits import RANGES
from core.scheduling.weather_model import Check, CheckKind
from dashboard.components.weather_words import (
    LIMIT_NAMES,
    hours_words,
    limit_field,
    limit_label,
    limit_range,
    limit_words,
    read_limit,
    sum_words,
    value_words,
)
from dashboard.i18n import use_language
from dashboard.measures import use_measures


def soil(value: float | None) -> Check:
    return Check(CheckKind.SOIL, value, 4.0, "mm", None if value is None else value <= 4)


def test_a_number_is_told_with_its_unit_and_its_limit() -> None:
    assert (value_words(soil(5.55)), limit_words(soil(5.55))) == ("5.5 mm", "at most 4 mm")
    assert limit_words(Check(CheckKind.FROST, 1, 2, "°C", False)) == "at least 2°C"
    with use_language("de"):
        assert (value_words(soil(5.56)), limit_words(soil(5.56))) == ("5,6 mm", "höchstens 4 mm")


def test_unknown_is_said_and_never_a_zero() -> None:
    assert value_words(soil(None)) == "not known"
    assert value_words(Check(CheckKind.MOWER_RAIN, None, 0, "", None)) == "not known"
    assert value_words(Check(CheckKind.MOWER_RAIN, 0.0, 0, "", True)) == "dry"
    assert value_words(Check(CheckKind.MOWER_RAIN, 1.0, 0, "", False)) == "rain"


def test_what_a_person_types_is_read_in_their_own_language() -> None:
    assert read_limit("soil_mm", " 4.5 ", 4.0) == 4.5
    with use_language("de"):
        assert read_limit("soil_mm", "4,5", 4.0) == 4.5
    for wrong in ("wet", "-1", "101"):
        with pytest.raises(Invalid, match=f"Water left in the ground, at most: {wrong}, expected 0 to 100 mm"):
            read_limit("soil_mm", wrong, 4.0)


def test_limits_are_typed_in_the_readers_units_and_kept_in_metric_ones() -> None:
    with use_measures(Measures(Units.US)):
        assert limit_label("soil_mm") == "Water left in the ground, at most (in)"
        assert limit_label("rain_now_mm") == "Rain at the start, at most (in/h)"
        assert (limit_field("frost_c", 2), limit_range("frost_c")) == ("35.6", "14 to 59 °F")
        assert read_limit("frost_c", "41", 2) == 5
        assert read_limit("soil_mm", "0.25", 4.0) == 6.35
        with pytest.raises(Invalid, match="41 in, expected 0 to 3.937 in".replace(" in,", ",")):
            read_limit("soil_mm", "41", 4.0)


@pytest.mark.parametrize("units", Units)
@given(share=st.floats(0, 1))
def test_what_nobody_changed_stays_as_it_was_and_the_rest_is_what_was_typed(units: Units, share: float) -> None:
    with use_measures(Measures(units)):
        for name in LIMIT_NAMES:
            least, most, _unit = RANGES[name]
            value = least + share * (most - least)
            assert read_limit(name, limit_field(name, value), value) == value
            again = read_limit(name, limit_field(name, least + (most - least) / 2), least)
            assert again == pytest.approx(least + (most - least) / 2, abs=0.06)


def test_every_limit_that_a_screen_offers_has_a_range() -> None:
    assert set(LIMIT_NAMES) <= set(RANGES)


def test_the_week_is_one_sentence() -> None:
    assert hours_words(2.08) == "2 h 05 min"
    assert sum_words(feasibility([], [], MowerPace())) == "Every lawn has been mowed this week."
    over = feasibility([DueLawn("elm", 500)], [], MowerPace())
    assert sum_words(over) == "It needs 1 h 00 min of mowing, and 0 h 00 min are left: 1 h 00 min too much."
