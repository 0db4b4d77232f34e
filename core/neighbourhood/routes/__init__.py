"""Routes: in which order a mower or a crew visits homes, with times, savings, and a reason for each home left out."""

from core.neighbourhood.routes.desk import Pace, RouteDesk, RouteStop
from core.neighbourhood.routes.model import (
    Figures,
    Round,
    RoundPlan,
    Stop,
    Unvisited,
    UnvisitedReason,
    Visit,
)
from core.neighbourhood.routes.planner import plan_round
from core.neighbourhood.routes.ways import RoadMap, corridor_lengths, road_map

__all__ = [
    "Figures",
    "Pace",
    "RoadMap",
    "Round",
    "RoundPlan",
    "RouteDesk",
    "RouteStop",
    "Stop",
    "Unvisited",
    "UnvisitedReason",
    "Visit",
    "corridor_lengths",
    "plan_round",
    "road_map",
]
