"""What became of visits whose time is over: told by the minutes that were mowed on the lot that day, not by the plan.

A visit that an executor has taken up (due, started) is its to finish; here are those that nobody took up, so that none
stays "planned" in the past.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from core.clock import Clock
from core.db import Database
from core.events import Event
from core.scheduling.model import TO_COME, Visit, VisitReason, VisitState
from core.scheduling.ports import SiteReader
from core.scheduling.spans import Span, whole_day
from core.scheduling.store import visit_of, write_visit
from core.scheduling.tables import VisitRow

BY_JOB = "visits.settle"
AT_ONCE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleRules:
    """When a visit counts as done, and how long minutes may still come in."""

    done_percent: int = 80  # 1 to 100: of the planned minutes
    wait: timedelta = timedelta(hours=2)  # after its end: sessions end and are attributed meanwhile
    look_again: timedelta = timedelta(days=3)

    def __post_init__(self) -> None:
        if not 1 <= self.done_percent <= 100:
            raise ValueError(f"done_percent {self.done_percent}: expected 1 to 100")


@dataclass(frozen=True, slots=True)
class LotTime:
    """A lot and a stretch of time."""

    lot_id: UUID
    span: Span


type MinutesRead = Callable[[Sequence[LotTime]], Awaitable[Sequence[int]]]
"""Whole minutes mowed on each lot in each stretch; `core.db.reads.visit_minutes` is one."""


def outcome(visit: Visit, mowed: int, rules: SettleRules) -> Visit:
    """A visit that is over as its minutes tell it."""
    if mowed * 100 >= visit.minutes * rules.done_percent:
        state, reason = VisitState.DONE, VisitReason.NONE
    elif mowed > 0:
        state, reason = VisitState.SHORT, VisitReason.OUT_OF_TIME
    else:
        state, reason = VisitState.FAILED, VisitReason.NOT_STARTED
    return replace(visit, state=state, reason=reason, mowed_minutes=mowed)


class Settling:
    """The job; asked again, it changes nothing but what later minutes tell otherwise."""

    def __init__(
        self, *, database: Database, clock: Clock, sites: SiteReader, minutes: MinutesRead,
        changed: Event[frozenset[UUID]], rules: SettleRules | None = None,
    ) -> None:  # fmt: skip
        self._database, self._clock, self._sites, self._minutes = database, clock, sites, minutes
        self._changed, self._rules = changed, rules or SettleRules()

    async def settle(self) -> int:
        """How many visits were told anew. Of one beside the plan the ledger holds no minutes: nobody took it up."""
        now = self._clock.now()
        visits = await self._over(now)
        sites = await self._sites([visit.lot_id for visit in visits])
        visits = [visit for visit in visits if visit.lot_id in sites]
        asked = [LotTime(one.lot_id, _its_day(one, sites[one.lot_id].zone)) for one in visits]
        mowed = await self._minutes(asked)
        told = [
            (visit, outcome(visit, 0 if visit.extra else minutes, self._rules))
            for visit, minutes in zip(visits, mowed, strict=True)
        ]
        written: list[UUID] = []
        async with self._database.session() as session:
            for before, after in told:
                if before != after and await write_visit(session, before, after, now, BY_JOB):
                    written.append(before.lot_id)
        if written:
            self._changed.emit(frozenset(written))
        return len(written)

    async def _over(self, now: datetime) -> list[Visit]:
        ended = col(VisitRow.ends_at) <= now - self._rules.wait
        ours = (col(VisitRow.changed_by) == BY_JOB) & (col(VisitRow.ends_at) >= now - self._rules.look_again)
        open_ones = col(VisitRow.state).in_([state.value for state in TO_COME])
        query = select(VisitRow).where(ended, open_ones | ours).order_by(col(VisitRow.ends_at))
        async with self._database.session() as session:
            return [visit_of(row) for row in (await session.exec(query.limit(AT_ONCE))).all()]


def _its_day(visit: Visit, zone: ZoneInfo) -> Span:
    return whole_day(visit.begins_at.astimezone(zone).date(), zone)
