from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString
from shapely.ops import unary_union

from external.mammotion.simulator.default_sites import default_sites
from external.mammotion.simulator.jobs import plan_job
from external.mammotion.simulator.lanes import length_of, plan_lanes
from external.mammotion.simulator.lawn import Lawn, build_lawn
from external.mammotion.simulator.models import model_of
from external.mammotion.simulator.mower import Mower
from external.mammotion.simulator.routes import route

STREET = [mower for account in default_sites(mowers=12, accounts=1, seed=5).accounts for mower in account.mowers]
LAWNS = st.sampled_from([build_lawn(site) for site in STREET])


@settings(max_examples=30, deadline=None)
@given(LAWNS, st.floats(0, 180))
def test_lanes_cover_the_lawn_and_keep_out_of_the_flower_bed(lawn: Lawn, angle: float) -> None:
    for zone in lawn.areas:
        paths = plan_lanes(lawn, zone, spacing_m=0.4, angle_deg=angle)
        mown = unary_union([LineString(path).buffer(0.25, cap_style="square") for path in paths])
        wanted = zone.polygon.difference(lawn.keep_out)
        assert mown.intersection(wanted).area / wanted.area > 0.95
        middle = unary_union([LineString(path) for path in paths])
        assert middle.difference(zone.polygon.buffer(1e-6)).length == pytest.approx(0, abs=1e-6)
        beds = lawn.keep_out.buffer(-0.05)
        assert middle.intersection(beds).length < 0.02 * middle.length


def test_a_job_is_driven_in_one_piece_from_leg_to_leg(docked_luba: Mower) -> None:
    job = plan_job(docked_luba.lawn, docked_luba.model)
    gaps = [a.end for a, b in pairwise(job.legs) if a.end != pytest.approx(b.start, abs=0.02)]
    assert gaps == []
    assert job.zone_hashes == tuple(zone.hash for zone in docked_luba.lawn.areas)
    assert job.mowing_length_m == pytest.approx(job.area_m2 / docked_luba.model.lane_width_m, rel=0.25)


def test_a_job_of_one_area_stays_in_it(docked_luba: Mower) -> None:
    front = docked_luba.lawn.areas[0]
    job = plan_job(docked_luba.lawn, docked_luba.model, zone_hashes=[front.hash])
    assert job.zone_hashes == (front.hash,)
    assert {leg.zone_hash for leg in job.legs} == {front.hash}


@settings(max_examples=30, deadline=None)
@given(LAWNS)
def test_the_way_between_two_areas_goes_through_the_channel(lawn: Lawn) -> None:
    front, back = (zone.polygon.representative_point() for zone in lawn.areas)
    way = route(lawn, (front.x, front.y), (back.x, back.y))
    assert way[0] == (front.x, front.y)
    assert way[-1] == (back.x, back.y)
    assert LineString(way).difference(lawn.drivable.buffer(0.05)).length == pytest.approx(0, abs=0.05)
    assert length_of(way) > length_of((way[0], way[-1]))


def test_models_of_all_the_street_can_plan() -> None:
    for site in STREET:
        assert plan_job(build_lawn(site), model_of(site.device_name)).minutes_total > 10
