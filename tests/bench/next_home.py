"""Whom to win next: homes served after 100 contacts by our list, and by going to the nearest homes first.

Simulated on real neighbourhoods: a part of the homes has signed up, by chance; a contact signs up by chance, the same
home the same way whoever asks. Both go on from the same start; what counts is the best plan for all who signed up.
"""

import numpy as np

from core.clock import SystemClock
from core.geo import distance_m
from core.neighbourhood.book import Book
from core.neighbourhood.partition import PartitionRules, make_problem, solve
from core.neighbourhood.partition.area import Area
from core.neighbourhood.partition.nexthome import next_homes
from core.neighbourhood.reach import reach_graph
from core.neighbourhood.rules import rule_parameters
from tests.bench.partition import county
from tests.bench.rows import BenchRow

CENTRES = (9_000, 31_000, 52_000)
HOMES = 500
SIGNED_UP = 0.15
ACCEPTS = 0.35
CONTACTS = 100
BATCH = 20


def bench() -> list[BenchRow]:
    """Homes served in all neighbourhoods, beside nearest first."""
    book = county()
    before = ours = nearest = 0
    for centre in CENTRES:
        area = _area(book, centre)
        luck = np.random.default_rng(centre).random((2, HOMES))
        signed = {home for home, chance in zip(area.ids, luck[0], strict=True) if chance < SIGNED_UP}
        accepts = {home for home, chance in zip(area.ids, luck[1], strict=True) if chance < ACCEPTS}
        before += _served(area, signed)
        ours += _served(area, _by_list(book, area, signed, accepts))
        nearest += _served(area, _by_distance(book, area, signed, accepts, CONTACTS))
    contacts = CONTACTS * len(CENTRES)
    return [
        BenchRow(f"served before, of {HOMES * len(CENTRES):,} homes", before, "homes"),
        BenchRow(
            "more served for 100 contacts by our list, nearest first as reference",
            (ours - before) / contacts * 100,
            "homes",
            (nearest - before) / contacts * 100,
            "measured",
        ),
    ]


def _area(book: Book, centre: int) -> Area:
    off = distance_m(np.array(book.longitude[centre]), np.array(book.latitude[centre]), book.longitude, book.latitude)
    ids = sorted(home.id for home in (book.homes[place] for place in np.argsort(off)[:HOMES]) if home.id is not None)
    graph = reach_graph(book, ids, rule_parameters("path", radius_m=80.0))
    problem = make_problem(len(graph.ids), graph.first, graph.second, graph.length_m, PartitionRules())
    return Area(tuple(graph.ids.tolist()), problem)


def _served(area: Area, signed: set[int]) -> int:
    problem = area.problem
    taken = [place for place, home in enumerate(area.ids) if home not in signed]
    source = np.repeat(np.arange(problem.homes), np.diff(problem.start))
    once = source < problem.to
    held = make_problem(problem.homes, source[once], problem.to[once], problem.length_m[once], taken=taken)
    return solve(held, clock=SystemClock(), time_limit_s=5).served


def _by_list(book: Book, area: Area, signed: set[int], accepts: set[int]) -> set[int]:
    """Batches of the list, made anew after each; where it has no name left, the nearest."""
    signed, asked = set(signed), set[int]()
    while len(asked) < CONTACTS:
        found = next_homes(area, frozenset(signed), HOMES, SystemClock())
        batch = [wish.home_id for wish in found if wish.home_id not in asked][: min(BATCH, CONTACTS - len(asked))]
        if not batch:
            left = CONTACTS - len(asked)
            return _by_distance(book, area, signed, accepts, left, asked)
        asked.update(batch)
        signed.update(accepts.intersection(batch))
    return signed


def _by_distance(
    book: Book, area: Area, signed: set[int], accepts: set[int], contacts: int, asked: set[int] | None = None
) -> set[int]:
    """The homes nearest to one that has signed up, batch by batch."""
    place = {home.id: number for number, home in enumerate(book.homes)}
    signed, asked = set(signed), set(asked or ())
    while contacts > 0:
        here = [place[home] for home in signed]
        others = [home for home in area.ids if home not in signed and home not in asked]
        at = [place[home] for home in others]
        if not others:
            break
        away = distance_m(
            book.longitude[at][:, None], book.latitude[at][:, None], book.longitude[here], book.latitude[here]
        ).min(axis=1)
        batch = [others[number] for number in np.argsort(away, kind="stable")[: min(BATCH, contacts)]]
        contacts -= len(batch)
        asked.update(batch)
        signed.update(accepts.intersection(batch))
    return signed
