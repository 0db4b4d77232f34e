"""Lawns: drawing, rules, drafts, versions and files."""

from core.neighbourhood.lawns.desk import LawnDesk
from core.neighbourhood.lawns.files import read_lawn_file, write_lawn_file
from core.neighbourhood.lawns.measure import lawn_area, metres_per_degree
from core.neighbourhood.lawns.model import (
    AREA_SOURCE,
    DraftView,
    Drawing,
    Editor,
    LawnArea,
    LawnCheck,
    LawnFile,
    LawnProblem,
    LawnRule,
    LawnRules,
    LawnSheet,
    LawnVersionView,
    Level,
    NearLot,
    RefusedShape,
    Repair,
    Surroundings,
)
from core.neighbourhood.lawns.repair import propose_repair
from core.neighbourhood.lawns.rules import check_drawing
from core.neighbourhood.lawns.snap import Snapped, SnapTargets, snap_ring, targets_of
from core.neighbourhood.lots.model import NearRoad

__all__ = [
    "AREA_SOURCE",
    "DraftView",
    "Drawing",
    "Editor",
    "LawnArea",
    "LawnCheck",
    "LawnDesk",
    "LawnFile",
    "LawnProblem",
    "LawnRule",
    "LawnRules",
    "LawnSheet",
    "LawnVersionView",
    "Level",
    "NearLot",
    "NearRoad",
    "RefusedShape",
    "Repair",
    "SnapTargets",
    "Snapped",
    "Surroundings",
    "check_drawing",
    "lawn_area",
    "metres_per_degree",
    "propose_repair",
    "read_lawn_file",
    "snap_ring",
    "targets_of",
    "write_lawn_file",
]
