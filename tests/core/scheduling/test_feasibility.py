"""The feasibility meter: area over speed and charging against the allowed hours that are left, with the sum."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.scheduling.feasibility import DueLawn, Level, feasibility, mowing_hours
from core.scheduling.planner_model import MowerPace
from core.scheduling.planner_spans import Span

MONDAY = datetime(2026, 6, 1, tzinfo=UTC)
PACE = MowerPace(m2_per_h=500, battery_min=180, charge_min=120)


def spans(*hours: float) -> list[Span]:
    """One allowed span a day, of so many hours."""
    return [
        Span(MONDAY + timedelta(days=day), MONDAY + timedelta(days=day, hours=length))
        for day, length in enumerate(hours)
    ]


def test_the_sum_is_shown_line_by_line() -> None:
    meter = feasibility([DueLawn("1 ELM ST", 1_000), DueLawn("2 ELM ST", 750, 2)], spans(8, 5), PACE)
    assert [(line.name, line.hours) for line in meter.lawns] == [("1 ELM ST", 2.0), ("2 ELM ST", 3.0)]
    assert (meter.allowed_h, meter.charging_h, meter.mowing_h, meter.needed_h) == (13, 4, 9, 5)
    assert meter.share == pytest.approx(5 / 9) and meter.level is Level.FITS and meter.missing_h == 0


@pytest.mark.parametrize(
    ("area", "level"), [(1_000, Level.FITS), (1_300, Level.TIGHT), (1_500, Level.TIGHT), (1_501, Level.OVERBOOKED)]
)
def test_a_cluster_is_flagged_at_its_share(area: float, level: Level) -> None:
    assert feasibility([DueLawn("elm", area)], spans(3), PACE).level is level


def test_overbooked_says_by_how_much() -> None:
    meter = feasibility([DueLawn("elm", 2_000)], spans(3), PACE)
    assert meter.level is Level.OVERBOOKED and meter.missing_h == 1


def test_a_week_without_hours_holds_nothing() -> None:
    meter = feasibility([DueLawn("elm", 10)], [], PACE)
    assert (meter.level, meter.share, meter.mowing_h) == (Level.OVERBOOKED, None, 0)


def test_what_nobody_measured_is_named_and_not_taken_for_nothing() -> None:
    meter = feasibility([DueLawn("elm", None), DueLawn("oak", 100)], spans(8), PACE)
    assert meter.unmeasured == ("elm",) and meter.level is Level.FITS
    assert feasibility([DueLawn("elm", None)], spans(8), PACE).level is Level.UNKNOWN
    assert feasibility([], spans(8), PACE).level is Level.NOTHING


def test_a_span_begins_charged_and_then_alternates() -> None:
    assert [mowing_hours(hours, PACE) for hours in (2, 3, 5, 7, 8, 10, 24)] == [2, 3, 3, 5, 6, 6, 15]
    assert mowing_hours(24, MowerPace(battery_min=None)) == 24


@given(st.floats(0, 168), st.integers(10, 600), st.integers(0, 600))
def test_mowing_never_takes_more_than_the_hours_and_grows_with_them(hours: float, battery: int, charge: int) -> None:
    pace = MowerPace(battery_min=battery, charge_min=charge)
    mowing = mowing_hours(hours, pace)
    assert 0 <= mowing <= hours + 1e-9
    assert mowing_hours(hours + 1, pace) >= mowing - 1e-9
    assert mowing >= hours * battery / (battery + charge) - 1e-6
