"""The roads of an area as lots and lawns are judged by: one layer, the most trusted that knows the place. Pure."""

from math import hypot

import numpy as np
import shapely

from core.geo import METRES_PER_DEGREE
from core.neighbourhood.book import Book
from core.neighbourhood.land_events import Box
from core.neighbourhood.lots.estimate import RoadStrip
from core.neighbourhood.lots.model import NearRoad
from core.neighbourhood.path.parameters import PathParameters
from core.neighbourhood.qualification import NO_LAYER, judges_of

DERIVED = "derived"


def roads_near(book: Book, box: Box) -> tuple[NearRoad, ...]:
    """Every road of the judging layer that meets the box (degrees), as wide as its class says (`PathParameters`)."""
    west, south, east, north = box
    middle = (np.array([(west + east) / 2]), np.array([(south + north) / 2]))
    across = hypot((east - west) * np.cos(np.radians(middle[1][0])), north - south) * METRES_PER_DEGREE / 2
    judge = int(judges_of(*middle, book.layers, float(across)).layer[0])
    if judge == NO_LAYER:
        return ()
    layer, widths = book.layers[judge], PathParameters()
    found = np.flatnonzero(shapely.intersects(layer.lines, shapely.box(*box)))
    return tuple(
        NearRoad(
            name=layer.roads[number].name,
            road_class=layer.roads[number].road_class,
            line=tuple((float(x), float(y)) for x, y in shapely.get_coordinates(layer.lines[number])),
            half_width_m=widths.half_width_m(layer.roads[number].road_class),
            trusted=layer.source.source != DERIVED,
        )
        for number in found
    )


def strips_of(roads: tuple[NearRoad, ...]) -> list[RoadStrip]:
    """The same for the estimate of lots."""
    return [RoadStrip(road.line, road.half_width_m) for road in roads]


def grown(box: Box, metres: float) -> Box:
    """The box with so many metres more on every side."""
    west, south, east, north = box
    up = metres / METRES_PER_DEGREE
    across = up / max(float(np.cos(np.radians((south + north) / 2))), 1e-6)
    return west - across, south - up, east + across, north + up
