"""The map that people draw on: our own land on a canvas, no tiles needed. Its data comes over HTTP, box by box."""

from pathlib import Path
from typing import Any

from nicegui import ui
from nicegui.dependencies import register_esm

from core.db.reads.scope import Box
from dashboard.clusters.style import looks
from dashboard.components import live_elements  # noqa: F401 - its modules are imported by ours
from dashboard.i18n import _
from dashboard.live import scenery

MODULES = Path(__file__).parent / "draw"
_NEWEST = max(path.stat().st_mtime for path in MODULES.glob("*.js"))  # part of the address: a new version is fetched
register_esm("mowthos-draw", MODULES, max_time=_NEWEST)

DATA_URL = "/clusters/data/map"
NOWHERE: Box = (-92.62, 43.9, -92.36, 44.12)
"""Looked at while no home is known."""


class DrawMap(ui.element, component="draw_map.js"):
    """A map that Python steers by `choose`, `leaveOut`, `group`, `areas`, `draw` and `reload`."""

    def __init__(self, *, label: str, bounds: Box | None, **config: Any) -> None:
        super().__init__()
        self._props["label"] = label
        self._props["config"] = map_config(bounds, **config)
        self.classes("d-holder")


def map_config(bounds: Box | None, **more: Any) -> dict[str, Any]:
    """What every map needs: where its data is, how it looks, what it says."""
    return {
        "url": DATA_URL,
        "bounds": list(bounds or NOWHERE),
        "palette": palette(),
        "looks": looks(),
        "texts": map_words(),
        **more,
    }


def palette() -> dict[str, dict[str, str]]:
    """Colours of the land by day and by night, the same as on the live map."""
    return {
        "ground": {"light": "#f4f2e8", "dark": "#12181a"},
        "paper": {"light": "#ffffff", "dark": "#0d1310"},
        "road": _pair(scenery.ROAD),
        "casing": _pair(scenery.ROAD_CASING),
        "roadName": _pair(scenery.ROAD_NAME),
        "home": _pair(scenery.HOME),
        "house": {"light": "#d8cec2", "dark": "#3b4241"},
        "lawn": _pair(scenery.LAWN),
        "lotEdge": _pair(scenery.LOT_EDGE),
    }


def map_words() -> dict[str, str]:
    return {
        "view": _("View of the map"),
        "zoom_in": _("Closer"),
        "zoom_out": _("Farther away"),
        "fit": _("Show everything"),
        "legend": _("Legend"),
        "stale": _("stale"),
        "none": _("No home of the address book is here."),
        "many": _("{n} homes here: come closer to tell them apart."),
        "failed": _("The map's data did not come."),
        "retry": _("Try again"),
    }


def _pair(look: scenery.Look) -> dict[str, str]:
    return {"light": _css(look.light), "dark": _css(look.dark)}


def _css(rgba: scenery.Rgba) -> str:
    red, green, blue, alpha = rgba
    return f"rgb({red} {green} {blue} / {alpha / 255:.2f})"
