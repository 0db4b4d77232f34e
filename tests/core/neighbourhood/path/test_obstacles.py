"""What bars a corridor besides roads: water, buildings and fences, where they are known."""

import numpy as np
import pytest
import shapely

from core.errors import Invalid
from core.geo import LocalFrame, Point
from core.neighbourhood.layers import LayerSource, PreparedLayer, RoadInfo
from core.neighbourhood.path.answer import explained
from core.neighbourhood.path.judge import judge_pairs
from core.neighbourhood.path.land import Land
from core.neighbourhood.path.parameters import PathParameters
from core.neighbourhood.qualification import BLOCKED, QUALIFIED
from core.neighbourhood.rules import REASON_WORDS, Reason
from core.texts import Text

FRAME = LocalFrame(Point(-92.5, 44.0))
HOMES = np.array([(0.0, 0.0), (50.0, 0.0)])


def degrees(xy: np.ndarray) -> np.ndarray:
    return np.column_stack(FRAME.to_lonlat(xy[:, 0], xy[:, 1]))


def land(*shapes: shapely.Geometry, **options: float) -> Land:
    """A street far south of both homes, and these obstacles (metres)."""
    street = shapely.LineString(degrees(np.array([(-500.0, -90.0), (500.0, -90.0)])))
    source = LayerSource("elm", "demo", 20, None, None, "")
    layer = PreparedLayer(source, street.buffer(0.01), [RoadInfo("1", "Elm Street", "residential")], [street])
    return Land(layer, PathParameters(**options), [shapely.transform(shape, degrees) for shape in shapes])


def verdict(where: Land) -> tuple[int, float, Reason, str]:
    places = degrees(HOMES)
    judged = judge_pairs(where, places[:, 0], places[:, 1], np.array([0]), np.array([1]))
    xy = where.plane.metres(places[:, 0], places[:, 1])
    why = explained(where, xy[0], xy[1], judged, 0)
    return int(judged.verdict[0]), float(judged.length_m[0]), why.reason, Text(REASON_WORDS[why.reason], **why.values)


def test_a_pond_is_walked_round_with_half_the_corridor_to_spare() -> None:
    found, length, reason, words = verdict(land(shapely.box(20, -10, 30, 15)))
    assert (found, reason) == (QUALIFIED, Reason.CORRIDOR_FOUND)
    exact = 2 * float(np.hypot(20, 10.5)) + 10  # along the southern side, half a metre off, before the round corners
    assert exact - 1.0 <= length <= exact + 1.0
    assert "round an obstacle" in words


def test_a_fence_without_an_end_within_reach_bars_the_way() -> None:
    found, _, reason, words = verdict(land(shapely.box(24, -400, 24.2, 400)))
    assert (found, reason) == (BLOCKED, Reason.NO_CORRIDOR)
    assert words == "No corridor of up to 160 m leads there: an obstacle is in the way."


@pytest.mark.parametrize(("width", "expected"), [(1.0, QUALIFIED), (3.0, BLOCKED)])
def test_a_gate_lets_a_corridor_through_that_is_no_wider(width: float, expected: int) -> None:
    fences = shapely.box(24, -400, 24.2, -1), shapely.box(24, 1, 24.2, 400)
    assert verdict(land(*fences, corridor_m=width))[0] == expected


@pytest.mark.parametrize(
    "values", [{"corridor_m": 0}, {"longest_m": float("nan")}, {"primary_m": 31}, {"radius_m": 501}]
)
def test_parameters_out_of_range_are_refused_with_the_range(values: dict[str, float]) -> None:
    with pytest.raises(Invalid, match=f"{next(iter(values))} .*expected .* to .* metres"):
        PathParameters(**values)


def test_roads_are_as_wide_as_their_class() -> None:
    widths = PathParameters()
    told = {road: widths.half_width_m(road) for road in ("residential", "tertiary_link", "secondary", "trunk", "lane")}
    assert told == {"residential": 3.5, "tertiary_link": 4.5, "secondary": 5.5, "trunk": 7.0, "lane": 3.5}
