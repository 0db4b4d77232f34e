"""The lawn editor of one lot: drawn in the browser, judged and kept by the server over HTTP."""

from typing import Any

from nicegui import ui

from core.geo import METRES_PER_DEGREE
from dashboard.components import draw_map  # noqa: F401 - its modules are imported by ours
from dashboard.i18n import _

AROUND_M = 24.0


class LawnEditor(ui.element, component="lawn_editor.js"):
    """Draws the lawns of one lot; see `lawn_config`."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__()
        self._props["config"] = config
        self.classes("d-holder")


def lawn_config(base: dict[str, Any], sheet: dict[str, Any]) -> dict[str, Any]:
    """``base`` is the map's configuration; ``sheet`` what `dashboard.clusters.lawn_wire.sheet_told` gives."""
    shape = sheet["lot"]["boundary"] or sheet["lot"]["estimate"]
    return (
        base
        | sheet
        | {
            "bounds": _bounds(shape, sheet["lot"]["place"]),
            "clusters": False,
            "back": "/clusters",
            "urls": {"base": f"/lots/data/{sheet['lot']['id']}"},
            "texts": base["texts"] | {"lawns": lawn_words()},
        }
    )


def lawn_words() -> dict[str, str]:
    return {
        "title": _("Lawns"),
        "back": _("Back"),
        "map": _("Map: drag corners of the lawn"),
        "map_hint": _("Bracket keys go from corner to corner, arrow keys move one, i adds one, Delete takes one away."),
        "tools": _("Drawing tools"),
        "pick": _("Edit"),
        "pick_hint": _("Drag corners; pull new ones out of the middle of an edge"),
        "polygon": _("Draw lawn"),
        "polygon_hint": _("Click the corners, double-click to close"),
        "hole": _("Cut hole"),
        "hole_hint": _("Click the corners of what is not mown: beds, trees, a pool"),
        "no_hole": _("A hole must begin inside a lawn."),
        "snap": _("Snap"),
        "snap_hint": _("Corners stick to lots, houses and other lawns"),
        "remove": _("Delete"),
        "estimated": _("The lot's bounds are estimated: no rule rests on them."),
        "others": _("{names} has this lot open, too. Who saves first wins; the other is told."),
        "outdated": _("Your draft began from an older version of this lot: compare before you save."),
        "lawn": _("Lawn {n}"),
        "holes": _("{n} cut out"),
        "remove_lawn": _("Delete lawn {n}"),
        "none": _("No lawn is drawn yet. Draw one, or begin with the whole lot."),
        "whole": _("Begin with the lot without its house"),
        "sound": _("The drawing keeps all rules."),
        "trouble": _("{n} thing to mend."),
        "troubles": _("{n} things to mend."),
        "mend": _("Mend it for me"),
        "mended": _("Mended: {changes}"),
        "files": _("Files"),
        "read": _("Read GeoJSON or KML"),
        "refused": _("Not taken: {shapes}"),
        "export_hint": _("What was saved last is written."),
        "keys": _("Keys: [ and ] go from corner to corner, arrows move one (Shift: farther), i adds, Delete removes."),
        "undo": _("Undo"),
        "redo": _("Redo"),
        "draft": _("This is your draft; it is not saved yet."),
        "drop": _("Discard draft"),
        "unsaved": _("Not kept yet ..."),
        "kept": _("Kept as your draft."),
        "save": _("Save lawns"),
        "saved": _("Saved: {area}."),
        "close": _("Close"),
    }


def _bounds(shape: dict[str, Any] | None, place: list[float]) -> list[float]:
    """West, south, east, north of the lot with a margin; of the ground around its address where none is known."""
    ring = [place] if shape is None else shape["coordinates"][0]
    longitudes, latitudes = [x for x, _y in ring], [y for _x, y in ring]
    margin = (AROUND_M if shape is None else 4.0) / METRES_PER_DEGREE
    return [min(longitudes) - margin, min(latitudes) - margin, max(longitudes) + margin, max(latitudes) + margin]
