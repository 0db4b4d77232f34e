"""The screen that proposes clusters for an area: drawn and watched in the browser, planned by the server."""

from typing import Any

from nicegui import ui

from dashboard.components import draw_map  # noqa: F401 - its modules are imported by ours
from dashboard.i18n import _

LIMITS_S = (10, 60, 300, 1800)


class ClusterPlan(ui.element, component="cluster_plan.js"):
    """Plans one area; see `plan_config`."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__()
        self._props["config"] = config
        self.classes("d-holder")


def plan_config(base: dict[str, Any], *, least: int, most: int) -> dict[str, Any]:
    """``base`` is the map's configuration."""
    return base | {
        "start": {"least": least, "most": most, "limit": LIMITS_S[0]},
        "limits": [{"seconds": seconds, "words": _limit_word(seconds)} for seconds in LIMITS_S],
        "urls": {"proposals": "/clusters/data/proposals"},
        "texts": base["texts"] | {"plan": plan_words()},
    }


def plan_words() -> dict[str, str]:
    return {
        "title": _("Propose clusters"),
        "back": _("Back"),
        "map": _("Map: draw the area to plan"),
        "map_hint": _("Arrow keys move the map, plus and minus zoom. “What the map shows” needs no drawing."),
        "area": _("Area"),
        "box": _("Box"),
        "polygon": _("Polygon"),
        "view": _("What the map shows"),
        "no_area": _("Draw a box or a polygon, or take what the map shows."),
        "area_chosen": _("The area is chosen."),
        "area_homes": _("{n} homes in the area."),
        "least": _("Least neighbours"),
        "most": _("Most neighbours"),
        "limit": _("Time at most"),
        "keep": _("Leave homes of existing clusters where they are"),
        "start": _("Find the best clusters"),
        "again": _("Plan again"),
        "explain": _("A first plan comes at once and improves; the bound says how good any plan could be."),
        "served": _("{n} of {all} homes served"),
        "bound": _("at most {n} possible, gap {gap} %"),
        "progress": _("Progress"),
        "cancel": _("Stop here"),
        "clusters": _("{n} clusters"),
        "plan": _("The plan"),
        "all": _("All"),
        "with": _("with {n} neighbours"),
        "edit": _("Open the cluster of {address} in the editor"),
        "open": _("Open"),
        "taken": _("draft made"),
        "accept": _("Make {n} drafts"),
        "made": _("{n} drafts made."),
        "refused": _("{n} clusters could not be made a draft:"),
        "fixed": _("{n} homes stay in clusters that are there"),
        "see": _("See them"),
        "left_out": _("{n} homes left out"),
        "next": _("Next best sign-ups"),
    }


def _limit_word(seconds: int) -> str:
    if seconds < 120:
        return _("{n} s").format(n=seconds)
    return _("{n} min").format(n=seconds // 60)
