"""Outlines of clusters: the lots of their homes in one piece, and nothing of clusters that hold no home."""

from typing import Any

import pytest
import shapely
from shapely.geometry import box, mapping, shape

from core.geo import Point
from core.neighbourhood.clusters import ClusterState
from dashboard.clusters.shapes import frame_at
from dashboard.live.hulls import AROUND_M, CLOSE_M, hull_features, outline_of, read_hulls
from dashboard.live.scenery import GROUND, HULL, LAWN
from tests.dashboard.live.cast import HandClusters, cluster
from tests.dashboard.test_state_style import contrast

ELM = frame_at(Point(-92.5, 44.0))


def place(east: float, north: float) -> tuple[float, float]:
    point = ELM.degrees(shapely.Point(east, north))
    return point.x, point.y


def lot(address: str, *metres: float) -> dict[str, Any]:
    geometry = mapping(ELM.degrees(box(*metres)))
    return {"geometry": geometry, "properties": {"id": address, "address": address, "city": "Rochester"}}


ROW = [("12 ELM ST", *place(10, 15)), ("14 ELM ST", *place(30, 15)), ("40 ELM ST", *place(95, 15))]
LOTS = [lot("12 Elm St", 0, 0, 20, 30), lot("14 Elm St", 20.5, 0, 40, 30), lot("16 Elm St", 40, 0, 60, 30),
        lot("40 Elm St", 80, 0, 110, 30)]  # fmt: skip


def test_near_lots_grow_together_and_far_ones_are_tied_without_taking_what_lies_between() -> None:
    (told,) = hull_features([cluster(*ROW)], LOTS)
    assert told["geometry"]["type"] == "Polygon"
    outline = ELM.metres(shape(told["geometry"]))
    for inside in (box(1, 1, 39, 29), box(81, 1, 109, 29)):
        assert outline.covers(inside)
    between = outline.intersection(box(41, 0, 60, 30)).area
    assert 0 < between < 60  # the strip, of 19 x 30 m
    properties = told["properties"]
    assert (properties["name"], properties["code"], properties["suspended"]) == ("Elm Row", "C-0001", False)
    label = ELM.metres(shapely.Point(properties["label"]))
    assert (label.y, label.distance(outline.boundary)) == (pytest.approx(30, abs=1), pytest.approx(0, abs=0.1))
    assert properties["box"] == pytest.approx(shape(told["geometry"]).bounds, abs=1e-7)


def test_a_home_without_a_lot_counts_with_the_ground_around_its_address() -> None:
    (told,) = hull_features([cluster(("1 OAK ST", *place(0, 0)))], [])
    assert ELM.metres(shape(told["geometry"])).area == pytest.approx(3.06 * AROUND_M**2, rel=0.03)


def test_an_outline_is_one_polygon_however_its_pieces_lie() -> None:
    for gap in (0, CLOSE_M, 3 * CLOSE_M, 200):
        pieces = [box(n * (10 + gap), 0, n * (10 + gap) + 10, 10) for n in range(6)]
        outline = outline_of(pieces)
        assert (outline.geom_type, outline.is_valid) == ("Polygon", True)
        assert all(outline.buffer(0.5).covers(piece) for piece in pieces)


async def test_suspended_clusters_say_so_and_drafts_are_left_out() -> None:
    states = (ClusterState.ACTIVE, ClusterState.APPROVED, ClusterState.SUSPENDED, ClusterState.DRAFT,
              ClusterState.RETIRED)  # fmt: skip
    known = HandClusters(*[cluster(*ROW, name=state.value, state=state) for state in states])
    told = [item["properties"] for item in await read_hulls(known, LOTS)]
    assert {one["name"]: one["suspended"] for one in told} == {"active": False, "approved": False, "suspended": True}


def test_an_outline_stands_out_from_lawn_and_land_by_day_and_night() -> None:
    def text(colour: tuple[int, int, int, int]) -> str:
        return "#" + "".join(f"{part:02x}" for part in colour[:3])

    for ground in (LAWN, GROUND["field"], GROUND["carriageway"]):
        assert contrast(text(HULL.light), text(ground.light)) >= 3
        assert contrast(text(HULL.dark), text(ground.dark)) >= 3
