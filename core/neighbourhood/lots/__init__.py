"""Lots: imported parcels, drawn ground, and estimates marked as such."""

from core.neighbourhood.lots.estimate import RoadStrip, estimate_lots
from core.neighbourhood.lots.importing import LotImport
from core.neighbourhood.lots.model import LotEstimate, LotShape, LotSource, NearRoad
from core.neighbourhood.lots.shelf import LotShelf

__all__ = [
    "LotEstimate",
    "LotImport",
    "LotShape",
    "LotShelf",
    "LotSource",
    "NearRoad",
    "RoadStrip",
    "estimate_lots",
]
