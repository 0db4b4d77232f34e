"""The map of one mower's lawn, and the shapes that are drawn on it."""

from collections.abc import Iterable, Sequence
from typing import Any

from nicegui import ui

from core.db.reads.scope import Box
from core.fleet.model import DeviceMap, MowerSnapshot, Ring
from core.geo import METRES_PER_DEGREE
from core.lawnmaps import Change, MapDiff, NoGo, NoGoPhase, ZoneKind, bounds_of
from dashboard.components.draw_map import map_config
from dashboard.i18n import _
from dashboard.state_style import STATE_STYLES

GROUND_URL = "/mowers/data/ground"
AROUND_M = 4.0

type Shape = dict[str, Any]


class LawnMap(ui.element, component="lawn_map.js"):
    """Steered by `show` (see `drawn`, `mower_told`) and `draw`; emits ``area`` with the ring a person drew."""

    def __init__(self, *, label: str, bounds: Box | None, drawn: dict[str, Any]) -> None:
        super().__init__()
        config = map_config(bounds, url=GROUND_URL, drawn=drawn, clusters=False, legend=False)
        config["texts"] = config["texts"] | {
            "none": "",
            "draw_hint": _("Click the corners, double-click to close. Esc gives it up."),
        }
        self._props["label"] = label
        self._props["config"] = config
        self.classes("d-holder")


def drawn(lawn: DeviceMap, shapes: Iterable[Shape], *, share: float = 0.0, path: bool = True) -> dict[str, Any]:
    """Everything of a map as `LawnMap` takes it; ``share`` of its path is done, 0 to 1."""
    return {
        "shapes": list(shapes),
        "path": [[list(place) for place in line] for line in lawn.planned_path] if path else [],
        "share": share,
        "dock": None if lawn.dock is None else [lawn.dock.longitude, lawn.dock.latitude],
        "base": None if lawn.base is None else [lawn.base.longitude, lawn.base.latitude],
    }


def map_shapes(lawn: DeviceMap, *, blocked: Iterable[int] = (), names: bool = True) -> list[Shape]:
    """Areas, no-go zones and channels; ``blocked`` are the hashes of areas whose lot is not known."""
    hashes = set(blocked)
    return [
        *(
            _shape("blocked" if one.hash in hashes else "area", one.line, one.name if names else "")
            for one in lawn.areas
        ),
        *(_shape("device_no_go", one.line) for one in lawn.no_go),
        *({"style": "channel", "geometry": _line(one.line), "label": ""} for one in lawn.channels),
    ]


def diff_shapes(diff: MapDiff) -> list[Shape]:
    """What is different, over the newer map: what was there before is dashed."""
    shapes: list[Shape] = []
    for change in diff.zones:
        if change.kind is ZoneKind.CHANNEL:
            continue
        if change.before is not None:
            style = "removed" if Change.REMOVED in change.changes else "before"
            shapes.append(_shape(style, change.before.line, change.before.name if style == "removed" else ""))
        if change.after is not None:
            style = "added" if Change.ADDED in change.changes else "changed"
            shapes.append(_shape(style, change.after.line, change.after.name))
    return shapes


def no_go_shapes(areas: Iterable[tuple[NoGo, NoGoPhase]]) -> list[Shape]:
    """Temporary no-go areas that are active or planned."""
    styles = {NoGoPhase.ACTIVE: "no_go_active", NoGoPhase.PLANNED: "no_go_planned"}
    return [_shape(styles[phase], one.ring, one.name) for one, phase in areas if phase in styles]


def mower_told(snapshot: MowerSnapshot) -> dict[str, Any]:
    """Where the mower is, and how much of its path is done."""
    reading = snapshot.reading
    if reading is None:
        return {"mower": None, "share": 0.0}
    place, colour = reading.position, STATE_STYLES[snapshot.state].colour
    marker = None
    if place is not None:
        marker = {
            "place": [place.longitude, place.latitude],
            "heading": reading.heading_deg,
            "colours": [colour.light, colour.dark],
        }
    return {"mower": marker, "share": (reading.progress_percent or 0) / 100}


def view_box(lawns: Sequence[DeviceMap]) -> Box | None:
    """The box around every area and dock, with a margin; ``None`` where nothing is drawn."""
    boxes = [box for lawn in lawns if (box := bounds_of(lawn)) is not None]
    boxes += [(p.longitude, p.latitude, p.longitude, p.latitude) for lawn in lawns if (p := lawn.dock) is not None]
    if not boxes:
        return None
    margin = AROUND_M / METRES_PER_DEGREE
    return (
        min(box[0] for box in boxes) - margin, min(box[1] for box in boxes) - margin,
        max(box[2] for box in boxes) + margin, max(box[3] for box in boxes) + margin,
    )  # fmt: skip


def _shape(style: str, ring: Ring, label: str = "") -> Shape:
    corners = [list(place) for place in ring]
    if corners and corners[0] != corners[-1]:
        corners.append(corners[0])
    return {"style": style, "geometry": {"type": "Polygon", "coordinates": [corners]}, "label": label}


def _line(line: Ring) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": [list(place) for place in line]}
