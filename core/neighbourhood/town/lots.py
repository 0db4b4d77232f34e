"""Lots: every block is shared out to the frontages on it, so that lots tile and meet their street squarely."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from random import Random

import numpy as np
import shapely
from shapely import MultiPoint, Polygon, STRtree
from shapely.geometry.base import BaseGeometry

from core.neighbourhood.town.frontage import LotSeed, lot_seeds
from core.neighbourhood.town.model import Frontage
from core.neighbourhood.town.plan import LOT_DEPTH_M
from core.neighbourhood.town.streets import Network

SMALLEST_M2 = 400.0
DEEPEST_M = 52.0
NARROWEST_M = 12.5


@dataclass(frozen=True, slots=True)
class PlannedLot:
    """One lot before it is built on."""

    polygon: Polygon
    frontage: Frontage
    block: int


def share_out(random: Random, network: Network, reserved: BaseGeometry) -> tuple[list[PlannedLot], BaseGeometry]:
    """Every buildable lot, and what is left over as common green."""
    land = network.limits.difference(network.right_of_way).difference(reserved)
    first = lot_seeds(random, network, rank=1, land=land, depth=LOT_DEPTH_M + 1, taken=Polygon())
    first_land = shapely.intersection(land, shapely.union_all([seed.strip for seed in first]))
    second = lot_seeds(random, network, rank=2, land=land, depth=LOT_DEPTH_M + 6, taken=first_land)
    rest = land.difference(first_land)
    first_shares = _nearest(first, first_land)
    second_shares = _nearest(second, rest.intersection(shapely.union_all([s.strip for s in second]).buffer(4)))
    # a share too small to build on is not a lot: its neighbours grow over it
    second = [seed for seed, share in zip(second, second_shares, strict=True) if _can_be_a_lot(seed, share)]
    second_shares = _nearest(second, rest.intersection(shapely.union_all([s.strip for s in second]).buffer(4)))
    seeds = [*first, *second]
    return _buildable(network, seeds, _absorb(seeds, [*first_shares, *second_shares], land), land)


def _can_be_a_lot(seed: LotSeed, share: Polygon) -> bool:
    return share.area >= SMALLEST_M2 and seed.frontage.width_m >= NARROWEST_M


def _nearest(seeds: list[LotSeed], region: BaseGeometry) -> list[Polygon]:
    """For each seed the part of ``region`` that lies nearest to its frontage and touches it."""
    if not seeds:
        return []
    parts = shapely.get_parts(region)
    fronts = [shapely.LineString(seed.samples) for seed in seeds]
    pieces = shapely.intersection(_cells(seeds), parts[STRtree(parts).nearest(fronts)])
    return [_touching(piece, seed) for piece, seed in zip(pieces, seeds, strict=True)]


def _cells(seeds: list[LotSeed]) -> list[BaseGeometry]:
    """The Voronoi cell of each seed: the union of the cells of its samples."""
    owner = np.concatenate([np.full(len(seed.samples), index) for index, seed in enumerate(seeds)])
    cells = shapely.get_parts(
        shapely.voronoi_polygons(MultiPoint(np.vstack([seed.samples for seed in seeds])), ordered=True)
    )
    starts = np.searchsorted(owner, np.arange(len(seeds) + 1))
    return [shapely.union_all(shapely.make_valid(cells[a:b])) for a, b in pairwise(starts)]


def _touching(piece: BaseGeometry, seed: LotSeed) -> Polygon:
    """The part of a share that meets the street."""
    parts = [part for part in shapely.get_parts(piece) if isinstance(part, Polygon) and part.area > 1]
    if not parts:
        return Polygon()
    front = shapely.LineString(seed.samples)
    return min(parts, key=lambda part: (round(part.distance(front), 2), -part.area))


def _absorb(seeds: list[LotSeed], shares: list[Polygon], land: BaseGeometry) -> list[Polygon]:
    """Give what no lot claimed to the lot in front of it, as far as that stays one sensible piece."""
    rest = [part for part in shapely.get_parts(land.difference(shapely.union_all(shares))) if part.area > 0.5]
    cells = _cells(seeds)
    tree = STRtree(cells)
    gains: dict[int, list[BaseGeometry]] = defaultdict(list)
    for part in rest:
        for index in tree.query(part, predicate="intersects"):
            reach = shapely.LineString(seeds[index].samples).buffer(DEEPEST_M)
            gains[int(index)].append(part.intersection(cells[index]).intersection(reach))
    grown = list(shares)
    for index in sorted(gains):
        whole = shapely.union_all([shares[index], *gains[index]]).buffer(0.01).buffer(-0.01)
        grown[index] = _touching(whole, seeds[index])
    return grown


def _buildable(
    network: Network, seeds: list[LotSeed], shares: list[Polygon], land: BaseGeometry
) -> tuple[list[PlannedLot], BaseGeometry]:
    blocks = STRtree([block.polygon for block in network.blocks])
    kept = [(share, seed) for share, seed in zip(shares, seeds, strict=True) if _can_be_a_lot(seed, share)]
    # neighbours get the very same border before it is simplified and rounded, so that no lot overlaps another
    clean = shapely.coverage_clean([share for share, _ in kept], gap_width=0.3)
    polygons = shapely.transform(shapely.coverage_simplify(clean, 0.12), lambda xy: np.round(xy, 3))
    lots = [
        PlannedLot(polygon, seed.frontage, int(blocks.nearest(polygon.centroid)))
        for polygon, (_, seed) in zip(polygons, kept, strict=True)
        if isinstance(polygon, Polygon) and polygon.is_valid
    ]
    left = land.difference(shapely.union_all([lot.polygon for lot in lots]))
    commons = [part for part in shapely.get_parts(left.buffer(-1.5).buffer(1.5)) if part.area > 60]
    return lots, shapely.union_all(commons)
