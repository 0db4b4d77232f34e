"""PyMammotion's whole state of a device in our words: the live one, or one dumped to a file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pymammotion.data.model.device import MowerDevice
from pymammotion.utility.device_time import device_epoch

from core.errors import Invalid
from core.fleet.model import DeviceMap, Reading, Source
from core.texts import Text
from external.mammotion.frame import DeviceFrame
from external.mammotion.mapping import ReportParts, reading_of
from external.mammotion.maps import device_map, dock_place


@dataclass(frozen=True, slots=True)
class DeviceSnapshot:
    """What one state of PyMammotion's says: the last report and the lawn map (``None`` without a base position)."""

    reading: Reading
    device_map: DeviceMap | None


def device_from_snapshot(source: Path | str | Mapping[str, Any], *, received_at: datetime) -> DeviceSnapshot:
    """A state dumped as JSON (a path, or the object itself). ``Invalid`` when PyMammotion cannot load it.

    Home Assistant's dumps hold enumerations as ``{"__type": .., "repr": ".."}``; they are put back as numbers.
    """
    data = source if isinstance(source, Mapping) else json.loads(Path(source).read_text(encoding="utf-8"))
    try:
        state = MowerDevice.from_dict(_numbers(data))
    except (LookupError, ValueError, TypeError) as error:
        raise Invalid(Text("not a device state that PyMammotion can load: {problem}", problem=error)) from error
    name = state.name or state.update_check.device_name or "unnamed"
    return DeviceSnapshot(
        reading_from_state(state, device_name=name, received_at=received_at),
        map_from_state(state, device_name=name, synced_at=received_at),
    )


def reading_from_state(state: MowerDevice, *, device_name: str, received_at: datetime) -> Reading:
    """The last report that PyMammotion kept, as a reading. Its device time has whole seconds only."""
    report = state.report_data
    return reading_of(
        ReportParts(
            dev=report.dev,
            location=report.locations[0] if report.locations else None,
            rtk=report.rtk,
            work=report.work,
            connect=report.connect,
            zone_hash=state.location.work_zone if report.locations else None,
        ),
        device_name=device_name,
        frame=frame_of(state),
        device_time=device_epoch(report.dev.sys_time_stamp) or received_at,
        received_at=received_at,
        source=Source.PUSH,
        firmware=state.mower_state.swversion or None,
    )


def map_from_state(state: MowerDevice, *, device_name: str, synced_at: datetime) -> DeviceMap | None:
    """The map PyMammotion holds; ``None`` while the base position, and so the place of it all, is unknown."""
    frame = frame_of(state)
    if frame is None:
        return None
    return device_map(
        state.map,
        device_name=device_name,
        frame=frame,
        dock=dock_place(state.location),
        synced_at=synced_at,
        path_hash=state.report_data.work.path_hash,
    )


def frame_of(state: MowerDevice) -> DeviceFrame | None:
    """The frame of PyMammotion's ``location.RTK``, which is in RADIANS."""
    base = state.location.RTK
    return DeviceFrame.of_base(base.longitude, base.latitude, base.yaw)


def _numbers(value: Any) -> Any:
    """The same with every ``{"__type": "<enum 'X'>", "repr": "<X.Y: 1>"}`` put back as its number."""
    if isinstance(value, Mapping):
        if "__type" in value and "repr" in value:
            return _number(str(value["repr"]))
        return {key: _numbers(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_numbers(part) for part in value]
    return value


def _number(text: str) -> int:
    try:
        return int(text.rstrip(">").rsplit(":", 1)[1])
    except (IndexError, ValueError) as error:
        raise Invalid(Text("not a dumped enumeration: {text!r}", text=text)) from error
