from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from shapely.geometry import Polygon

from core.errors import Invalid
from core.fleet.model import MowerState, PositionType
from core.geo import distance_m
from external.mammotion.snapshot import device_from_snapshot

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)

pytestmark = pytest.mark.shared


def test_a_real_device_maps_to_a_reading(shared_data: Path) -> None:
    reading = device_from_snapshot(shared_data / "yuka_device_snapshot.json", received_at=NOW).reading
    assert reading.device_name == "Yuka-TESTDEV1"
    assert reading.device_time == datetime(2026, 4, 1, 18, 10, 21, tzinfo=UTC)
    assert (reading.mode, reading.work_mode_code) == (MowerState.DOCKED, 19)  # paused, on the contacts, full
    assert (reading.battery_percent, reading.charging, reading.blade_on) == (100, True, False)
    assert (reading.progress_percent, reading.area_m2) == (95, 109.0)
    assert (reading.satellites, reading.position_type) == (25, PositionType.RTK_FIXED)
    assert (reading.blade_height_mm, reading.signal_dbm, reading.stop_reason) == (50, -71, 1)
    assert reading.firmware == "1.15.1.2304"
    assert (reading.fault_code, reading.rain) == (0, False)


def test_a_real_lawn_maps_to_six_areas_in_wgs84(shared_data: Path) -> None:
    snapshot = device_from_snapshot(shared_data / "yuka_device_snapshot.json", received_at=NOW)
    lawn = snapshot.device_map
    assert lawn is not None
    assert sorted(area.name for area in lawn.areas) == [f"Area {n}" for n in range(1, 7)]
    assert (len(lawn.no_go), len(lawn.channels)) == (0, 6)
    assert lawn.planned_path
    assert lawn.base is not None
    assert lawn.path_hash == snapshot.reading.path_hash
    for area in lawn.areas:
        assert Polygon(area.line).buffer(0).area > 0
        lon, lat = np.array(area.line).T
        assert distance_m(lon, lat, np.array(lawn.base.longitude), np.array(lawn.base.latitude)).max() < 100


def test_the_planned_path_stays_on_the_lawn(shared_data: Path) -> None:
    lawn = device_from_snapshot(shared_data / "yuka_device_snapshot.json", received_at=NOW).device_map
    assert lawn is not None
    near = [Polygon(area.line).buffer(2e-5) for area in lawn.areas]
    points = [point for line in lawn.planned_path for point in line]
    inside = sum(any(area.contains(_point(place)) for area in near) for place in points)
    assert inside > 0.95 * len(points)


@pytest.mark.parametrize("broken", [{"map": 7}, {"map": {"area": "x"}}, {"x": {"__type": "<enum 'A'>", "repr": "?"}}])
def test_what_pymammotion_cannot_load_is_told(broken: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        device_from_snapshot(broken, received_at=NOW)


def _point(place: tuple[float, float]) -> object:
    from shapely.geometry import Point

    return Point(place)
