"""The market: addressable homes, coverage, expected revenue, and a scorecard of clusters, for screens and files."""

from core.neighbourhood.market.desk import File, Format, MarketDesk, Table
from core.neighbourhood.market.model import Assumptions, Market, MarketRow, ScoreRow
from core.neighbourhood.market.scores import Score, Scores

__all__ = [
    "Assumptions",
    "File",
    "Format",
    "Market",
    "MarketDesk",
    "MarketRow",
    "Score",
    "ScoreRow",
    "Scores",
    "Table",
]
