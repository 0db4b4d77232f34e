"""Local metres and degrees are inverses; distances agree with known ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.geo import LocalFrame, Point, distance_m

frames = st.builds(
    LocalFrame,
    st.builds(Point, st.floats(-179, 179), st.floats(-70, 70)),
    st.floats(-180, 180),
)
metres = st.floats(-500, 500)


@given(frames, metres, metres)
def test_metres_to_degrees_and_back_is_the_same_place(frame: LocalFrame, x: float, y: float) -> None:
    back = frame.to_metres(*frame.to_lonlat(np.array([x]), np.array([y])))
    assert np.allclose(np.concatenate(back), [x, y], atol=1e-3)


@given(frames, metres, metres)
def test_a_step_in_the_frame_is_as_long_on_the_sphere(frame: LocalFrame, x: float, y: float) -> None:
    longitude, latitude = frame.to_lonlat(np.array([x]), np.array([y]))
    on_sphere = distance_m(np.array(frame.origin.longitude), np.array(frame.origin.latitude), longitude, latitude)
    assert on_sphere[0] == pytest.approx(np.hypot(x, y), rel=2e-3, abs=0.01)


def test_yaw_turns_the_x_axis_from_east_towards_north() -> None:
    longitude, latitude = LocalFrame(Point(0, 0), yaw_deg=90).to_lonlat(np.array([10.0]), np.array([0.0]))
    assert latitude[0] > 8e-5
    assert abs(longitude[0]) < 1e-9


def test_one_degree_of_latitude_is_111_195_metres() -> None:
    zero = np.array(0.0)
    assert distance_m(zero, zero, zero, np.array(1.0)) == pytest.approx(111_194.9, abs=0.1)


def test_a_position_off_the_globe_is_refused() -> None:
    with pytest.raises(ValueError, match="not a WGS84 position"):
        Point(200, 0)
