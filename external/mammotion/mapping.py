"""A device's report in our words. Pure; takes protobuf messages and PyMammotion's own objects alike.

Units and packing: PyMammotion 0.10.13, ``data/model/report_info.py``. Positions are 1e-4 m in the device's frame,
directions 1e-4 degrees counter-clockwise from its x axis, ``work.area`` is percent << 16 | m², ``work.progress`` is
minutes left << 16 | minutes in all, ``man_run_speed`` cm/s, ``knife_height`` mm.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.fleet.model import MowerState, PositionType, Reading, Source
from external.mammotion.frame import DeviceFrame
from external.mammotion.work_modes import mower_state, told_by_mode_alone

_RTK = {
    1: PositionType.GNSS,
    2: PositionType.GNSS,
    4: PositionType.RTK_FIXED,
    5: PositionType.RTK_FLOAT,
}
_FUSED = {
    1: PositionType.RTK_FIXED,
    2: PositionType.DEAD_RECKONING,  # vision carries on from the last fix
    3: PositionType.DEAD_RECKONING,
}
_RAIN_CHECKS = frozenset({20, 34})  # self check: rain, rain protection
_NO_CHECKS = frozenset({0, 10})
_RAIN_STOP = 11
_NO_STOP = frozenset({-1, 2, 6})  # further numbers for "not stopped"


@dataclass(frozen=True, slots=True)
class ReportParts:
    """The parts of a report that were in it; ``None`` = this report did not say."""

    dev: Any = None
    location: Any = None
    rtk: Any = None
    work: Any = None
    connect: Any = None
    zone_hash: int | None = None


def parts_of(report: Any) -> ReportParts:
    """The parts of a protobuf ``report_info_data`` (upb)."""
    has = report.HasField
    locations = report.locations
    location = locations[0] if locations else None
    return ReportParts(
        report.dev if has("dev") else None,
        location,
        report.rtk if has("rtk") else None,
        report.work if has("work") else None,
        report.connect if has("connect") else None,
        location.zone_hash if location is not None else None,
    )


def reading_of(
    parts: ReportParts,
    *,
    device_name: str,
    frame: DeviceFrame | None,
    device_time: datetime,
    received_at: datetime,
    sequence: int = 0,
    source: Source = Source.PUSH,
    firmware: str | None = None,
    error_code: int | None = None,
) -> Reading:
    """One report as a reading. Without a ``frame`` (base not known yet) it has no position and no heading.

    ``error_code`` is the number last heard for a fault that lasts; it is told only while the mode is a fault.
    """
    dev, location, rtk, work, connect = parts.dev, parts.location, parts.rtk, parts.work, parts.connect
    mode = code = battery = charging = blade = rain = fault = None
    fused = 0
    if dev is not None:
        code, battery, charge = dev.sys_status, dev.battery_val, dev.charge_state
        mode = mower_state(code, charge, battery)
        charging = charge != 0
        blade = (dev.sensor_status >> 9) & 7 != 0
        rain = _rain(dev.self_check_status)
        fused = (dev.vslam_status >> 8) & 255
        fault = error_code if mode is MowerState.FAULT else 0
    position = heading = None
    if location is not None and frame is not None:
        position = frame.point(location.real_pos_x / 1e4, location.real_pos_y / 1e4)
        heading = frame.heading_deg(location.real_toward / 1e4)
    percent = area = left = total = path_hash = speed = height = stop = None
    if work is not None:
        percent, area = work.area >> 16, float(work.area & 0xFFFF)
        left, total = work.progress >> 16, work.progress & 0xFFFF
        path_hash, speed = work.path_hash, work.man_run_speed / 100
        height = work.knife_height or None
        stop = 0 if work.bp_info in _NO_STOP else work.bp_info
        rain = True if stop == _RAIN_STOP else rain
    return Reading(
        device_name=device_name,
        device_time=device_time,
        received_at=received_at,
        sequence=sequence,
        source=source,
        mode=mode,
        work_mode_code=code,
        battery_percent=battery,
        charging=charging,
        blade_on=blade,
        position=position,
        heading_deg=heading,
        position_type=_position_type(rtk, fused),
        satellites=None if rtk is None else rtk.gps_stars,
        correction_age_s=None if rtk is None else float(rtk.age),
        progress_percent=percent,
        area_m2=area,
        minutes_left=left,
        minutes_total=total,
        zone_hash=parts.zone_hash,
        path_hash=path_hash,
        speed_m_s=speed,
        blade_height_mm=height,
        signal_dbm=None if connect is None else connect.wifi_rssi or connect.mnet_rssi or None,
        firmware=firmware,
        fault_code=fault,
        stop_reason=stop,
        rain=rain,
    )


def reading_of_properties(params: Any, *, device_name: str, at: datetime, sequence: int = 0) -> Reading:
    """A property post (PyMammotion's ``DeviceProperties``). It carries no device time, so it is dated on arrival."""
    code, height = params.device_state, params.knife_height
    network = getattr(params, "network_info", None)
    return Reading(
        device_name=device_name,
        device_time=at,
        received_at=at,
        sequence=sequence,
        source=Source.PROPERTY,
        mode=None if code is None else told_by_mode_alone(code),
        work_mode_code=code,
        battery_percent=params.battery_percentage,
        blade_height_mm=height or None,
        signal_dbm=getattr(network, "wifi_rssi", None) or None,
        firmware=params.device_version or None,
    )


def reading_of_status(*, device_name: str, online: bool, device_time: datetime, received_at: datetime) -> Reading:
    """The vendor's word that a device is there, or not."""
    return Reading(
        device_name=device_name, device_time=device_time, received_at=received_at, source=Source.STATUS, online=online
    )


def _rain(check: int) -> bool | None:
    """``self_check_status`` names one obstacle at a time, so another one says nothing of rain."""
    if check in _RAIN_CHECKS:
        return True
    return False if check in _NO_CHECKS else None


def _position_type(rtk: Any, fused: int) -> PositionType | None:
    if rtk is None:
        return _FUSED.get(fused)
    return _RTK.get(rtk.status) or _FUSED.get(fused, PositionType.UNKNOWN)
