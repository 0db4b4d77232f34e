"""The vendor's protobuf, both ways: what a device says of itself, as bytes.

``real_toward`` is the direction of the nose in the device's frame, counter-clockwise from its x axis, in 1e-4
degrees within +-180; compass = 90 - toward - yaw. ``sensor_status`` bits 9-11 tell the blade, ``vslam_status`` bits
8-15 the fused fix, ``real_path_num`` bits 8-23 the index in the planned path (source: PyMammotion 0.10.13 models).
"""

import base64
import json
from dataclasses import dataclass
from math import hypot

from pymammotion.proto import luba_msg_pb2, mctrl_sys_pb2

from external.mammotion.simulator.mower import Mower, RtkFix

NAV, SYS, ESP = 240, 244, 248
_FROM_MAIN, _TO_APP = 1, 7
_BLADE_ON = 1 << 9
_FUSED = {RtkFix.FIXED: 1, RtkFix.FLOAT: 2}
_SELF_CHECK_RAIN, _SELF_CHECK_RAIN_PROTECTION = 20, 34

type Report = mctrl_sys_pb2.report_info_data


def message(msgtype: int, *, now_ms: int, sequence: int, reply: bool) -> luba_msg_pb2.LubaMsg:
    """An empty envelope from the device to the app."""
    envelope = luba_msg_pb2.LubaMsg()
    envelope.msgtype = msgtype  # type: ignore[assignment]
    envelope.sender = _FROM_MAIN  # type: ignore[assignment]
    envelope.rcver = _TO_APP  # type: ignore[assignment]
    envelope.msgattr = 2 if reply else 3  # type: ignore[assignment]
    envelope.seqs = sequence & 255
    envelope.version = 1
    envelope.timestamp = now_ms
    return envelope


@dataclass(frozen=True, slots=True)
class Hashes:
    """The checksums by which the app sees that something changed: plans, errors, and a route planned but not begun."""

    plans: int
    errors: int
    planned_route: int


def fill_report(report: Report, mower: Mower, *, now_ms: int, hashes: Hashes, full: bool) -> None:
    """What a device pushes: state, place, work and fix; ``full`` adds links, upkeep and base station."""
    dev = report.dev
    dev.sys_status = mower.work_mode
    dev.charge_state = 1 if mower.charging else 0
    dev.battery_val = round(mower.battery)
    dev.sensor_status = _BLADE_ON if mower.blade_on else 0
    dev.sys_time_stamp = now_ms // 1000
    dev.vslam_status = _FUSED.get(mower.rtk, 0) << 8
    dev.self_check_status = _self_check(mower)
    place = report.locations.add()
    place.real_pos_x = round(mower.x * 1e4)
    place.real_pos_y = round(mower.y * 1e4)
    place.real_toward = round(mower.toward_deg * 1e4)
    place.pos_type = _position_type(mower)
    place.zone_hash = mower.zone_hash
    place.bol_hash = mower.lawn.bol_hash
    _fill_rtk(report, mower)
    _fill_work(report, mower, hashes)
    cutter = report.cutter_work_mode_info
    cutter.current_cutter_mode = 0
    cutter.current_cutter_rpm = mower.model.cutter_rpm if mower.blade_on else 0
    if full:
        _fill_rest(report, mower)


def _self_check(mower: Mower) -> int:
    if mower.raining:
        return _SELF_CHECK_RAIN
    return _SELF_CHECK_RAIN_PROTECTION if mower.dry_in_s > 0 else 0


def _position_type(mower: Mower) -> int:
    if mower.in_dock:
        return 5  # CHARGE_ON
    if mower.rtk is RtkFix.NONE:
        return 11  # ABNORMAL_POSITIONING
    if mower.zone_hash:
        return 1  # AREA_INSIDE
    return 1 if mower.lawn.zone_at((mower.x, mower.y)) is not None else 3  # AREA_INSIDE or CHANNEL_ON


def _fill_rtk(report: Report, mower: Mower) -> None:
    rtk = report.rtk
    fixed = mower.rtk is RtkFix.FIXED
    rtk.status = mower.rtk
    rtk.pos_level = 1 if fixed else 3 if mower.rtk is RtkFix.FLOAT else 5
    rtk.gps_stars = mower.satellites if mower.rtk is not RtkFix.NONE else 4
    rtk.l2_stars = max(0, rtk.gps_stars - 8)
    rtk.co_view_stars = max(0, rtk.gps_stars - 4)
    rtk.age = 1 if fixed else 12
    rtk.lat_std = rtk.lon_std = 8 if fixed else 350
    rtk.mqtt_rtk_info.latitude = mower.lawn.frame.latitude
    rtk.mqtt_rtk_info.longitude = mower.lawn.frame.longitude


