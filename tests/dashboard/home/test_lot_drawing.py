"""The picture of one lot: the street below, every place where it belongs, text never markup."""

from dataclasses import replace
from math import cos, radians, sin
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
import shapely

from core.geo import LocalFrame, Point
from dashboard.home.lot_drawing import ASPECT, LotDrawing, LotScene

FRAME = LocalFrame(Point(-92.55, 43.95))


def geo(shape: shapely.Geometry, turn_deg: float) -> dict[str, Any]:
    """A shape of the lot's own metres, turned, as GeoJSON degrees."""
    turn = radians(turn_deg)

    def move(xy: Any) -> Any:
        x, y = xy[:, 0] * cos(turn) - xy[:, 1] * sin(turn), xy[:, 0] * sin(turn) + xy[:, 1] * cos(turn)
        return np.column_stack(FRAME.to_lonlat(x, y))

    geometry: dict[str, Any] = shapely.transform(shape, move).__geo_interface__
    return geometry


def scene(turn_deg: float = 0.0) -> LotScene:
    """A lot 20 m wide and 40 m deep whose street lies south of it before it is turned."""
    return LotScene(
        frame=FRAME,
        boundary=geo(shapely.box(-10, -20, 10, 20), turn_deg),
        house=geo(shapely.box(-7, -8, 7, 3), turn_deg),
        lawns=[geo(shapely.box(-9, 4, 9, 19), turn_deg)],
        fixtures=[
            ("driveway", geo(shapely.box(-6, -24, -1, -8), turn_deg)),
            ("tree", geo(shapely.Point(4, 12).buffer(2), turn_deg)),
        ],
        roads=[("Elm & Oak <Street>", "residential", geo(shapely.LineString([(-90, -28), (90, -28)]), turn_deg))],
        dock=None,
        number="12",
    )


def position(x: float, y: float, turn_deg: float) -> Point:
    longitude, latitude = geo(shapely.Point(x, y), turn_deg)["coordinates"]
    return Point(longitude, latitude)


@pytest.mark.parametrize("turn", [0, 37, 90, 161, 250, -80])
def test_whichever_way_a_lot_faces_its_street_is_drawn_below(turn: float) -> None:
    drawing = LotDrawing(scene(turn))
    street, garden = drawing.place(position(0, -24, turn)), drawing.place(position(0, 18, turn))
    assert garden[1] < 40 and street[1] > 75
    left, right = drawing.place(position(-9, 0, turn)), drawing.place(position(9, 0, turn))
    assert left[0] < 50 < right[0]


@pytest.mark.parametrize("turn", [0, 37, 161])
def test_headings_turn_with_the_picture(turn: float) -> None:
    drawing = LotDrawing(scene(turn))
    into_the_lot = (0 - turn) % 360  # compass degrees of "away from the street"
    assert min(drawing.heading(into_the_lot), 360 - drawing.heading(into_the_lot)) < 3
    assert abs((drawing.north_deg - turn + 180) % 360 - 180) < 3


@pytest.mark.parametrize("turn", [0, 37, 90])
def test_the_whole_lot_fits_the_fixed_proportions(turn: float) -> None:
    drawing = LotDrawing(scene(turn))
    assert drawing.width / drawing.height == pytest.approx(ASPECT)
    for corner in ((-10, -20), (10, -20), (10, 20), (-10, 20)):
        x, y = drawing.place(position(*corner, turn))
        assert 0 < x < 100 and 0 < y < 100


def test_the_picture_is_well_formed_and_its_texts_are_text() -> None:
    root = ElementTree.fromstring(LotDrawing(scene()).svg('Map of "your" lot'))
    texts = [element.text for element in root.iter("text")]
    assert texts == ["12", "Elm & Oak <Street>"]
    classes = {element.get("class") for element in root.iter("path")}
    assert {"m-lot-ground", "m-lot-lawn", "m-lot-house", "m-lot-tree", "m-lot-road"} <= classes


def test_a_bare_lot_is_drawn_north_up() -> None:
    bare = replace(scene(), house=None, lawns=[], fixtures=[], roads=[])
    drawing = LotDrawing(bare)
    assert drawing.north_deg == 0
    assert ElementTree.fromstring(drawing.svg("lot")).tag == "svg"


def test_mown_ground_is_drawn_over_the_picture() -> None:
    drawing = LotDrawing(scene())
    assert "m-lot-mown" in drawing.mown_svg(shapely.box(-1, 0, 1, 5))
    assert "m-lot-mown" not in drawing.mown_svg(shapely.Polygon())
