"""Spans of days as addresses name them, in the zone of who looks."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from core.errors import Invalid
from dashboard.exports.spans import PRESETS, preset_span, span_of

CHICAGO = ZoneInfo("America/Chicago")
TODAY = date(2026, 3, 9)


@pytest.mark.parametrize(
    ("preset", "first", "last"),
    [
        ("today", date(2026, 3, 9), date(2026, 3, 9)), ("yesterday", date(2026, 3, 8), date(2026, 3, 8)),
        ("week", date(2026, 3, 3), date(2026, 3, 9)), ("days30", date(2026, 2, 8), date(2026, 3, 9)),
        ("month", date(2026, 3, 1), date(2026, 3, 9)), ("last-month", date(2026, 2, 1), date(2026, 2, 28)),
        ("year", date(2026, 1, 1), date(2026, 3, 9)),
    ],
)  # fmt: skip
def test_a_word_names_days_seen_from_today(preset: str, first: date, last: date) -> None:
    span = span_of({"span": preset}, TODAY, CHICAGO)
    assert (span.first, span.last, span.preset) == (first, last, preset)


def test_every_preset_can_be_named_again_by_its_days() -> None:
    for preset in PRESETS:
        span = preset_span(preset, TODAY, CHICAGO)
        again = span_of(span.query, TODAY, CHICAGO)
        assert (again.since, again.until) == (span.since, span.until)


def test_a_day_of_the_change_of_clocks_is_23_hours_long() -> None:
    span = span_of({"span": "yesterday"}, TODAY, CHICAGO)
    assert (span.since, span.until) == (datetime(2026, 3, 8, 6, tzinfo=UTC), datetime(2026, 3, 9, 5, tzinfo=UTC))


def test_nothing_named_is_the_last_thirty_days() -> None:
    assert span_of({}, TODAY, CHICAGO) == preset_span("days30", TODAY, CHICAGO)
    assert span_of({"span": "ever"}, TODAY, CHICAGO) == preset_span("days30", TODAY, CHICAGO)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2026-03-02", "2026-03-01"), ("", "2026-03-01"), ("2026-03-01", ""), ("x", "y"), ("1999-12-31", "2026-01-01"),
        ("2026-01-01", "9999-12-31"), ("0001-01-01", "0001-01-02"),
    ],
)  # fmt: skip
def test_days_that_no_one_can_mean_are_refused(first: str, last: str) -> None:
    with pytest.raises(Invalid):
        span_of({"from": first, "to": last}, TODAY, CHICAGO)
