"""The colours of the land, by kind, day and night: light ground, calm lawns, so that mowers and states stand out."""

from collections.abc import Mapping
from dataclasses import dataclass

type Rgba = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Look:
    """Fill by day and by night; ``order`` sorts what lies above what inside one layer."""

    light: Rgba
    dark: Rgba
    order: int


def _rgb(text: str, alpha: int = 255) -> Rgba:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16), alpha


def _look(light: str, dark: str, order: int, alpha: int = 255) -> Look:
    return Look(_rgb(light, alpha), _rgb(dark, alpha), order)


GROUND: Mapping[str, Look] = {
    "field": _look("#f2efe2", "#14191a", 0),
    "commons": _look("#dfecd0", "#16231b", 1),
    "vacant_lot": _look("#e6eeda", "#172019", 1),
    "school_ground": _look("#e5ead8", "#1a221d", 1),
    "park": _look("#cfe6bd", "#182d20", 2),
    "wood": _look("#bcd8ae", "#15291d", 3),
    "pitch": _look("#bfdfa9", "#1c3826", 4),
    "infield": _look("#e3cfa8", "#33291b", 5),
    "playground": _look("#ecd8b4", "#352c1f", 5),
    "reeds": _look("#c3d6a0", "#20301c", 5),
    "water": _look("#a9d3ea", "#12303f", 6),
    "parking": _look("#dcdcd8", "#232a2a", 7),
    "school": _look("#d9cdbd", "#343632", 8),
    "sidewalk": _look("#efece6", "#20282a", 9),
    "path": _look("#efe4cc", "#2d3029", 9),
    "carriageway": _look("#ffffff", "#2a3336", 10),
    "turning_head": _look("#ffffff", "#2a3336", 10),
}
"""Public land and water, lowest first."""

YARD: Mapping[str, Look] = {
    "grass": _look("#dcebcb", "#1a2a1f", 0),
    "driveway": _look("#e4e1da", "#262d2e", 1),
    "patio": _look("#dfd8cb", "#2b302e", 1),
    "bed": _look("#d3c6a4", "#2c2a1c", 2),
    "pool": _look("#8fcbe6", "#15506b", 3),
    "trampoline": _look("#6e7c8a", "#55636f", 4),
    "shed": _look("#c3b09a", "#3d3a34", 5),
    "house": _look("#d8cec2", "#3b4241", 6),
}
"""What stands on a lot."""

TREE = _look("#8fbf7c", "#2a4d35", 0, 150)
LAWN = _look("#b5dc98", "#234a2f", 0)
LAWN_EDGE = _look("#7fb562", "#3c7a4f", 0, 170)
LOT_EDGE = _look("#b9c2ae", "#33423a", 0)
ROAD = _look("#ffffff", "#2f393c", 0)
ROAD_CASING = _look("#d5d6cf", "#0b0f10", 0)
ROAD_NAME = _look("#5d655f", "#a8b5ae", 0)
HOME = _look("#6b5f53", "#b9aea2", 0)
NO_GO = _look("#c2242b", "#ff7a70", 0, 46)
NO_GO_EDGE = _look("#c2242b", "#ff7a70", 0)
ZONE_EDGE = _look("#2f7d46", "#5fd08a", 0, 200)
CHANNEL = _look("#5a6f45", "#8fb877", 0, 200)
HULL = _look("#683ca0", "#c8aef8", 0)
BACKGROUND = ("#f2efe2", "#14191a")
"""The land no one has drawn."""

ROAD_WIDTH_M: Mapping[str, float] = {
    "motorway": 16,
    "trunk": 15,
    "primary": 14,
    "secondary": 13,
    "tertiary": 10.5,
    "residential": 8.4,
    "unclassified": 8,
    "living_street": 7,
    "service": 4.5,
}
"""Drawn width by OpenStreetMap class; what is not listed is ``DEFAULT_ROAD_M`` wide."""
DEFAULT_ROAD_M = 7.0