def _fill_work(report: Report, mower: Mower, hashes: Hashes) -> None:
    work = report.work
    work.init_cfg_hash = hashes.plans
    work.ub_ecode_hash = hashes.errors
    work.path_hash = hashes.planned_route
    work.bp_info = mower.stop_reason
    work.man_run_speed = round(mower.speed_m_s * 100)
    work.knife_height = mower.job.knife_height_mm if mower.job else mower.model.knife_height_mm
    job = mower.job
    if job is None:
        return
    percent = mower.progress_percent
    work.area = percent << 16 | min(0xFFFF, round(job.area_m2))
    minutes_left = round(job.minutes_total * (100 - percent) / 100)
    work.progress = min(0x7FFF, minutes_left) << 16 | min(0xFFFF, job.minutes_total)
    work.path_hash = job.path_hash
    work.ub_path_hash = job.lines[0].hash
    work.real_path_num = min(0xFFFF, mower.leg) << 8
    work.path_pos_x = round(mower.x * 1e4)
    work.path_pos_y = round(mower.y * 1e4)
    work.bp_hash = job.lines[0].hash if mower.stop_reason else 0
    if mower.leg < len(job.legs):
        work.ub_zone_hash = job.legs[mower.leg].zone_hash


def _fill_rest(report: Report, mower: Mower) -> None:
    connect = report.connect
    connect.connect_type = 2
    connect.wifi_rssi = wifi_rssi(mower)
    connect.used_net = 1  # type: ignore[assignment]
    connect.iot_con_status = 1
    connect.wifi_con_status = 1
    connect.wifi_is_available = 1
    maintain = report.maintain
    maintain.mileage = round(mower.mileage_m)
    maintain.work_time = round(mower.worked_s)
    maintain.bat_cycles = int(mower.battery_cycles)
    maintain.blade_used_time.blade_used_time = round(mower.blade_used_s)
    maintain.blade_used_time.blade_used_warn_time = 360_000
    base = report.basestation_info
    base.ver_major, base.ver_minor, base.ver_patch, base.ver_build = 1, 4, 2, 11
    base.basestation_status = 1
    base.connect_status_since_poweron = 1


def restamped(old: bytes, new: bytes) -> bytes:
    """The report ``old`` under the time and number of the report ``new``."""
    told, now = luba_msg_pb2.LubaMsg.FromString(old), luba_msg_pb2.LubaMsg.FromString(new)
    told.timestamp, told.seqs = now.timestamp, now.seqs
    told.sys.toapp_report_data.dev.sys_time_stamp = now.sys.toapp_report_data.dev.sys_time_stamp
    return told.SerializeToString()


def wifi_rssi(mower: Mower) -> int:
    """dBm, falling with the distance from the house (where the dock stands)."""
    away = hypot(mower.x - mower.lawn.dock[0], mower.y - mower.lawn.dock[1])
    return -42 - int(min(40.0, away * 0.8))


def event_topic(product_key: str, device_name: str) -> str:
    """Where a device's protobuf goes."""
    return f"/sys/{product_key}/{device_name}/thing/event/device_protobuf_msg_event/post"


def event_body(iot_id: str, content: bytes) -> bytes:
    """The JSON envelope around a LubaMsg."""
    return b'{"params":{"iotId":"%b","content":"%b"}}' % (iot_id.encode(), base64.b64encode(content))


def status_topic(product_key: str, device_name: str) -> str:
    """Where the vendor says online and offline."""
    return f"/sys/{product_key}/{device_name}/app/down/thing/status"


def status_body(*, online: bool, product_key: str, device_name: str, iot_id: str, now_ms: int) -> bytes:
    """The vendor's online/offline word."""
    return json.dumps(
        {
            "action": "online" if online else "offline",
            "productKey": product_key,
            "deviceName": device_name,
            "iotId": iot_id,
            "gmtCreate": now_ms,
        }
    ).encode()


def property_topic(product_key: str, device_name: str) -> str:
    """Where property posts go."""
    return f"/sys/{product_key}/{device_name}/thing/event/property/post"


def property_body(mower: Mower, iot_id: str) -> bytes:
    """The property post that accompanies a docked device's report."""
    return json.dumps(
        {
            "params": {
                "iotId": iot_id,
                "deviceState": int(mower.work_mode),
                "batteryPercentage": round(mower.battery),
                "deviceVersion": mower.model.firmware,
                "knifeHeight": mower.model.knife_height_mm,
                "extMod": mower.model.title,
                "intMod": mower.model.internal,
            }
        }
    ).encode()
