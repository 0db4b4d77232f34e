"""Series as JSON: times are seconds since 1970, places degrees; a browser draws them as they come."""

from typing import Any

from core.fleet.history import Series


def series_told(found: Series, since_s: float, until_s: float) -> dict[str, Any]:
    return {
        "since": since_s,
        "until": until_s,
        "readings": found.readings,
        "by_minute": found.by_minute,
        "gap": found.gap_ms / 1000,
        "lines": [
            {
                "key": line.field.key,
                "unit": line.field.unit,
                "counted": line.counted,
                "t": _seconds(line.time_ms),
                "v": line.value.round(2).tolist(),
            }
            for line in found.lines
        ],
        "bands": [[band.since_ms / 1000, band.until_ms / 1000, band.state] for band in found.bands],
        "track": {
            "t": _seconds(found.track_ms),
            "x": found.track_longitude.tolist(),
            "y": found.track_latitude.tolist(),
            "s": found.track_state.tolist(),
        },
        "totals": {
            "distance_m": round(found.way.distance_m, 1),
            "moving_s": round(found.way.moving_s),
            "idle_s": round(found.way.idle_s),
            "unknown_s": round(found.way.unknown_s),
        },
        "stops": [
            [stop.since_ms / 1000, stop.until_ms / 1000, stop.place.longitude, stop.place.latitude]
            for stop in found.way.stops
        ],
    }


def _seconds(time_ms: Any) -> list[float]:
    told: list[float] = (time_ms / 1000).tolist()
    return told
