"""Elements that look back: the coverage of a lawn, and a mower's history with charts, track and replay."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nicegui import ui
from nicegui.dependencies import register_esm

from core.fleet.coverage import Patch
from core.fleet.live import STATE_CODES
from core.fleet.model import DeviceMap
from dashboard.assets import asset_url
from dashboard.components import draw_map  # noqa: F401 - its modules are imported by ours
from dashboard.i18n import _
from dashboard.live.detail import lawn_map
from dashboard.state_style import STATE_STYLES

MODULES = Path(__file__).parent / "past"
_NEWEST = max(path.stat().st_mtime for path in MODULES.glob("*.js"))  # part of the address: a new version is fetched
register_esm("mowthos-past", MODULES, max_time=_NEWEST)


def past_head() -> None:
    """The styles that these elements need."""
    ui.add_head_html(f'<link rel="stylesheet" href="{asset_url("styles/past.css")}">')


class CoverageMap(ui.element, component="coverage_map.js"):
    """A lawn with what was cut, what was missed, and the numbered patches of the list beside it."""

    def __init__(
        self,
        device_map: DeviceMap,
        cut: Mapping[str, Any],
        missed: Mapping[str, Any],
        patches: Sequence[Patch],
        *,
        label: str,
    ) -> None:
        super().__init__()
        self._props["lawn"] = lawn_map(device_map)
        self._props["cut"] = dict(cut)
        self._props["missed"] = dict(missed)
        self._props["patches"] = [[patch.middle.longitude, patch.middle.latitude] for patch in patches]
        self._props["label"] = label
        self._props["texts"] = view_words() | {"cut": _("Mowed"), "missed": _("Missed")}


class MowerHistory(ui.element, component="mower_history.js"):
    """Charts, track and player of one mower; ``config`` as `dashboard.mower_tabs.history` makes it."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        super().__init__()
        self._props["config"] = dict(config)
        self.classes("p-history-holder")


def view_words() -> dict[str, str]:
    return {
        "view": _("View of the map"),
        "zoom_in": _("Closer"),
        "zoom_out": _("Farther away"),
        "fit": _("Show everything"),
    }


def state_looks() -> list[dict[str, str]]:
    """Word and colours of every state, by its code."""
    return [
        {
            "key": state.value,
            "word": _(STATE_STYLES[state].word),
            "light": STATE_STYLES[state].colour.light,
            "dark": STATE_STYLES[state].colour.dark,
        }
        for state in sorted(STATE_CODES, key=STATE_CODES.__getitem__)
    ]
