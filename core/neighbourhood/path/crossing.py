"""Whose ground a corridor crosses. Where no lots are known, each place belongs to the home nearest to it."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from core.geo import METRES_PER_DEGREE, Floats, distance_m
from core.neighbourhood.answers import Home
from core.neighbourhood.book import Book

STEP_M = 1.0
LOT_REACH_M = 60.0
"""No estimated lot reaches farther from its address point."""


def crossed_homes(book: Book, route: Sequence[tuple[float, float]], ends: tuple[Home, Home]) -> tuple[int, ...]:
    """Keys of the homes other than the two ends whose estimated lots the route crosses, in the order they are met.

    Homes at one point share their lot: none of them is named for a route that begins or ends there.
    """
    places = _sampled(route)
    middle = places.mean(axis=0)
    around = float(np.max(distance_m(middle[0], middle[1], places[:, 0], places[:, 1]))) + LOT_REACH_M
    near, _ = book.within(float(middle[0]), float(middle[1]), around)
    if not len(near):
        return ()
    far = distance_m(
        places[:, 0][:, None], places[:, 1][:, None], book.longitude[near][None], book.latitude[near][None]
    )
    nearest = near[np.argmin(far, axis=1)]
    own = {(home.longitude, home.latitude) for home in ends}
    met = dict.fromkeys(int(position) for position in nearest)
    homes = (book.homes[position] for position in met)
    return tuple(home.id for home in homes if home.id is not None and (home.longitude, home.latitude) not in own)


def _sampled(route: Sequence[tuple[float, float]]) -> Floats:
    """Places along the route, about ``STEP_M`` metres apart."""
    corners = np.array(route, dtype=np.float64)
    parts = [corners[:1]]
    for start, end in pairwise(corners):
        metres = float(np.hypot(*(end - start))) * METRES_PER_DEGREE
        share = np.linspace(0, 1, max(2, int(metres / STEP_M) + 1))[1:, None]
        parts.append(start + share * (end - start))
    return np.concatenate(parts)
