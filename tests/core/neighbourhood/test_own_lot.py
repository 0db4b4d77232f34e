"""What a household may know of a mower: all of it on their own lot, next to nothing elsewhere."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.affinity import translate

from core.fleet.model import Confidence, MowerSnapshot, MowerState, Reading
from core.geo import LocalFrame, Point
from core.neighbourhood.own_lot import EDGE_M, OwnLot, OwnLotView, Whereabouts, own_lot_view
from tests.proofs import counted

NOW = datetime(2026, 6, 1, 15, tzinfo=UTC)
FRAME = LocalFrame(Point(-92.55, 43.95))
GROUND = shapely.Polygon([(-12, -20), (14, -18), (12, 22), (-2, 25), (-2, 10), (-11, 9)])  # metres; not convex


def lot(ground: shapely.Polygon = GROUND, *, is_host: bool = False) -> OwnLot:
    x, y = np.array(ground.exterior.coords).T
    longitude, latitude = FRAME.to_lonlat(x, y)
    ring = [list(place) for place in zip(longitude.tolist(), latitude.tolist(), strict=True)]
    return OwnLot(
        id=UUID(int=1),
        address="12 Elm Street",
        city="Larkmeadow",
        time_zone="America/Chicago",
        boundary={"type": "Polygon", "coordinates": [ring]},
        is_host=is_host,
    )


def at(x: float, y: float) -> Point:
    longitude, latitude = FRAME.to_lonlat(np.array([x]), np.array([y]))
    return Point(float(longitude[0]), float(latitude[0]))


def snapshot(position: Point | None, state: MowerState = MowerState.MOWING) -> MowerSnapshot:
    reading = Reading(
        device_name="Luba-VS1",
        device_time=NOW,
        received_at=NOW,
        position=position,
        heading_deg=90.0,
        battery_percent=63,
        progress_percent=40,
        minutes_left=25,
    )
    return MowerSnapshot(
        number=1,
        device_name="Luba-VS1",
        state=state,
        since=NOW - timedelta(minutes=5),
        confidence=Confidence.PROVEN,
        device_time=NOW,
        received_at=NOW,
        reading=reading,
        fault_code=1005 if state is MowerState.FAULT else None,
    )


OWN = lot()
TOLD_ANYWHERE = {"whereabouts", "received_at", "confidence", "state"}


@counted(sample=100, full=10_000)
@given(x=st.floats(-60, 60), y=st.floats(-60, 60), state=st.sampled_from(MowerState))
def test_no_place_outside_the_own_lot_and_two_metres_ever_leaves(x: float, y: float, state: MowerState) -> None:
    view = own_lot_view(snapshot(at(x, y), state), [OWN], NOW)
    away = shapely.distance(GROUND, shapely.Point(x, y))
    if away > EDGE_M + 0.01:
        assert view == OwnLotView(whereabouts=Whereabouts.AWAY, received_at=NOW)
    elif away < EDGE_M - 0.02:
        assert view.whereabouts is Whereabouts.HERE
        assert (view.position, view.state, view.battery_percent) == (at(x, y), state, 63)


@given(x=st.floats(-60, 60), y=st.floats(-60, 60))
def test_a_view_from_elsewhere_tells_the_age_alone(x: float, y: float) -> None:
    view = own_lot_view(snapshot(at(x, y), MowerState.FAULT), [OWN], NOW)
    if view.whereabouts is Whereabouts.AWAY:
        told = {entry.name for entry in fields(view) if getattr(view, entry.name) not in (None, Confidence.NONE)}
        assert told == {"whereabouts", "received_at"}


@pytest.mark.parametrize("state", MowerState)
def test_without_a_position_only_words_that_name_no_place_are_told(state: MowerState) -> None:
    view = own_lot_view(snapshot(None, state), [OWN], NOW)
    assert view.whereabouts is Whereabouts.UNKNOWN
    assert view.state in (MowerState.OFFLINE, MowerState.UNKNOWN)
    assert view.state is (state if state is MowerState.OFFLINE else MowerState.UNKNOWN)
    told = {entry.name for entry in fields(view) if getattr(view, entry.name) is not None}
    assert told <= TOLD_ANYWHERE


@pytest.mark.parametrize("state", [MowerState.CHARGING, MowerState.DOCKED])
def test_at_its_dock_a_mower_is_on_the_hosts_lot_even_without_a_position(state: MowerState) -> None:
    view = own_lot_view(snapshot(None, state), [lot(is_host=True)], NOW)
    assert (view.whereabouts, view.state, view.battery_percent) == (Whereabouts.HERE, state, 63)
    assert view.position is None


def test_the_lot_it_stands_on_is_named_among_several() -> None:
    other = replace(lot(translate(GROUND, 100, 0)), id=UUID(int=2))
    assert own_lot_view(snapshot(at(100, 0)), [OWN, other], NOW).lot_id == UUID(int=2)
    assert own_lot_view(snapshot(at(0, 0)), [OWN, other], NOW).lot_id == UUID(int=1)


def test_a_lot_that_is_not_drawn_holds_nothing() -> None:
    bare = replace(OWN, boundary=None)
    assert own_lot_view(snapshot(at(0, 0)), [bare], NOW).whereabouts is Whereabouts.AWAY


def test_a_receive_time_from_the_future_is_told_as_now() -> None:
    late = replace(snapshot(at(0, 0)), received_at=NOW + timedelta(seconds=9))
    assert own_lot_view(late, [OWN], NOW).received_at == NOW
