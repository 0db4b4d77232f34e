"""Weather, limits and hours in words: unknown is said, numbers are the reader's own."""

import pytest

from core.errors import Invalid
from core.scheduling.feasibility import DueLawn, feasibility
from core.scheduling.planner_model import MowerPace
from core.scheduling.weather_limits import RANGES
from core.scheduling.weather_model import Check, CheckKind
from dashboard.components.weather_words import (
    LIMIT_NAMES,
    hours_words,
    limit_words,
    read_number,
    sum_words,
    value_words,
)
from dashboard.i18n import use_language


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
    assert read_number("soil_mm", " 4.5 ") == 4.5
    with use_language("de"):
        assert read_number("soil_mm", "4,5") == 4.5
    with pytest.raises(Invalid, match="soil_mm wet: expected 0 to 100 mm"):
        read_number("soil_mm", "wet")


def test_every_limit_that_a_screen_offers_has_a_range() -> None:
    assert set(LIMIT_NAMES) <= set(RANGES)


def test_the_week_is_one_sentence() -> None:
    assert hours_words(2.08) == "2 h 05 min"
    assert sum_words(feasibility([], [], MowerPace())) == "Every lawn has been mowed this week."
    over = feasibility([DueLawn("elm", 500)], [], MowerPace())
    assert sum_words(over) == "It needs 1 h 00 min of mowing, and 0 h 00 min are left: 1 h 00 min too much."
