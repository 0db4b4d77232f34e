from math import radians

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymammotion.data.model.coordinates import CoordinateConverter

from external.mammotion.simulator.geodesy import BaseFrame, normalise

FRAMES = st.builds(
    BaseFrame,
    longitude=st.floats(-179, 179),
    latitude=st.floats(-60, 60),
    yaw_deg=st.floats(-180, 180),
)
METRES = st.floats(-300, 300)


@given(FRAMES, METRES, METRES)
def test_a_place_survives_the_way_to_degrees_and_back(frame: BaseFrame, x: float, y: float) -> None:
    assert frame.to_metres(*frame.to_lonlat(x, y)) == pytest.approx((x, y), abs=1e-3)


@given(FRAMES, st.floats(-150, 150), st.floats(-150, 150))
def test_degrees_are_those_pymammotion_computes(frame: BaseFrame, x: float, y: float) -> None:
    flat = BaseFrame(frame.longitude, frame.latitude)
    longitude, latitude = flat.to_lonlat(x, y)
    theirs = CoordinateConverter(radians(frame.latitude), radians(frame.longitude)).enu_to_lla(y, x)
    assert (longitude, latitude) == pytest.approx((theirs.longitude, theirs.latitude), abs=1.5e-7)  # a centimetre


@given(FRAMES, st.floats(0, 359.99))
def test_a_compass_direction_survives_the_way_to_the_frame_and_back(frame: BaseFrame, compass: float) -> None:
    back = frame.compass(frame.toward(compass))
    assert normalise(back - compass) == pytest.approx(0, abs=1e-6)


def test_north_is_ninety_degrees_from_the_x_axis() -> None:
    assert BaseFrame(0, 0).toward(0) == 90
    assert BaseFrame(0, 0, yaw_deg=10).toward(90) == -10
