from math import cos, degrees, radians, sin

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymammotion.data.model.coordinates import CoordinateConverter

from external.mammotion.frame import DeviceFrame
from external.mammotion.simulator.geodesy import BaseFrame

longitudes = st.floats(-179, 179)
latitudes = st.floats(-75, 75)
yaws = st.floats(-180, 180)
metres = st.floats(-2000, 2000)


@given(longitudes, latitudes, yaws, metres, metres)
def test_a_place_is_where_pymammotion_puts_it(lon: float, lat: float, yaw: float, x: float, y: float) -> None:
    frame = DeviceFrame(radians(lon), radians(lat), radians(yaw))
    turn = radians(yaw)
    east, north = cos(turn) * x - sin(turn) * y, sin(turn) * x + cos(turn) * y
    expected = CoordinateConverter(radians(lat), radians(lon)).enu_to_lla(north, east)
    point = frame.point(x, y)
    assert point.longitude == pytest.approx(expected.longitude, abs=1e-9)
    assert point.latitude == pytest.approx(expected.latitude, abs=1e-9)


@given(longitudes, latitudes, yaws, st.lists(st.tuples(metres, metres), min_size=1, max_size=20))
def test_many_places_at_once_are_the_same_as_one_by_one(
    lon: float, lat: float, yaw: float, places: list[tuple[float, float]]
) -> None:
    frame = DeviceFrame(radians(lon), radians(lat), radians(yaw))
    xs, ys = np.array(places).T
    longitude, latitude = frame.to_lonlat(xs, ys)
    for place, lon_deg, lat_deg in zip(places, longitude, latitude, strict=True):
        point = frame.point(*place)
        assert (point.longitude, point.latitude) == pytest.approx((lon_deg, lat_deg), abs=1e-11)


@given(longitudes, st.floats(-60, 60), yaws, st.floats(-100, 100), st.floats(-100, 100))
def test_a_lawn_lies_where_the_simulated_vendor_put_it(lon: float, lat: float, yaw: float, x: float, y: float) -> None:
    point = DeviceFrame(radians(lon), radians(lat), radians(yaw)).point(x, y)
    expected = BaseFrame(lon, lat, yaw).to_lonlat(x, y)
    assert (point.longitude, point.latitude) == pytest.approx(expected, abs=2e-7)


@given(yaws, st.floats(-180, 180))
def test_a_heading_turns_with_the_base(yaw: float, toward: float) -> None:
    frame = DeviceFrame(radians(10), radians(50), radians(yaw))
    heading = frame.heading_deg(toward)
    assert 0 <= heading < 360
    there = frame.point(100 * cos(radians(toward)), 100 * sin(radians(toward)))
    east = (there.longitude - 10) * cos(radians(50))
    north = there.latitude - 50
    compass = degrees(np.arctan2(east, north)) % 360
    assert abs((heading - compass + 180) % 360 - 180) < 0.5


def test_a_base_of_zeros_or_absurd_numbers_is_no_base() -> None:
    assert DeviceFrame.of_base(0.0, 0.0) is None
    assert DeviceFrame.of_base(44.8, -14.5) is None  # degrees given where radians belong
    with pytest.raises(ValueError, match="radians"):
        DeviceFrame(44.8, -14.5)
