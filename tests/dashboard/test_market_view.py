"""The market screen's markup: assumptions in the address, unknown said, nothing taken for markup that is text."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.ids import new_id
from core.neighbourhood.market import Assumptions, Market, MarketRow, ScoreRow
from dashboard.i18n import use_language
from dashboard.market_view import MarketView, facts_html, files_html, form_html, places_html, scorecard_html

ROCHESTER = MarketRow("ROCHESTER", "55901", 71_441, 61_499, 12, 1_000, 1.63, 4_900_000, 150_672_550)


def rochester(row: MarketRow = ROCHESTER) -> Market:
    return Market(row, (row,), Assumptions(price_cents=4_900), "path", 80.0, 3, datetime(2026, 6, 1, tzinfo=UTC))


def card(**changes: object) -> ScoreRow:
    usual = ScoreRow(new_id(), "C-0001", "Elm Row", "active", 5, 4, 1, 80.0, 0, False, 101.5, 40.0, 24_500)
    return replace(usual, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "view"),
    [
        ({}, MarketView()),
        ({"price": "49.00", "uptake": "30"}, MarketView(4_900, 30.0)),
        ({"price": "49,5"}, MarketView(4_950)),
        ({"price": "-1"}, MarketView()),
        ({"price": "owl", "uptake": "nan"}, MarketView()),
        ({"price": "1e300", "uptake": "101"}, MarketView()),
    ],
)
def test_the_address_says_what_is_assumed(query: dict[str, str], view: MarketView) -> None:
    assert MarketView.from_query(query) == view


def test_files_carry_the_same_assumptions_as_the_screen() -> None:
    markup = files_html(MarketView(4_900, 30.0))
    assert 'href="/clusters/market/places.xlsx?price=49.00&amp;uptake=30"' in markup
    assert 'href="/clusters/market/homes.geojson"' in files_html(MarketView())
    assert 'value="49.00"' in form_html(MarketView(4_900))


def test_numbers_are_said_in_the_readers_language() -> None:
    with use_language("en"):
        assert "61,499" in facts_html(rochester())
        assert "$1,506,725.50" in facts_html(rochester())
    with use_language("de"):
        assert "61.499" in facts_html(rochester())


def test_unknown_is_said_and_never_a_zero() -> None:
    with use_language("en"):
        unknown = replace(ROCHESTER, coverage_percent=None, revenue_cents=None, expected_cents=None)
        assert facts_html(rochester(unknown)).count(">unknown<") == 3
        assert scorecard_html([card(trend=None, revenue_cents=None)], "USD").count(">unknown<") == 6
        assert "+1" in scorecard_html([card()], "USD")
    served = card(completion_percent=96.5, on_time_percent=88.0, utilisation_percent=7.1, rating=4.5, ratings=12)
    with use_language("en"):
        told = scorecard_html([served], "USD")
        assert all(words in told for words in (">96.5 %<", ">88 %<", ">7.1 %<", ">4.5 (12)<"))
    with use_language("de"):
        assert ">4,5 (12)<" in scorecard_html([served], "USD")


def test_names_are_text() -> None:
    assert "<b>" not in scorecard_html([card(name="<b>Elm</b>")], "USD")
    assert "<i>" not in places_html(rochester(replace(ROCHESTER, city="<i>")))
