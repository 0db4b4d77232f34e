"""Service of mowers: counters from telemetry, plans, the log, and how reliable each one is."""

from core.fleet.maintenance.cost import amount_of, parse_cost
from core.fleet.maintenance.desk import USUAL_PLAN, Maintenance
from core.fleet.maintenance.model import Counters, Due, ItemView, LogView, Measure, Part, Reliability

__all__ = [
    "USUAL_PLAN",
    "Counters",
    "Due",
    "ItemView",
    "LogView",
    "Maintenance",
    "Measure",
    "Part",
    "Reliability",
    "amount_of",
    "parse_cost",
]
