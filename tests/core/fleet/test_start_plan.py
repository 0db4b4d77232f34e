"""What a start may ask for, and how it stands beside what the mower reports."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Invalid
from core.fleet import SETTING_RANGES, ReportedSettings, side_by_side, start_settings
from core.fleet.start_plan import Range
from tests.core.fleet.cast import LUBA, NOON

FULL = {
    "areas": [2**63 + 5, 7],
    "blade_height_mm": 55,
    "speed_m_s": 0.4,
    "angle_deg": 90,
    "spacing_cm": 25,
    "border_laps": 2,
}


def test_settings_go_into_a_command_and_come_out_the_same_areas_as_texts_too() -> None:
    settings = start_settings(FULL)
    assert settings.as_parameters() == FULL
    assert start_settings({"areas": [str(area) for area in FULL["areas"]]}).areas == tuple(FULL["areas"])  # type: ignore[attr-defined, arg-type]
    assert settings.chosen
    assert not start_settings({}).chosen


@pytest.mark.parametrize(
    "wrong",
    [
        {"zones": [1]},
        {"areas": "12"},
        {"areas": [0]},
        {"areas": [-4]},
        {"areas": [True]},
        {"areas": [7, 7]},
        {"areas": [2**64]},
        {"areas": list(range(1, 100))},
        {"blade_height_mm": 14},
        {"blade_height_mm": 50.5},
        {"speed_m_s": 1.3},
        {"speed_m_s": "fast"},
        {"angle_deg": 360},
        {"spacing_cm": True},
        {"border_laps": 5},
    ],
)
def test_a_wrong_setting_is_named(wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match=next(iter(wrong))):
        start_settings(wrong)


def values_of(allowed: Range) -> st.SearchStrategy[Any]:
    if allowed.kind is float:
        return st.floats(allowed.least, allowed.most)
    return st.integers(int(allowed.least), int(allowed.most))


@settings(deadline=None)
@given(st.fixed_dictionaries({}, optional={name: values_of(one) for name, one in SETTING_RANGES.items()}))
def test_every_value_within_its_range_is_taken(told: dict[str, Any]) -> None:
    assert start_settings(told).as_parameters() == told


def test_side_by_side_says_which_agree_which_do_not_and_which_nobody_told_yet() -> None:
    asked = start_settings(FULL)
    assert [pair.agrees for pair in side_by_side(asked, None)] == [None] * 6
    told = ReportedSettings(
        device_name=LUBA,
        reported_at=NOON,
        areas=(7, 2**63 + 5),
        blade_height_mm=50,
        speed_m_s=0.41,
        angle_deg=90,
        border_laps=2,
    )
    assert {pair.name: pair.agrees for pair in side_by_side(asked, told)} == {
        "areas": False,  # the same areas in another order
        "blade_height_mm": False,
        "speed_m_s": True,
        "angle_deg": True,
        "spacing_cm": None,
        "border_laps": True,
    }
    assert side_by_side(start_settings({}), told) == ()
