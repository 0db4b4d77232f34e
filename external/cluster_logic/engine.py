"""``rule=upstream``: the original Cluster-Logic as an engine beside ours, to compare with and for nothing else."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.errors import Invalid
from core.neighbourhood import Candidate, Home, NeighbourAnswer, Reason, UpstreamParameters, Verdict
from core.neighbourhood.book import Book
from core.neighbourhood.layers import Indices
from core.neighbourhood.line import judge_of, others_within
from core.neighbourhood.qualification import NO_LAYER, QUALIFIED, REVIEW, judges_of, pairs_within
from core.neighbourhood.reach import GRAVITY, ReachTable
from core.neighbourhood.rules import UPSTREAM
from core.texts import Text
from external.cluster_logic.mapping import candidates_of, question_of, verdict_code
from external.cluster_logic.process import ask, checkout
from external.cluster_logic.question import HostReply, Question

MOST_HOMES = 1_000
"""So many homes may be asked about at once: some ten seconds."""

LIMIT_S = 60.0


class ClusterLogic:
    """Runs the checkout in ``folder`` (``None``: not installed), one question at a time.

    Raises ``Unavailable`` when it is not installed, crashes, or takes longer than ``limit_s`` seconds.
    """

    def __init__(self, folder: Path | None, *, limit_s: float = LIMIT_S, most_homes: int = MOST_HOMES) -> None:
        self._folder = folder
        self._limit_s = limit_s
        self._most_homes = most_homes
        self._turn = asyncio.Lock()

    def parameters(self, radius_m: float) -> UpstreamParameters:
        return UpstreamParameters(radius_m)

    async def answer(self, book: Book, home: Home, *, radius_m: float) -> NeighbourAnswer:
        parameters = self.parameters(radius_m)
        checkout(self._folder)
        others = await asyncio.to_thread(others_within, book, home, radius_m)
        layer, covered = judge_of(book, home, radius_m)
        if layer is None or not others:
            unknown = Verdict.NEEDS_REVIEW, Reason.NO_ROADS_KNOWN
            candidates = tuple(Candidate(other, distance, *unknown, {}) for other, distance in others)
        else:
            question = question_of(layer, [home, *(other for other, _ in others)], [0])
            (reply,) = await self.replies(question)
            candidates = candidates_of(reply, others, layer=layer, covered=covered)
        return NeighbourAnswer(
            home=home,
            candidates=candidates,
            rule=UPSTREAM,
            parameters=parameters,
            layer=None if layer is None else layer.source,
            covered=covered,
            address_points=len(book.homes),
        )

    async def table(self, book: Book, chosen: Indices, *, radius_m: float) -> ReachTable:
        """A pair is qualified when the original accepts it from both ends: it looks around the host only."""
        self.parameters(radius_m)
        checkout(self._folder)
        if len(chosen) > self._most_homes:
            raise Invalid(
                Text("area: holds {n} homes; this rule takes {most} at once", n=len(chosen), most=self._most_homes)
            )
        longitude, latitude = book.longitude[chosen], book.latitude[chosen]
        pairs = pairs_within(longitude, latitude, radius_m)
        judges = judges_of(longitude, latitude, book.layers, radius_m)
        hosts = np.unique(np.concatenate([pairs.first, pairs.second])) if len(pairs.first) else pairs.first
        replies: dict[int, HostReply] = {}
        for position in np.unique(judges.layer[hosts]).tolist():
            if position != NO_LAYER:
                mine = hosts[judges.layer[hosts] == position].tolist()
                question = question_of(book.layers[position], [book.homes[n] for n in chosen.tolist()], mine)
                replies |= zip(mine, await self.replies(question), strict=True)

        def seen(host: int, candidate: int) -> int:
            covered = bool(judges.covered[host])
            return verdict_code(replies[host], candidate, covered=covered) if host in replies else REVIEW

        ends = list(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))
        codes = [max(seen(*pair), seen(*pair[::-1]), key=GRAVITY.__getitem__) for pair in ends]
        verdict = np.array(codes, dtype=np.uint8)
        ids = np.array([book.homes[n].id or 0 for n in chosen.tolist()], dtype=np.int64)
        return ReachTable(ids, pairs, verdict, np.where(verdict == QUALIFIED, pairs.distance_m, np.nan))

    async def replies(self, question: Question) -> Sequence[HostReply]:
        """One a host of the question, from the checkout itself."""
        async with self._turn:
            return await ask(self._folder, question, limit_s=self._limit_s)
