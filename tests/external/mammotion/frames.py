"""Frames of a device as bytes, made with the vendor's protobuf: random ones for properties, plain ones for examples."""

from typing import Any

from hypothesis import strategies as st
from pymammotion.proto import luba_msg_pb2

NOW_MS = 1_780_315_200_000  # 2026-06-01T12:00Z
BASE = (51.2, 7.1)  # latitude, longitude in degrees


def envelope(*, timestamp_ms: int = NOW_MS, sequence: int = 1) -> Any:
    message: Any = luba_msg_pb2.LubaMsg()
    message.msgtype, message.sender, message.rcver, message.msgattr = 244, 1, 7, 3
    message.seqs, message.version, message.timestamp = sequence, 1, timestamp_ms
    return message


def report(*, timestamp_ms: int = NOW_MS, sequence: int = 1, mode: int = 13, charge: int = 0, **place: int) -> bytes:
    """A report of a mower at work, unless told otherwise; ``x`` and ``y`` in 1e-4 m."""
    message = envelope(timestamp_ms=timestamp_ms, sequence=sequence)
    data = message.sys.toapp_report_data
    data.dev.sys_status, data.dev.charge_state, data.dev.battery_val = mode, charge, 80
    data.dev.sensor_status = 1 << 9 if mode == 13 else 0
    location = data.locations.add()
    location.real_pos_x, location.real_pos_y = place.get("x", 50_000), place.get("y", 30_000)
    location.real_toward, location.pos_type = 300_000, 1
    data.rtk.status, data.rtk.gps_stars, data.rtk.age = 4, 27, 1
    data.work.area, data.work.progress = 40 << 16 | 500, 12 << 16 | 60
    return bytes(message.SerializeToString())


def base_buffer(*, latitude_deg: float = BASE[0], longitude_deg: float = BASE[1], yaw_deg: float = 0.0) -> bytes:
    """``system_update_buf`` 1: where base and dock stand."""
    from math import radians

    message = envelope()
    data = [0] * 14
    data[0], data[5], data[6] = 1, round(radians(latitude_deg) * 1e8), round(radians(longitude_deg) * 1e8)
    data[7], data[8], data[13] = 20_000, -10_000, round(radians(yaw_deg) * 1e8)
    message.sys.systemUpdateBuf.update_buf_data.extend(data)
    return bytes(message.SerializeToString())


def error_buffer(code: int, at_s: int) -> bytes:
    """``system_update_buf`` 2: the error list with one entry."""
    message = envelope()
    message.sys.systemUpdateBuf.update_buf_data.extend([2, 23, 1, code, at_s, *[0] * 19])
    return bytes(message.SerializeToString())


def answer(action: int, result: int = 0) -> bytes:
    """``todev_taskctrl_ack``."""
    message = envelope()
    ack = message.nav.todev_taskctrl_ack
    ack.type, ack.action, ack.result = 1, action, result
    return bytes(message.SerializeToString())


_SMALL = st.integers(0, 2**15 - 1)


@st.composite
def reports(draw: st.DrawFn) -> bytes:
    """Reports with any of their parts, within what a lawn and a battery can be."""
    message = envelope(sequence=draw(st.integers(0, 255)))
    data = message.sys.toapp_report_data
    data.SetInParent()  # a report without any part is one, too
    if draw(st.booleans()):
        data.dev.sys_status = draw(st.integers(0, 60))
        data.dev.charge_state = draw(st.integers(0, 2))
        data.dev.battery_val = draw(st.integers(0, 100))
        data.dev.sensor_status = draw(st.integers(0, 2**30))
        data.dev.vslam_status = draw(st.integers(0, 2**30))
        data.dev.self_check_status = draw(st.sampled_from([0, 10, 20, 23, 34]))
        data.dev.sys_time_stamp = NOW_MS // 1000
    if draw(st.booleans()):
        place = data.locations.add()
        place.real_pos_x, place.real_pos_y = draw(st.integers(-(10**7), 10**7)), draw(st.integers(-(10**7), 10**7))
        place.real_toward = draw(st.integers(-1_800_000, 1_800_000))
        place.pos_type, place.zone_hash = draw(st.integers(0, 11)), draw(st.integers(0, 2**62))
    if draw(st.booleans()):
        data.rtk.status, data.rtk.gps_stars, data.rtk.age = draw(st.integers(0, 6)), draw(_SMALL), draw(_SMALL)
    if draw(st.booleans()):
        work = data.work
        work.area = draw(st.integers(0, 100)) << 16 | draw(st.integers(0, 0xFFFF))
        work.progress = draw(_SMALL) << 16 | draw(st.integers(0, 0xFFFF))
        work.bp_info, work.path_hash = draw(st.integers(-1, 21)), draw(st.integers(0, 2**62))
        work.man_run_speed, work.knife_height = draw(st.integers(0, 200)), draw(st.integers(0, 100))
    if draw(st.booleans()):
        data.connect.wifi_rssi, data.connect.mnet_rssi = draw(st.integers(-100, 0)), draw(st.integers(-100, 0))
    return bytes(message.SerializeToString())
