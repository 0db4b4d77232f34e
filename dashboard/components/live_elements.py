"""The elements of the live map. What is live never passes through them: a store in the browser holds it (``js``)."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from nicegui import ui
from nicegui.dependencies import compute_key, register_esm
from nicegui.version import __version__ as nicegui_version

from dashboard.components.live_config import live_look
from dashboard.components.live_texts import banner_texts, card_texts, list_texts, map_texts, time_texts
from dashboard.i18n import current_language, use_language
from dashboard.live.payload import Payload, to_json

MODULES = Path(__file__).parent / "js"
_NEWEST = max(path.stat().st_mtime for path in MODULES.glob("*.js"))  # part of the address: a new version is fetched
register_esm("mowthos-live", MODULES, max_time=_NEWEST)
MODULES_URL = f"/_nicegui/{nicegui_version}/esm/{compute_key(MODULES, max_time=_NEWEST)}"

PRELOADS = "".join(
    f'<link rel="modulepreload" href="{MODULES_URL}/{path.name}">' for path in sorted(MODULES.glob("*.js"))
)
LOOK_PATH = "/live/look"

START = """<script type="module">
import { fleetStore } from "mowthos-live";
fleetStore();
</script>"""
"""Connects while the framework still builds the page."""


class DeckMap(ui.element, component="deck_map.js"):
    """The map: deck.gl layers from pydeck's specification, mowers from the live frames."""


class FleetList(ui.element, component="fleet_list.js"):
    """Counters, filters, sort, search and the mowers themselves; says everything that the map shows."""


class MowerCard(ui.element, component="mower_card.js"):
    """The selected mower with its readings, their age, commands, and how far the last one came."""


class StartDialog(ui.element, component="start_dialog.js"):
    """Start with chosen zones and settings, or over the start guard with a typed reason."""


class BulkDialog(ui.element, component="bulk_dialog.js"):
    """One command for many mowers: preview, then a row each that goes on live."""


class TimeBar(ui.element, component="time_bar.js"):
    """Live, or any past minute of the fleet with play, steps and speed; tints the whole page while it is the past."""


class LiveBanners(ui.element, component="live_banners.js"):
    """Server lost, broker down, account blocked, mower silent: each since when, and what it means."""


@lru_cache
def look_script(language: str, stale_after_s: int) -> Payload:
    """Looks and words as a script: the same for everybody of a language, so browsers fetch it once."""
    with use_language(language):
        texts = {
            "map": map_texts(),
            "list": list_texts(),
            "card": card_texts(),
            "banners": banner_texts(),
            "time": time_texts(),
        }
        look = to_json(live_look(stale_after_s) | {"texts": texts})
    return Payload(f"window.mowthosLook={look};".encode(), "text/javascript")


def live_head(config: dict[str, Any], stylesheet: str, *, stale_after_s: int) -> str:
    """What the page's head needs: the store's configuration, styles, and what is worth fetching at once."""
    text = json.dumps(config, separators=(",", ":")).replace("<", "\\u003c")
    language = current_language()
    look = f"{LOOK_PATH}/{language}.js?v={look_script(language, stale_after_s).tag}"
    return (
        f'<script type="application/json" id="mowthos-live">{text}</script><script src="{look}"></script>'
        f'<link rel="stylesheet" href="{stylesheet}">'
        f'<link rel="preload" as="script" href="{config["urls"]["deck"]}">{PRELOADS}{START}'
    )
