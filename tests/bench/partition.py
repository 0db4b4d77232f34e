"""Best partition of the whole county by both rules, and of areas of at most 150 homes, checked as it is measured.

``MOWTHOS_BENCH_PARTITION_S`` gives the county another time limit than 30 seconds a rule.
"""

import csv
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import shapely

from core.clock import SystemClock
from core.neighbourhood import PreparedLayer
from core.neighbourhood.book import Book, build_book
from core.neighbourhood.layers import LayerSource, RoadInfo
from core.neighbourhood.partition import PartitionRules, Plan, Problem, greedy, make_problem, solve
from core.neighbourhood.partition.checker import Ground, check_bound, plan_problems
from core.neighbourhood.reach import reach_graph
from core.neighbourhood.rules import rule_parameters
from tests.bench.qualification import DATA, made_up_county
from tests.bench.rows import BenchRow

type Pairs = tuple[Any, Any, Any]

AREAS = 6
AREA_HOMES = 150
AREA_LIMIT_S = 10.0


def bench() -> list[BenchRow]:
    """The county's figures; without the folder of real data, those of a made-up county of the same size."""
    book = county()
    rows = [row for rule in ("path", "line") for row in _county_rows(book, rule)]
    areas = _areas(book.longitude, book.latitude, pairs_of(book, "path"))
    return [
        *rows,
        BenchRow(
            f"{len(areas)} areas of at most {AREA_HOMES} homes: greatest gap", max(a[0] for a in areas), "%", aim=0
        ),
        BenchRow("the same: longest time", max(a[1] for a in areas), "s", aim=AREA_LIMIT_S),
    ]


def _county_rows(book: Book, rule: str) -> list[BenchRow]:
    pairs = pairs_of(book, rule)
    problem = make_problem(len(book.homes), *pairs)
    clock = SystemClock()
    begun = clock.monotonic()
    plain = sum(problem.worth(star.members) for star in greedy(problem))
    greedy_s = clock.monotonic() - begun
    limit = float(os.environ.get("MOWTHOS_BENCH_PARTITION_S", "30"))
    begun = clock.monotonic()
    plan = solve(problem, clock=clock, time_limit_s=limit)
    solved_s = clock.monotonic() - begun
    broken, proven = _checked(problem, pairs, plan)
    return [
        BenchRow(f"county by {rule}, {problem.homes:,} homes: served", plan.served, "homes", plain, "measured"),
        BenchRow("the same: proven bound", plan.bound, "homes"),
        BenchRow("the same: gap", plan.gap * 100, "%", (plan.bound - plain) / plan.bound * 100, "measured", aim=2),
        BenchRow("the same: gap to what the checker proves itself", (proven - plan.served) / proven * 100, "%"),
        BenchRow("the same: time", solved_s, "s", greedy_s, "measured", aim=1800),
        BenchRow("the same: corridors", plan.corridor_m / 1000, "km"),
        BenchRow("the same: broken rules and wrong certificates", broken, "", aim=0),
    ]


def county() -> Book:
    """The address book of the county with its streets as one layer that covers it all."""
    addresses, streets = DATA / "olmsted_addresses_559xx.csv", DATA / "olmsted_streets_derived.geojson"
    with TemporaryDirectory() as folder:
        if not addresses.is_file():
            addresses, streets = made_up_county(Path(folder))
        with addresses.open() as rows:
            homes = [
                (row["address"], row["city"], "MN", row["postcode"], float(row["longitude"]), float(row["latitude"]), n)
                for n, row in enumerate(csv.DictReader(rows), start=1)
            ]
        collection = shapely.from_geojson(streets.read_text())
    lines = list(shapely.get_parts(shapely.get_parts(collection)))
    west, south, east, north = shapely.total_bounds(collection)
    layer = PreparedLayer(
        LayerSource("streets", "derived", 1, None, None, ""),
        shapely.box(west - 0.5, south - 0.5, east + 0.5, north + 0.5),
        [RoadInfo("", "", "residential") for _ in lines],
        lines,
    )
    return build_book((1, None), homes, [layer])


def pairs_of(book: Book, rule: str) -> Pairs:
    """Who reaches whom, as positions in the book, with metres."""
    graph = reach_graph(book, None, rule_parameters(rule, radius_m=80.0))
    return graph.first, graph.second, graph.length_m


def _checked(problem: Problem, pairs: Pairs, plan: Plan) -> tuple[int, int]:
    """Problems that the checker finds, and the bound that it proves itself."""
    ground = Ground(problem.homes, list(zip(pairs[0].tolist(), pairs[1].tolist(), strict=True)), PartitionRules(), {})
    report = check_bound(ground, plan.certificates, plan.bound)
    return len(plan_problems(ground, plan.stars, plan.served)) + len(report.problems), report.proven


def _areas(longitude: Any, latitude: Any, pairs: Pairs) -> list[tuple[float, float]]:
    """Gap in percent and seconds for the homes nearest to places all over the county."""
    clock = SystemClock()
    found = []
    for centre in np.linspace(0, len(longitude) - 1, AREAS).astype(int):
        off = np.hypot((longitude - longitude[centre]) * 0.72, latitude - latitude[centre])
        inside = np.sort(np.argsort(off, kind="stable")[:AREA_HOMES])
        place = np.full(len(longitude), -1)
        place[inside] = np.arange(len(inside))
        kept = (place[pairs[0]] >= 0) & (place[pairs[1]] >= 0)
        problem = make_problem(len(inside), place[pairs[0][kept]], place[pairs[1][kept]], pairs[2][kept])
        begun = clock.monotonic()
        plan = solve(problem, clock=clock, time_limit_s=AREA_LIMIT_S)
        found.append((plan.gap * 100, clock.monotonic() - begun))
    return found
