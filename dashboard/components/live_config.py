"""What the browser's store must know before the first frame: the look of states (shared by all), addresses, rights."""

from typing import Any

from core.accounts import Right, Viewer
from core.fleet.live import CONFIDENCE_CODES, POSITION_TYPE_CODES, STATE_CODES
from core.fleet.model import Confidence, MowerState, PositionType
from dashboard.i18n import _
from dashboard.live.build import page_build
from dashboard.live.bundle import bundle_url
from dashboard.live.scenery import BACKGROUND, HULL
from dashboard.state_style import GROUND, STATE_STYLES, state_drawing

FIXES = {PositionType.RTK_FIXED: "fixed", PositionType.RTK_FLOAT: "float", PositionType.GNSS: "single"}
"""How the map groups position fixes; what is none of these is no fix that a mower steers by."""


def live_look(stale_after_s: int) -> dict[str, Any]:
    """States, shapes and grounds in the current language; ``stale_after_s`` is the limit of states without proof."""
    return {
        "states": [_state(state, stale_after_s) for state in sorted(STATE_CODES, key=STATE_CODES.__getitem__)],
        "fixes": ["none", *(FIXES.get(quality, "none") for quality in POSITION_TYPE_CODES)],
        "stale_confidence": CONFIDENCE_CODES[Confidence.STALE],
        "shapes": shapes(),
        "ground": {"light": GROUND[0], "dark": GROUND[1]},
        "hull": {"light": HULL.light[:3], "dark": HULL.dark[:3]},
        "background": {"light": BACKGROUND[0], "dark": BACKGROUND[1]},
    }


def live_config(
    viewer: Viewer, *, tile_url: str | None = None, tile_attribution: str = "", own: bool = False
) -> dict[str, Any]:
    """``own`` narrows a page to the viewer's own lots."""
    query = "?own=true" if own else ""
    return {
        "person": str(viewer.person_id),
        "own": own,
        "tiles": {"url": tile_url, "attribution": tile_attribution},
        "may": {
            "command": viewer.may(Right.COMMAND_MOWERS) and not own,
            "service": viewer.may(Right.SERVICE_MOWERS) and not own,
            "incidents": viewer.may(Right.HANDLE_ALARMS) and not own,
            "override": viewer.may(Right.OVERRIDE_GUARD) and not own,
            "neighbours": viewer.may(Right.SEE_NEIGHBOURS) and not own,
            "fleet": viewer.may(Right.SEE_FLEET) and not own,
        },
        "urls": {
            "ws": f"/live/ws?build={page_build()}{'&own=true' if own else ''}",
            "roster": f"/live/roster{query}",
            "spec": f"/live/spec{query}",
            "trails": f"/live/trails{query}",
            "path": "/live/path",
            "missed": "/live/missed",
            "homes": "/live/homes",
            "neighbours": "/live/neighbours",
            "search": "/live/search",
            "commands": "/live/commands",
            "control": "/live/control",
            "past": "/past/frame",
            "past_span": "/past/span",
            "deck": bundle_url(),
        },
    }


def shapes() -> dict[str, str]:
    """Every drawing the map and lists use, with ``{c}`` and ``{g}`` left to be filled in the browser."""
    drawings: dict[str, str] = {}
    for state in MowerState:
        drawings[state.value] = state_drawing(state, colour="{c}", ground="{g}")
        drawings[f"{state.value}-stale"] = state_drawing(state, colour="{c}", ground="{g}", stale=True)
        drawings[f"unknown-{state.value}"] = state_drawing(
            MowerState.UNKNOWN, colour="{c}", ground="{g}", last_known=state
        )
    return drawings


def _state(state: MowerState, stale_after_s: int) -> dict[str, Any]:
    style = STATE_STYLES[state]
    return {
        "key": state.value,
        "word": _(style.word),
        "light": style.colour.light,
        "dark": style.colour.dark,
        "rank": style.rank,
        "turns": style.turns,
        "stale_s": stale_after_s if style.stale_s == 900 else style.stale_s,
    }
