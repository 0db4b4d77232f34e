"""The homeowner's words: true to what is known, and never a claim without proof."""

from datetime import UTC, datetime

import pytest

from core.fleet.model import Confidence, MowerState
from core.neighbourhood.own_lot import OwnLotView, Whereabouts
from dashboard.home.words import home_words, minutes_text

NOW = datetime(2026, 6, 1, 15, tzinfo=UTC)


def here(state: MowerState, **values: object) -> OwnLotView:
    given = {"confidence": Confidence.PROVEN, "received_at": NOW} | values
    return OwnLotView(whereabouts=Whereabouts.HERE, state=state, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("view", "headline", "tone"),
    [
        (here(MowerState.MOWING), "Mowing your lawn", "good"),
        (here(MowerState.PAUSED), "Paused on your lawn", "warn"),
        (here(MowerState.RETURNING), "On its way back", "calm"),
        (here(MowerState.CHARGING), "Charging", "calm"),
        (here(MowerState.DOCKED), "At the dock", "calm"),
        (here(MowerState.IDLE), "Standing still", "calm"),
        (here(MowerState.UPDATING), "Updating", "calm"),
        (here(MowerState.FAULT), "Needs attention", "bad"),
        (here(MowerState.OFFLINE), "Offline", "quiet"),
        (here(MowerState.UNKNOWN), "Unknown", "quiet"),
        (here(MowerState.UNKNOWN, last_known=MowerState.MOWING), "Last known: mowing", "quiet"),
        (here(MowerState.PAUSED, confidence=Confidence.STALE), "Last known: paused", "quiet"),
        (OwnLotView(whereabouts=Whereabouts.AWAY, received_at=NOW), "At a neighbour's", "calm"),
        (
            OwnLotView(whereabouts=Whereabouts.UNKNOWN, state=MowerState.UNKNOWN, received_at=NOW),
            "Somewhere we cannot see",
            "quiet",
        ),
        (
            OwnLotView(whereabouts=Whereabouts.UNKNOWN, state=MowerState.UNKNOWN),
            "Waiting for the first report",
            "quiet",
        ),
    ],
)
def test_each_view_has_its_words(view: OwnLotView, headline: str, tone: str) -> None:
    words = home_words(view, is_host=True)
    assert (words.headline, words.tone) == (headline, tone)


def test_mowing_tells_progress_and_time_left_as_far_as_they_are_known() -> None:
    both = here(MowerState.MOWING, progress_percent=63, minutes_left=25)
    assert home_words(both, is_host=True).sentence == "63 % of this round done, about 25 min left"
    assert home_words(here(MowerState.MOWING, minutes_left=25), is_host=True).sentence == "about 25 min left"
    assert home_words(here(MowerState.MOWING), is_host=True).sentence == ""


def test_only_a_host_is_told_that_the_dock_is_at_their_house() -> None:
    view = here(MowerState.RETURNING)
    assert "your house" in home_words(view, is_host=True).sentence
    assert "your house" not in home_words(view, is_host=False).sentence


def test_a_fault_is_told_with_its_number() -> None:
    assert "1005" in home_words(here(MowerState.FAULT, fault_code=1005), is_host=True).sentence


@pytest.mark.parametrize(("minutes", "words"), [(0, "0 min"), (48.4, "48 min"), (190, "3 h 10 min")])
def test_minutes_are_told_in_hours_from_sixty_on(minutes: float, words: str) -> None:
    assert minutes_text(minutes) == words
