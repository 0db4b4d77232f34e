"""The cluster editor: everything happens in the browser, judged and kept by the server over HTTP."""

from typing import Any

from nicegui import ui

from dashboard.components import draw_map  # noqa: F401 - its modules are imported by ours
from dashboard.i18n import _


class ClusterEditor(ui.element, component="cluster_editor.js"):
    """Draws one cluster; see `editor_config`."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__()
        self._props["config"] = config
        self.classes("d-holder")


def editor_config(
    base: dict[str, Any],
    *,
    cluster: dict[str, Any] | None,
    host: int | None,
    homes: list[dict[str, Any]],
    most: int,
    radius_m: float,
    note: str = "",
) -> dict[str, Any]:
    """``base`` is the map's configuration; ``homes`` (host among them) are in the group from the start."""
    return base | {
        "cluster": cluster,
        "start": {"host": host, "homes": homes},
        "rules": {"most": most, "radius_m": radius_m},
        "note": note,
        "urls": {
            "check": "/clusters/data/check",
            "best_host": "/clusters/data/best-host",
            "homes": "/clusters/data/homes",
            "save": "/clusters/data/save",
        },
        "texts": base["texts"] | {"editor": editor_words()},
    }


def editor_words() -> dict[str, str]:
    return {
        "title_new": _("New cluster"),
        "title_edit": _("Edit {code}"),
        "back": _("Back"),
        "map": _("Map: click homes to add or remove them"),
        "map_hint": _("Arrow keys move the map, plus and minus zoom. Homes can be added from the list beside the map."),
        "tools": _("Drawing tools"),
        "pick": _("Pick"),
        "pick_hint": _("Click homes to add or remove them; the first is the host"),
        "lasso": _("Lasso"),
        "lasso_hint": _("Drag around homes to add them"),
        "polygon": _("Polygon"),
        "polygon_hint": _("Click corners around homes, double-click to close"),
        "best_host": _("Best host"),
        "best_host_hint": _("Make the home the host that reaches most others by the shortest corridors"),
        "clear": _("Clear"),
        "name": _("Name"),
        "name_hint": _("optional, such as Elm Street north"),
        "rules": _("Rules"),
        "start": _("Pick a host home to begin."),
        "members": _("Homes"),
        "host": _("Host"),
        "distance": _("Distance"),
        "corridor": _("Corridor"),
        "lawn": _("Lawn"),
        "lawn_unknown": _("No lawn has been drawn for this home."),
        "make_host": _("Make {address} the host"),
        "remove": _("Remove {address}"),
        "add": _("Add a home"),
        "add_hint": _("Type an address, Enter adds the first"),
        "none_near": _("No home fits. Move the map, or type another address."),
        "none_inside": _("No home lies inside."),
        "undo": _("Undo"),
        "redo": _("Redo"),
        "save": _("Save draft"),
        "submit": _("Submit"),
        "saved": _("Saved as {code}."),
        "not_yet": _("No rule may be broken before it can be submitted."),
        "judging": _("Judging ..."),
        "broken_one": _("{n} rule is broken."),
        "broken_many": _("{n} rules are broken."),
        "warned": _("No rule is broken; look at what is amber."),
        "kept": _("All rules are kept."),
        "see_theirs": _("See what is there now"),
        "close": _("Close"),
    }
