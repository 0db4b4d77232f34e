"""What people read in their own units and hours: words on pages, sentences of the core, and what the browser gets."""

from dataclasses import replace
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.accounts import Role, Viewer
from core.fleet.maintenance import ItemView, Measure
from core.ids import new_id
from core.measures import Hours, Kind, Measures, Units
from core.texts import Text
from dashboard.i18n import told, use_language
from dashboard.measures import (
    area_words,
    browser_measures,
    height_words,
    in_column,
    length_words,
    measures_for,
    speed_words,
    time_words,
    typed_number,
    unit_number,
    unit_word,
    use_measures,
    usual_measures,
    when_words,
    written_measures,
)
from dashboard.service.words import typed, used_words

AMERICAN, EUROPEAN = Measures(Units.US, Hours.H12), Measures(Units.METRIC, Hours.H24)
CHICAGO = ZoneInfo("America/Chicago")
AFTERNOON = datetime(2026, 6, 1, 20, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tags", "usual"),
    [
        (["en-US", "de"], AMERICAN),
        (["en-GB"], EUROPEAN),
        (["en-CA"], Measures(Units.METRIC, Hours.H12)),
        (["de-DE"], EUROPEAN),
        (["nonsense!", "en-US"], AMERICAN),
        (["tlh", "de"], EUROPEAN),
        ([], EUROPEAN),
    ],
)
def test_a_browser_that_says_where_it_is_decides(tags: list[str], usual: Measures) -> None:
    assert usual_measures(tags) == usual


def test_a_persons_choice_is_kept_whatever_browser_they_use() -> None:
    person = Viewer(
        person_id=new_id(), email="nora@elm.example", name="Nora", role=Role.HOMEOWNER, units="us", hours="24"
    )
    assert measures_for(person, ["de-DE"]) == Measures(Units.US, Hours.H24)
    assert measures_for(None, ["en-US"]) == AMERICAN


def test_a_message_goes_by_its_readers_choice_or_their_language() -> None:
    with use_language("de"):
        assert written_measures("", "") == EUROPEAN
        assert written_measures("us", "12") == AMERICAN


def test_lawns_and_ways_are_told_in_feet_or_metres() -> None:
    with use_measures(EUROPEAN):
        assert (length_words(80), length_words(1_234), area_words(450)) == ("80 m", "1.23 km", "450 m²")
        assert (height_words(50), speed_words(0.3), in_column(450, "m²")) == ("50 mm", "0.3 m/s", ("450", "m²"))
    with use_measures(AMERICAN):
        assert (length_words(80), length_words(3_000)) == ("262 ft", "1.86 mi")
        assert (area_words(450), area_words(9_000)) == ("4,844 sq ft", "2.22 ac")
        assert (height_words(50), speed_words(0.3)) == ("2 in", "0.67 mph")
        assert in_column(450, "m²") == ("4,844", "sq ft")


def test_a_german_reads_feet_in_german() -> None:
    with use_language("de"), use_measures(AMERICAN):
        assert (length_words(1_000), area_words(9_000)) == ("3.281 ft", "2,22 ac")


def test_a_sentence_of_the_core_is_told_in_the_readers_units() -> None:
    words = Text("the lot has {area:,.0f} m²; expected at most {most:,.0f} m²", area=1234.4, most=4000)
    with use_measures(EUROPEAN):
        assert told(words) == "the lot has 1,234 m²; expected at most 4,000 m²"
        with use_language("de"):
            assert told(words) == "Das Grundstück hat 1.234 m²; erwartet werden höchstens 4.000 m²"
    with use_measures(AMERICAN):
        assert told(words) == "the lot has 13,287 sq ft; expected at most 43,056 sq ft"
        assert told(Text("stands {n:,.0f} m from the home", n=12)) == "stands 39 ft from the home"
        assert told(Text("{n} minutes, {m} more", n=3, m=4)) == "3 minutes, 4 more"


def test_the_time_of_day_has_twelve_hours_or_twenty_four() -> None:
    with use_measures(AMERICAN):
        assert time_words(AFTERNOON, CHICAGO) == "3:04 PM"
        assert when_words(AFTERNOON, CHICAGO) == "Jun 1, 2026, 3:04 PM"
    with use_measures(EUROPEAN):
        assert time_words(AFTERNOON, CHICAGO) == "15:04"
        assert time_words(time(0, 5)) == "00:05"


@given(st.times())
def test_no_two_minutes_of_a_day_are_told_alike(at: time) -> None:
    other = time((at.hour + 12) % 24, at.minute)
    for measures in (AMERICAN, EUROPEAN):
        with use_measures(measures):
            assert time_words(at) != time_words(other)


@given(st.floats(0, 1e6, allow_nan=False), st.sampled_from([AMERICAN, EUROPEAN]))
def test_the_browser_gets_the_numbers_and_words_that_the_server_uses(area: float, measures: Measures) -> None:
    with use_measures(measures):
        steps = browser_measures()["kinds"][Kind.AREA.value]
        step = [one for one in steps if area >= one["least"]][-1]
        unit = step["words"].removeprefix("{n}").strip()
        assert area_words(area).endswith(f" {unit}")
        number = float(area_words(area).removesuffix(unit).replace(",", ""))
        assert number == pytest.approx(area * step["factor"], abs=0.51 * 10 ** -step["digits"])


WHEELS = ItemView(
    id=new_id(), device_name="Elm", model="Luba", name="Check wheels and drives", measure=Measure.DISTANCE_KM,
    every=250, used=1_200, since=AFTERNOON,
)  # fmt: skip


def test_what_is_due_after_a_way_is_told_and_typed_in_miles_or_kilometres() -> None:
    with use_measures(EUROPEAN):
        assert used_words(WHEELS) == "1,200 of 250 km"
        assert typed(250, Measure.DISTANCE_KM) == 250
        with use_language("de"):
            assert used_words(WHEELS).startswith("1.200 von 250")
    with use_measures(AMERICAN):
        assert used_words(WHEELS) == "746 of 155 mi"
        assert typed(100, Measure.DISTANCE_KM) == pytest.approx(160.9344)
        assert used_words(replace(WHEELS, measure=Measure.BLADE_HOURS, used=9.54)) == "9.5 of 250 h"


@given(st.integers(0, 1_000_000), st.sampled_from([AMERICAN, EUROPEAN]))
def test_the_largest_lawn_of_a_plan_is_kept_when_its_form_is_saved_untouched(cap: int, measures: Measures) -> None:
    with use_measures(measures):
        assert unit_word(Kind.AREA) in {"m²", "sq ft"}
        assert round(typed_number(round(unit_number(cap, Kind.AREA)), Kind.AREA)) == cap
