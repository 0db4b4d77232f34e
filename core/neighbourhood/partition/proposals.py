"""Proposals: asked for, searched in the background, followed live, cancelled, kept, and accepted as drafts."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import structlog

from core.clock import Clock
from core.db import Database
from core.errors import Conflict, MowthosError, NotFound
from core.events import Event
from core.ids import new_id
from core.neighbourhood.partition.area import Area, Asked, area_of
from core.neighbourhood.partition.nexthome import Wish, next_homes
from core.neighbourhood.partition.ports import Books, Drafts, FixedHomes, Graphs
from core.neighbourhood.partition.reading import Homes, Result, view_of
from core.neighbourhood.partition.reasons import left_out
from core.neighbourhood.partition.runner import is_small, search
from core.neighbourhood.partition.store import ProposalStore
from core.neighbourhood.partition.tables import ProposalRow
from core.neighbourhood.partition.views import Accepted, NextHome, ProposalStatus, ProposalView
from core.neighbourhood.partition.wire import Found
from core.texts import N_, Text

log = structlog.get_logger(__name__)

LARGE_AT_ONCE = 1
"""Searches of large areas at one time; others wait."""

WORKERS = 2
INTERRUPTED = N_("The program was stopped while the search ran: ask again.")
BROKEN = N_("The search broke off by an error of ours: the log says more.")


async def nothing_fixed(_clusters: Collection[UUID] | None) -> Mapping[int, UUID]:
    """For where no clusters exist yet."""
    return {}


@dataclass
class _Running:
    """A search under way."""

    row: ProposalRow
    task: asyncio.Task[None] | None = None
    searching: asyncio.Task[None] | None = None
    """The part of the task that may be cancelled: what follows writes the end down."""
    area: Area | None = None
    fixed: int = 0
    found: Found | None = None
    cancelled: bool = False
    small: bool = False


class Proposals:
    """The service. ``changed`` tells the id of a proposal whenever there is news of it."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        graphs: Graphs,
        books: Books,
        drafts: Drafts[Any],
        fixed: FixedHomes = nothing_fixed,
    ) -> None:
        self.changed: Event[UUID] = Event("proposal_changed")
        self._store = ProposalStore(database)
        self._clock, self._graphs, self._books, self._drafts, self._fixed = clock, graphs, books, drafts, fixed
        self._homes = Homes(books)
        self._running: dict[UUID, _Running] = {}
        self._turn = asyncio.Semaphore(LARGE_AT_ONCE)
        self._accepting = asyncio.Lock()

    async def recover(self) -> int:
        """At the start of the program: mark what was interrupted; returns how many there were."""
        return await self._store.fail_interrupted(INTERRUPTED, self._clock.now())

    async def stop(self) -> None:
        """End every search; each keeps what it has found."""
        for proposal_id in tuple(self._running):
            await self.cancel(proposal_id)

    async def start(self, asked: Asked, *, by: str, wait_s: float = 0.0) -> ProposalView:
        """Begin a search, and wait for its end for at most ``wait_s`` if the area is small.

        ``Invalid`` for an area without homes, an unknown home or rule.
        """
        home_ids = asked.homes(await self._books.book())
        row = ProposalRow(
            id=new_id(),
            status=ProposalStatus.RUNNING.value,
            asked=asked.plain(),
            home_ids=list(home_ids),
            result={},
            accepted={},
            asked_by=by,
            started_at=self._clock.now(),
        )
        running = _Running(row)
        prepared = await self._prepared(asked, home_ids, running) if len(home_ids) <= 2_000 else None
        await self._store.add(row)
        self._running[row.id] = running
        running.task = asyncio.create_task(self._run(running, asked, home_ids, prepared), name=f"proposal {row.id}")
        if wait_s > 0 and running.small:
            await asyncio.wait([running.task], timeout=wait_s)
        return await self.get(row.id)

    async def get(self, proposal_id: UUID, *, brief: bool = False) -> ProposalView:
        """As it is now; ``brief`` leaves out the homes. ``NotFound`` when there is none."""
        running = self._running.get(proposal_id)
        row = await self._store.get(proposal_id) if running is None else running.row
        result = await asyncio.to_thread(lambda: Result.stored(row) if running is None else _result(running))
        return await view_of(self._homes, row, result, brief=brief)

    async def list(self, limit: int = 50) -> tuple[ProposalView, ...]:
        """The newest first, without their homes."""
        return tuple([await self.get(row.id, brief=True) for row in await self._store.latest(limit)])

    async def cancel(self, proposal_id: UUID) -> ProposalView:
        """End a search; what it has found so far stays and can be accepted. One that is over stays as it is."""
        running = self._running.get(proposal_id)
        if running is not None and running.task is not None:
            running.cancelled = True
            if running.searching is not None:
                running.searching.cancel()
            await asyncio.wait([running.task])
        return await self.get(proposal_id)

    async def accept(self, proposal_id: UUID, numbers: Sequence[int] | None, *, by: Any) -> tuple[Accepted, ...]:
        """Make drafts of these clusters, or of all. Each by itself: one that is refused says why and keeps no other.

        ``Conflict`` while the search runs; ``NotFound`` for a number that the proposal does not have.
        """
        if proposal_id in self._running:
            raise Conflict(N_("the search is still running: wait for it, or cancel it and accept what it has found"))
        async with self._accepting:
            view = await self.get(proposal_id)
            known = {cluster.number: cluster for cluster in view.clusters}
            chosen = sorted(known) if numbers is None else list(dict.fromkeys(numbers))
            strangers = [number for number in chosen if number not in known]
            if strangers:
                raise NotFound(Text("the proposal has no cluster {number}", number=strangers[0]))
            answers = []
            for number in chosen:
                cluster = known[number]
                if cluster.draft_id is not None:
                    answers.append(Accepted(number, cluster.draft_id))
                    continue
                assert cluster.host.id is not None
                neighbours = [home.id for home in cluster.neighbours if home.id is not None]
                try:
                    draft = await self._drafts.create_draft(cluster.host.id, neighbours, cluster.host.address, by)
                except MowthosError as refusal:
                    answers.append(Accepted(number, None, refusal.message))
                    continue
                await self._store.remember(proposal_id, number, draft.id)
                answers.append(Accepted(number, draft.id))
        self.changed.emit(proposal_id)
        return tuple(answers)

    async def next_best(self, asked: Asked, *, limit: int = 20) -> tuple[NextHome, ...]:
        """Of the homes around those asked about, which sign-ups would serve most of them: best first.

        The homes of ``asked`` are the signed-up ones; the candidates stand within its radius of one of them.
        """
        book = await self._books.book()
        signed = asked.homes(book)
        around = await asyncio.to_thread(self._homes.near, book, signed, asked.radius_m)
        graph = await self._graphs.graph([*signed, *around], rule=asked.rule, radius_m=asked.radius_m)
        fixed = await self._fixed(asked.fixed_clusters)
        area = area_of(graph, asked, sorted([*signed, *around]), list(fixed))
        found: list[Wish] = await asyncio.to_thread(next_homes, area, frozenset(signed), limit, self._clock)
        homes = await self._homes.by_id()
        return tuple(
            NextHome(homes[wish.home_id], wish.gain, wish.unlocks, wish.completes, wish.words) for wish in found
        )

    async def _prepared(self, asked: Asked, home_ids: Sequence[int], running: _Running) -> Area:
        graph = await self._graphs.graph(home_ids, rule=asked.rule, radius_m=asked.radius_m)
        fixed = await self._fixed(asked.fixed_clusters)
        running.fixed = sum(home in fixed for home in home_ids)
        area = await asyncio.to_thread(area_of, graph, asked, home_ids, list(fixed))
        running.area, running.small = area, is_small(area.problem)
        return area

    async def _run(self, running: _Running, asked: Asked, home_ids: Sequence[int], area: Area | None) -> None:
        """The whole life of a search; whatever happens, the row is closed."""
        status, message = ProposalStatus.FAILED, ""
        running.searching = asyncio.create_task(self._search(running, asked, home_ids, area))
        try:
            if running.cancelled:
                running.searching.cancel()
            await running.searching
            found = running.found
            best = found is not None and found.served == found.bound
            status = ProposalStatus.OPTIMAL if best else ProposalStatus.FEASIBLE
        except asyncio.CancelledError:
            status = ProposalStatus.CANCELLED if running.cancelled else ProposalStatus.FAILED
            message = "" if running.cancelled else INTERRUPTED
        except MowthosError as error:
            message = error.message
        except Exception:
            log.exception("proposal.failed", proposal=str(running.row.id))
            message = BROKEN
        await self._close(running, status, message)

    async def _search(self, running: _Running, asked: Asked, home_ids: Sequence[int], area: Area | None) -> None:
        def hear(found: Found) -> None:
            running.found = found
            self.changed.emit(running.row.id)

        area = area or await self._prepared(asked, home_ids, running)
        turn = nullcontext() if running.small else self._turn
        async with turn:
            await search(area.problem, time_limit_s=asked.time_limit_s, workers=WORKERS, hear=hear)
        await asyncio.sleep(0)  # the last word of a thread is heard on the loop

    async def _close(self, running: _Running, status: ProposalStatus, message: str) -> None:
        result = replace(await asyncio.to_thread(_result, running), message=message)
        await self._store.finish(running.row.id, status, result.plain(), self._clock.now())
        self._running.pop(running.row.id, None)
        self.changed.emit(running.row.id)


def _result(running: _Running) -> Result:
    """What a search has found so far, by ids."""
    found, area = running.found, running.area
    if found is None or area is None:
        return Result(fixed=running.fixed)
    reasons = left_out(area.problem, found.stars, found.unproven)
    return Result(
        served=found.served,
        bound=found.bound,
        corridor_m=found.corridor_m,
        progress=found.done,
        fixed=running.fixed,
        clusters=tuple(tuple(area.ids[home] for home in star.members) for star in found.stars),
        left_out=tuple((area.ids[home], reason) for home, reason in reasons.items()),
    )
