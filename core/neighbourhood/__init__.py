"""Homes, lots, roads and who can reach whom."""

from core.neighbourhood.answers import (
    Blocker,
    Candidate,
    Home,
    NeighbourAnswer,
    answer_dict,
    home_dict,
)
from core.neighbourhood.engines import Engine
from core.neighbourhood.households import (
    ClusterToBe,
    LotView,
    MowerOfLot,
    add_person,
    assign_mower,
    clusters_to_be,
    create_household,
    households_of_person,
    lots_of_mower,
    lots_of_person,
    mowers_of_lot,
    register_lot,
    release_mower,
    remove_person,
)
from core.neighbourhood.imports import ImportReport, Progress, RefusedRow, import_addresses, import_roads
from core.neighbourhood.layers import LayerSource, PreparedLayer, RoadInfo
from core.neighbourhood.lot_shapes import firm_boundary, polygon_area_m2
from core.neighbourhood.neighbours import AreaAnswer, NeighbourFinder
from core.neighbourhood.own_lot import OwnLot, in_metres
from core.neighbourhood.provenance import ImportRecord, LayerRecord, Provenance, data_provenance
from core.neighbourhood.qualification import Qualification, qualify_all
from core.neighbourhood.reach import BookReach, Reach, ReachGraph
from core.neighbourhood.rules import (
    DEFAULT_RULE,
    REASON_WORDS,
    RULES,
    UNNAMED_ROAD,
    UPSTREAM,
    Reason,
    RuleParameters,
    UpstreamParameters,
    Verdict,
)

__all__ = [
    "DEFAULT_RULE",
    "REASON_WORDS",
    "RULES",
    "UNNAMED_ROAD",
    "UPSTREAM",
    "AreaAnswer",
    "Blocker",
    "BookReach",
    "Candidate",
    "ClusterToBe",
    "Engine",
    "Home",
    "ImportRecord",
    "ImportReport",
    "LayerRecord",
    "LayerSource",
    "LotView",
    "MowerOfLot",
    "NeighbourAnswer",
    "NeighbourFinder",
    "OwnLot",
    "PreparedLayer",
    "Progress",
    "Provenance",
    "Qualification",
    "Reach",
    "ReachGraph",
    "Reason",
    "RefusedRow",
    "RoadInfo",
    "RuleParameters",
    "UpstreamParameters",
    "Verdict",
    "add_person",
    "answer_dict",
    "assign_mower",
    "clusters_to_be",
    "create_household",
    "data_provenance",
    "firm_boundary",
    "home_dict",
    "households_of_person",
    "import_addresses",
    "import_roads",
    "in_metres",
    "lots_of_mower",
    "lots_of_person",
    "mowers_of_lot",
    "polygon_area_m2",
    "qualify_all",
    "register_lot",
    "release_mower",
    "remove_person",
]
