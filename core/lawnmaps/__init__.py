"""Lawn maps of devices: what changed between versions, whose each zone is, syncs that people ask for."""

from core.lawnmaps.diff import Change, MapDiff, ZoneChange, ZoneKind, map_diff, zone_area_m2
from core.lawnmaps.no_go import NoGo, NoGoPhase, NoGoRules
from core.lawnmaps.no_go_desk import NoGoDesk
from core.lawnmaps.no_go_watch import NoGoWatch
from core.lawnmaps.ports import ZoneOwners
from core.lawnmaps.sync import MapSync, SyncState
from core.lawnmaps.tie_store import TieChange, TieStore, TieView
from core.lawnmaps.ties import OPEN, ZoneTies, bounds_of
from core.lawnmaps.zones import LotGround, LotShare, TieStatus, ZoneRules, ZoneVerdict, judge_zone

__all__ = [
    "OPEN",
    "Change",
    "LotGround",
    "LotShare",
    "MapDiff",
    "MapSync",
    "NoGo",
    "NoGoDesk",
    "NoGoPhase",
    "NoGoRules",
    "NoGoWatch",
    "SyncState",
    "TieChange",
    "TieStatus",
    "TieStore",
    "TieView",
    "ZoneChange",
    "ZoneKind",
    "ZoneOwners",
    "ZoneRules",
    "ZoneTies",
    "ZoneVerdict",
    "bounds_of",
    "judge_zone",
    "map_diff",
    "zone_area_m2",
]
