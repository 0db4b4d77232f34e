"""Charts and track of a mower on one time axis, and its replay (C2, C3). Its data comes over ``/past/series``."""

from collections.abc import Callable
from typing import Any

from fastapi import Request

from core.accounts import Viewer
from core.clock import Clock
from core.fleet.history import FIELDS
from core.fleet.model import DeviceMap
from dashboard.api.ports import MowerFacts
from dashboard.components.past import MowerHistory, past_head, state_looks, view_words
from dashboard.i18n import N_, _
from dashboard.live.detail import lawn_map
from dashboard.pages.mower import MowerTab

HOUR = 3_600
PERIODS = {"1h": HOUR, "6h": 6 * HOUR, "24h": 24 * HOUR, "7d": 168 * HOUR, "30d": 720 * HOUR, "season": 5_136 * HOUR}
"""Spans by key, seconds; a season is seven months."""
DEFAULT = "24h"
type LatestMap = Callable[[str], DeviceMap | None]


def history_tab(*, latest_map: LatestMap, clock: Clock) -> MowerTab:
    """The span stands in the address: ``period``, or ``since`` and ``until`` in seconds since 1970."""

    async def build(facts: MowerFacts, _viewer: Viewer, request: Request) -> None:
        query = request.query_params
        now = clock.now().timestamp()
        period = query.get("period", DEFAULT)
        since, until = _seconds(query.get("since")), _seconds(query.get("until"))
        if since is not None and until is not None and since < until:
            period = ""
        else:
            period = period if period in PERIODS else DEFAULT
            since, until = now - PERIODS[period], now
        past_head()
        MowerHistory(
            {
                "mower": facts.device_name,
                "url": "/past/series",
                "lawn": lawn_map(latest_map(facts.device_name)),
                "since": since,
                "until": until,
                "period": period,
                "periods": PERIODS,
                "rows": len(FIELDS),
                "states": state_looks(),
                "texts": history_words(),
            }
        )

    return MowerTab("history", N_("History"), build)


def history_words() -> dict[str, Any]:
    return view_words() | {
        "period": _("Time looked at"),
        "periods": {
            "1h": _("1 h"),
            "6h": _("6 h"),
            "24h": _("24 h"),
            "7d": _("7 days"),
            "30d": _("30 days"),
            "season": _("Season"),
        },
        "from": _("From"),
        "to": _("To"),
        "show": _("Show"),
        "retry": _("Try again"),
        "failed": _("The history did not come. The server may be away."),
        "backwards": _("The end must lie after the start."),
        "totals": _("Totals"),
        "stage": _("Track, player and charts"),
        "map": _("Track on the lawn map"),
        "centre": _("Keep the mower in the middle"),
        "empty": _("Nothing was heard of this mower in this time."),
        "player": _("Replay"),
        "play": _("Play"),
        "pause": _("Pause"),
        "moment": _("Moment"),
        "speed": _("Speed"),
        "loading": _("Loading"),
        "by_reading": _("{n} readings. Drag over the charts to look closer; hover to see a moment."),
        "by_minute": _("{n} minutes summed up. Drag over the charts to look closer; hover to see a moment."),
        "summary": _("Charts from {from} to {to}; the same values stand in the table below."),
        "whole": _("Whole time"),
        "table": _("The same as a table"),
        "states": _("States in this time"),
        "time": _("Time"),
        "state": _("State"),
        "no_data": _("nothing heard"),
        "minutes": _("{n} min"),
        "hours": _("{h} h {m} min"),
        "tiles": {
            "distance": _("Distance"),
            "moving": _("Moving"),
            "idle": _("Standing"),
            "unknown": _("Nothing heard"),
            "stops": _("Stops"),
        },
        "fields": {
            "battery": _("Battery"),
            "progress": _("Progress"),
            "speed": _("Speed"),
            "satellites": _("Satellites"),
            "signal": _("Signal"),
        },
    }


def _seconds(told: str | None) -> float | None:
    """Seconds since 1970 from an address; what cannot be read, or lies beyond this century, is left out."""
    if told is None or not told.isascii() or not told.isdigit() or len(told) > 10:
        return None
    seconds = int(told)
    return float(seconds) if 946_684_800 <= seconds <= 4_102_444_800 else None
