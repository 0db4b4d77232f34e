from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from pymammotion.data.mqtt.mammotion_properties import DeviceProperties
from pymammotion.proto import mctrl_sys_pb2

from core.fleet.model import MowerState, PositionType, Reading, Source
from external.mammotion.frame import DeviceFrame
from external.mammotion.mapping import parts_of, reading_of, reading_of_properties, reading_of_status

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
FRAME = DeviceFrame(0.1, 0.8)


def read(report: Any, **more: Any) -> Reading:
    return reading_of(parts_of(report), device_name="m", frame=FRAME, device_time=NOW, received_at=NOW, **more)


def report() -> Any:
    return mctrl_sys_pb2.report_info_data()


@pytest.mark.parametrize(
    ("status", "fused", "kind"),
    [
        (4, 0, PositionType.RTK_FIXED),
        (5, 0, PositionType.RTK_FLOAT),
        (1, 0, PositionType.GNSS),
        (2, 0, PositionType.GNSS),
        (0, 0, PositionType.UNKNOWN),
        (0, 2, PositionType.DEAD_RECKONING),
        (0, 3, PositionType.DEAD_RECKONING),
        (0, 4, PositionType.UNKNOWN),
        (6, 0, PositionType.UNKNOWN),
        (None, 1, PositionType.RTK_FIXED),
        (None, 3, PositionType.DEAD_RECKONING),
        (None, 0, None),
    ],
)
def test_how_good_a_position_is(status: int | None, fused: int, kind: PositionType | None) -> None:
    said = report()
    said.dev.vslam_status = fused << 8
    if status is not None:
        said.rtk.status = status
        said.rtk.SetInParent()
    assert read(said).position_type is kind


@pytest.mark.parametrize(
    ("check", "stop", "rain"),
    [(0, 0, False), (10, 0, False), (20, 0, True), (34, 0, True), (23, 0, None), (0, 11, True), (23, 11, True)],
)
def test_rain_is_told_only_by_what_speaks_of_it(check: int, stop: int, rain: bool | None) -> None:
    said = report()
    said.dev.self_check_status = check
    said.work.bp_info = stop
    assert read(said).rain is rain


@pytest.mark.parametrize(("told", "reason"), [(0, 0), (-1, 0), (2, 0), (6, 0), (1, 1), (8, 8), (20, 20)])
def test_a_stop_reason_that_means_none_is_none(told: int, reason: int) -> None:
    said = report()
    said.work.bp_info = told
    assert read(said).stop_reason == reason


def test_packed_numbers_are_unpacked() -> None:
    said = report()
    said.work.area, said.work.progress = 95 << 16 | 109, 11 << 16 | 2470
    said.work.man_run_speed, said.work.knife_height = 45, 0
    reading = read(said)
    assert (reading.progress_percent, reading.area_m2) == (95, 109.0)
    assert (reading.minutes_left, reading.minutes_total) == (11, 2470)
    assert reading.speed_m_s == 0.45
    assert reading.blade_height_mm is None  # no blade stands at 0 mm


def test_a_fault_number_belongs_to_a_fault() -> None:
    said = report()
    said.dev.sys_status = 17
    assert read(said, error_code=1201).fault_code == 1201
    assert read(said).fault_code is None
    said.dev.sys_status = 13
    assert read(said, error_code=1201).fault_code == 0


def test_the_signal_is_that_of_the_network_in_use() -> None:
    said = report()
    said.connect.mnet_rssi = -90
    assert read(said).signal_dbm == -90
    said.connect.wifi_rssi = -60
    assert read(said).signal_dbm == -60
    assert read(report()).signal_dbm is None


def test_properties_tell_a_mode_only_where_the_contacts_do_not_matter() -> None:
    ready = DeviceProperties.from_dict({"deviceState": 11, "batteryPercentage": 100, "deviceVersion": "1.30.25.15"})
    reading = reading_of_properties(ready, device_name="m", at=NOW, sequence=3)
    assert (reading.source, reading.mode, reading.work_mode_code) == (Source.PROPERTY, None, 11)
    assert (reading.battery_percent, reading.firmware, reading.position) == (100, "1.30.25.15", None)
    working = DeviceProperties.from_dict({"deviceState": 13})
    reading = reading_of_properties(working, device_name="m", at=NOW)
    assert (reading.mode, reading.battery_percent, reading.blade_height_mm) == (MowerState.MOWING, None, None)


def test_the_vendors_word_has_its_own_time() -> None:
    said = reading_of_status(device_name="m", online=False, device_time=NOW - timedelta(seconds=4), received_at=NOW)
    assert (said.source, said.online, said.mode) == (Source.STATUS, False, None)
    assert said.received_at - said.device_time == timedelta(seconds=4)


def test_only_the_first_location_counts() -> None:
    said = report()
    for x in (10_000, 990_000):
        said.locations.add(real_pos_x=x, zone_hash=x)
    reading = read(said)
    assert reading.position == FRAME.point(1.0, 0.0)
    assert reading.zone_hash == 10_000


def test_pymammotions_own_objects_read_the_same() -> None:
    dev = SimpleNamespace(
        sys_status=13, battery_val=50, charge_state=0, sensor_status=512, self_check_status=0, vslam_status=0
    )
    from external.mammotion.mapping import ReportParts

    reading = reading_of(ReportParts(dev=dev), device_name="m", frame=None, device_time=NOW, received_at=NOW)
    assert (reading.mode, reading.blade_on) == (MowerState.MOWING, True)
