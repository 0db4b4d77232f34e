"""PyMammotion's map of a device (``HashList``, metres in the device's frame) as a `DeviceMap` in WGS84. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from core.fleet.model import DeviceMap, MapZone, Ring
from core.geo import Point
from external.mammotion.frame import DeviceFrame

_NO_GO_KINDS = ("obstacle", "no_go_zone", "no_go_zone_variant", "visual_obstacle_zone", "virtual_wall")
"""What a mower keeps out of: drawn obstacles and no-go zones, obstacles its camera found, drawn walls."""

type _Line = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class DockPlace:
    """The dock in the device's frame: metres, and the mower's direction in it (degrees, counter-clockwise from x)."""

    x_m: float
    y_m: float
    toward_deg: float


@dataclass(slots=True)
class _Zones:
    """Zones of one kind, still in metres."""

    hashes: list[int]
    names: list[str]
    lines: list[_Line]


def device_map(
    hash_list: Any,
    *,
    device_name: str,
    frame: DeviceFrame,
    dock: DockPlace | None,
    synced_at: datetime,
    path_hash: int = 0,
) -> DeviceMap:
    """The whole map. Frames that did not arrive yet leave their zone out rather than drawing half of it."""
    names = {entry.hash: entry.name for entry in hash_list.area_name}
    areas = _zones([hash_list.area], names, nameless="Area")
    no_go = _zones([getattr(hash_list, kind, {}) for kind in _NO_GO_KINDS], {})
    channels = _zones([hash_list.path], {})
    path = list(_path_lines(hash_list.current_mow_path, hash_list.line_root_hashlist))
    rings = _to_wgs84(frame, [*areas.lines, *no_go.lines, *channels.lines, *path])
    at_no_go, at_channels = len(areas.lines), len(areas.lines) + len(no_go.lines)
    at_path = at_channels + len(channels.lines)
    return DeviceMap(
        device_name=device_name,
        synced_at=synced_at,
        areas=_named(areas, rings[:at_no_go]),
        no_go=_named(no_go, rings[at_no_go:at_channels]),
        channels=_named(channels, rings[at_channels:at_path]),
        dock=None if dock is None else frame.point(dock.x_m, dock.y_m),
        dock_heading_deg=None if dock is None else frame.heading_deg(dock.toward_deg),
        base=Point(frame.base.longitude, frame.base.latitude),
        base_yaw_deg=frame.yaw_deg,
        planned_path=tuple(rings[at_path:]),
        path_hash=path_hash or None if path else None,
    )


def planned_path(hash_list: Any, frame: DeviceFrame) -> tuple[Ring, ...]:
    """The planned path alone, one line for each of its parts."""
    return tuple(_to_wgs84(frame, list(_path_lines(hash_list.current_mow_path, hash_list.line_root_hashlist))))


def dock_place(location: Any) -> DockPlace | None:
    """The dock of PyMammotion's ``location``, whose "longitude" and "latitude" are METRES; ``None`` while unknown."""
    dock = location.dock
    if dock.longitude == 0.0 and dock.latitude == 0.0:
        return None
    return DockPlace(dock.longitude, dock.latitude, float(dock.rotation))


def _zones(kinds: Iterable[Mapping[int, Any]], names: Mapping[int, str], *, nameless: str = "") -> _Zones:
    zones = _Zones([], [], [])
    for kind in kinds:
        for key, frames in kind.items():
            line = _line_of(frames)
            if len(line) < 2:
                continue
            zones.hashes.append(int(key))
            zones.names.append(
                names.get(key) or frames.name or (f"{nameless} {len(zones.names) + 1}" if nameless else "")
            )
            zones.lines.append(line)
    return zones


def _line_of(frames: Any) -> _Line:
    """The points of a zone's frames in their order; empty while a frame is missing."""
    parts = {part.current_frame: part for part in frames.data}
    if len(parts) < max(1, frames.total_frame):
        return []
    return [(point.x, point.y) for number in sorted(parts) for point in parts[number].data_couple]


def _path_lines(transactions: Mapping[int, Mapping[int, Any]], route: Iterable[int]) -> Iterator[_Line]:
    """The planned path, one line for each of its parts, in driving order.

    It is fetched twenty lines at a time, each time in a transaction (its key is a time). ``route`` names the lines of
    the present task in order; lines that are not on it belong to an earlier one. Without it the newest transaction is
    all there is to go by.
    """
    wanted = {line_hash: place for place, line_hash in enumerate(route)}
    newest = max(transactions, default=0)
    found: dict[tuple[int, int], dict[int, Any]] = {}  # by line and kind, then by the packet's number
    for key in sorted(transactions):
        if not wanted and key != newest:
            continue
        for number in sorted(transactions[key]):
            for packet in transactions[key][number].path_packets:
                if not wanted or packet.path_hash in wanted:
                    found.setdefault((packet.path_hash, packet.path_type), {})[packet.path_cur] = packet
    for line_hash, kind in sorted(found, key=lambda part: wanted.get(part[0], 0)):
        packets = found[line_hash, kind]
        line = [(point.x, point.y) for number in sorted(packets) for point in packets[number].data_couple]
        if len(line) > 1:
            yield line


def _to_wgs84(frame: DeviceFrame, lines: list[_Line]) -> list[Ring]:
    """Every line at once: one conversion for the whole map."""
    if not lines:
        return []
    metres = np.array([point for line in lines for point in line], dtype=np.float64)
    longitudes, latitudes = frame.to_lonlat(metres[:, 0], metres[:, 1])
    pairs = list(zip(longitudes.tolist(), latitudes.tolist(), strict=True))
    ends = np.cumsum([len(line) for line in lines]).tolist()
    return [tuple(pairs[end - len(line) : end]) for end, line in zip(ends, lines, strict=True)]


def _named(zones: _Zones, rings: list[Ring]) -> tuple[MapZone, ...]:
    return tuple(MapZone(key, name, ring) for key, name, ring in zip(zones.hashes, zones.names, rings, strict=True))
