"""Everything the card tells of one mower. Times are seconds since 1970: the browser makes ages of them, and words."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from core.fleet.model import DeviceMap, LinkHealth, MowerSnapshot, Reading
from dashboard.api.models import command_out
from dashboard.api.ports import CommandRecord
from dashboard.i18n import told
from dashboard.live.scope import Scope

READING_FIELDS = (
    "battery_percent",
    "charging",
    "blade_on",
    "heading_deg",
    "satellites",
    "correction_age_s",
    "progress_percent",
    "area_m2",
    "minutes_left",
    "minutes_total",
    "speed_m_s",
    "blade_height_mm",
    "signal_dbm",
    "firmware",
    "work_mode_code",
    "rain",
)


def mower_detail(
    snapshot: MowerSnapshot,
    *,
    scope: Scope,
    device_map: DeviceMap | None = None,
    health: LinkHealth | None = None,
    reasons: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Any]:
    """``reasons`` maps a command to what speaks against it now. A household's scope learns nothing of our accounts."""
    reading = snapshot.reading
    told: dict[str, Any] = {
        "name": snapshot.device_name,
        "state": snapshot.state.value,
        "last_known": snapshot.last_known,
        "since": _seconds(snapshot.since),
        "confidence": snapshot.confidence.value,
        "source": snapshot.source,
        "evidence_at": _seconds(snapshot.evidence_at),
        "device_time": _seconds(snapshot.device_time),
        "received_at": _seconds(snapshot.received_at),
        "online": snapshot.online,
        "fault_code": snapshot.fault_code if snapshot.in_fault else None,
        "in_fault": snapshot.in_fault,
        "last_fault_code": snapshot.last_fault_code,
        "reading": None if reading is None else _reading(reading, device_map),
        "reasons": {kind: list(against) for kind, against in (reasons or {}).items()},
    }
    if not scope.private:
        told["link"] = None if health is None else {"account": health.account, "state": health.state.value}
    return told


def command_told(record: CommandRecord) -> dict[str, Any]:
    """A command as the API gives it, and ``reason_words``: its reasons in the reader's language."""
    words = [told(reason) for reason in record.reasons]
    return command_out(record).model_dump(mode="json") | {"reason_words": words}


def _reading(reading: Reading, device_map: DeviceMap | None) -> dict[str, Any]:
    told: dict[str, Any] = {name: getattr(reading, name) for name in READING_FIELDS}
    told["position_type"] = reading.position_type
    told["position"] = None if reading.position is None else [reading.position.longitude, reading.position.latitude]
    told["zone"] = _zone_name(reading.zone_hash, device_map)
    return told


def _zone_name(zone_hash: int | None, device_map: DeviceMap | None) -> str | None:
    if not zone_hash or device_map is None:
        return None
    return next((area.name for area in device_map.areas if area.hash == zone_hash), None)


def lawn_map(device_map: DeviceMap | None) -> dict[str, Any] | None:
    """Areas, no-go zones, channels and the planned path as the device drew them itself; ``None`` = never told."""
    if device_map is None:
        return None
    return {
        "name": device_map.device_name,
        "synced_at": _seconds(device_map.synced_at),
        "areas": [{"name": area.name, "ring": area.line} for area in device_map.areas],
        "no_go": [{"name": zone.name, "ring": zone.line} for zone in device_map.no_go],
        "channels": [zone.line for zone in device_map.channels],
        "dock": None if device_map.dock is None else [device_map.dock.longitude, device_map.dock.latitude],
        "base": None if device_map.base is None else [device_map.base.longitude, device_map.base.latitude],
        "path": device_map.planned_path,
    }


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()
