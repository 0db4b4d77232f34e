"""The engines behind ``rule=``: line and path are ours; others may be added, and are there to compare with only.

What clusters, proposals and routes rest on is asked of `core.neighbourhood.reach`, which knows our two rules alone.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from core.errors import Invalid
from core.neighbourhood.answers import Home, NeighbourAnswer
from core.neighbourhood.book import Book
from core.neighbourhood.layers import Indices
from core.neighbourhood.line import line_answer
from core.neighbourhood.path.answer import path_answer
from core.neighbourhood.reach import ReachTable, reach_table
from core.neighbourhood.rules import RULES, AnyParameters, RuleParameters, rule_parameters
from core.texts import Text


class Engine(Protocol):
    """One way to tell who can be a neighbour of whom. Raises the six errors of ``core.errors`` only."""

    def parameters(self, radius_m: float) -> AnyParameters:
        """What it judges by; ``Invalid`` for a radius it does not know."""
        ...

    async def answer(self, book: Book, home: Home, *, radius_m: float) -> NeighbourAnswer:
        """Every other home within the radius, judged as seen from ``home``."""
        ...

    async def table(self, book: Book, chosen: Indices, *, radius_m: float) -> ReachTable:
        """Every pair within the radius among the homes at these positions of the book."""
        ...


type Engines = Mapping[str, Engine]
"""By the name that ``rule=`` gives them."""


@dataclass(frozen=True, slots=True)
class HouseEngine:
    """One of our own rules, judged in a thread."""

    rule: str

    def parameters(self, radius_m: float) -> AnyParameters:
        return rule_parameters(self.rule, radius_m=radius_m)

    async def answer(self, book: Book, home: Home, *, radius_m: float) -> NeighbourAnswer:
        parameters = rule_parameters(self.rule, radius_m=radius_m)
        if isinstance(parameters, RuleParameters):
            return await asyncio.to_thread(line_answer, book, home, parameters)
        return await asyncio.to_thread(path_answer, book, home, parameters)

    async def table(self, book: Book, chosen: Indices, *, radius_m: float) -> ReachTable:
        return await asyncio.to_thread(reach_table, book, chosen, rule_parameters(self.rule, radius_m=radius_m))


HOUSE_ENGINES: Engines = {rule: HouseEngine(rule) for rule in RULES}


def engine_named(engines: Engines, rule: str) -> Engine:
    """``Invalid`` for a name that is none of theirs."""
    if rule not in engines:
        raise Invalid(Text("rule {rule!r}: expected {choices}", rule=rule, choices=", ".join(engines)))
    return engines[rule]
