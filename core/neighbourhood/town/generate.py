"""The whole town from one seed, step by step."""

from collections.abc import Sequence
from dataclasses import replace
from math import sqrt
from random import Random

import shapely
from shapely import Point
from shapely.geometry.base import BaseGeometry

from core.geo import LocalFrame
from core.geo import Point as Position
from core.neighbourhood.town.addresses import house_numbers
from core.neighbourhood.town.clusters import found_clusters
from core.neighbourhood.town.greens import reserved_land, scenery
from core.neighbourhood.town.houses import Built, build_on
from core.neighbourhood.town.lots import PlannedLot, share_out
from core.neighbourhood.town.model import Feature, Home, Town, to_lonlat
from core.neighbourhood.town.names import SURNAMES
from core.neighbourhood.town.plan import Plan, draw_plan
from core.neighbourhood.town.streets import Network, build_network

GREENFIELD = Position(-92.55, 43.95)
"""Open country south-west of Rochester, Minnesota: no real street comes near."""

TOWN_NAME, STATE, POSTCODE = "Larkmeadow", "MN", "55999"
WIDTH_A_HOME_M = 3.1  # half width times bands for one home, found by trial
MOST_ATTEMPTS = 12


def generate_town(
    seed: int = 1, homes: int = 600, clusters: int = 40, origin: Position = GREENFIELD, name: str = TOWN_NAME
) -> Town:
    """A suburb of exactly ``homes`` homes with ``clusters`` clusters-to-be, the same for the same arguments.

    ``ValueError`` when ``homes`` is under 60 or the clusters cannot fit (allow 12 homes for each).
    """
    if homes < 60:
        raise ValueError(f"a town has at least 60 homes, not {homes}")
    bands = max(2, round(4 * sqrt(homes / 600)))
    half_width = WIDTH_A_HOME_M * homes / bands
    for _ in range(MOST_ATTEMPTS):
        plan = draw_plan(Random(f"{seed}:plan"), half_width, bands)
        network = build_network(Random(f"{seed}:streets"), plan)
        reserved = shapely.union_all(list(reserved_land(network, plan)))
        lots, commons = share_out(Random(f"{seed}:lots"), network, reserved)
        if len(lots) >= homes:
            built = _build(Random(f"{seed}:houses"), network, lots)
            if len(built) >= homes:
                return _assemble(seed, homes, clusters, LocalFrame(origin), name, plan, network, built, lots, commons)
        half_width *= max(1.03, 0.9 + 0.11 * homes / max(1, len(lots)))
    raise ValueError(f"no town of {homes} homes came out of seed {seed} in {MOST_ATTEMPTS} attempts")


def _build(random: Random, network: Network, lots: Sequence[PlannedLot]) -> list[tuple[PlannedLot, Built]]:
    setbacks = {street.id: random.uniform(7.4, 9.4) for street in network.streets}
    near = {block.id: network.carriageway.intersection(block.polygon.envelope.buffer(30)) for block in network.blocks}
    tried = ((lot, build_on(random, lot, near[lot.block], setbacks[lot.frontage.street])) for lot in lots)
    return [(lot, built) for lot, built in tried if built is not None]


def _assemble(
    seed: int,
    wanted: int,
    clusters: int,
    frame: LocalFrame,
    name: str,
    plan: Plan,
    network: Network,
    built: Sequence[tuple[PlannedLot, Built]],
    lots: Sequence[PlannedLot],
    commons: BaseGeometry,
) -> Town:
    random = Random(f"{seed}:people")
    kept = _kept(random, built, wanted, network)
    standing, buildable = {id(lot) for lot, _ in kept}, {id(lot) for lot, _ in built}
    empty = tuple(
        Feature("vacant_lot" if id(lot) in buildable else "commons", "", lot.polygon)
        for lot in lots
        if id(lot) not in standing
    )
    numbers = house_numbers(random, network.streets, [lot.frontage for lot, _ in kept])
    homes = tuple(
        _home(random, index, number, lot, made, network, frame)
        for index, (number, (lot, made)) in enumerate(zip(numbers, kept, strict=True))
    )
    town = Town(
        seed=seed,
        name=name,
        state=STATE,
        postcode=POSTCODE,
        frame=frame,
        streets=network.streets,
        blocks=network.blocks,
        homes=homes,
        clusters=(),
        features=(*scenery(Random(f"{seed}:greens"), network, plan, commons), *empty),
        limits=network.limits,
    )
    return replace(town, clusters=found_clusters(Random(f"{seed}:clusters"), town, clusters))


def _kept(
    random: Random, built: Sequence[tuple[PlannedLot, Built]], wanted: int, network: Network
) -> list[tuple[PlannedLot, Built]]:
    """The homes that are lived in: surplus lots lie together at one edge of the town, still to be built on."""
    edge = network.limits.exterior.interpolate(random.random(), normalized=True)
    ordered = sorted(range(len(built)), key=lambda index: -round(built[index][0].polygon.distance(edge), 2))
    return [built[index] for index in sorted(ordered[:wanted])]


def _home(
    random: Random, index: int, number: int, lot: PlannedLot, made: Built, network: Network, frame: LocalFrame
) -> Home:
    position = to_lonlat(frame, Point(made.house.centroid))
    return Home(
        id=index,
        number=number,
        street=network.streets[lot.frontage.street].name,
        household=random.choice(SURNAMES),
        block=lot.block,
        longitude=position.x,
        latitude=position.y,
        lot=lot.polygon,
        frontage=lot.frontage,
        house=made.house,
        driveway=made.driveway,
        lawns=made.lawns,
        fixtures=made.fixtures,
    )
