"""The past of mowers: series for charts, the way made, minutes summed up, thinning, and the whole fleet at a moment."""

from core.fleet.history.fleet_past import FleetPast
from core.fleet.history.minutes import MinuteKeeper
from core.fleet.history.places import ForgetPlaces
from core.fleet.history.retention import Thinning
from core.fleet.history.series import FIELDS, Field, HistoryDesk, Series
from core.fleet.history.way import Stop, Way, way

__all__ = [
    "FIELDS",
    "Field",
    "FleetPast",
    "ForgetPlaces",
    "HistoryDesk",
    "MinuteKeeper",
    "Series",
    "Stop",
    "Thinning",
    "Way",
    "way",
]
