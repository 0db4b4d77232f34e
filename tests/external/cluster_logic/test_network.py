"""The road network as OSMnx hands it out: joined, cut to the window, its largest part."""

import numpy as np
import pytest
import shapely

from external.cluster_logic.network import Network, NoRoads
from external.cluster_logic.question import Line

STEP = 0.001
"""Degrees between the nodes of these roads: some 111 m at the equator, where they lie."""


def road(*nodes: tuple[int, int]) -> Line:
    return [(x * STEP, y * STEP) for x, y in nodes]


def seen(roads: list[Line], dist_m: float = 300.0) -> set[tuple[tuple[int, int], ...]]:
    """The edges left around the origin, each from its smaller end."""
    lines = Network(roads).window(0.0, 0.0, dist_m)
    paths = [tuple((round(x / STEP), round(y / STEP)) for x, y in line.coords) for line in lines]
    return {min(path, path[::-1]) for path in paths}


def test_pieces_are_joined_between_junctions_and_dead_ends() -> None:
    street = road((-2, 0), (-1, 0), (0, 0), (1, 0))
    assert seen([street, road((1, 0), (2, 0)), road((0, 0), (0, 1))]) == {
        ((-2, 0), (-1, 0), (0, 0)),
        ((0, 0), (1, 0), (2, 0)),
        ((0, 0), (0, 1)),
    }


def test_an_edge_that_leaves_the_window_is_dropped_as_a_whole() -> None:
    """The cause of the original's mistakes: the road at the host's door is not there."""
    long = road((0, 1), (1, 1), (2, 1), (3, 1))
    assert seen([long, road((0, 1), (0, 0)), road((0, 1), (-1, 1))]) == {((0, 0), (0, 1)), ((-1, 1), (0, 1))}


def test_an_edge_that_leaves_and_comes_back_stays() -> None:
    loop = road((2, 0), (3, 0), (3, 1), (2, 1))
    assert seen([loop]) == {((2, 0), (3, 0), (3, 1), (2, 1))}


def test_only_the_largest_part_is_left_and_of_equals_the_first() -> None:
    small, large = road((-2, -2), (-1, -2)), [road((0, 0), (1, 0)), road((0, 0), (0, 1)), road((0, 0), (-1, 0))]
    assert len(seen([small, *large])) == 3
    assert seen([small, road((0, 0), (1, 0))]) == {((-2, -2), (-1, -2))}


def test_a_ring_without_a_junction_stays_in_its_pieces() -> None:
    ring = road((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))
    assert len(seen([ring])) == 4
    assert len(seen([ring, road((1, 1), (2, 2))])) == 2


@pytest.mark.parametrize("roads", [[], [road((9, 9), (9, 8))], [road((0, 0), (0, 9))]])
def test_where_nothing_is_left_it_raises_as_osmnx_does(roads: list[Line]) -> None:
    with pytest.raises(NoRoads):
        seen(roads)


def test_the_window_is_300_m_each_way_at_any_latitude() -> None:
    north, east = np.degrees(300 / 6_371_009), np.degrees(300 / 6_371_009) / np.cos(np.radians(44))
    for inside in (0.999, 1.001):
        corner = (-92.5 + east * inside, 44 + north * inside)
        network = Network([[(-92.5, 44.0), corner]])
        if inside < 1:
            assert shapely.get_coordinates(network.window(44.0, -92.5, 300.0)[0])[1].tolist() == list(corner)
        else:
            with pytest.raises(NoRoads):
                network.window(44.0, -92.5, 300.0)
