"""The state language: complete, readable in both themes, told apart without colour."""

import re
from xml.etree import ElementTree

import pytest

from core.fleet.model import MowerState
from dashboard.state_style import GROUND, STATE_STYLES, state_badge, state_drawing, state_icon, state_word

LIGHT_SURFACES = ("#ffffff", "#f6f8f6", "#eff3f0", "#f0f4f1")
DARK_SURFACES = ("#151c19", "#0e1311", "#101613", "#1c2521")


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_every_state_has_one_row() -> None:
    assert set(STATE_STYLES) == set(MowerState)
    assert sorted(style.rank for style in STATE_STYLES.values()) == list(range(len(MowerState)))


def test_contrast_is_that_of_black_on_white() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("state", MowerState)
def test_state_words_and_shapes_can_be_read_in_both_themes(state: MowerState) -> None:
    colour = STATE_STYLES[state].colour
    assert min(contrast(colour.light, surface) for surface in LIGHT_SURFACES) >= 4.5
    assert min(contrast(colour.dark, surface) for surface in DARK_SURFACES) >= 4.5
    assert contrast(colour.light, GROUND[0]) >= 3
    assert contrast(colour.dark, GROUND[1]) >= 3


def test_no_two_states_share_a_drawing_once_colour_is_taken_away() -> None:
    drawings = {state_drawing(state, colour="#000000", ground="#ffffff") for state in MowerState}
    assert len(drawings) == len(MowerState)


@pytest.mark.parametrize("state", MowerState)
def test_a_stale_state_keeps_its_shape_and_adds_a_hatch(state: MowerState) -> None:
    fresh = state_drawing(state, colour="#111111", ground="#ffffff")
    stale = state_drawing(state, colour="#111111", ground="#ffffff", stale=True)
    assert stale.startswith(fresh.removesuffix("</g>"))
    assert stale.count("<path") == fresh.count("<path") + 1


def test_an_unknown_mower_keeps_the_outline_it_was_last_known_by() -> None:
    plain = state_drawing(MowerState.UNKNOWN, colour="#111111", ground="#ffffff")
    was_returning = state_drawing(
        MowerState.UNKNOWN, colour="#111111", ground="#ffffff", last_known=MowerState.RETURNING
    )
    assert plain != was_returning
    assert state_word(MowerState.UNKNOWN, MowerState.MOWING) == "Last known: mowing"
    assert state_word(MowerState.UNKNOWN) == "Unknown"


def test_icons_are_valid_svg_that_refer_to_nothing_outside() -> None:
    for state in MowerState:
        icon = state_icon(state, title='A "quoted" name')
        ElementTree.fromstring(icon)
        assert not re.search(r"url\(|\bid=|href", icon)


def test_a_badge_escapes_the_words_it_is_given() -> None:
    assert "&lt;b&gt;" in state_badge(MowerState.FAULT, words="Fault: <b>")
